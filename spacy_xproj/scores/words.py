"""Which words carry no name: function words, by frequency, and punctuation."""

import unicodedata
from collections import Counter
from typing import FrozenSet, Iterable, Tuple

from ..text.forms import token_forms
from ..text.forms import words as words_of
from ..types import Bitext

FunctionWords = FrozenSet[str]
#: Quotes with which a name may begin, beside opening brackets.
OPENING = frozenset("\"'«„“‘")
#: Marks that may end a name.
CLOSING = frozenset(")]}»”“’\"'%")


def function_words(
    bitexts: Iterable[Bitext], n_frequent: int = 60, max_chars: int = 4
) -> Tuple[FunctionWords, FunctionWords]:
    """Take the short lower-case words among the most frequent ones of each language.

    A script without case has none: there, length and frequency alone do not tell function words from names.

    bitexts (Iterable[Bitext]): the pairs to count in.
    n_frequent (int): how many of the most frequent words are looked at.
    max_chars (int): the longest function word.
    RETURNS (Tuple[FunctionWords, FunctionWords]): those of the source and of the target language.
    """
    counts: Tuple[Counter, Counter] = (Counter(), Counter())
    for bitext in bitexts:
        for count, doc in zip(counts, (bitext.source, bitext.target)):
            count.update(words_of(token_forms(doc)))
    source, target = (
        frozenset(word for word, _ in count.most_common(n_frequent) if word.islower() and len(word) <= max_chars)
        for count in counts
    )
    return source, target


def is_punctuation(text: str) -> bool:
    """Tell whether a token has neither letters nor digits nor currency or other name-like symbols."""
    return all(unicodedata.category(char)[0] in "PZC" for char in text)


def is_opening(text: str) -> bool:
    """Tell whether a token is an opening bracket or a quote, with which a name may begin."""
    return text in OPENING or all(unicodedata.category(char) in ("Ps", "Pi") for char in text)
