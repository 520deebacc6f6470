"""What of a Doc is exported, whatever the format."""

from typing import Any, Dict, List, NamedTuple, Optional

from spacy.tokens import Doc

from ...projectors.apply import SPANS_KEY


class ExportedEntity(NamedTuple):
    """An entity as the formats need it.

    start (int): its first character in the text.
    end (int): the character after its last.
    label (str): its label.
    text (str): its text.
    first (int): its first token.
    last (int): its last token.
    score (Optional[float]): the score of its projection, if it was projected.
    """

    start: int
    end: int
    label: str
    text: str
    first: int
    last: int
    score: Optional[float]


def exported_entities(doc: Doc) -> List[ExportedEntity]:
    """List the entities of a Doc, each with the score of its projection if it has one.

    doc (Doc): the sentence.
    RETURNS (List[ExportedEntity]): the entities, from left to right.
    """
    scores = {}
    if is_projected(doc):
        group = doc.spans[SPANS_KEY]
        spans = [(span.start, span.end, span.label_) for span in group]
        scores = dict(zip(spans, group.attrs.get("scores", [])))
    return [
        ExportedEntity(
            ent.start_char,
            ent.end_char,
            ent.label_,
            ent.text,
            ent.start,
            ent.end - 1,
            scores.get((ent.start, ent.end, ent.label_)),
        )
        for ent in doc.ents
    ]


def is_projected(doc: Doc) -> bool:
    """Tell whether the entities of a Doc were projected, which a reader would review."""
    return SPANS_KEY in doc.spans


def name(doc: Doc) -> Dict[str, Any]:
    """Give the name of a sentence as ``{"sent_id": …}``, empty if it has none. Programs keep such fields, but number
    sentences anew."""
    sent_id = doc.user_data.get("sent_id")
    return {} if sent_id is None else {"sent_id": sent_id}


def lowest_score(entities: List[ExportedEntity]) -> Optional[float]:
    """Give the score of the most doubtful projection, by which programs sort sentences; None if none has one."""
    return min((entity.score for entity in entities if entity.score is not None), default=None)
