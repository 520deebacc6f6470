"""The items of a JSON file: one object a line, or one array of them."""

import json
import re
from itertools import islice
from typing import Any, Iterator, List, Tuple

from ...errors import XprojError
from ...storage.files import FileText

SHAPE = '{"text": "Ana in Rio", "ents": [{"start": 7, "end": 10, "label": "LOC"}]}'
SPACE = re.compile(r"[\s\ufeff]*")
DECODER = json.JSONDecoder()


def looks_like_json(text: str) -> bool:
    """Tell whether a text is JSON, from how it begins."""
    return re.match(r'[\s\ufeff]*(\{\s*"|\[\s*[\[{"])', text) is not None


def read_items(text: FileText) -> Iterator[Tuple[int, Any]]:
    """Read the items of a file: JSON lines, one array, or an object with an array `annotations`. Of a file that is read
    by the line, no more is in memory than an item.

    text (FileText): the file.
    YIELDS (Tuple[int, Any]): the line that each begins at, and the item.
    RAISES (XprojError): if it is not JSON, with the line.
    """
    cursor = _Cursor(text)
    if cursor.char == "[" and cursor.peek() in ("[", "{", "]"):  # and not a line `["text", {…}]`
        yield from _read_array(cursor)
        return
    while cursor.char:
        line, item = cursor.decode()
        if isinstance(item, dict) and isinstance(item.get("annotations"), list) and "classes" in item:
            yield from ((line, one) for one in item["annotations"] if one is not None)
        else:
            yield line, item


def _read_array(cursor: "_Cursor") -> Iterator[Tuple[int, Any]]:
    cursor.advance()
    while cursor.char != "]":
        yield cursor.decode()
        if cursor.char == ",":
            cursor.advance()
        elif cursor.char != "]":
            raise XprojError(
                f"line {cursor.line}: not valid JSON (no ',' or ']' after an item of the array); correct it"
            )
    cursor.advance()
    if cursor.char:
        raise XprojError(f"line {cursor.line}: not valid JSON (text after the end of the array); correct it")


class _Cursor:
    """A place in JSON that is no white space, or its end.

    text (FileText): the JSON.
    """

    def __init__(self, text: FileText) -> None:
        #: What is in memory, from the beginning of a line; what is still to be read; the place, and its line.
        self.text, self.rest = (text, iter(())) if isinstance(text, str) else ("", iter(text))
        self.position = 0
        self.line = 1
        self._skip()

    @property
    def char(self) -> str:
        """The character at the place; none at the end."""
        return self.text[self.position : self.position + 1]

    def advance(self) -> None:
        """Go on to the next character that is no white space."""
        self.position += 1
        self._skip()

    def peek(self) -> str:
        """Tell that character without going there."""
        while True:
            end = _skip(self.text, self.position + 1)
            if end < len(self.text) or not self._read(1):
                return self.text[end : end + 1]

    def decode(self) -> Tuple[int, Any]:
        """Read an item and go on to what follows it.

        RETURNS (Tuple[int, Any]): the line that it begins at, and the item.
        RAISES (XprojError): if it is not JSON, with the line.
        """
        line, lines = self.line, 1
        while True:
            try:
                item, end = DECODER.raw_decode(self.text, self.position)
                if "\\u" in self.text[self.position : end]:
                    json.dumps(item, ensure_ascii=False).encode("utf-8")
                break
            except json.JSONDecodeError as error:
                if error.pos >= len(self.text.rstrip()) and self._read(lines):  # it may end in a later line
                    lines *= 2
                    continue
                reason, other = f"{error.msg} at column {error.colno}", self._first_line() + error.lineno - 1
                if other != line:
                    reason += f" of line {other}"
                remedy = f"write one object a line, such as {SHAPE}"
                raise XprojError(f"line {line}: not valid JSON ({reason}); {remedy}") from None
            except UnicodeEncodeError:
                remedy = "write whole characters"
                raise XprojError(f"line {line}: half of a surrogate pair, such as \\ud83d; {remedy}") from None
            except (ValueError, RecursionError):  # limits of Python, not of JSON
                reason = "a number of thousands of digits, or thousands of brackets in each other"
                raise XprojError(f"line {line}: {reason}; write {SHAPE}") from None
        self._move(end)
        self._skip()
        return line, item

    def _skip(self) -> None:
        while True:
            self._move(_skip(self.text, self.position))
            if self.position < len(self.text) or not self._read(1):
                return

    def _move(self, position: int) -> None:
        self.line += self.text.count("\n", self.position, position)
        self.position = position

    def _read(self, lines: int) -> bool:
        """Read some lines more, and let go of those before the place. RETURNS (bool): whether there were some."""
        more = "".join(islice(self.rest, lines))
        if more:
            start = self.text.rfind("\n", 0, self.position) + 1
            self.text, self.position = self.text[start:] + more, self.position - start
        return bool(more)

    def _first_line(self) -> int:
        return self.line - self.text.count("\n", 0, self.position)


def _skip(text: str, position: int) -> int:
    match = SPACE.match(text, position)
    return match.end() if match else position


def first_items(text: FileText, count: int = 20) -> List[Any]:
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
