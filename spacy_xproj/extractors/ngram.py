"""All n-grams of the target as candidates."""

from functools import lru_cache
from typing import Collection, Iterable, Iterator, List, Optional

import numpy
from spacy.tokens import Doc

from ..errors import XprojError
from ..types import Bitext, Candidates, Ints2d


class NgramCandidates:
    """Every span of up to `max_length` tokens (registered as `spacy-xproj.NgramCandidates.v1`).

    max_length (int): the longest span, in tokens. The paper takes 10; ten tokens lose long names.
    stop_words (Optional[List[str]]): spans with one of these tokens are no candidates; `!` and `?` in the code behind
        the published figures.
    RAISES (XprojError): if it is less than 1.
    """

    def __init__(self, max_length: int = 45, stop_words: Optional[List[str]] = None):
        if max_length < 1:
            raise XprojError(f"max_length is {max_length}: a candidate has at least 1 token")
        self.max_length = max_length
        self.stop_words = frozenset(stop_words or ())

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """List the n-grams of each target, shorter ones first, then from left to right."""
        for bitext in bitexts:
            spans = ngrams(len(bitext.target), self.max_length)
            yield Candidates(without_words(spans, bitext.target, self.stop_words))


def without_words(spans: Ints2d, doc: Doc, words: Collection[str]) -> Ints2d:
    """Leave out the spans that have one of some words.

    spans (Ints2d): token spans [start, end). *Shape:* ``(spans, 2)``
    doc (Doc): the sentence.
    words (Collection[str]): the words.
    RETURNS (Ints2d): the other spans, in their order. *Shape:* ``(spans, 2)``
    """
    if not words:
        return spans
    count = numpy.cumsum([0, *(token.text in words for token in doc)])
    return spans[count[spans[:, 0]] == count[spans[:, 1]]]


@lru_cache(maxsize=512)
def ngrams(n_tokens: int, max_length: int) -> Ints2d:
    """List the n-grams of a sentence.

    n_tokens (int): length of the sentence.
    max_length (int): the longest n-gram.
    RETURNS (Ints2d): spans [start, end), ordered by length and then start. Shared between calls: read only.
        *Shape:* ``(spans, 2)``
    """
    lengths = numpy.arange(1, min(n_tokens, max_length) + 1)
    counts = n_tokens + 1 - lengths
    length = numpy.repeat(lengths, counts)
    start = numpy.arange(len(length)) - numpy.repeat(numpy.cumsum(counts) - counts, counts)
    spans = numpy.stack([start, start + length], axis=1).astype(numpy.int32)
    spans.flags.writeable = False
    return spans
