"""A weighted sum of word alignments."""

from itertools import tee
from typing import Any, Dict, Iterable, Iterator, Sequence

import numpy

from ..errors import XprojError
from ..parts import Composite
from ..types import Bitext, WordAligner, WordAlignment, is_positional
from .links import merge


class WeightedAligner(Composite):
    """An aligner whose link weights are multiplied by a weight.

    aligner (WordAligner): the aligner.
    weight (float): the weight, in (0, 1].
    """

    def __init__(self, aligner: WordAligner, weight: float):
        if not 0 < weight <= 1:
            raise XprojError(f"weight {weight} of an aligner: give one in (0, 1], as link weights are")
        self.aligner = aligner
        self.weight = weight
        self.positional = is_positional(aligner)

    def parts(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): the aligner, which may have corpus statistics."""
        return {"aligner": self.aligner}

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """YIELDS (WordAlignment): the links of each pair, with their weights multiplied."""
        for links in self.aligner(bitexts):
            yield WordAlignment(links.source, links.target, numpy.float32(self.weight) * links.weight)


class MixtureAligner(Composite):
    """The sum of the link weights of several aligners, cut off at 1. A link that an aligner has not has weight 0 there.

    terms (Sequence[WordAligner]): the aligners, weighted where they are a `WeightedAligner`.
    threshold (float): links whose sum does not exceed it are dropped.
    """

    def __init__(self, terms: Sequence[WordAligner], threshold: float = 0.0):
        self.terms = terms
        self.threshold = threshold
        self.positional = any(map(is_positional, terms))

    def parts(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): the terms, which may have corpus statistics."""
        return {f"term {i}": term for i, term in enumerate(self.terms)}

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """YIELDS (WordAlignment): the summed links of each pair."""
        streams = tee(bitexts, len(self.terms))
        for parts in zip(*(term(stream) for term, stream in zip(self.terms, streams)), strict=True):
            yield merge(parts, "sum", self.threshold)


def make_weighted_aligner(aligner: WordAligner, weight: float = 1.0) -> WordAligner:
    """Make a `WeightedAligner` (registered as `spacy-xproj.WeightedAligner.v1`).

    aligner (WordAligner): the aligner.
    weight (float): its weight, in (0, 1].
    RETURNS (WordAligner): the weighted aligner.
    RAISES (XprojError): for another weight.
    """
    return WeightedAligner(aligner, weight)


def make_mixture_aligner(*terms: WordAligner, threshold: float = 0.0) -> WordAligner:
    """Make a `MixtureAligner` (registered as `spacy-xproj.MixtureAligner.v1`).

    In a config each term has a block of its own, which may be named at will::

        [projector.aligner]
        @xproj_aligners = "spacy-xproj.MixtureAligner.v1"

        [projector.aligner.*.embedding]
        @xproj_aligners = "spacy-xproj.WeightedAligner.v1"
        weight = 0.8

        [projector.aligner.*.embedding.aligner]
        @xproj_aligners = "spacy-xproj.EmbeddingAligner.v1"

    *terms (WordAligner): the aligners; one that is not a `WeightedAligner` has weight 1.
    threshold (float): links whose sum does not exceed it are dropped.
    RETURNS (WordAligner): the aligner.
    RAISES (XprojError): where there is none.
    """
    if not terms:
        raise XprojError("MixtureAligner has no terms; add blocks such as [projector.aligner.*.embedding]")
    return MixtureAligner(terms, threshold)
