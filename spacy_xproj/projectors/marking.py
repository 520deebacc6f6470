"""Markers around entities: written into a sentence, and read back from its translation."""

import re
from itertools import count, islice, product
from string import ascii_lowercase
from typing import Dict, List, Optional, Sequence, Tuple

OPEN, CLOSE = "[", "]"
#: What translation models write for them in East Asian text.
VARIANTS = str.maketrans("【】［］", "[][]")
#: A marker with the white space between it and what it marks.
MARKER = re.compile(r"(\[\s*|\s*\])")

#: A tag such as `<a>` or `</a>`, with the white space between it and what it marks.
TAG = re.compile(r"<\s*(?P<opened>[a-z]+)\s*>\s*|\s*<\s*/\s*(?P<closed>[a-z]+)\s*>")

#: Characters [start, end) of a text.
Range = Tuple[int, int]


def is_markable(text: str) -> bool:
    """Tell whether a text has no character that could be taken for a marker."""
    return not MARKER.search(text.translate(VARIANTS))


def mark(text: str, spans: Sequence[Range], apart: bool = False) -> str:
    """Put markers around parts of a text.

    text (str): the text.
    spans (Sequence[Range]): the parts, from left to right, none of them empty or overlapping.
    apart (bool): part the markers with spaces from all else, which makes each of them a word, the same everywhere.
    RETURNS (str): the marked text.
    """
    pieces = []
    before = 0
    for start, end in spans:
        pieces += [text[before:start], OPEN, text[start:end], CLOSE]
        before = end
    pieces.append(text[before:])
    if not apart:
        return "".join(pieces)
    spaced = pieces[0]
    for piece in pieces[1:]:
        parted = not spaced or not piece or spaced[-1].isspace() or piece[0].isspace()
        spaced += piece if parted else f" {piece}"
    return spaced


def read_marked(text: str) -> Optional[Tuple[str, List[Range]]]:
    """Take the markers out of a text, with the white space between each and what it marks.

    text (str): the marked text.
    RETURNS (Optional[Tuple[str, List[Range]]]): the text without markers, and the parts that they marked; None if
        they are not pairs around something, one after the other.
    """
    plain = ""
    spans: List[Range] = []
    start: Optional[int] = None
    for piece in MARKER.split(text.translate(VARIANTS)):
        if piece.startswith(OPEN):
            if start is not None:
                return None
            start = len(plain)
        elif piece.endswith(CLOSE):
            if start is None or start == len(plain):
                return None
            spans.append((start, len(plain)))
            start = None
        else:
            plain += piece
    return (plain, spans) if start is None else None


def is_taggable(text: str) -> bool:
    """Tell whether a text has nothing that could be taken for a tag."""
    return not TAG.search(text)


def tag_names(n: int) -> List[str]:
    """Name tags: `a` to `z`, then `aa`, `ab` and so on."""
    names = ("".join(letters) for length in count(1) for letters in product(ascii_lowercase, repeat=length))
    return list(islice(names, n))


def tag(text: str, spans: Sequence[Range]) -> str:
    """Put tags around parts of a text, each with a name of its own: ``<a>Ana</a> visits <b>Rome</b>``.

    text (str): the text.
    spans (Sequence[Range]): the parts, none of them empty; one may lie within another.
    RETURNS (str): the tagged text.
    """
    marks = []  # where; closing before opening, the inner ones first; the tag
    for i, ((start, end), name) in enumerate(zip(spans, tag_names(len(spans)))):
        marks.append((start, 1, -end, i, f"<{name}>"))
        marks.append((end, 0, -start, -i, f"</{name}>"))
    pieces, before = [], 0
    for at, *_, piece in sorted(marks):
        pieces += [text[before:at], piece]
        before = at
    return "".join([*pieces, text[before:]])


def read_tagged(text: str, n: int) -> Optional[Tuple[str, List[Range]]]:
    """Take tags out of a text, with the white space between each and what it marks.

    text (str): the tagged text.
    n (int): how many parts were tagged.
    RETURNS (Optional[Tuple[str, List[Range]]]): the text without tags, and the part of each name, in their order; None
        if each of the names is not there once, around something, or if tags cross each other.
    """
    plain, end = "", 0
    starts: Dict[str, int] = {}
    parts: Dict[str, Range] = {}
    inside: List[str] = []
    for found in TAG.finditer(text):
        plain += text[end : found.start()]
        end = found.end()
        if found["opened"]:
            if found["opened"] in starts:
                return None
            starts[found["opened"]] = len(plain)
            inside.append(found["opened"])
        elif not inside or inside.pop() != found["closed"] or starts[found["closed"]] == len(plain):
            return None
        else:
            parts[found["closed"]] = (starts[found["closed"]], len(plain))
    names = tag_names(n)
    if inside or set(parts) != set(names):
        return None
    return plain + text[end:], [parts[name] for name in names]
