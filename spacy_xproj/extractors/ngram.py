"""All n-grams of the target as candidates."""

from functools import lru_cache
from typing import Iterable, Iterator

import numpy

from ..errors import XprojError
from ..types import Bitext, Candidates, Ints2d


class NgramCandidates:
    """Every span of up to `max_length` tokens (registered as `spacy-xproj.NgramCandidates.v1`).

    max_length (int): the longest span, in tokens. The paper takes 10; ten tokens lose long names.
    RAISES (XprojError): if it is less than 1.
    """

    def __init__(self, max_length: int = 45):
        if max_length < 1:
            raise XprojError(f"max_length is {max_length}: a candidate has at least 1 token")
        self.max_length = max_length

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """List the n-grams of each target, shorter ones first, then from left to right."""
        for bitext in bitexts:
            yield Candidates(ngrams(len(bitext.target), self.max_length))


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
