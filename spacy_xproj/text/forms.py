"""What aligners, scorers and word lists see of a token: its NFC form, with combining marks that were split off.

Docs keep their text and their tokens. A form belongs to a token, not to a stretch of text, so what is found on
forms holds for the tokens, and with them for character offsets, as it stands: nothing is mapped back.
"""

import unicodedata
from functools import lru_cache
from typing import List, Sequence, Tuple

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc

from ..types import Floats2d
from .scripts import is_unspaced


def nfc(text: str) -> str:
    """Compose letters and their marks as far as Unicode has characters for it."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1 << 16)
def is_mark(text: str) -> bool:
    """Tell whether a token is made of combining marks only, and so is a part of the token before it."""
    return all(unicodedata.category(char)[0] == "M" for char in text)


def continues(doc: Doc) -> NDArray:
    """Mark the tokens that are no words of their own, because a tokenizer split a word at a combining mark.

    Those are the mark itself and, if no white space lies between, the letters after it. In scripts without spaces it is
    the mark only: there, neighbouring letters need not be of one word.

    doc (Doc): the sentence.
    RETURNS (NDArray): booleans. *Shape:* ``(tokens,)``
    """
    inside = numpy.zeros(len(doc), dtype=bool)
    if not any(is_mark(token.text) for token in doc):
        return inside
    glued_mark = False  # a mark after a letter, with no white space behind it
    for i, token in enumerate(doc):
        text = token.text
        mark = is_mark(text)
        inside[i] = i > 0 and (mark or (glued_mark and text[0].isalpha() and not is_unspaced(text[0])))
        after_letter = glued_mark or (i > 0 and doc[i - 1].text[-1].isalpha())
        glued_mark = bool(mark and inside[i] and after_letter and not token.whitespace_)
    return inside


def token_forms(doc: Doc) -> List[str]:
    """Get the form of each token.

    doc (Doc): the sentence.
    RETURNS (List[str]): NFC forms. A token has the tokens that continue it in its own form; those have an empty one.
    """
    texts = [token.text for token in doc]
    if not any(map(is_mark, texts)):
        return [nfc(text) for text in texts]
    starts = numpy.flatnonzero(~continues(doc)).tolist()
    forms = [""] * len(doc)
    for start, end in zip(starts, [*starts[1:], len(doc)]):
        forms[start] = nfc("".join(texts[start:end]))
    return forms


def words(forms: Sequence[str]) -> Tuple[str, ...]:
    """Get the words of a sentence: its forms that are not empty."""
    return tuple(form for form in forms if form)


def spread(matrix: Floats2d, source: Sequence[str], target: Sequence[str]) -> Floats2d:
    """Give each token the links of the word that it is a part of.

    matrix (Floats2d): link weights of words. *Shape:* ``(source words, target words)``
    source (Sequence[str]): forms of the source tokens, as from `token_forms`.
    target (Sequence[str]): those of the target tokens.
    RETURNS (Floats2d): link weights of tokens. *Shape:* ``(source tokens, target tokens)``
    """
    rows, columns = (numpy.cumsum([form != "" for form in forms], dtype=int) - 1 for forms in (source, target))
    return matrix[rows[:, None], columns[None, :]]
