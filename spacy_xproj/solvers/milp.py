"""The matching as a mixed-integer linear programme, solved by HiGHS through SciPy."""

from typing import List, Protocol, Sequence, Tuple

import numpy


class Option(Protocol):
    """An entity may be placed on tokens [start, end)."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def entity(self) -> int: ...
    @property
    def candidate(self) -> int: ...
    @property
    def value(self) -> float: ...


def solve_milp(options: Sequence[Option], n_proj: int) -> List[Tuple[int, int]]:
    """Maximise the value of the chosen options, no two on one token, at most `n_proj` of one entity.

    One row for each target token and one for each entity: equivalent to one row for each pair of overlapping
    candidates, as published, but far tighter.

    options (Sequence[Option]): what can be chosen.
    n_proj (int): matches of an entity at most.
    RETURNS (List[Tuple[int, int]]): entity and candidate of each option chosen.
    RAISES (RuntimeError): where the solver does not end with an optimum.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    entities = {entity: row for row, entity in enumerate(dict.fromkeys(option.entity for option in options))}
    first = min(option.start for option in options)
    rows, columns = [], []
    for column, option in enumerate(options):
        tokens = range(option.start, option.end)
        rows += [entities[option.entity]] + [len(entities) + token - first for token in tokens]
        columns += [column] * (1 + len(tokens))
    matrix = csr_array((numpy.ones(len(rows)), (rows, columns)), shape=(max(rows) + 1, len(options)))
    limits = numpy.ones(matrix.shape[0])
    limits[: len(entities)] = n_proj
    result = milp(
        -numpy.asarray([option.value for option in options]),
        constraints=LinearConstraint(matrix, ub=limits),
        integrality=numpy.ones(len(options)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},  # by default HiGHS stops within a ten-thousandth of the optimum
    )
    if not result.success:
        raise RuntimeError(f"HiGHS found no optimum: {result.message}")
    return [(option.entity, option.candidate) for option, x in zip(options, result.x) if x > 0.5]
