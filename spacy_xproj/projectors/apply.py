"""What a projection leaves on the target Doc."""

from collections import Counter
from typing import Dict, Iterable

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc, Span, SpanGroup

from ..text.forms import continues
from ..types import Ints2d, Outcome, Projection

SPANS_KEY = "projected"


def apply_projection(projection: Projection, spans_key: str = SPANS_KEY) -> Doc:
    """Set the entities of the target Doc to what was projected.

    The span group `spans_key` holds the same spans. Its attributes give, for each span in order, the match score
    (``scores``), its margin over the best rival place, if known (``margins``), and the index of the source entity
    (``entities``), and for the sentence the number of source entities by status (``outcomes``) and what the solver or
    the projector had to say (``flags``). They survive a DocBin.

    projection (Projection): the result for a pair.
    spans_key (str): the span group to write.
    RETURNS (Doc): the target Doc, changed in place.
    """
    doc = projection.bitext.target
    placed = sorted(
        (span, outcome.entity, outcome.label, score, margin)
        for outcome in projection.outcomes
        for span, score, margin in outcome.placed()
    )
    spans = [Span(doc, *span, label=label) for span, _, label, _, _ in placed]
    attrs = {
        "scores": [score for *_, score, _ in placed],
        "margins": [margin for *_, margin in placed],
        "entities": [entity for _, entity, *_ in placed],
        "outcomes": count_statuses(projection.outcomes),
        "flags": list(projection.flags),
    }
    doc.spans[spans_key] = SpanGroup(doc, name=spans_key, spans=spans, attrs=attrs)
    doc.set_ents(spans)
    return doc


def entity_edges(doc: Doc, spans: Ints2d) -> NDArray:
    """Tell which spans can be entities: not those that begin or end with white space, which spaCy cannot learn, nor
    those that cut a word at a combining mark.

    doc (Doc): the target.
    spans (Ints2d): token spans [start, end), none empty. *Shape:* ``(spans, 2)``
    RETURNS (NDArray): booleans. *Shape:* ``(spans,)``
    """
    space = numpy.fromiter((token.text.isspace() for token in doc), dtype=bool, count=len(doc))
    cut = numpy.append(continues(doc), False)
    return ~(space[spans[:, 0]] | space[spans[:, 1] - 1] | cut[spans[:, 0]] | cut[spans[:, 1]])


def count_statuses(outcomes: Iterable[Outcome]) -> Dict[str, int]:
    """Count the source entities of each status."""
    return dict(Counter(outcome.status for outcome in outcomes))
