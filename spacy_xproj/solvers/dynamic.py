"""A dynamic programme over token positions: the best options that do not overlap."""

from typing import Any, Dict, List, Optional, Tuple

from .options import Option

#: The best way to a state: its value, the last option (None at the start), and the way before that.
Way = Tuple[float, Optional[Option], Any]


def best_options(options: List[Option], n_proj: int, max_states: int) -> Optional[List[Tuple[int, int]]]:
    """Find the options of the greatest total value, no two on one token, at most `n_proj` of one entity.

    It goes from left to right. A state counts the matches of each group of entities that have the same options, as
    the digits of a number. There may be exponentially many: the problem (interval selection) is NP-hard.

    options (List[Option]): what can be chosen, at least one.
    n_proj (int): matches of an entity at most.
    max_states (int): give up if there are more states at one position.
    RETURNS (Optional[List[Tuple[int, int]]]): entity and candidate of each option; None if it gave up.
    """
    groups = _same_options(options)
    digit: Dict[int, Tuple[int, int]] = {}  # of the entity that stands for its group: weight and base
    weight = 1
    for entities in groups.values():
        base = n_proj * len(entities) + 1
        digit[entities[0]] = weight, base
        weight *= base
    by_start: Dict[int, List[Option]] = {}
    for option in options:
        if option.entity in digit:
            by_start.setdefault(option.start, []).append(option)
    ended: Dict[int, Dict[int, Way]] = {}  # by position, states whose last option ends there
    states: Dict[int, Way] = {0: (0.0, None, None)}
    for position in range(min(by_start), max(option.end for option in options) + 1):
        for state, way in ended.pop(position, {}).items():
            if state not in states or states[state][0] < way[0]:
                states[state] = way
        if len(states) > max_states:
            return None
        for option in by_start.get(position, ()):
            weight, base = digit[option.entity]
            ahead = ended.setdefault(option.end, {})
            for state, way in states.items():
                if state // weight % base == base - 1:
                    continue
                value = way[0] + option.value
                reached = state + weight
                if reached not in ahead or ahead[reached][0] < value:
                    ahead[reached] = value, option, way
    best = max(states.values(), key=lambda way: way[0])
    return _read_back(best, groups, n_proj)


def _same_options(options: List[Option]) -> Dict[int, List[int]]:
    """Entities that have the same options, by the first of them."""
    rows: Dict[int, List[Tuple[int, float]]] = {}
    for option in options:
        rows.setdefault(option.entity, []).append((option.candidate, option.value))
    groups: Dict[Tuple[Tuple[int, float], ...], List[int]] = {}
    for entity, row in rows.items():
        groups.setdefault(tuple(row), []).append(entity)
    return {entities[0]: entities for entities in groups.values()}


def _read_back(way: Way, groups: Dict[int, List[int]], n_proj: int) -> List[Tuple[int, int]]:
    """The options on a way, shared out among the entities of their groups from left to right."""
    chosen: List[Option] = []
    while way[1] is not None:
        chosen.append(way[1])
        way = way[2]
    free = {first: [entity for entity in entities for _ in range(n_proj)] for first, entities in groups.items()}
    return [(free[option.entity].pop(0), option.candidate) for option in reversed(chosen)]
