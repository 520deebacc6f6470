"""Words out of characters: neighbouring characters that align with one word are one.

If tokens are single characters of a script without spaces, a name has many tokens and its counterpart few, and no
single character means what the name means. So characters are put together to units before links are extracted. No
dictionary is asked: the units are the stretches that prefer the same word of the other language.
"""

from typing import Sequence

import numpy
from numpy.typing import NDArray

from ..models.subtokens import SentenceVectors
from ..text.scripts import is_katakana, is_unspaced
from ..text.tokenizers import are_characters
from ..types import Floats2d, Ints1d

#: Added to the similarity if a character goes on with the word of the one before it; within Katakana, where a change
#: is hardly ever one of words, it is three times as much.
STAY = 0.2
STAY_KATAKANA = 0.6
#: How much of a word's best similarities counts as that of a word which is near to everything.
HUBNESS = 0.3
N_BEST = 3


def find_units(similarity: Floats2d, words: Sequence[str]) -> Ints1d:
    """Put characters together that prefer the same word of the other side.

    The way through all characters is sought that has the greatest sum of similarities, each with the word that it is
    given to; going on with the same word earns a bonus (the Viterbi algorithm). As words that are near to everything
    attract characters, a part of the mean of its best similarities is subtracted from each word, after the idea of
    CSLS (Conneau et al. 2018, §2.3).

    similarity (Floats2d): cosines. *Shape:* ``(words of the other side, words)``
    words (Sequence[str]): the words, among them the characters.
    RETURNS (Ints1d): the unit of each word, ascending from 0. What is no character is a unit of its own, and so is
        every word of a sentence that has longer words of such a script. *Shape:* ``(words,)``
    """
    if not are_characters(words):
        return numpy.arange(len(words), dtype=numpy.int32)
    best = numpy.sort(similarity, axis=1)[:, -N_BEST:]
    gain = similarity - HUBNESS * best.mean(axis=1, keepdims=True)
    bonus = numpy.asarray([0.0] + [_bonus(*pair) for pair in zip(words, words[1:])])
    path = _best_path(gain, bonus)
    new = numpy.ones(len(words), dtype=numpy.int32)
    new[1:] = (bonus[1:] == 0) | (path[1:] != path[:-1])
    return (numpy.cumsum(new) - 1).astype(numpy.int32)


def join(sentence: SentenceVectors, units: Ints1d) -> SentenceVectors:
    """Average the vectors of each unit.

    sentence (SentenceVectors): at most one vector for each word.
    units (Ints1d): the unit of each word, ascending. *Shape:* ``(words,)``
    RETURNS (SentenceVectors): the units as words.
    """
    return SentenceVectors(sentence.vectors, units[sentence.word], int(units[-1]) + 1).pooled()


def unit_means(matrix: Floats2d, units: Ints1d) -> Floats2d:
    """Average the columns of each unit.

    matrix (Floats2d): *Shape:* ``(rows, words)``
    units (Ints1d): the unit of each word, ascending. *Shape:* ``(words,)``
    RETURNS (Floats2d): *Shape:* ``(rows, units)``
    """
    _, start, count = numpy.unique(units, return_index=True, return_counts=True)
    return (numpy.add.reduceat(matrix, start, axis=1) / count).astype(numpy.float32)


def _bonus(before: str, word: str) -> float:
    """What two neighbours earn that go on with one word: nothing if they cannot be of one."""
    if not (is_unspaced(before[-1]) and is_unspaced(word[0])):
        return 0.0
    return STAY_KATAKANA if is_katakana(before[-1]) and is_katakana(word[0]) else STAY


def _best_path(gain: Floats2d, bonus: NDArray) -> Ints1d:
    """The row of each column on the path of the greatest sum; staying in a row earns the bonus of the column.

    It is either best to stay or best to go to the best row so far, so a step costs one pass over the rows.
    """
    rows = numpy.arange(len(gain), dtype=numpy.int32)
    came_from = numpy.empty(gain.shape, dtype=numpy.int32)
    total = gain[:, 0].copy()
    for column in range(1, gain.shape[1]):
        best = total.argmax()
        stay = total + bonus[column]
        stays = stay >= total[best]
        came_from[:, column] = numpy.where(stays, rows, best)
        total = numpy.where(stays, stay, total[best]) + gain[:, column]
    path = numpy.empty(gain.shape[1], dtype=numpy.int32)
    path[-1] = total.argmax()
    for column in range(gain.shape[1] - 1, 0, -1):
        path[column - 1] = came_from[path[column], column]
    return path
