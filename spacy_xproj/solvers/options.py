"""Options: where an entity may be placed. Which of them an optimal solution can need, and which belong together."""

from typing import Dict, List, NamedTuple, Tuple

import numpy

from ..types import Candidates, Floats1d, Floats2d


class Option(NamedTuple):
    """An entity may be placed on tokens [start, end).

    start (int): first token.
    end (int): token after the last.
    entity (int): the entity.
    candidate (int): the candidate that has these tokens.
    value (float): what it adds to the objective.
    """

    start: int
    end: int
    entity: int
    candidate: int
    value: float


def useful_options(scores: Floats2d, candidates: Candidates, floors: Floats1d, power: float) -> List[Option]:
    """List the options of each entity but for those that contain a shorter one scoring as much.

    scores (Floats2d): only scores above 0 count. *Shape:* ``(entities, candidates)``
    candidates (Candidates): the spans of the columns.
    floors (Floats1d): the least score of an entity that counts. *Shape:* ``(entities,)``
    power (float): an option's value is its score to the power of this.
    RETURNS (List[Option]): the options, ordered by entity.
    """
    entities, columns = numpy.nonzero((scores > 0) & (scores >= floors[:, None]))
    starts, ends = candidates.spans[columns].T
    values = scores[entities, columns]
    # best[e, s, t]: the best score of entity e on a span within [s, t)
    best = numpy.zeros((len(scores), ends.max(initial=0) + 2, ends.max(initial=0) + 1), dtype=scores.dtype)
    best[entities, starts, ends] = values
    numpy.maximum.accumulate(best[:, ::-1], axis=1, out=best[:, ::-1])
    numpy.maximum.accumulate(best, axis=2, out=best)
    shorter = numpy.maximum(best[entities, starts + 1, ends], best[entities, starts, ends - 1])
    (kept,) = numpy.nonzero(values > shorter)
    fields = (starts, ends, entities, columns, values.astype(numpy.float64) ** power)
    return list(map(Option, *(field[kept].tolist() for field in fields)))


def components(options: List[Option]) -> List[List[Option]]:
    """Split options into groups that share neither an entity nor a token: each can be solved by itself.

    options (List[Option]): the options.
    RETURNS (List[List[Option]]): the groups.
    """
    by_entity: Dict[int, List[Option]] = {}
    for option in options:
        by_entity.setdefault(option.entity, []).append(option)
    groups: List[Tuple[int, List[Option]]] = []  # tokens as a bit mask, options
    for own in by_entity.values():
        tokens = 0
        for option in own:
            tokens |= (1 << option.end) - (1 << option.start)
        apart = []
        for group in groups:
            if group[0] & tokens:
                tokens |= group[0]
                own = group[1] + own
            else:
                apart.append(group)
        groups = [*apart, (tokens, own)]
    return [group for _, group in groups]
