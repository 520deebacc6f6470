"""The `.iob2` files of Universal NER."""

import re
from typing import Dict, Iterator, List, Tuple

from ...errors import XprojError
from ...storage.files import FileText
from .columns import ColumnConverter, ColumnSentence, Row, check_columns, read_blocks, split_tabs


class UnerConverter(ColumnConverter):
    """Convert Universal NER: comments with the sentence's name and text, then number, token, tag, nothing, annotator.

    ::

        # sent_id = n01001-0001
        # text = Obama's man in Rio.
        1	Obama	B-PER	-	anna
        2	's	O	-	-
        3	man	O	-	-
        4	in	O	-	-
        5	Rio	B-LOC	-	anna
        6	.	O	-	-

    The name goes to ``Doc.user_data["sent_id"]``, the text decides on the spaces. Other comments, token numbers and the
    last two columns are not kept.
    """

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is of Universal NER."""
        lines = [line for line in text[:20_000].split("\n")[:50] if line.strip()]
        rows = [line for line in lines if not line.startswith("#")][:20]
        named = any(re.match(r"\ufeff?# (sent_id|text) =", line) for line in lines)
        return named and bool(rows) and all(re.match(r"\d+\t[^\t]+\t[^\t]+\t[^\t]+\t[^\t]+$", row) for row in rows)

    def describe(self, text: FileText) -> str:
        return "Universal NER: 2 token, 3 tag, comments #"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        for block in read_blocks(text):
            comments: Dict[str, Tuple[int, str]] = {}
            rows: List[Row] = []
            for number, line in block:
                if line.startswith("#"):
                    key, _, value = line[1:].partition("=")
                    comments[key.strip()] = (number, value.strip())
                else:
                    position, token, tag, _, _ = check_columns(split_tabs(line, 5), 5, number)
                    _check_position(position, len(rows) + 1, number)
                    rows.append(Row(number, token, tag))
            if not rows and comments.keys() & {"sent_id", "text"}:
                raise XprojError(
                    f"line {block[0][0]}: a sentence without tokens; add them, or remove its comments or an empty line "
                    "after them"
                )
            if rows:
                _, sent_id = comments.get("sent_id", (0, None))
                text_line, original = comments.get("text", (0, None))
                yield ColumnSentence(rows, sent_id, original, text_line)


def _check_position(position: str, expected: int, line: int) -> None:
    """Check the number of a token, as it is written."""
    if re.fullmatch(r"\d+-\d+", position):
        raise XprojError(f"line {line}: multiword range {position}; remove the line, its words follow one by one")
    if re.fullmatch(r"\d+\.\d+", position):
        raise XprojError(f"line {line}: empty node {position}; remove the line, it is no word of the text")
    if position != str(expected):
        raise XprojError(f"line {line}: token number {position} should be {expected}; number them anew")
