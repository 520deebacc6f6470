"""The items of a JSON file: one object a line, or one array of them."""

import json
import re
from typing import Any, Iterator, List, Tuple

from ...errors import XprojError

SHAPE = '{"text": "Ana in Rio", "ents": [{"start": 7, "end": 10, "label": "LOC"}]}'
SPACE = re.compile(r"[\s\ufeff]*")
DECODER = json.JSONDecoder()


def looks_like_json(text: str) -> bool:
    """Tell whether a text is JSON, from how it begins."""
    return re.match(r'[\s\ufeff]*(\{\s*"|\[\s*[\[{"])', text) is not None


def read_items(text: str) -> Iterator[Tuple[int, Any]]:
    """Read the items of a file: JSON lines, one array, or an object with an array `annotations`.

    text (str): the file.
    YIELDS (Tuple[int, Any]): the line that each begins at, and the item.
    RAISES (XprojError): if it is not JSON, with the line.
    """
    position = _skip(text, 0)
    if _is_array(text, position):
        yield from _read_array(text, position + 1)
        return
    line, counted = 1, 0
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        item, position = _decode(text, position, line)
        if isinstance(item, dict) and isinstance(item.get("annotations"), list) and "classes" in item:
            yield from ((line, one) for one in item["annotations"] if one is not None)
        else:
            yield line, item
        position = _skip(text, position)


def _is_array(text: str, position: int) -> bool:
    """Tell whether the file is one array, and not a line `["text", {…}]`."""
    return text[position : position + 1] == "[" and text[_skip(text, position + 1) : _skip(text, position + 1) + 1] in (
        *"[{",
        "]",
    )


def _read_array(text: str, position: int) -> Iterator[Tuple[int, Any]]:
    line, counted = 1, 0
    position = _skip(text, position)
    while text[position : position + 1] != "]":
        line += text.count("\n", counted, position)
        counted = position
        item, position = _decode(text, position, line)
        yield line, item
        position = _skip(text, position)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "]":
            line += text.count("\n", counted, position)
            raise XprojError(f"line {line}: not valid JSON (no ',' or ']' after an item of the array); correct it")
    rest = _skip(text, position + 1)
    if rest < len(text):
        line += text.count("\n", counted, rest)
        raise XprojError(f"line {line}: not valid JSON (text after the end of the array); correct it")


def _skip(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position


def _decode(text: str, position: int, line: int) -> Tuple[Any, int]:
    """Read the item that begins at a position, and tell where it ends."""
    try:
        item, end = DECODER.raw_decode(text, position)
        json.dumps(item, ensure_ascii=False).encode("utf-8")
        return item, end
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at column {error.colno}"
        if error.lineno != line:
            reason += f" of line {error.lineno}"
        raise XprojError(f"line {line}: not valid JSON ({reason}); write one object a line, such as {SHAPE}") from None
    except UnicodeEncodeError:
        raise XprojError(f"line {line}: half of a surrogate pair, such as \\ud83d; write whole characters") from None
    except (ValueError, RecursionError):  # limits of Python, not of JSON
        reason = "a number of thousands of digits, or thousands of brackets in each other"
        raise XprojError(f"line {line}: {reason}; write {SHAPE}") from None


def first_items(text: str, count: int = 20) -> List[Any]:
    """Read the first items of a file, as far as they can be read."""
    items: List[Any] = []
    try:
        for _, item in read_items(text):
            items.append(item)
            if len(items) == count:
                break
    except XprojError:
        pass
    return items
