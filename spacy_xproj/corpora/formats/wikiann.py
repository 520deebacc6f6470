"""The columns of WikiANN, as PAN-X in XTREME distributes it."""

import re
from functools import partial
from typing import Iterator, List

from spacy.tokens import Doc

from ...errors import XprojError
from ...types import Converter
from .columns import Row, Sentence, check_columns, convert_columns, read_blocks

#: The language in front of a token, as Wikipedia calls it: `en:`, `zh-min-nan:`, `simple:`, but not `http:`.
LANGUAGE_PREFIX = re.compile(r"([a-z]{2,3}|simple)(-[a-z]+)*:")


def read_wikiann(text: str, lang: str, scheme: str = "auto", repair: bool = False) -> Iterator[Doc]:
    """Read WikiANN: a language, a colon and a token, then a tab and the tag.

    ::

        en:Apollo	B-ORG
        en::	O
        en:Saturn	B-LOC
        en:V	I-LOC

    The language is left out of the token; a token may contain further colons. A file has one language.

    text (str): the file.
    lang (str): spaCy language code.
    scheme (str): `IOB1`, `IOB2`, `IOBES`, `BILOU`, or `auto` to tell it from the whole file.
    repair (bool): fix bad tags as conlleval reads them, and record each fix in ``Doc.user_data["repairs"]``.
    YIELDS (Doc): each sentence, its tokens separated by single spaces.
    RAISES (XprojError): where the input is bad, with its line.
    """
    return convert_columns(text, read_sentences, lang, scheme, repair)


def read_sentences(text: str) -> Iterator[Sentence]:
    """YIELDS (Sentence): each sentence of a WikiANN file."""
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
        yield Sentence(rows)


def make_wikiann_converter(lang: str, scheme: str = "auto", repair: bool = False) -> Converter:
    """Configure `read_wikiann`.

    lang (str): spaCy language code.
    scheme (str): tag scheme, or `auto`.
    repair (bool): fix bad tags instead of raising them.
    RETURNS (Converter): the converter.
    """
    return partial(read_wikiann, lang=lang, scheme=scheme, repair=repair)
