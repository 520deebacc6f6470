"""The `gold_conll` files of OntoNotes 5, as CoNLL-2012 has them."""

from typing import Iterator, List

from ...errors import XprojError
from ...storage.files import FileText
from .brackets import Bracket, bracket_tags
from .columns import ColumnConverter, ColumnSentence, Row, read_blocks

#: Columns, from 0: the word, and its entities.
WORD, NAMES, MIN_COLUMNS = 3, 10, 12
#: How the Penn Treebank writes brackets and marks.
UNESCAPED = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
#: Words that stand for nothing in a released file, whose text is under another licence.
MISSING = "[WORD]"


class OntonotesConverter(ColumnConverter):
    """Convert `gold_conll`: a document, its part, the number of a word, the word, and among others its entities.

    ::

        #begin document (bc/cctv/00/cctv_0000); part 000
        bc/cctv/00/cctv_0000   0   0     John   NNP  (TOP(S(NP*   -   -   -   -  (PERSON*    (0
        bc/cctv/00/cctv_0000   0   1    Smith   NNP           *)  -   -   -   -         *)    0)
        bc/cctv/00/cctv_0000   0   2    slept   VBD    (VP*))))   -   -   -   -          *     -

        #end document

    Words are written as in text: `(` for `-LRB-`, `.` for `/.`.
    """

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is a `gold_conll` file."""
        return text.lstrip("\ufeff \r\n").startswith("#begin document (")

    def describe(self, text: FileText) -> str:
        return f"OntoNotes gold_conll: {WORD + 1} token, {NAMES + 1} entities in brackets, #begin document"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        for block in read_blocks(text):
            rows: List[Row] = []
            for number, line in block:
                if line.startswith("#begin document") or line.startswith("#end document"):
                    continue
                cells = line.split()
                if len(cells) < MIN_COLUMNS:
                    raise XprojError(f"line {number}: {len(cells)} columns, not {MIN_COLUMNS} or more; check --format")
                if cells[WORD] == MISSING:
                    raise XprojError(f"line {number}: '{MISSING}' in place of a word; put in the text first")
                rows.append(Row(number, _unescape(cells[WORD]), cells[NAMES]))
            if rows:
                yield ColumnSentence(bracket_tags(rows, [_brackets(row) for row in rows])[0])


def _brackets(row: Row) -> List[Bracket]:
    """Read a cell such as `*`, `(PERSON*`, `*)` or `(GPE)`."""
    label = row.tag.strip("()*")
    brackets = [Bracket(True, label)] if row.tag.startswith("(") and label else []
    brackets += [Bracket(False)] if row.tag.endswith(")") else []
    if row.tag not in ("*", "-") and not brackets:
        raise XprojError(f"line {row.line}: bad entity '{row.tag}' at '{row.token}'; correct it or check --format")
    return brackets


def _unescape(word: str) -> str:
    word = UNESCAPED.get(word, word)
    return word[1:] if len(word) == 2 and word[0] == "/" and not word[1].isalnum() else word
