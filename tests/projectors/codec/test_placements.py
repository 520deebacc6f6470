"""The search over token sequences, on a model that is a table: it equals scoring all of them."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.projectors.codec.placements import PlacementSearch


def table_model(seed):
    """Make a function that gives the log-probability of a token after others; not normalised, but at most 0."""

    def log_probability(before, token):
        return -random.Random(f"{seed} {before} {token}").expovariate(1)

    return log_probability


def total(model, sequence, start):
    return sum(model(sequence[:i], sequence[i]) for i in range(start, len(sequence)))


def run(search, model, width):
    """Answer the search's questions. RETURNS: how many sequences it asked for in each round."""
    rounds = []
    while requests := search.requests(width):
        rounds.append(len(requests))
        for request in requests:
            own = search.sequences[request.sequence]
            search.receive(request, [model(own[:position], token) for position, token in request.steps])
    return rounds


def insertions(words):
    """All ways to put 8 and 9 around some of the words, with 7 at the end."""
    places = [(i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)]
    return [(0, *words[:i], 8, *words[i:j], 9, *words[j:], 7) for i, j in places]


@given(
    words=st.lists(st.integers(1, 3), min_size=1, max_size=7).map(tuple),
    seed=st.integers(0, 10**6),
    n_best=st.integers(1, 6),
    width=st.integers(1, 5),
    start=st.integers(0, 1),
)
def test_equals_scoring_all(words, seed, n_best, width, start):
    sequences = insertions(words)
    random.Random(seed).shuffle(sequences)
    model = table_model(seed)
    search = PlacementSearch(sequences, start, n_best)
    rounds = run(search, model, width)
    every = sorted((total(model, sequence, start) for sequence in sequences), reverse=True)
    assert [found.total for found in search.found] == pytest.approx(every[:n_best])
    for value, number, partial in search.found:
        sequence = sequences[number]
        ends = range(len(sequence) + 1)
        assert partial == pytest.approx([total(model, sequence[:end], start) for end in ends])
        assert value == partial[-1]
    assert len({found.sequence for found in search.found}) == min(n_best, len(sequences))
    assert search.scored == sum(rounds) <= len(sequences) and max(rounds) <= width


def test_hopeless_branches_are_not_scored():
    """A model that is sure of everything but markers elsewhere than around the third word."""
    sequences = insertions((1, 2, 3, 4, 5, 6))
    truth = (0, 1, 2, 8, 3, 9, 4, 5, 6, 7)

    def model(before, token):
        return -0.01 if truth[: len(before) + 1] == (*before, token) else -5.0

    search = PlacementSearch(sequences, 1, 1)
    run(search, model, 1)
    assert sequences[search.found[0].sequence] == truth
    assert search.found[0].total == pytest.approx(-0.09)
    assert search.scored <= 4 < len(sequences) == 21


def test_a_lookahead_saves_what_a_common_improbable_end_would_cost():
    """All sentences end in something improbable, so that no bound of a beginning is worse than a whole sequence."""
    sequences = insertions((1, 2, 3, 4, 5, 6))
    truth = (0, 1, 2, 8, 3, 9, 4, 5, 6, 7)

    def model(before, token):
        if token in (6, 7):
            return -20.0
        return -0.01 if truth[: len(before) + 1] == (*before, token) else -3.0

    settled = [sequence.index(9) + 1 for sequence in sequences]
    costs = {}
    for lookahead in (None, 2):
        search = PlacementSearch(sequences, 1, 1, lookahead, settled)
        run(search, model, 1)
        assert sequences[search.found[0].sequence] == truth
        costs[lookahead] = search.scored
    assert costs[2] < 5 and costs[None] == len(sequences)


def test_equal_sequences_are_scored_once():
    search = PlacementSearch([(0, 8, 7), (0, 8, 7), (0, 9, 7)], 1, 3)
    run(search, lambda before, token: math.log(0.5), 1)
    assert [found.sequence for found in search.found] == [0, 1, 2] and search.scored == 2


def test_nothing_to_search():
    assert PlacementSearch([], 1, 1).requests(4) == []
