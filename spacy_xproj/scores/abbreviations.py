"""Abbreviations that the other language writes out: *EU*, *Unione europea*."""

import unicodedata
from typing import Sequence

from ..types import Floats2d, Ints2d
from .words import FunctionWords, is_punctuation

#: Letters of an abbreviation. A single one is an initial, and longer words in capitals are mostly names.
SHORTEST, LONGEST = 2, 6
#: What the words must have of the abbreviation's links, all together.
MOST = 0.5


def spell_out(
    links: Floats2d, source: Sequence[str], entities: Ints2d, target: Sequence[str], light: FunctionWords
) -> Floats2d:
    """Give each word that an abbreviation stands for what the abbreviation has with all of them together.

    An aligner links a word with the one that is most like it, so that the others seem not to belong to the name.
    Words are what an abbreviation stands for if their initials, in any order, are its letters, and it has most of its
    links there. Function words may lie between them.

    links (Floats2d): link weights. *Shape:* ``(source tokens, target tokens)``
    source (Sequence[str]): the source words.
    entities (Ints2d): the spans of the entities. *Shape:* ``(entities, 2)``
    target (Sequence[str]): the target words.
    light (FunctionWords): function words of the target language.
    RETURNS (Floats2d): the links, changed if there is such an abbreviation. *Shape:* ``(source tokens, target tokens)``
    """
    for start, end in entities.tolist():
        letters = sorted(source[start])
        if end - start == 1 and source[start].isupper() and SHORTEST <= len(letters) <= LONGEST:
            named = [i for i, word in enumerate(target) if word and word not in light and sorted(word) != letters]
            for first in range(len(named) - len(letters) + 1):
                run = named[first : first + len(letters)]
                together = min(links[start, run].sum(), 1.0)
                if together >= MOST and sorted(_initial(target[i]) for i in run) == letters:
                    links = links.copy()
                    links[start, run] = together
    return links


def _initial(word: str) -> str:
    """The first letter, in upper case and without marks; nothing that an abbreviation has if it is punctuation."""
    return "" if is_punctuation(word) else unicodedata.normalize("NFD", word)[0].upper()
