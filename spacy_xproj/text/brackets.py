"""Brackets and quotation marks: which of them belong together, and which stretches of a sentence part them."""

from typing import Dict, List, Optional, Sequence, Tuple

import numpy
from numpy.typing import NDArray

from ..types import Ints2d

#: Each closing bracket with the opening one.
BRACKETS = dict(zip(")]}）］｝〕】〗〉》」』｣⟩", "([{（［｛〔【〖〈《「『｢⟨"))
#: Those around what is added in passing; the others are quotation marks of East Asia.
ASIDE = tuple("([（［｛〔【〖")
#: Marks of one kind open and close in turn, whichever they are: languages differ in which is which (“a”, „a“, »a«).
QUOTES = ('"“”„‟＂〝〞〟', "«»", "‹›")
KIND: Dict[str, str] = {mark: kind for kind in QUOTES for mark in kind}
#: As old corpora write them.
SPELT_QUOTES = ("``", "''")


def pairs(words: Sequence[str]) -> List[Tuple[int, Optional[int]]]:
    """Find the brackets and quotation marks of a sentence.

    An apostrophe is none, nor is a mark between two letters of a word (Hebrew abbreviations).

    words (Sequence[str]): the words of the sentence.
    RETURNS (List[Tuple[int, Optional[int]]]): for each pair, the words that its marks are in; for a mark without its
        counterpart, its word and None.
    """
    found: List[Tuple[int, Optional[int]]] = []
    brackets: List[Tuple[str, int]] = []
    quotes: Dict[str, int] = {}  # the word of the open mark of each kind
    for i, word in enumerate(words):
        for mark in _marks(word):
            if mark in BRACKETS.values():
                brackets.append((mark, i))
            elif mark in KIND:
                kind = KIND[mark]
                if kind in quotes:
                    found.append((quotes.pop(kind), i))
                else:
                    quotes[kind] = i
            elif BRACKETS[mark] in [opening for opening, _ in brackets]:
                while brackets[-1][0] != BRACKETS[mark]:
                    found.append((brackets.pop()[1], None))
                found.append((brackets.pop()[1], i))
            else:
                found.append((i, None))
    return found + [(i, None) for _, i in brackets] + [(i, None) for i in quotes.values()]


def _marks(word: str) -> List[str]:
    if word in SPELT_QUOTES:
        return ['"']
    marks = []
    for i, char in enumerate(word):
        between = 0 < i < len(word) - 1 and word[i - 1].isalpha() and word[i + 1].isalpha()
        if char in BRACKETS or char in BRACKETS.values() or (char in KIND and not between):
            marks.append(char)
    return marks


def are_balanced(words: Sequence[str], spans: Ints2d) -> NDArray:
    """Tell which spans hold no bracket or quotation mark without its counterpart.

    words (Sequence[str]): the words of a sentence.
    spans (Ints2d): word spans [start, end). *Shape:* ``(spans, 2)``
    RETURNS (NDArray): booleans. *Shape:* ``(spans,)``
    """
    balanced = numpy.ones(len(spans), dtype=bool)
    for first, last in pairs(words):
        balanced &= holds(spans, first) == (False if last is None else holds(spans, last))
    return balanced


def holds(spans: Ints2d, word: int) -> NDArray:
    """Tell which spans hold a word. *Shape:* ``(spans,)``"""
    return (spans[:, 0] <= word) & (word < spans[:, 1])


def asides(words: Sequence[str]) -> List[Tuple[int, int]]:
    """Find what stands in round or square brackets, which have to be words of their own.

    words (Sequence[str]): the words of a sentence.
    RETURNS (List[Tuple[int, int]]): the words of the brackets, from left to right, for pairs with words between them.
    """
    return sorted(
        (first, last)
        for first, last in pairs(words)
        if last is not None and last > first + 1 and words[first] in ASIDE and words[last] in BRACKETS
    )
