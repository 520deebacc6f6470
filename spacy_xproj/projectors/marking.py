"""Markers around entities: written into a sentence, and read back from its translation."""

import re
from typing import List, Optional, Sequence, Tuple

OPEN, CLOSE = "[", "]"
#: What translation models write for them in East Asian text.
VARIANTS = str.maketrans("【】［］", "[][]")
#: A marker with the white space between it and what it marks.
MARKER = re.compile(r"(\[\s*|\s*\])")

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
