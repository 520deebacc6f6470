"""The columns of MasakhaNER."""

from functools import partial
from typing import Iterator, List

from spacy.tokens import Doc

from ...types import Converter
from .columns import Row, Sentence, check_columns, convert_columns, read_blocks


def read_masakhaner(text: str, lang: str, scheme: str = "auto", repair: bool = False) -> Iterator[Doc]:
    """Read MasakhaNER: a token and its tag, separated by a space.

    ::

        Mwakilishi O
        John B-PER
        Lewis I-PER

    text (str): the file.
    lang (str): spaCy language code.
    scheme (str): `IOB1`, `IOB2`, `IOBES`, `BILOU`, or `auto` to tell it from the whole file.
    repair (bool): fix bad tags as conlleval reads them, and record each fix in ``Doc.user_data["repairs"]``.
    YIELDS (Doc): each sentence, its tokens separated by single spaces.
    RAISES (XprojError): where the input is bad, with its line.
    """
    return convert_columns(text, read_sentences, lang, scheme, repair)


def read_sentences(text: str) -> Iterator[Sentence]:
    """YIELDS (Sentence): each sentence of a MasakhaNER file."""
    for block in read_blocks(text):
        rows: List[Row] = []
        for number, line in block:
            token, tag = check_columns(line.split(" "), 2, number)
            rows.append(Row(number, token, tag))
        yield Sentence(rows)


def make_masakhaner_converter(lang: str, scheme: str = "auto", repair: bool = False) -> Converter:
    """Configure `read_masakhaner`.

    lang (str): spaCy language code.
    scheme (str): tag scheme, or `auto`.
    repair (bool): fix bad tags instead of raising them.
    RETURNS (Converter): the converter.
    """
    return partial(read_masakhaner, lang=lang, scheme=scheme, repair=repair)
