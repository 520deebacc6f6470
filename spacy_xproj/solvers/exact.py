"""The exact solver: an optimal set of matches, at about the cost of the greedy one."""

from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

import numpy

from ..types import Candidates, Floats2d, Match, Solver
from .milp import solve_milp

#: States of the dynamic programme at one position past which a component goes to the MILP solver.
MAX_STATES = 50_000


class _Option(NamedTuple):
    """An entity may be placed on tokens [start, end)."""

    start: int
    end: int
    entity: int
    candidate: int
    value: float


class _Step(NamedTuple):
    """The best way to a state of the dynamic programme: its value, the last option, the way before."""

    value: float
    option: Optional[_Option]
    before: Optional["_Step"]


class ExactSolver:
    """Maximise Σ score^power over matches, no two of them overlapping, each entity matched at most `n_proj` times.

    Most sentences need no search: where no entity's best candidate touches another's, those are the optimum.
    What is left is pruned (a candidate that contains another one scoring as much is never needed), split into
    components of options that touch one another, and solved by a dynamic programme from left to right over token
    position and uses of each entity; entities with the same options share a counter. The problem is NP-hard
    (interval selection), so a component with too many states is handed to HiGHS, which is exact but slower.

    n_proj (int): matches of an entity at most.
    power (float): above 1 prefers one sure match to two doubtful ones.
    """

    def __init__(self, n_proj: int, power: float):
        self.n_proj = n_proj
        self.power = power

    def __call__(self, scores: Floats2d, candidates: Candidates) -> List[Match]:
        """Match entities with candidates.

        scores (Floats2d): only scores above 0 can be matched. *Shape:* ``(entities, candidates)``
        candidates (Candidates): the spans of the columns.
        RETURNS (List[Match]): the matches, ordered by entity and then position.
        """
        if not scores.size:
            return []
        chosen = self._independent(scores, candidates)
        if chosen is None:
            values = numpy.maximum(scores, 0).astype(numpy.float64) ** self.power * (scores > 0)
            chosen = []
            for component in _components(_prune(values, candidates)):
                chosen += self._solve(component)
        spans = candidates.spans
        chosen.sort(key=lambda pair: (pair[0], spans[pair[1], 0]))
        return [Match(entity, candidate, float(scores[entity, candidate])) for entity, candidate in chosen]

    def _independent(self, scores: Floats2d, candidates: Candidates) -> Optional[List[Tuple[int, int]]]:
        """The best candidate of every entity, if they do not overlap and one match each is asked for."""
        if self.n_proj > 1:
            return None
        best = scores.argmax(axis=1).tolist()
        chosen = [(entity, candidate) for entity, candidate in enumerate(best) if scores[entity, candidate] > 0]
        spans = sorted(candidates.spans[candidate].tolist() for _, candidate in chosen)
        disjoint = all(left[1] <= right[0] for left, right in zip(spans, spans[1:]))
        return chosen if disjoint else None

    def _solve(self, options: List[_Option]) -> List[Tuple[int, int]]:
        found = _dynamic_programme(options, self.n_proj)
        return found if found is not None else solve_milp(options, self.n_proj)


def _prune(values: numpy.ndarray, candidates: Candidates) -> List[_Option]:
    """List the options of each entity, without those that contain a sub-span of at least their value."""
    options: List[_Option] = []
    for entity, row in enumerate(values):
        (columns,) = row.nonzero()
        spans = candidates.spans[columns]
        order = numpy.lexsort((spans[:, 1] - spans[:, 0], -row[columns]))
        kept: List[_Option] = []
        for i in order.tolist():
            start, end = spans[i].tolist()
            if not any(start <= other.start and other.end <= end for other in kept):
                kept.append(_Option(start, end, entity, int(columns[i]), float(row[columns[i]])))
        options += kept
    return options


def _components(options: List[_Option]) -> Iterator[List[_Option]]:
    """Split options into groups that share neither an entity nor a token."""
    owner: Dict[Tuple[str, int], int] = {}
    parent = list(range(len(options)))

    def find(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for i, option in enumerate(options):
        keys = [("entity", option.entity)] + [("token", token) for token in range(option.start, option.end)]
        for key in keys:
            parent[find(i)] = find(owner.setdefault(key, i))
    groups: Dict[int, List[_Option]] = {}
    for i, option in enumerate(options):
        groups.setdefault(find(i), []).append(option)
    yield from groups.values()


def _dynamic_programme(options: List[_Option], n_proj: int) -> Optional[List[Tuple[int, int]]]:
    """Best non-overlapping options from left to right; None where there are too many states.

    A state counts the uses of each group of entities that have the same options.
    """
    members = _groups(options)
    group_of = {entity: group for group, entities in enumerate(members) for entity in entities}
    limits = [n_proj * len(entities) for entities in members]
    representatives = {entities[0] for entities in members}
    options = [option for option in options if option.entity in representatives]
    by_start: Dict[int, List[_Option]] = {}
    for option in options:
        by_start.setdefault(option.start, []).append(option)
    layers: Dict[int, Dict[Tuple[int, ...], _Step]] = {min(by_start): {(0,) * len(members): _Step(0.0, None, None)}}
    layer: Dict[Tuple[int, ...], _Step] = {}
    for position in range(min(by_start), max(option.end for option in options) + 1):
        arrived = layers.pop(position, {})
        for state, step in arrived.items():
            if state not in layer or layer[state].value < step.value:
                layer[state] = step
        if len(layer) > MAX_STATES:
            return None
        for option in by_start.get(position, ()):
            group = group_of[option.entity]
            ahead = layers.setdefault(option.end, {})
            for state, step in layer.items():
                if state[group] == limits[group]:
                    continue
                reached = state[:group] + (state[group] + 1,) + state[group + 1 :]
                value = step.value + option.value
                if reached not in ahead or ahead[reached].value < value:
                    ahead[reached] = _Step(value, option, step)
    return _read_back(max(layer.values(), key=lambda step: step.value), members, group_of, n_proj)


def _groups(options: List[_Option]) -> List[List[int]]:
    rows: Dict[int, List[Tuple[int, float]]] = {}
    for option in options:
        rows.setdefault(option.entity, []).append((option.candidate, option.value))
    groups: Dict[Tuple[Tuple[int, float], ...], List[int]] = {}
    for entity, row in rows.items():
        groups.setdefault(tuple(row), []).append(entity)
    return list(groups.values())


def _read_back(step: _Step, members: List[List[int]], group_of: Dict[int, int], n_proj: int) -> List[Tuple[int, int]]:
    options: List[_Option] = []
    while step.option is not None and step.before is not None:
        options.append(step.option)
        step = step.before
    uses = [0] * len(members)
    chosen: List[Tuple[int, int]] = []
    for option in reversed(options):
        group = group_of[option.entity]
        chosen.append((members[group][uses[group] // n_proj], option.candidate))
        uses[group] += 1
    return chosen


def make_exact_solver(n_proj: int = 1, power: float = 1.0) -> Solver:
    """Make an `ExactSolver` (registered as `spacy-xproj.ExactSolver.v1`).

    n_proj (int): matches of an entity at most.
    power (float): the objective is Σ score^power.
    RETURNS (Solver): the solver.
    """
    return ExactSolver(n_proj, power)
