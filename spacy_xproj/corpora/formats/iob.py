"""A sentence a line, the parts of each token joined by bars."""

from collections import Counter
from typing import Iterator, List

from ...errors import XprojError
from .columns import ColumnConverter, ColumnSentence, Row, read_lines
from .layout import MIN_SHARE
from .notation import detect_notation, tag_share

BAR = "|"


class IobConverter(ColumnConverter):
    """Convert what spaCy calls `iob`: a sentence a line, and in each token its text, a part of speech or none, its tag.

    ::

        Maria|NNP|B-PER sang|VBD|O
        Nobody|NN|O came|VBD|O
    """

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is of this format: every word has two or three parts, and the last ones are tags."""
        words = [word.split(BAR) for word in text[:20_000].rstrip().rpartition(" ")[0].split()]
        tags = Counter(word[-1] for word in words)
        return (
            bool(words)
            and all(len(word) in (2, 3) for word in words)
            and (tag_share(tags, detect_notation(tags)) >= MIN_SHARE or set(tags) == {"O"})
        )

    def describe(self, text: str) -> str:
        return "a sentence a line, token|…|tag"

    def read_sentences(self, text: str) -> Iterator[ColumnSentence]:
        for number, line in read_lines(text):
            rows: List[Row] = []
            for word in line.split():
                token, _, rest = word.partition(BAR)
                if not token or not rest:
                    raise XprojError(f"line {number}: '{word}' is no token{BAR}tag; correct it or check --format")
                rows.append(Row(number, token, rest.rpartition(BAR)[2]))
            if rows:
                yield ColumnSentence(rows)
