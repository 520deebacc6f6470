"""A weighted sum of word alignments."""

from itertools import tee
from typing import Iterable, Iterator, Optional, Sequence

import numpy

from ..config import check_fraction
from ..errors import XprojError
from ..parts import Composite, check_weights
from ..types import Bitext, WordAligner, WordAlignment, is_positional
from .links import merge


class MixtureAligner(Composite):
    """The weighted sum of the link weights of several aligners, cut off at 1. A link that an aligner does not have has
    weight 0 there. Registered as `spacy-xproj.MixtureAligner.v1`.

    In a config each term has a block of its own, such as ``[projector.aligner.*.embedding]``, which may be named at
    will; the weights are in the order of these blocks (see `WeightedScore`, and configs/project/statistical.cfg).

    *terms (WordAligner): the aligners.
    weights (Optional[Sequence[float]]): the weight of each, in (0, 1]; 1 for all if there are none.
    threshold (float): links whose sum does not exceed it are dropped.
    RAISES (XprojError): if there is no term, not one weight for each, or a number out of range.
    """

    def __init__(self, *terms: WordAligner, weights: Optional[Sequence[float]] = None, threshold: float = 0.0):
        self.terms = terms
        self.weights = check_weights("MixtureAligner", "[projector.aligner.*.embedding]", terms, weights)
        for weight in self.weights:
            if not 0 < weight <= 1:
                raise XprojError(f"weight {weight} of an aligner: give one in (0, 1], as link weights are")
        check_fraction("threshold", threshold)
        self.threshold = threshold
        self.positional = any(map(is_positional, terms))

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Sum the links of each pair."""
        streams = tee(bitexts, len(self.terms))
        for alignments in zip(*(term(stream) for term, stream in zip(self.terms, streams)), strict=True):
            weighted = [
                WordAlignment(links.source, links.target, numpy.float32(weight) * links.weight)
                for weight, links in zip(self.weights, alignments)
            ]
            yield merge(weighted, "sum", self.threshold)
