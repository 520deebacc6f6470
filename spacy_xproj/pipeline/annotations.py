"""What the projections of a Doc's sentences leave on the Doc."""

from collections import Counter
from typing import Any, Callable, Dict, Iterable, List, NamedTuple

from spacy.tokens import Doc, Span, SpanGroup

from ..errors import XprojError
from ..projectors.apply import SPANS_KEY, apply_projection
from ..projectors.summary import source_row
from ..types import Bitext, Projection

#: Chooses entities that do not overlap, among those that a Doc has and new ones.
EntsFilter = Callable[[Iterable[Span], Iterable[Span]], Iterable[Span]]


class SentenceProjection(NamedTuple):
    """A sentence of a Doc and what was projected onto it.

    start (int): its first token in the Doc.
    projection (Projection): the result for its words as a Doc of their own.
    """

    start: int
    projection: Projection


def on_given_text(bitext: Bitext, projection: Projection) -> Projection:
    """Make sure that a projection is on the text that it was asked for.

    bitext (Bitext): the sentence and its translation.
    projection (Projection): what a projector made of them.
    RETURNS (Projection): the same projection.
    RAISES (XprojError): if its target is another text, whose tokens are not those of the Doc.
    """
    given, found = ([token.text for token in side] for side in (bitext.target, projection.bitext.target))
    if given != found:
        raise XprojError(
            f"annotation_projector: the projector labelled a text of its own, '{projection.bitext.target.text}', "
            'not the Doc\'s; give it the setting target = "given"'
        )
    return projection


def span_group(doc: Doc, sentences: List[SentenceProjection], name: str) -> SpanGroup:
    """Gather the entities of all sentences.

    The attributes give, for each span in order, the match score (``scores``), its margin, if known (``margins``), and
    the index of its source entity (``entities``); for each source entity in order its label, text, characters in the
    translation, the index of its sentence, and what became of it (``source``); for each sentence its tokens in the Doc
    and its translation (``sentences``); and for the Doc the number of source entities by status (``outcomes``) and what
    the solver had to say (``flags``). They survive a DocBin, and pickling.

    doc (Doc): the Doc.
    sentences (List[SentenceProjection]): its sentences.
    name (str): the name of the group.
    RETURNS (SpanGroup): the group, not yet on the Doc.
    """
    attrs: Dict[str, Any] = {key: [] for key in ("scores", "margins", "entities", "source", "sentences", "flags")}
    outcomes: Counter[str] = Counter()
    spans: List[Span] = []
    for number, (start, projection) in enumerate(sentences):
        target = apply_projection(projection)
        group = target.spans[SPANS_KEY]
        spans += [Span(doc, start + span.start, start + span.end, span.label_) for span in group]
        attrs["scores"] += group.attrs["scores"]
        attrs["margins"] += group.attrs["margins"]
        attrs["entities"] += [len(attrs["source"]) + entity for entity in group.attrs["entities"]]
        attrs["source"] += [
            {"sentence": number, "label": outcome.label, "status": outcome.status, **source_row(projection, outcome)}
            for outcome in projection.outcomes
        ]
        attrs["sentences"].append(
            {"start": start, "end": start + len(target), "translation": projection.bitext.source.text}
        )
        attrs["flags"] += [flag for flag in group.attrs["flags"] if flag not in attrs["flags"]]
        outcomes.update(group.attrs["outcomes"])
    return SpanGroup(doc, name=name, spans=spans, attrs={**attrs, "outcomes": dict(outcomes)})
