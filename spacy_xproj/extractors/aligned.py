"""Candidates that the word alignment of the entities suggests."""

from typing import Iterable, Iterator

import numpy
from numpy.typing import NDArray

from ..errors import XprojError
from ..types import Bitext, Candidates, token_spans
from .ngram import ngrams


class AlignedCandidates:
    """The n-grams that touch a target token aligned with an entity, or that begin and end with one (registered as
    `spacy-xproj.AlignedCandidates.v1`).

    max_length (int): the longest span, in tokens.
    bound (str): `touching` (at least one token is aligned with an entity) or `spanning` (the first and the last
        token are).
    RAISES (XprojError): if there is no such bound.
    """

    def __init__(self, max_length: int = 45, bound: str = "touching"):
        if bound not in ("touching", "spanning"):
            raise XprojError(f"no bound '{bound}': use touching or spanning")
        self.max_length = max_length
        self.bound = bound

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """List the spans for each pair, shorter ones first, then from left to right."""
        for bitext in bitexts:
            spans = ngrams(len(bitext.target), self.max_length)
            aligned = _aligned_tokens(bitext)
            if self.bound == "spanning":
                keep = aligned[spans[:, 0]] & aligned[spans[:, 1] - 1]
            else:
                count = numpy.concatenate([[0], numpy.cumsum(aligned)])
                keep = count[spans[:, 1]] > count[spans[:, 0]]
            yield Candidates(spans[keep])


def _aligned_tokens(bitext: Bitext) -> NDArray:
    """Mark the target tokens that are aligned with any entity of the source."""
    inside = numpy.zeros(len(bitext.source), dtype=bool)
    for start, end in token_spans(bitext.source.ents):
        inside[start:end] = True
    links = bitext.links()
    aligned = numpy.zeros(len(bitext.target), dtype=bool)
    aligned[links.target[inside[links.source]]] = True
    return aligned
