"""A weighted sum of match scores."""

from itertools import tee
from typing import Iterable, Iterator, Optional, Sequence, Tuple

import numpy

from ..parts import Composite, check_weights
from ..types import Bitext, Candidates, Floats2d, MatchScorer


class WeightedScore(Composite):
    """The weighted sum of scores (Politov et al. 2025, §3.3; registered as `spacy-xproj.WeightedScore.v1`).

    In a config each term has a block of its own, which may be named at will; the weights are in the order of these
    blocks::

        [projector.scorer]
        @xproj_scores = "spacy-xproj.WeightedScore.v1"
        weights = [0.5, 1.0]

        [projector.scorer.*.align]
        @xproj_scores = "spacy-xproj.AlignmentScore.v1"

        [projector.scorer.*.string]
        @xproj_scores = "spacy-xproj.StringScore.v1"

    *terms (MatchScorer): the scores.
    weights (Optional[Sequence[float]]): the weight of each; 1 for all if there are none.
    RAISES (XprojError): if there is no term, or not one weight for each.
    """

    def __init__(self, *terms: MatchScorer, weights: Optional[Sequence[float]] = None):
        self.terms = terms
        self.weights = check_weights("WeightedScore", "[projector.scorer.*.align]", terms, weights)

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs. *Shape:* ``(entities, candidates)``"""
        streams = tee(pairs, len(self.terms))
        for scores in zip(*(term(stream) for term, stream in zip(self.terms, streams)), strict=True):
            weighted = [numpy.float32(weight) * one for weight, one in zip(self.weights, scores)]
            yield numpy.add.reduce(weighted, dtype=numpy.float32)
