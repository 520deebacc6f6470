"""The candidates of several extractors together."""

from itertools import tee
from typing import Iterable, Iterator, Sequence

import numpy

from ..errors import XprojError
from ..parts import Composite
from ..types import Bitext, CandidateExtractor, Candidates


class CombinedCandidates(Composite):
    """Every span that any of the extractors proposes, once (registered as `spacy-xproj.CombinedCandidates.v1`). In a
    config each extractor has a block of its own, such as ``[projector.extractor.*.ngram]``.

    *extractors (CandidateExtractor): the extractors.
    RAISES (XprojError): if there is none.
    """

    def __init__(self, *extractors: CandidateExtractor):
        if not extractors:
            raise XprojError("CombinedCandidates has no extractors; add blocks such as [projector.extractor.*.ngram]")
        self.extractors = extractors

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """Unite the spans for each pair, shorter ones first, then from left to right. Column i of their `origin` tells
        which of them extractor i proposed."""
        streams = tee(bitexts, len(self.extractors))
        for parts in zip(*(e(stream) for e, stream in zip(self.extractors, streams)), strict=True):
            yield union(parts)


def union(parts: Sequence[Candidates]) -> Candidates:
    """Unite candidates of one sentence.

    parts (Sequence[Candidates]): at least one set of them.
    RETURNS (Candidates): each span once, with its `origin` among the parts.
    """
    spans = numpy.concatenate([part.spans for part in parts])
    by_length = numpy.stack([spans[:, 1] - spans[:, 0], spans[:, 0]], axis=1)
    unique, place = numpy.unique(by_length, axis=0, return_inverse=True)
    origin = numpy.zeros((len(unique), len(parts)), dtype=bool)
    origin[place.reshape(-1), numpy.repeat(numpy.arange(len(parts)), [len(part) for part in parts])] = True
    united = numpy.stack([unique[:, 1], unique[:, 1] + unique[:, 0]], axis=1)
    return Candidates(united.astype(numpy.int32), origin)
