"""The exports of doccano and Prodigy, CLUENER, and training tuples of spaCy."""

from typing import Any, List, Optional

from ...errors import XprojError
from .records import Entity, Record
from .tool_items import ToolConverter, find, read_entities, read_id

#: What a text is called.
TEXTS = ("text", "sentence", "content", "data")


class DoccanoConverter(ToolConverter):
    """Convert the JSONL export of doccano.

    ::

        {"id": 1, "text": "Maria sang in Oslo.", "label": [[0, 5, "PER"], [14, 18, "LOC"]]}
        {"id": 2, "text": "Maria sang.", "entities": [{"id": 7, "label": "PER", "start_offset": 0, "end_offset": 5}]}

    Other programs write the same, some with `sentence`, `content` or `data` in place of `text`.
    """

    title = "doccano"

    @classmethod
    def is_item(cls, item: Any) -> bool:
        return (
            isinstance(item, dict)
            and isinstance(find(item, TEXTS), str)
            and isinstance(find(item, ("label", "labels", "entities")), list)
        )

    def read_item(self, item: Any, line: int) -> Optional[Record]:
        entities = read_entities(find(item, ("label", "labels", "entities")), line)
        return Record(line, find(item, TEXTS), entities, read_id(item, item.get("meta"), item.get("metadata")))


class CluenerConverter(ToolConverter):
    """Convert CLUENER 2020: entities by label and text, with the places of their first and last characters.

    ::

        {"text": "Maria sang in Oslo.", "label": {"name": {"Maria": [[0, 4]]}, "address": {"Oslo": [[14, 17]]}}}
    """

    title = "CLUENER"

    @classmethod
    def is_item(cls, item: Any) -> bool:
        label = item.get("label") if isinstance(item, dict) else None
        return (
            isinstance(label, dict)
            and isinstance(item.get("text"), str)
            and all(isinstance(found, dict) for found in label.values())
        )

    def read_item(self, item: Any, line: int) -> Optional[Record]:
        entities = []
        for label, found in item["label"].items():
            for text, places in found.items():
                for place in places if isinstance(places, list) else [places]:
                    pair: List[Any] = place if isinstance(place, list) and len(place) == 2 else [None]
                    if not all(type(one) is int for one in pair) or not label:
                        raise XprojError(f"line {line}: bad entity {label} '{text}': {place}; write [first, last]")
                    entities.append(Entity(pair[0], pair[1] + 1, label, text))
        return Record(line, item["text"], entities, read_id(item))


class ProdigyConverter(ToolConverter):
    """Convert what `prodigy db-out` writes. Tokens of an item are kept; rejected and ignored items are left out.

    ::

        {"text": "Maria sang.", "spans": [{"start": 0, "end": 5, "label": "PER"}], "answer": "accept"}
    """

    title = "Prodigy"

    @classmethod
    def is_item(cls, item: Any) -> bool:
        marks = ("spans", "answer", "_input_hash", "_task_hash", "_view_id")
        return isinstance(item, dict) and isinstance(item.get("text"), str) and any(mark in item for mark in marks)

    def read_item(self, item: Any, line: int) -> Optional[Record]:
        answer = item.get("answer", "accept")
        if answer != "accept":
            self.reject(line, item["text"], f"answer: {answer}")
            return None
        given = item.get("tokens") or []
        tokens = [token["text"] for token in given if isinstance(token, dict) and isinstance(token.get("text"), str)]
        entities = read_entities(item.get("spans"), line)
        return Record(line, item["text"], entities, read_id(item, item.get("meta")), tokens)


class SpacyTrainingConverter(ToolConverter):
    """Convert training tuples of spaCy, as JSON: each a text and its entities.

    ::

        [["Maria sang.", {"entities": [[0, 5, "PER"]]}]]

    Also with `annotations` around them, as the NER Annotator writes them.
    """

    title = "spaCy's training tuples"

    @classmethod
    def is_item(cls, item: Any) -> bool:
        return (
            isinstance(item, list)
            and len(item) == 2
            and isinstance(item[0], str)
            and isinstance(item[1], dict)
            and isinstance(item[1].get("entities"), list)
        )

    def read_item(self, item: Any, line: int) -> Optional[Record]:
        text, annotation = item
        return Record(line, text, read_entities(annotation["entities"], line), read_id(annotation))
