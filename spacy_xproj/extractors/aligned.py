"""Candidates that the word alignment of the entities suggests."""

from itertools import combinations
from typing import Iterable, Iterator, List, Optional, Set, Tuple

import numpy
from numpy.typing import NDArray

from ..errors import XprojError
from ..types import Bitext, Candidates, Ints2d, token_spans
from .ngram import ngrams, without_words

BOUNDS = ("touching", "spanning", "within", "merged")


class AlignedCandidates:
    """The n-grams that the links of the entities suggest (registered as `spacy-xproj.AlignedCandidates.v1`).

    max_length (int): the longest span, in tokens.
    bound (str): which n-grams. `touching`: at least one token is aligned with an entity. `spanning`: the first and the
        last token are. `within`: none is left of the first token, or right of the last one, that is aligned with the
        same entity. `merged`: all tokens are aligned with the same entity, or the span goes from the first token of a
        continuous range of such tokens to the last of another. The last two are those of the code behind the figures
        of Politov et al. 2025.
    stop_words (Optional[List[str]]): n-grams with one of these tokens are no candidates.
    RAISES (XprojError): if there is no such bound, or `max_length` is less than 1.
    """

    def __init__(self, max_length: int = 45, bound: str = "touching", stop_words: Optional[List[str]] = None):
        if bound not in BOUNDS:
            raise XprojError(f"no bound '{bound}': use one of {', '.join(BOUNDS)}")
        if max_length < 1:
            raise XprojError(f"max_length is {max_length}: a candidate has at least 1 token")
        self.max_length = max_length
        self.bound = bound
        self.stop_words = frozenset(stop_words or ())

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """List the spans for each pair, shorter ones first, then from left to right."""
        for bitext in bitexts:
            aligned = _aligned_tokens(bitext)
            spans = ngrams(len(bitext.target), self.max_length)
            spans = spans[self._suggested(spans, aligned)]
            yield Candidates(without_words(spans, bitext.target, self.stop_words))

    def _suggested(self, spans: Ints2d, aligned: NDArray) -> NDArray:
        starts, ends = spans[:, 0], spans[:, 1]
        if self.bound == "spanning":
            anywhere: NDArray = numpy.logical_or.reduce(aligned, axis=0)
            return anywhere[starts] & anywhere[ends - 1]
        if self.bound == "touching":
            count = numpy.concatenate([[0], numpy.cumsum(aligned.any(axis=0))])
            return count[ends] > count[starts]
        keep = numpy.zeros(len(spans), dtype=bool)
        for tokens in aligned:
            ranges = _ranges(tokens)
            if ranges and self.bound == "within":
                keep |= (starts >= ranges[0][0]) & (ends <= ranges[-1][1])
            elif ranges:
                merged = {(left[0], right[1]) for left, right in combinations(ranges, 2)}
                keep |= _is_inside(spans, ranges) | _is_among(spans, merged)
        return keep


def _aligned_tokens(bitext: Bitext) -> NDArray:
    """Mark the target tokens that are aligned with each entity of the source. *Shape:* ``(entities, tokens)``"""
    links = bitext.links()
    entities = token_spans(bitext.source.ents)
    aligned = numpy.zeros((len(entities), len(bitext.target)), dtype=bool)
    for row, (start, end) in zip(aligned, entities.tolist()):
        row[links.target[(links.source >= start) & (links.source < end)]] = True
    return aligned


def _ranges(tokens: NDArray) -> List[Tuple[int, int]]:
    """The continuous ranges of marked tokens, from left to right."""
    edges = numpy.flatnonzero(numpy.diff(tokens.astype(numpy.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist()))


def _is_inside(spans: Ints2d, ranges: List[Tuple[int, int]]) -> NDArray:
    bounds = numpy.asarray(ranges)
    inside: NDArray = (spans[:, :1] >= bounds[:, 0]) & (spans[:, 1:] <= bounds[:, 1])
    return numpy.logical_or.reduce(inside, axis=1)


def _is_among(spans: Ints2d, chosen: Set[Tuple[int, int]]) -> NDArray:
    return numpy.asarray([span in chosen for span in map(tuple, spans.tolist())], dtype=bool)
