"""The matching as a mixed-integer linear programme, solved by HiGHS through SciPy."""

from typing import Any, Tuple

import numpy
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from ..errors import XprojError
from ..types import Candidates, Floats2d, Ints2d, Match, Matches

CONSTRAINTS = ("<=", "=", ">=")
#: The greatest value as HiGHS sees it. It stops within 0.000001 of the optimum, which shall be little next to a value.
SCALE = 1000.0


class MilpSolver:
    """Maximise Σ score^power over matches, no two of them overlapping, each entity matched at most, exactly or at
    least `n_proj` times (Politov et al. 2025, §3.3; registered as `spacy-xproj.MilpSolver.v1`).

    If an entity cannot have as many matches as `=` or `>=` asks for, as few matches as possible are left out, the
    sum is maximised among those solutions, and the result is flagged `constraint_relaxed`.

    n_proj (int): matches of an entity. 0 makes sense with `>=` only, which then lets an entity have any number.
    constraint (str): whether an entity has at most (`<=`), exactly (`=`) or at least (`>=`) as many.
    power (float): above 1 prefers one sure match to two doubtful ones.
    time_limit (float): seconds for a sentence; past them the best matches found are flagged `not_proved_optimal`.
    RAISES (XprojError): if there is no such constraint, or a number is out of range.
    """

    def __init__(self, n_proj: int = 1, constraint: str = "<=", power: float = 1.0, time_limit: float = 10.0):
        if constraint not in CONSTRAINTS:
            raise XprojError(f"no constraint '{constraint}': use {', '.join(CONSTRAINTS)}")
        check_settings(n_proj, power, time_limit, least=0 if constraint == ">=" else 1)
        self.n_proj = n_proj
        self.constraint = constraint
        self.power = power
        self.time_limit = time_limit

    def __call__(self, scores: Floats2d, candidates: Candidates) -> Matches:
        """Match entities with candidates.

        scores (Floats2d): only scores above 0 can be matched. *Shape:* ``(entities, candidates)``
        candidates (Candidates): the spans of the columns.
        RETURNS (Matches): the matches, ordered by entity and then position.
        """
        entities, columns = numpy.nonzero(scores > 0)
        spans = candidates.spans[columns]
        values = scores[entities, columns].astype(numpy.float64) ** self.power
        chosen, proved = solve_milp(spans, entities, values, self.n_proj, self.constraint, self.time_limit)
        chosen = chosen[numpy.lexsort((spans[chosen, 0], entities[chosen]))]
        flags = [] if proved else ["not_proved_optimal"]
        if self.constraint != "<=" and _lacking(entities[chosen], range(len(scores)), self.n_proj):
            flags.append("constraint_relaxed")
        cells = zip(entities[chosen].tolist(), columns[chosen].tolist())
        return Matches((Match(entity, column, scores.item(entity, column)) for entity, column in cells), flags)


def solve_milp(
    spans: Ints2d,
    entities: NDArray,
    values: NDArray,
    n_proj: int,
    constraint: str = "<=",
    time_limit: float = 10.0,
) -> Tuple[NDArray, bool]:
    """Choose options of the greatest total value, no two on one token.

    One row for each entity and one for each target token: equivalent to one row for each pair of overlapping
    candidates, as published, but far tighter. For `=` and `>=` there is a variable for each entity that counts the
    matches it lacks; one of them costs more than all matches together can gain.

    spans (Ints2d): tokens [start, end) of each option. *Shape:* ``(options, 2)``
    entities (NDArray): its entity. *Shape:* ``(options,)``
    values (NDArray): its value, above 0. *Shape:* ``(options,)``
    n_proj (int): matches of an entity.
    constraint (str): whether it has at most (`<=`), exactly (`=`) or at least (`>=`) as many.
    time_limit (float): seconds after which the search ends.
    RETURNS (Tuple[NDArray, bool]): which options are chosen; whether they are proved to be the best.
    """
    if not len(values):
        return numpy.zeros(0, dtype=numpy.int32), True
    names, rows = numpy.unique(entities, return_inverse=True)
    matrix = _matrix(spans, rows, with_lacking=constraint != "<=")
    n_rows, n_columns = matrix.shape
    least, most = numpy.full(n_rows, -numpy.inf), numpy.ones(n_rows)
    least[: len(names)] = -numpy.inf if constraint == "<=" else n_proj
    most[: len(names)] = numpy.inf if constraint == ">=" else n_proj
    gain = numpy.full(n_columns, -SCALE * n_rows)  # at most one option is on each token
    gain[: len(values)] = values * (SCALE / values.max())
    highest = numpy.full(n_columns, n_proj)
    highest[: len(values)] = 1
    result = milp(
        -gain,
        constraints=LinearConstraint(matrix, least, most),
        integrality=numpy.ones(n_columns),
        bounds=Bounds(0, highest),
        options={"mip_rel_gap": 0, "time_limit": time_limit},  # by default it ends within 0.01% of the optimum
    )
    solutions = [] if result.x is None else [numpy.flatnonzero(result.x[: len(values)] > 0.5)]
    if result.success:
        return solutions[0], True
    solutions.append(_greedy(spans, rows, values, len(values) if constraint == ">=" else n_proj))
    asked = 0 if constraint == "<=" else n_proj
    best = max(solutions, key=lambda some: (-_lacking(entities[some], names, asked), values[some].sum()))
    return best, False


def _matrix(spans: Ints2d, rows: NDArray, with_lacking: bool) -> Any:
    """The constraint matrix: rows for entities, then for tokens; columns for options, then for what entities lack."""
    n_options, n_entities, first = len(spans), rows.max() + 1, spans[:, 0].min()
    lengths = spans[:, 1] - spans[:, 0]
    option = numpy.repeat(numpy.arange(n_options), lengths)
    token = numpy.arange(len(option)) - numpy.repeat(numpy.cumsum(lengths) - lengths - spans[:, 0], lengths)
    lacking = numpy.arange(n_entities if with_lacking else 0)
    cells = (
        numpy.concatenate([rows, n_entities + token - first, lacking]),
        numpy.concatenate([numpy.arange(n_options), option, n_options + lacking]),
    )
    shape = (n_entities + spans[:, 1].max() - first, n_options + len(lacking))
    return csr_array((numpy.ones(len(cells[0])), cells), shape=shape)


def _greedy(spans: Ints2d, rows: NDArray, values: NDArray, limit: int) -> NDArray:
    """Options from the best on that fit: something to return if the search had no time."""
    taken = numpy.zeros(spans.max(), dtype=bool)
    uses = numpy.zeros(rows.max() + 1, dtype=int)
    chosen = []
    for option in numpy.argsort(-values, kind="stable").tolist():
        start, end = spans[option]
        if uses[rows[option]] < limit and not taken[start:end].any():
            taken[start:end] = True
            uses[rows[option]] += 1
            chosen.append(option)
    return numpy.asarray(chosen)


def _lacking(entities: NDArray, names: Any, asked: int) -> int:
    """How many matches the named entities have less than asked for."""
    return sum(max(0, asked - int((entities == name).sum())) for name in names)


def check_settings(n_proj: int, power: float, time_limit: float, least: int = 1) -> None:
    """Check that the settings of a solver make sense, `n_proj` being at least `least`.

    RAISES (XprojError): if they do not.
    """
    if n_proj < least:
        raise XprojError(f"n_proj is {n_proj}: use at least {least}")
    if power <= 0:
        raise XprojError(f"power is {power}: use a number above 0")
    if time_limit <= 0:
        raise XprojError(f"time_limit is {time_limit}: use a number of seconds above 0")
