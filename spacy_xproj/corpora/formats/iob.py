"""A sentence a line, the parts of each token joined by bars or slashes."""

from collections import Counter
from typing import Iterator, List, Optional

from ...errors import XprojError
from ...storage.files import FileText, read_head
from .columns import ColumnConverter, ColumnSentence, Row, read_lines
from .layout import MIN_SHARE
from .notation import detect_notation, tag_share

#: What joins the parts of a token. A slash may also be in the token: its last one stands before the tag.
BAR, SLASH = "|", "/"


class IobConverter(ColumnConverter):
    """Convert what spaCy calls `iob`: a sentence a line, and in each token its text, a part of speech or none, its tag.

    ::

        Maria|NNP|B-PER sang|VBD|O
        Nobody|NN|O came|VBD|O

    Also with slashes, as taggers of Stanford write it: ``Maria/PERSON sang/O``.
    """

    @staticmethod
    def recognizes(text: FileText) -> bool:
        """Tell whether a text is of this format: every word has two or three parts, and the last ones are tags."""
        return _separator(text) is not None

    def describe(self, text: FileText) -> str:
        separator = _separator(text) or BAR
        return f"a sentence a line, token{separator}…{separator}tag"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        separator = _separator(text) or BAR
        for number, line in read_lines(text):
            rows: List[Row] = []
            for word in line.split():
                token, _, rest = word.partition(BAR) if separator == BAR else word.rpartition(SLASH)
                if not token or not rest:
                    raise XprojError(f"line {number}: '{word}' is no token{separator}tag; correct it or check --format")
                rows.append(Row(number, token, rest.rpartition(BAR)[2]))
            if rows:
                yield ColumnSentence(rows)


def _separator(text: FileText) -> Optional[str]:
    """Find what joins tokens and tags; None if the text is of another format."""
    words = read_head(text, 20_000)[:20_000].rstrip().rpartition(" ")[0].split()
    for separator in (BAR, SLASH):
        parts = [word.split(BAR) if separator == BAR else word.rsplit(SLASH, 1) for word in words]
        tags = Counter(part[-1] for part in parts)
        joined = bool(words) and all(len(part) in (2, 3) and part[0] for part in parts)
        if joined and (tag_share(tags, detect_notation(tags)) >= MIN_SHARE or set(tags) == {"O"}):
            return separator
    return None
