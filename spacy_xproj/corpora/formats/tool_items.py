"""What exports of annotation tools share: items with a text and entities, in JSON."""

import json
from abc import abstractmethod
from typing import Any, Dict, Iterator, List, Optional, Sequence

from ...errors import XprojError
from ...storage.files import FileText
from .json_items import first_items, looks_like_json, read_items
from .records import Entity, Record, RecordConverter

#: What the first and the last offset of an entity, and its label, are called.
STARTS = ("start", "start_offset", "begin")
ENDS = ("end", "end_offset")
LABELS = ("label", "labels", "type", "tag")


class ToolConverter(RecordConverter):
    """Convert the export of a tool: JSON lines or an array of items. A subclass reads an item of its tool."""

    @classmethod
    def recognizes(cls, text: str) -> bool:
        """Tell whether a text is an export of the tool."""
        items = first_items(text) if looks_like_json(text) else []
        return bool(items) and cls.is_item(items[0]) and any(cls.is_item(item) for item in items)

    @classmethod
    @abstractmethod
    def is_item(cls, item: Any) -> bool:
        """Tell whether an item is one of the tool.

        item (Any): what was read of JSON.
        RETURNS (bool): whether it is.
        """

    @abstractmethod
    def read_item(self, item: Any, line: int) -> Optional[Record]:
        """Read an item.

        item (Any): the item, of which `is_item` is true.
        line (int): its line number.
        RETURNS (Optional[Record]): its text and entities; None if it is left out, which is in `rejects`.
        """

    def read_records(self, text: FileText) -> Iterator[Record]:
        for line, item in read_items(text):
            if not self.is_item(item):
                raise XprojError(f"line {line}: no item of {self.title}; correct it or check --format")
            try:
                record = self.read_item(item, line)
            except (TypeError, AttributeError, KeyError):  # a number for a list, and the like
                raise XprojError(f"line {line}: an item that is not as {self.title} has it; correct it") from None
            if record is not None:
                if not record.text.strip():
                    raise XprojError(f"line {line}: the text is empty; remove the item")
                yield record

    def reject(self, line: int, text: str, reason: str) -> None:
        """List an item that is left out.

        line (int): its line number.
        text (str): its text.
        reason (str): why.
        """
        self.rejects.append({"line": line, "text": text, "reason": reason})

    def note(self, note: str) -> None:
        """Add to the description of the file, once.

        note (str): what there is to say.
        """
        if note not in self.notes:
            self.notes.append(note)


def find(values: Dict[str, Any], keys: Sequence[str]) -> Any:
    """Find the first key that has a value, and get that."""
    return next((values[key] for key in keys if values.get(key) is not None), None)


def read_entities(values: Any, line: int) -> List[Entity]:
    """Read entities: objects with offsets and a label, or lists of these three.

    values (Any): the list of entities.
    line (int): line number, for messages.
    RETURNS (List[Entity]): the entities.
    RAISES (XprojError): if one has no offsets or no label.
    """
    entities = []
    if values is not None and not isinstance(values, list):
        raise XprojError(f"line {line}: {json.dumps(values)} in place of a list of entities; correct it")
    for value in values or []:
        text = None
        if isinstance(value, dict):
            start, end, label = (find(value, keys) for keys in (STARTS, ENDS, LABELS))
            text = value.get("text")
            label = label[0] if isinstance(label, list) and label else label
        elif isinstance(value, list) and len(value) >= 3:
            start, end, label = value[:3] if isinstance(value[0], int) else (value[1], value[2], value[0])
        else:
            start = end = label = None
        if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
            raise XprojError(f"line {line}: bad entity {value}: it has no start, end and label; correct it")
        entities.append(Entity(start, end, label, text if isinstance(text, str) else None))
    return entities


def read_id(*places: Any) -> Optional[str]:
    """Find the name of a sentence in the places that it may stand in: `sent_id` first, then `id`."""
    dicts = [place for place in places if isinstance(place, dict)]
    names = [place.get(key) for key in ("sent_id", "external_id", "id") for place in dicts]
    return next((str(name) for name in names if isinstance(name, (str, int))), None)


def main_text(fields: Any) -> Optional[str]:
    """Find the text among the fields of an item: `text`, or the only string."""
    if not isinstance(fields, dict):
        return None
    texts = [value for value in fields.values() if isinstance(value, str)]
    text = fields.get("text")
    return text if isinstance(text, str) else texts[0] if len(texts) == 1 else None
