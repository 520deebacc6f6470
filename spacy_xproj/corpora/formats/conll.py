"""The columns of CoNLL-2002 and CoNLL-2003."""

import re
from functools import partial
from typing import Iterator, List

from spacy.tokens import Doc

from ...types import Converter
from .columns import Row, Sentence, check_columns, convert_columns, read_blocks

DOCSTART = "-DOCSTART-"


def read_conll(text: str, lang: str, scheme: str = "auto", repair: bool = False) -> Iterator[Doc]:
    """Read CoNLL columns: the token first, its tag last, whatever there is between them left aside.

    ::

        -DOCSTART- -X- O O

        EU NNP I-NP I-ORG
        rejects VBZ I-VP O
        German JJ I-NP I-MISC
        call NN I-NP O

    Columns are separated by tabs or by spaces, and all lines have the same number of them.

    text (str): the file.
    lang (str): spaCy language code.
    scheme (str): `IOB1`, `IOB2`, `IOBES`, `BILOU`, or `auto` to tell it from the whole file.
    repair (bool): fix bad tags as conlleval reads them, and record each fix in ``Doc.user_data["repairs"]``.
    YIELDS (Doc): each sentence, its tokens separated by single spaces.
    RAISES (XprojError): where the input is bad, with its line.
    """
    return convert_columns(text, read_sentences, lang, scheme, repair)


def read_sentences(text: str) -> Iterator[Sentence]:
    """YIELDS (Sentence): each sentence of a file in CoNLL columns."""
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
            yield Sentence(rows)


def make_conll_converter(lang: str, scheme: str = "auto", repair: bool = False) -> Converter:
    """Configure `read_conll`.

    lang (str): spaCy language code.
    scheme (str): tag scheme, or `auto`.
    repair (bool): fix bad tags instead of raising them.
    RETURNS (Converter): the converter.
    """
    return partial(read_conll, lang=lang, scheme=scheme, repair=repair)
