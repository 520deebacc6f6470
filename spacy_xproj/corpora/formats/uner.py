"""The `.iob2` files of Universal NER."""

import re
from functools import partial
from typing import Dict, Iterator, List, Tuple

from spacy.tokens import Doc

from ...errors import XprojError
from ...types import Converter
from .columns import Row, Sentence, check_columns, convert_columns, read_blocks


def read_uner(text: str, lang: str, scheme: str = "auto", repair: bool = False) -> Iterator[Doc]:
    """Read Universal NER: comments with the sentence's name and text, then number, token, tag, nothing and annotator.

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

    text (str): the file.
    lang (str): spaCy language code.
    scheme (str): `IOB1`, `IOB2`, `IOBES`, `BILOU`, or `auto` to tell it from the whole file.
    repair (bool): fix bad tags as conlleval reads them, put single spaces between tokens that do not fit their text,
        and record each fix in ``Doc.user_data["repairs"]``.
    YIELDS (Doc): each sentence, with its original text.
    RAISES (XprojError): where the input is bad, with its line.
    """
    return convert_columns(text, read_sentences, lang, scheme, repair)


def read_sentences(text: str) -> Iterator[Sentence]:
    """YIELDS (Sentence): each sentence of a Universal NER file."""
    for block in read_blocks(text):
        comments: Dict[str, Tuple[int, str]] = {}
        rows: List[Row] = []
        for number, line in block:
            if line.startswith("#"):
                key, _, value = line[1:].partition("=")
                comments[key.strip()] = (number, value.strip())
            else:
                position, token, tag, _, _ = check_columns(line.split("\t"), 5, number)
                check_position(position, len(rows) + 1, number)
                rows.append(Row(number, token, tag))
        if not rows and comments.keys() & {"sent_id", "text"}:
            raise XprojError(
                f"line {block[0][0]}: a sentence without tokens; add them, or remove its comments or an empty line "
                "after them"
            )
        if rows:
            _, sent_id = comments.get("sent_id", (0, None))
            text_line, original = comments.get("text", (0, None))
            yield Sentence(rows, sent_id, original, text_line)


def check_position(position: str, expected: int, line: int) -> None:
    """Check the number of a token.

    position (str): the number as it is written.
    expected (int): what it must be.
    line (int): the line's number.
    RAISES (XprojError): where it is another one, or the line is none of a token.
    """
    if re.fullmatch(r"\d+-\d+", position):
        raise XprojError(f"line {line}: multiword range {position}; remove the line, its words follow one by one")
    if re.fullmatch(r"\d+\.\d+", position):
        raise XprojError(f"line {line}: empty node {position}; remove the line, it is no word of the text")
    if position != str(expected):
        raise XprojError(f"line {line}: token number {position} should be {expected}; number them anew")


def make_uner_converter(lang: str, scheme: str = "auto", repair: bool = False) -> Converter:
    """Configure `read_uner`.

    lang (str): spaCy language code.
    scheme (str): tag scheme, or `auto`.
    repair (bool): fix bad tags instead of raising them.
    RETURNS (Converter): the converter.
    """
    return partial(read_uner, lang=lang, scheme=scheme, repair=repair)
