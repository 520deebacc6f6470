"""The greedy solver: as published for comparison, not optimal."""

from typing import List

import numpy

from ..types import Candidates, Floats2d, Match
from .milp import check_settings


class GreedySolver:
    """Take the best score that is left, remove what overlaps, repeat (García-Ferrero et al. 2023; Politov et al. 2025;
    registered as `spacy-xproj.GreedySolver.v1`).

    n_proj (int): matches of an entity at most.
    RAISES (XprojError): if it is less than 1.
    """

    def __init__(self, n_proj: int = 1):
        check_settings(n_proj, power=1.0, time_limit=1.0)
        self.n_proj = n_proj

    def __call__(self, scores: Floats2d, candidates: Candidates) -> List[Match]:
        """Match entities with candidates.

        scores (Floats2d): only scores above 0 can be matched. *Shape:* ``(entities, candidates)``
        candidates (Candidates): the spans of the columns.
        RETURNS (List[Match]): the matches, the best first.
        """
        open_scores = scores.copy()
        starts, ends = candidates.spans[:, 0], candidates.spans[:, 1]
        uses = numpy.zeros(len(scores), dtype=int)
        matches: List[Match] = []
        while open_scores.size:
            entity, candidate = numpy.unravel_index(open_scores.argmax(), open_scores.shape)
            score = open_scores[entity, candidate]
            if score <= 0:
                break
            matches.append(Match(int(entity), int(candidate), float(score)))
            open_scores[:, (starts < ends[candidate]) & (ends > starts[candidate])] = 0
            uses[entity] += 1
            if uses[entity] == self.n_proj:
                open_scores[entity] = 0
        return matches
