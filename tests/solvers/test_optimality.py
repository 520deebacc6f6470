"""The exact solver on thousands of instances: against an enumeration and against HiGHS, for 1, 2 and 3 matches."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.solvers import exact
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.solvers.greedy import GreedySolver
from spacy_xproj.solvers.milp import MilpSolver
from spacy_xproj.types import Candidates, Matches


def disjoint_sets(spans, position=0):
    """Go through every set of indices of spans that do not overlap."""
    later = [(i, span) for i, span in enumerate(spans) if span[0] >= position]
    yield []
    for i, (_, end) in later:
        for rest in disjoint_sets(spans, end):
            yield [i, *rest]


def optimum(scores, candidates, n_proj, power):
    """Find the best sum, by the best assignment of `n_proj` copies of each entity to every set of places."""
    values = numpy.where(scores > 0, scores, 0).astype(float) ** power
    copies = numpy.repeat(values, n_proj, axis=0)
    best = 0.0
    for places in disjoint_sets(candidates.spans.tolist()):
        rows, columns = linear_sum_assignment(copies[:, places], maximize=True)
        best = max(best, copies[:, places][rows, columns].sum())
    return best


def total(matches, power):
    return sum(match.score**power for match in matches)


def is_feasible(matches, scores, candidates, n_proj):
    tokens = [token for m in matches for token in range(*candidates.spans[m.candidate].tolist())]
    uses = numpy.bincount([m.entity for m in matches], minlength=1)
    exact_scores = all(m.score == scores[m.entity, m.candidate] > 0 for m in matches)
    return len(tokens) == len(set(tokens)) and uses.max() <= n_proj and exact_scores


def random_instance(random, max_entities, max_tokens):
    """Draw scores of one of several kinds (ties, gaps, repeats, tiny values), and candidates in any order."""
    n_tokens = int(random.integers(1, max_tokens + 1))
    spans = random.permutation(ngrams(n_tokens, n_tokens))
    spans = spans[random.random(len(spans)) < random.choice([0.4, 1.0])]
    scores = random.random((random.integers(1, max_entities + 1), len(spans)))
    kind = random.integers(5)
    if kind == 0:
        scores = numpy.round(scores * 4) / 4
    elif kind == 1:
        scores[random.random(scores.shape) < 0.7] = 0
    elif kind == 2:
        scores = scores[random.integers(0, len(scores), len(scores))]
    elif kind == 3:
        scores = scores**8
    return scores.astype(numpy.float32), Candidates(spans.astype(numpy.int32))


@pytest.mark.parametrize("n_proj", [1, 2, 3])
def test_equals_an_enumeration(n_proj):
    random = numpy.random.default_rng(n_proj)
    powers = [1.0, 5.0, 0.5]
    solvers = [ExactSolver(n_proj, power) for power in powers]
    for number in range(1000):
        scores, candidates = random_instance(random, 4, 4)
        power, solver = powers[number % 3], solvers[number % 3]
        matches = solver(scores, candidates)
        assert is_feasible(matches, scores, candidates, n_proj)
        assert matches.flags == ()
        assert total(matches, power) == pytest.approx(optimum(scores, candidates, n_proj, power), rel=1e-9), number


@pytest.mark.parametrize("n_proj", [1, 2, 3])
def test_equals_highs(n_proj):
    random = numpy.random.default_rng(10 + n_proj)
    for number in range(350):
        power = [1.0, 5.0][number % 2]
        scores, candidates = random_instance(random, 7, 12)
        ours, milp = ExactSolver(n_proj, power)(scores, candidates), MilpSolver(n_proj, power=power)
        theirs = milp(scores, candidates)
        assert is_feasible(theirs, scores, candidates, n_proj)
        assert total(ours, power) == pytest.approx(total(theirs, power), rel=1e-6), number


@st.composite
def instances(draw):
    n_tokens = draw(st.integers(1, 5))
    spans = draw(st.lists(st.sampled_from(ngrams(n_tokens, n_tokens).tolist()), unique_by=tuple, max_size=9))
    score = st.one_of(st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0]), st.floats(0.0009765625, 1, width=32))
    row = st.lists(score, min_size=len(spans), max_size=len(spans))
    scores = draw(st.lists(row, min_size=1, max_size=4))
    shaped = numpy.asarray(scores, dtype=numpy.float32).reshape(len(scores), len(spans))
    return shaped, Candidates(numpy.asarray(spans, dtype=numpy.int32).reshape(-1, 2))


@settings(max_examples=600, deadline=None)
@given(instances(), st.integers(1, 3), st.sampled_from([1.0, 2.0, 5.0]))
def test_equals_an_enumeration_in_corner_cases(instance, n_proj, power):
    scores, candidates = instance
    matches = ExactSolver(n_proj, power)(scores, candidates)
    assert is_feasible(matches, scores, candidates, n_proj)
    assert total(matches, power) == pytest.approx(optimum(scores, candidates, n_proj, power), rel=1e-9, abs=1e-15)


def test_weak_matches_are_not_lost_next_to_strong_ones():
    """The bound on what a match may lose is a difference of large sums: rounding must not cut off a tiny value."""
    spans = numpy.asarray([[0, 1], [0, 2], [1, 2], [5, 6], [6, 7]], dtype=numpy.int32)
    scores = numpy.zeros((4, 5), dtype=numpy.float32)
    scores[0, :2], scores[1, 1:3] = [0.9, 0.9], [0.9, 0.8]
    scores[2, 3], scores[3, 4] = 1e-4, 2e-5
    matches = ExactSolver(power=5.0)(scores, Candidates(spans))
    assert [(m.entity, m.candidate) for m in matches] == [(0, 0), (1, 2), (2, 3), (3, 4)]


def dense(n_entities=18, n_tokens=40):
    """Make an instance in which everything conflicts with everything."""
    spans = ngrams(n_tokens, 10)
    scores = numpy.random.default_rng(0).random((n_entities, len(spans)))
    return scores.astype(numpy.float32), Candidates(spans)


@pytest.mark.parametrize("make", [ExactSolver, MilpSolver])
def test_out_of_time_is_flagged_and_no_worse_than_greedy(make):
    scores, candidates = dense()
    matches = make(time_limit=1e-3)(scores, candidates)
    assert matches.flags == ("not_proved_optimal",)
    assert is_feasible(matches, scores, candidates, 1)
    assert total(matches, 1) >= total(GreedySolver()(scores, candidates), 1) - 1e-6
    assert total(matches, 1) < total(make(time_limit=60)(scores, candidates), 1)


def test_in_time_is_not_flagged(monkeypatch):
    scores, candidates = dense(8, 20)
    expected = ExactSolver()(scores, candidates)
    monkeypatch.setattr(exact, "MAX_STATES", 1)
    handed_over = ExactSolver()(scores, candidates)
    assert isinstance(handed_over, Matches) and handed_over.flags == ()
    assert total(handed_over, 1) == pytest.approx(total(expected, 1))


@pytest.mark.parametrize("make", [ExactSolver, MilpSolver])
@pytest.mark.parametrize("bad", [{"n_proj": 0}, {"power": 0.0}, {"power": -1.0}, {"time_limit": 0.0}])
def test_settings_out_of_range(make, bad):
    with pytest.raises(XprojError, match=next(iter(bad))):
        make(**bad)
