"""The columns of WikiANN, as PAN-X in XTREME distributes it."""

import re
from typing import Iterator, List

from ...errors import XprojError
from ...storage.files import FileText
from .columns import ColumnConverter, ColumnSentence, Row, check_columns, read_blocks, split_tabs

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

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is WikiANN: all lines of a sample have one language in front."""
        lines = [line for line in text[:20_000].split("\n")[:50] if line.strip()]
        found = [LANGUAGE_PREFIX.match(line.lstrip("\ufeff")) for line in lines]
        languages = {match[0] for match in found if match}
        return len(languages) == 1 and all(found) and all("\t" in line for line in lines)

    def describe(self, text: FileText) -> str:
        return "WikiANN: 1 language:token, 2 tag"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        language = ""
        for block in read_blocks(text):
            rows: List[Row] = []
            for number, line in block:
                cell, tag = check_columns(split_tabs(line, 2), 2, number)
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
