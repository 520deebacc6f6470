"""The exact solver: an optimal set of matches, at less than the cost of the greedy one."""

from typing import List, Optional, Tuple

import numpy

from ..types import Candidates, Floats2d, Match, Matches
from .dynamic import best_options
from .greedy import GreedySolver
from .milp import check_settings, solve_milp
from .options import Option, components, useful_options

#: States of the dynamic programme at one position past which a component goes to HiGHS.
MAX_STATES = 500


class ExactSolver:
    """Maximise Σ score^power over matches, no two of them overlapping, each entity matched at most `n_proj` times
    (registered as `spacy-xproj.ExactSolver.v1`).

    Most sentences need no search: if no entity's best candidate touches another's, those are the optimum. Otherwise
    the greedy solution bounds how much a match may be worse than its entity's best; of the candidates within that
    bound, one that contains another scoring as much is not needed; what is left falls into components that share
    neither an entity nor a token, and each is solved by a dynamic programme.

    The problem is NP-hard (interval selection). A component with too many states goes to HiGHS, which is exact as well
    but slower; if HiGHS runs out of time, the best matches known are flagged `not_proved_optimal`.

    n_proj (int): matches of an entity at most.
    power (float): above 1 prefers one sure match to two doubtful ones.
    time_limit (float): seconds that HiGHS may take for a component.
    RAISES (XprojError): if a number is out of range.
    """

    def __init__(self, n_proj: int = 1, power: float = 1.0, time_limit: float = 10.0):
        check_settings(n_proj, power, time_limit)
        self.n_proj = n_proj
        self.power = power
        self.time_limit = time_limit
        self.greedy = GreedySolver(n_proj)

    def __call__(self, scores: Floats2d, candidates: Candidates) -> Matches:
        """Match entities with candidates.

        scores (Floats2d): only scores above 0 can be matched. *Shape:* ``(entities, candidates)``
        candidates (Candidates): the spans of the columns.
        RETURNS (Matches): the matches, ordered by entity and then position.
        """
        if not scores.size:
            return Matches()
        independent = _independent(scores, candidates) if self.n_proj == 1 else None
        return self._search(scores, candidates) if independent is None else Matches(independent)

    def _search(self, scores: Floats2d, candidates: Candidates) -> Matches:
        options = useful_options(scores, candidates, self._floors(scores, candidates), self.power)
        chosen: List[Tuple[int, int]] = []
        proved = True
        for component in components(options):
            found = best_options(component, self.n_proj, MAX_STATES)
            if found is None:
                found, optimal = self._hand_over(component)
                proved &= optimal
            chosen += found
        chosen.sort(key=lambda cell: (cell[0], candidates.spans[cell[1], 0]))
        matches = (Match(entity, candidate, scores.item(entity, candidate)) for entity, candidate in chosen)
        return Matches(matches, [] if proved else ["not_proved_optimal"])

    def _floors(self, scores: Floats2d, candidates: Candidates) -> numpy.ndarray:
        """The least score that a match of each entity can have in a solution that is as good as the greedy one.

        No solution exceeds the sum of the best values; one that gives up more of it than the greedy solution is worse.
        """
        best = numpy.maximum(scores.max(axis=1), 0).astype(numpy.float64) ** self.power
        known = sum(match.score**self.power for match in self.greedy(scores, candidates))
        spare = self.n_proj * best.sum() * (1 + 1e-9) - known  # a little more, for what rounding may do
        return numpy.maximum(best - spare, 0) ** (1 / self.power)

    def _hand_over(self, options: List[Option]) -> Tuple[List[Tuple[int, int]], bool]:
        starts, ends, entities, _, values = map(numpy.asarray, zip(*options))
        spans = numpy.stack([starts, ends], axis=1)
        chosen, proved = solve_milp(spans, entities, values, self.n_proj, time_limit=self.time_limit)
        return [(options[i].entity, options[i].candidate) for i in chosen.tolist()], proved


def _independent(scores: Floats2d, candidates: Candidates) -> Optional[List[Match]]:
    """The best candidate of every entity, or None if two of them overlap."""
    best = scores.argmax(axis=1)
    matches = []
    places = []
    for entity, (candidate, span) in enumerate(zip(best.tolist(), candidates.spans[best].tolist())):
        score = scores.item(entity, candidate)
        if score > 0:
            matches.append(Match(entity, candidate, score))
            places.append(span)
    places.sort()
    disjoint = all(left[1] <= right[0] for left, right in zip(places, places[1:]))
    return matches if disjoint else None
