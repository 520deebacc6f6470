"""JSON lines with character offsets: what this package calls `jsonl`."""

from typing import Any, Dict, Iterator, List

from ...errors import XprojError
from ...storage.files import FileText
from .json_items import SHAPE, first_items, looks_like_json, read_items
from .records import Entity, Record, RecordConverter


class JsonlConverter(RecordConverter):
    """Convert JSON lines: a text and its entities by character offsets, the end excluded, and optionally a name.

    ::

        {"text": "Ana in Rio", "ents": [{"start": 7, "end": 10, "label": "LOC"}]}
        {"text": "Nobody.", "ents": [], "id": "s-2"}

    The text is tokenised by spaCy's rules for the language, unless there are `tokens` with their offsets, as `export`
    and `Doc.to_json` write them. The name goes to ``Doc.user_data["sent_id"]``; other keys are not read.
    """

    title = "JSON lines with text and ents"

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is of this format."""
        return looks_like_json(text) and all(
            isinstance(item, dict) and isinstance(item.get("ents"), list) for item in first_items(text)[:1] or [None]
        )

    def read_records(self, text: FileText) -> Iterator[Record]:
        for line, item in read_items(text):
            if not (
                isinstance(item, dict) and isinstance(item.get("text"), str) and isinstance(item.get("ents"), list)
            ):
                raise XprojError(f"line {line}: no 'text' string with a list of 'ents'; write {SHAPE}")
            if not item["text"].strip():
                raise XprojError(f"line {line}: the text is empty; remove the line")
            if not isinstance(item.get("id", ""), (str, int)):
                raise XprojError(f"line {line}: 'id' is neither a string nor a number; correct it or leave it out")
            entities = [_read_entity(ent, line) for ent in item["ents"]]
            tokens = _read_tokens(item, line)
            yield Record(line, item["text"], entities, str(item["id"]) if "id" in item else None, tokens)


def _read_tokens(item: Dict[str, Any], line: int) -> List[str]:
    """Read the tokens, if there are any."""
    tokens = item.get("tokens") or []
    try:
        return [item["text"][token["start"] : token["end"]] for token in tokens]
    except (TypeError, KeyError):
        shape = '[{"start": 0, "end": 3}, …]'
        raise XprojError(f"line {line}: bad 'tokens'; write {shape}, or leave them out") from None


def _read_entity(ent: Any, line: int) -> Entity:
    """Read an entity and check its shape."""
    keys = ("start", "end", "label")
    start, end, label = (ent.get(key) for key in keys) if isinstance(ent, dict) else (None, None, None)
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        raise XprojError(f"line {line}: bad entity {ent}; write {SHAPE}")
    text = ent.get("text")
    return Entity(start, end, label, text if isinstance(text, str) else None)
