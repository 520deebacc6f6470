"""Split a text that is too long for a model."""

import re
from typing import Callable, List

#: Places to cut at, best first: after a sentence, after a clause, at a space.
BOUNDARIES = [
    re.compile(r"[.!?…。！？؟۔।]+[\"'”’»)\]]*\s*"),
    re.compile(r"[,;:،；：、]\s+|[、，；]"),
    re.compile(r"\s+"),
]


def split_text(text: str, fits: Callable[[str], bool]) -> List[str]:
    """Cut a text into pieces that fit, each time near the middle and at the best boundary there.

    text (str): the text.
    fits (Callable[[str], bool]): whether a text is short enough.
    RETURNS (List[str]): the pieces, without the white space between them; the text itself if it fits.
    """
    if len(text) < 2 or fits(text):
        return [text]
    cut = _best_cut(text)
    halves = (text[:cut].strip(), text[cut:].strip())
    return [piece for half in halves if half for piece in split_text(half, fits)]


def _best_cut(text: str) -> int:
    """Find the best boundary in the middle half of the text, or else its middle."""
    middle = len(text) // 2
    for boundary in BOUNDARIES:
        cuts = [match.end() for match in boundary.finditer(text)]
        near = [cut for cut in cuts if abs(cut - middle) <= len(text) / 4 and 0 < cut < len(text)]
        if near:
            return min(near, key=lambda cut: abs(cut - middle))
    return middle
