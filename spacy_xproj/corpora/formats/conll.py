"""The columns of CoNLL-2002 and CoNLL-2003, and those of MasakhaNER."""

import re
from typing import Iterator, List

from .columns import ColumnConverter, ColumnSentence, Row, check_columns, read_blocks

DOCSTART = "-DOCSTART-"


class ConllConverter(ColumnConverter):
    """Convert CoNLL columns: the token comes first and its tag last, whatever is between them is left aside.

    ::

        -DOCSTART- -X- O O

        EU NNP I-NP I-ORG
        rejects VBZ I-VP O
        German JJ I-NP I-MISC
        call NN I-NP O

    Columns are separated by tabs or by spaces, and all lines have the same number of them.
    """

    def read_sentences(self, text: str) -> Iterator[ColumnSentence]:
        columns = None
        for block in read_blocks(text):
            rows: List[Row] = []
            for number, line in block:
                cells = line.split("\t") if "\t" in line else re.split(" +", line.strip(" "))
                if cells[0] == DOCSTART:
                    continue
                columns = columns or max(2, len(cells))
                check_columns(cells, columns, number)
                rows.append(Row(number, cells[0], cells[-1]))
            if rows:
                yield ColumnSentence(rows)


class MasakhanerConverter(ColumnConverter):
    """Convert MasakhaNER: a token and its tag, separated by one space.

    ::

        Mwakilishi O
        John B-PER
        Lewis I-PER
    """

    def read_sentences(self, text: str) -> Iterator[ColumnSentence]:
        for block in read_blocks(text):
            cells = [(number, check_columns(line.split(" "), 2, number)) for number, line in block]
            yield ColumnSentence([Row(number, token, tag) for number, (token, tag) in cells])
