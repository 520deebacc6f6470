"""A weighted sum of match scores."""

from itertools import tee
from typing import Any, Dict, Iterable, Iterator, Sequence, Tuple

import numpy

from ..errors import XprojError
from ..parts import Composite
from ..types import Bitext, Candidates, Floats2d, MatchScorer


class WeightedTerm(Composite):
    """A score times a weight.

    scorer (MatchScorer): the score.
    weight (float): the weight.
    """

    def __init__(self, scorer: MatchScorer, weight: float):
        self.scorer = scorer
        self.weight = weight

    def parts(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): the scorer, which may have corpus statistics."""
        return {"scorer": self.scorer}

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """YIELDS (Floats2d): the weighted scores. *Shape:* ``(entities, candidates)``"""
        for scores in self.scorer(pairs):
            yield numpy.float32(self.weight) * scores


class WeightedScore(Composite):
    """The sum of scores (Politov et al. 2025, §3.3).

    terms (Sequence[MatchScorer]): the scores, weighted where they are a `WeightedTerm`.
    """

    def __init__(self, terms: Sequence[MatchScorer]):
        self.terms = terms

    def parts(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): the terms, which may have corpus statistics."""
        return {f"term {i}": term for i, term in enumerate(self.terms)}

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """YIELDS (Floats2d): the sums. *Shape:* ``(entities, candidates)``"""
        streams = tee(pairs, len(self.terms))
        for parts in zip(*(term(stream) for term, stream in zip(self.terms, streams)), strict=True):
            yield numpy.add.reduce(parts, dtype=numpy.float32)


def make_weighted_term(scorer: MatchScorer, weight: float = 1.0) -> MatchScorer:
    """Make a `WeightedTerm` (registered as `spacy-xproj.WeightedTerm.v1`).

    scorer (MatchScorer): the score.
    weight (float): its weight.
    RETURNS (MatchScorer): the weighted score.
    """
    return WeightedTerm(scorer, weight)


def make_weighted_score(*terms: MatchScorer) -> MatchScorer:
    """Make a `WeightedScore` (registered as `spacy-xproj.WeightedScore.v1`).

    In a config each term has a block of its own, which may be named at will::

        [projector.scorer]
        @xproj_scores = "spacy-xproj.WeightedScore.v1"

        [projector.scorer.*.align]
        @xproj_scores = "spacy-xproj.WeightedTerm.v1"
        weight = 0.5

        [projector.scorer.*.align.scorer]
        @xproj_scores = "spacy-xproj.AlignmentScore.v1"

    *terms (MatchScorer): the scores; one that is not a `WeightedTerm` has weight 1.
    RETURNS (MatchScorer): the scorer.
    RAISES (XprojError): where there is none.
    """
    if not terms:
        raise XprojError("WeightedScore has no terms; add blocks such as [projector.scorer.*.align]")
    return WeightedScore(terms)
