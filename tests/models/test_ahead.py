"""A function that works one piece ahead, in a thread."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.models.ahead import map_ahead


@given(st.lists(st.integers(), max_size=6))
def test_it_is_map(numbers):
    assert list(map_ahead(lambda number: number + 1, iter(numbers))) == [(n, n + 1) for n in numbers]


def test_it_works_on_the_next_piece_and_no_further():
    started = [threading.Event() for _ in range(4)]
    read = []

    def pieces():
        for i in range(4):
            read.append(i)
            yield i

    results = map_ahead(lambda i: started[i].set(), pieces())
    next(results)
    assert started[1].wait(5) and read == [0, 1]
    results.close()
    deadline = time.monotonic() + 5
    while any("ahead" in thread.name for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not any("ahead" in thread.name for thread in threading.enumerate())


def test_errors_come_where_the_result_is_due():
    results = map_ahead(lambda number: 1 // number, [1, 0, 1])
    assert next(results) == (1, 1)
    with pytest.raises(ZeroDivisionError):
        next(results)
