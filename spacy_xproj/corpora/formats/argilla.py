"""Records of Argilla."""

from typing import Any, Dict, Iterator, Optional

from ...errors import XprojError
from .records import Record
from .tool_items import ToolConverter, main_text, read_entities, read_id


class ArgillaConverter(ToolConverter):
    """Convert records of Argilla, as `to_json` and `to_list` write them, of version 1 and 2. The first response is
    read; of a record without one, the suggestion. Discarded records are left out.

    ::

        {"id": "s-1", "fields": {"text": "Maria sang."}, "suggestions": {},
         "responses": {"span": [{"value": [{"start": 0, "end": 5, "label": "PER"}]}]}}
    """

    title = "Argilla"

    @classmethod
    def is_item(cls, item: Any) -> bool:
        if not isinstance(item, dict):
            return False
        fields = isinstance(item.get("fields"), dict) and ("responses" in item or "suggestions" in item)
        flat = any(key.endswith((".responses", ".suggestion")) for key in item)
        return fields or flat or (isinstance(item.get("text"), str) and ("annotation" in item or "prediction" in item))

    def read_item(self, item: Any, line: int) -> Optional[Record]:
        text = main_text(item["fields"] if isinstance(item.get("fields"), dict) else {"text": item.get("text")})
        if text is None:
            raise XprojError(f"line {line}: several texts in a record of {self.title}; call the field of one 'text'")
        if str(item.get("status", "")).casefold() == "discarded":
            self.reject(line, text, "discarded")
            return None
        answers = list(_answers(item))
        if any(status == "discarded" for status, _ in answers) and all(status == "discarded" for status, _ in answers):
            self.reject(line, text, "discarded")
            return None
        values = [value for status, value in answers if status != "discarded" and _are_spans(value)]
        if len(values) > 1:
            self.reject(line, text, f"{len(values) - 1} further responses to the same record")
        if not values:
            values = [value for value in _suggestions(item) if _are_spans(value)]
            if values:
                self.note("records without responses are read from suggestions")
        entities = read_entities(values[0] if values else [], line)
        tokens = [token for token in item.get("tokens") or [] if isinstance(token, str)]
        return Record(line, text, entities, read_id(item.get("metadata"), item), tokens)


def _are_spans(value: Any) -> bool:
    """Tell whether an answer is a list of spans; an empty one says that there are none."""
    return isinstance(value, list) and all(isinstance(one, (dict, list)) for one in value)


def _answers(item: Dict[str, Any]) -> Iterator[Any]:
    """Give status and value of each response, of the versions of Argilla."""
    responses = item.get("responses")
    if isinstance(responses, dict):  # 2: by question
        for answers in responses.values():
            yield from ((one.get("status"), one.get("value")) for one in answers or [] if isinstance(one, dict))
    for response in responses if isinstance(responses, list) else []:  # 1, feedback: by user
        values = response.get("values") if isinstance(response, dict) else None
        for one in (values or {}).values():
            yield response.get("status"), one.get("value") if isinstance(one, dict) else one
    for key, values in item.items():  # 2, as a data set: flat
        if key.endswith(".responses") and isinstance(values, list):
            statuses = item.get(f"{key}.status") or [None] * len(values)
            yield from zip(statuses, values)
    if item.get("annotation") is not None:  # 1, token classification
        yield None, item["annotation"]


def _suggestions(item: Dict[str, Any]) -> Iterator[Any]:
    suggestions = item.get("suggestions")
    listed = list(suggestions.values()) if isinstance(suggestions, dict) else suggestions or []
    yield from (one.get("value") for one in listed if isinstance(one, dict))
    yield from (value for key, value in item.items() if key.endswith(".suggestion"))
    if item.get("prediction") is not None:
        yield item["prediction"]
