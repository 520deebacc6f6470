"""The columns of WikiANN, as PAN-X in XTREME distributes it."""

import re
from typing import Iterator, List

from ...errors import XprojError
from .columns import ColumnConverter, ColumnSentence, Row, check_columns, read_blocks

#: The language in front of a token, as Wikipedia calls it: `en:`, `zh-min-nan:`, `simple:`, but not `http:`.
LANGUAGE_PREFIX = re.compile(r"([a-z]{2,3}|simple)(-[a-z]+)*:")


class WikiannConverter(ColumnConverter):
    """Convert WikiANN: a language, a colon and a token, then a tab and the tag.

    ::

        en:Apollo	B-ORG
        en::	O
        en:Saturn	B-LOC
        en:V	I-LOC

    The language is left out of the token; a token may contain further colons. A file has one language.
    """

    def read_sentences(self, text: str) -> Iterator[ColumnSentence]:
        language = ""
        for block in read_blocks(text):
            rows: List[Row] = []
            for number, line in block:
                cell, tag = check_columns(line.split("\t"), 2, number)
                prefix = LANGUAGE_PREFIX.match(cell)
                if prefix is None or prefix.end() == len(cell):
                    raise XprojError(
                        f"line {number}: '{cell}' is not a language, a colon and a token; write it as en:token"
                    )
                language = language or prefix[0]
                if prefix[0] != language:
                    raise XprojError(
                        f"line {number}: '{cell}' does not begin with '{language}' as the lines before do; "
                        "write each language to a file of its own"
                    )
                rows.append(Row(number, cell[len(language) :], tag))
            yield ColumnSentence(rows)
