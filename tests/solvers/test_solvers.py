"""Solvers against an enumeration of all assignments and against HiGHS."""

from functools import cache

import numpy
import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.solvers import exact
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.solvers.greedy import GreedySolver
from spacy_xproj.solvers.milp import solve_milp
from spacy_xproj.types import Candidates

KINDS = ["continuous", "ties", "sparse", "repeated names", "long spans"]


def instance(seed, max_entities=4, max_tokens=6):
    """Draw a score matrix and its candidates; the kinds take turns."""
    random = numpy.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    n_entities, n_tokens = random.integers(1, max_entities + 1), random.integers(1, max_tokens + 1)
    spans = ngrams(int(n_tokens), int(n_tokens))
    spans = spans[random.random(len(spans)) < 0.7]
    scores = random.random((n_entities, len(spans)))
    if kind == "ties":
        scores = numpy.round(scores * 3) / 3
    elif kind == "sparse":
        scores[random.random(scores.shape) < 0.6] = 0
    elif kind == "repeated names":
        scores = scores[random.integers(0, n_entities, n_entities)]
    elif kind == "long spans":
        scores *= spans[:, 1] - spans[:, 0]
    return scores.astype(numpy.float32), Candidates(spans)


def best_value(scores, candidates, n_proj, power):
    """Find the best sum, by trying every candidate for every entity."""
    masks = [sum(1 << token for token in range(start, end)) for start, end in candidates.spans.tolist()]
    values = [[float(s) ** power if s > 0 else 0.0 for s in row] for row in scores]

    @cache
    def best(entity, left, taken):
        if entity == len(values):
            return 0.0
        found = best(entity + 1, n_proj, taken)
        if left:
            for value, mask in zip(values[entity], masks):
                if value > 0 and not mask & taken:
                    found = max(found, value + best(entity, left - 1, taken | mask))
        return found

    return best(0, n_proj, 0)


def highs_value(scores, candidates, n_proj, power):
    entities, columns = numpy.nonzero(scores > 0)
    values = scores[entities, columns].astype(float) ** power
    chosen, proved = solve_milp(candidates.spans[columns], entities, values, n_proj)
    assert proved
    return values[chosen].sum()


def check_feasible(matches, scores, candidates, n_proj):
    """A solution, whatever its value: no token twice, no entity too often, nothing without a score."""
    tokens = [token for m in matches for token in range(*candidates.spans[m.candidate].tolist())]
    assert len(tokens) == len(set(tokens))
    entities = [m.entity for m in matches]
    assert all(entities.count(entity) <= n_proj for entity in entities)
    assert all(m.score == scores[m.entity, m.candidate] > 0 for m in matches)


def value(matches, power):
    return sum(m.score**power for m in matches)


@pytest.mark.parametrize("power", [1.0, 5.0, 0.5])
@pytest.mark.parametrize("n_proj", [1, 2, 3])
def test_exact_is_optimal(n_proj, power):
    solver = ExactSolver(n_proj, power)
    for seed in range(130):
        scores, candidates = instance(seed)
        matches = solver(scores, candidates)
        check_feasible(matches, scores, candidates, n_proj)
        assert value(matches, power) == pytest.approx(best_value(scores, candidates, n_proj, power), rel=1e-9), seed


@pytest.mark.parametrize("power", [1.0, 5.0])
@pytest.mark.parametrize("n_proj", [1, 2, 3])
def test_exact_agrees_with_highs(n_proj, power):
    solver = ExactSolver(n_proj, power)
    for seed in range(1000, 1170):
        scores, candidates = instance(seed, max_entities=6, max_tokens=9)
        expected = highs_value(scores, candidates, n_proj, power)
        assert value(solver(scores, candidates), power) == pytest.approx(expected, abs=2e-6), seed


@pytest.mark.parametrize("n_proj", [1, 2])
def test_past_the_limit_of_states_nothing_changes(monkeypatch, n_proj):
    solver = ExactSolver(n_proj, 2.0)
    instances = [instance(seed, max_entities=6, max_tokens=8) for seed in range(60)]
    expected = [value(solver(*each), 2.0) for each in instances]
    monkeypatch.setattr(exact, "MAX_STATES", 1)
    calls = []
    monkeypatch.setattr(exact, "solve_milp", lambda *args, **kwargs: calls.append(args) or solve_milp(*args, **kwargs))
    for (scores, candidates), before in zip(instances, expected):
        matches = solver(scores, candidates)
        check_feasible(matches, scores, candidates, n_proj)
        assert value(matches, 2.0) == pytest.approx(before, rel=1e-9)
    assert len(calls) > 10


def test_a_name_repeated_many_times_needs_few_states(monkeypatch):
    """Entities with the same options share a counter: 14 mentions of one name are 15 states, not 2 to the 14th."""
    monkeypatch.setattr(exact, "MAX_STATES", 20)
    monkeypatch.setattr(exact, "solve_milp", None)
    candidates = Candidates(ngrams(14, 1))
    matches = ExactSolver()(numpy.full((14, 14), 0.5, dtype=numpy.float32), candidates)
    assert [m.entity for m in matches] == list(range(14))
    assert [m.candidate for m in matches] == list(range(14))


@pytest.mark.parametrize("n_proj", [1, 2, 3])
def test_greedy_is_feasible_and_never_better(n_proj):
    worse = 0
    for seed in range(300):
        scores, candidates = instance(seed)
        matches = GreedySolver(n_proj)(scores, candidates)
        check_feasible(matches, scores, candidates, n_proj)
        best = value(ExactSolver(n_proj)(scores, candidates), 1)
        assert value(matches, 1) <= best + 1e-9
        worse += value(matches, 1) < best - 1e-6
    assert worse > 20  # the instances are hard enough to tell the two apart


def test_greedy_places_an_entity_at_least_once():
    with pytest.raises(XprojError, match="n_proj is 0"):
        GreedySolver(0)


def test_greedy_takes_the_best_that_is_left():
    for seed in range(0, 300, len(KINDS)):  # without ties
        scores, candidates = instance(seed)
        spans = candidates.spans.tolist()
        cells = sorted(numpy.ndindex(scores.shape), key=lambda cell: -scores[cell])
        expected = []
        for e, c in cells:
            overlaps = any(spans[c][0] < spans[d][1] and spans[d][0] < spans[c][1] for _, d in expected)
            if not overlaps and e not in [entity for entity, _ in expected]:
                expected.append((e, c))
        assert [(m.entity, m.candidate) for m in GreedySolver()(scores, candidates)] == expected


def test_exact_beats_greedy_where_the_best_span_blocks_two():
    candidates = Candidates(numpy.asarray([[0, 2], [0, 1], [1, 2]], dtype=numpy.int32))
    scores = numpy.asarray([[0.9, 0.8, 0.0], [0.0, 0.0, 0.8]], dtype=numpy.float32)
    assert [(m.entity, m.candidate) for m in GreedySolver()(scores, candidates)] == [(0, 0)]
    assert [(m.entity, m.candidate) for m in ExactSolver()(scores, candidates)] == [(0, 1), (1, 2)]


def test_a_high_power_prefers_one_sure_match():
    candidates = Candidates(numpy.asarray([[0, 2], [0, 1], [1, 2]], dtype=numpy.int32))
    scores = numpy.asarray([[0.9, 0.6, 0.0], [0.0, 0.0, 0.6]], dtype=numpy.float32)
    assert [(m.entity, m.candidate) for m in ExactSolver(power=1.0)(scores, candidates)] == [(0, 1), (1, 2)]
    assert [(m.entity, m.candidate) for m in ExactSolver(power=5.0)(scores, candidates)] == [(0, 0)]


def test_touching_spans_do_not_overlap():
    candidates = Candidates(numpy.asarray([[0, 2], [2, 3]], dtype=numpy.int32))
    scores = numpy.asarray([[0.5, 0.1], [0.4, 0.6]], dtype=numpy.float32)
    for solver in (ExactSolver(), GreedySolver()):
        assert sorted((m.entity, m.candidate) for m in solver(scores, candidates)) == [(0, 0), (1, 1)]


@pytest.mark.parametrize("solver", [ExactSolver(power=1.5), ExactSolver(2, 0.5), GreedySolver(2)])
def test_only_scores_above_zero_are_matched(solver):
    candidates = Candidates(ngrams(3, 2))
    scores = numpy.full((2, len(candidates)), -0.5, dtype=numpy.float32)
    with numpy.errstate(all="raise"):
        assert solver(scores, candidates) == []
    assert solver(numpy.zeros_like(scores), candidates) == []
    scores[0, 0] = scores[1, 3] = scores[1, 0] = 0.2
    assert {(m.entity, m.candidate) for m in solver(scores, candidates)} <= {(0, 0), (1, 3), (1, 0)}


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0)])
@pytest.mark.parametrize("solver", [ExactSolver(), ExactSolver(2), GreedySolver()])
def test_nothing_to_match(solver, shape):
    scores = numpy.zeros(shape, dtype=numpy.float32)
    assert solver(scores, Candidates(ngrams(3, 1)[: shape[1]])) == []


def test_solvers_leave_the_scores_alone():
    scores, candidates = instance(1)
    before = scores.copy()
    ExactSolver(2, 3.0)(scores, candidates)
    GreedySolver(2)(scores, candidates)
    numpy.testing.assert_array_equal(scores, before)
