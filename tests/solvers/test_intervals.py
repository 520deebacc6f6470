"""Weighted interval scheduling against all subsets."""

from itertools import combinations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.solvers.intervals import best_intervals

SPANS = st.tuples(st.integers(0, 8), st.integers(1, 4), st.integers(-2, 9))


def best_sum(spans, values):
    """Find the greatest sum of values over all subsets without overlaps."""
    best = 0
    for size in range(1, len(spans) + 1):
        for some in combinations(range(len(spans)), size):
            tokens = [token for i in some for token in range(*spans[i])]
            if len(tokens) == len(set(tokens)):
                best = max(best, sum(values[i] for i in some))
    return best


@given(st.lists(SPANS, max_size=8))
def test_it_is_optimal(items):
    spans = [(start, start + length) for start, length, _ in items]
    values = [value for *_, value in items]
    chosen = best_intervals(numpy.asarray(spans, dtype=numpy.int32).reshape(-1, 2), numpy.asarray(values))
    assert sum(values[i] for i in chosen) == best_sum(spans, values)
    assert all(values[i] > 0 for i in chosen)
    assert all(spans[a][1] <= spans[b][0] for a, b in zip(chosen, chosen[1:]))


@pytest.mark.parametrize("values, expected", [([1.0, 3.0, 1.5], [1]), ([2.0, 3.0, 1.5], [0, 2]), ([0, -1, 0], [])])
def test_one_long_span_or_two_short_ones(values, expected):
    spans = numpy.asarray([[0, 1], [0, 3], [1, 3]])
    assert best_intervals(spans, numpy.asarray(values)) == expected
