"""The exports of Label Studio."""

from typing import Any, Dict, List, Optional

from ...errors import XprojError
from .records import Record
from .tool_items import ToolConverter, find, main_text, read_entities, read_id


class LabelStudioConverter(ToolConverter):
    """Convert the JSON and JSON_MIN exports of Label Studio. Of several annotations of a task, the first is read that
    was not cancelled; of a task without one, the prediction.

    ::

        [{"id": 1, "data": {"text": "Maria sang."}, "annotations": [{"result": [
            {"type": "labels", "value": {"start": 0, "end": 5, "text": "Maria", "labels": ["PER"]}}]}]}]
    """

    title = "Label Studio"

    @classmethod
    def is_item(cls, item: Any) -> bool:
        if not isinstance(item, dict):
            return False
        if isinstance(item.get("data"), dict):
            return any(isinstance(item.get(key), list) for key in ("annotations", "completions", "predictions"))
        return "annotator" in item or "annotation_id" in item or bool(_min_labels(item))

    def read_item(self, item: Any, line: int) -> Optional[Record]:
        data = item["data"] if isinstance(item.get("data"), dict) else item
        text = data["text"] if isinstance(data.get("text"), str) else main_text(data)
        if text is None:
            raise XprojError(f"line {line}: several texts in the data of a task of {self.title}; call the one 'text'")
        if data is item:
            return Record(line, text, read_entities(_min_labels(item), line), read_id(item))
        annotations = [one for one in find(item, ("annotations", "completions")) or [] if isinstance(one, dict)]
        valid = [one for one in annotations if not one.get("was_cancelled")]
        if annotations and not valid:
            self.reject(line, text, "skipped by its annotator")
            return None
        if len(valid) > 1:
            self.reject(line, text, f"{len(valid) - 1} further annotations of the same task")
        if not annotations:
            valid = [one for one in item.get("predictions") or [] if isinstance(one, dict)]
            self.note("tasks without annotations are read from predictions")
        results = valid[0].get("result") if valid else []
        values = [one["value"] for one in results or [] if isinstance(one, dict) and _is_label(one)]
        return Record(line, text, read_entities(values, line), read_id(data, data.get("meta"), item))


def _min_labels(item: Dict[str, Any]) -> List[Any]:
    """Find the labels of JSON_MIN, which are under the name of their tag."""
    lists = [value for value in item.values() if isinstance(value, list) and value]
    return next((one for one in lists if isinstance(one[0], dict) and "labels" in one[0] and "start" in one[0]), [])


def _is_label(result: Dict[str, Any]) -> bool:
    return isinstance(result.get("value"), dict) and bool(result["value"].get("labels"))
