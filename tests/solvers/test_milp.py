"""The MILP solver: at most, exactly and at least n matches, and what it does where that is impossible."""

from itertools import combinations

import numpy
import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.solvers.milp import CONSTRAINTS, MilpSolver
from spacy_xproj.types import Candidates


def cells(matches):
    return [(match.entity, match.candidate) for match in matches]


def best(scores, candidates, n_proj, constraint):
    """Find how many matches are lacking at least, and the best sum then, by trying every set of cells that fits."""
    spans = candidates.spans.tolist()
    options = [tuple(cell) for cell in numpy.argwhere(scores > 0).tolist()]
    found = []
    for size in range(len(options) + 1):
        sets = [some for some in combinations(options, size) if fits(some, spans)]
        if not sets:
            break
        for some in sets:
            uses = numpy.bincount([e for e, _ in some], minlength=len(scores)) if some else numpy.zeros(len(scores))
            if constraint == ">=" or uses.max() <= n_proj:
                lacking = 0 if constraint == "<=" else int(numpy.maximum(n_proj - uses, 0).sum())
                found.append((-lacking, sum(float(scores[cell]) for cell in some)))
    return max(found)


def fits(some, spans):
    tokens = [token for _, c in some for token in range(*spans[c])]
    return len(tokens) == len(set(tokens))


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("n_proj", [1, 2, 3])
def test_equals_an_enumeration(constraint, n_proj):
    random = numpy.random.default_rng(n_proj)
    solver = MilpSolver(n_proj, constraint)
    relaxed = 0
    for _ in range(60):
        candidates = Candidates(random.permutation(ngrams(4, 3)))
        scores = random.random((3, len(candidates))).astype(numpy.float32)
        scores[random.random(scores.shape) < 0.65] = 0
        matches = solver(scores, candidates)
        assert fits(cells(matches), candidates.spans.tolist())
        lacking, value = best(scores, candidates, n_proj, constraint)
        assert sum(match.score for match in matches) == pytest.approx(value, abs=1e-6)
        assert matches.flags == (("constraint_relaxed",) if lacking else ())
        relaxed += bool(lacking)
    assert (relaxed > 0) == (constraint != "<=")


def test_any_number_of_matches():
    candidates = Candidates(ngrams(3, 1))
    scores = numpy.asarray([[0.5, 0.4, 0.3], [0, 0.6, 0]], dtype=numpy.float32)
    matches = MilpSolver(0, ">=")(scores, candidates)
    assert cells(matches) == [(0, 0), (0, 2), (1, 1)] and not matches.flags
    assert MilpSolver(0, ">=")(scores[1:] * 0, candidates).flags == ()
    with pytest.raises(XprojError, match="n_proj is 0: use at least 1"):
        MilpSolver(0, "<=")


def test_the_constraints_differ():
    candidates = Candidates(ngrams(3, 2))  # the three tokens, then 0-1 and 1-2
    scores = numpy.asarray([[0.6, 0.5, 0.0, 0.0, 0.0], [0.0, 0.0, 0.4, 0.9, 0.0]], dtype=numpy.float32)
    answers = {constraint: cells(MilpSolver(1, constraint)(scores, candidates)) for constraint in CONSTRAINTS}
    assert answers == {"<=": [(0, 0), (1, 2)], "=": [(0, 0), (1, 2)], ">=": [(0, 0), (0, 1), (1, 2)]}


def test_exactly_one_takes_a_worse_sum_to_place_everybody():
    candidates = Candidates(ngrams(2, 2))
    scores = numpy.asarray([[0.1, 0.0, 0.9], [0.0, 0.1, 0.0]], dtype=numpy.float32)
    assert cells(MilpSolver(1, "<=")(scores, candidates)) == [(0, 2)]
    placed = MilpSolver(1, "=")(scores, candidates)
    assert cells(placed) == [(0, 0), (1, 1)] and placed.flags == ()


def test_an_entity_without_a_score_relaxes_the_constraint():
    candidates = Candidates(ngrams(2, 1))
    scores = numpy.asarray([[0.0, 0.0], [0.5, 0.2]], dtype=numpy.float32)
    matches = MilpSolver(1, "=")(scores, candidates)
    assert cells(matches) == [(1, 0)] and matches.flags == ("constraint_relaxed",)


@pytest.mark.parametrize("constraint", ["=", ">="])
def test_out_of_time_has_both_flags(constraint):
    spans = ngrams(8, 8)
    scores = numpy.random.default_rng(0).random((20, len(spans))).astype(numpy.float32)
    matches = MilpSolver(1, constraint, time_limit=1e-6)(scores, Candidates(spans))
    assert matches.flags == ("not_proved_optimal", "constraint_relaxed")
    assert matches and fits(cells(matches), spans.tolist())


def test_a_power_prefers_one_sure_match():
    candidates = Candidates(numpy.asarray([[0, 2], [0, 1], [1, 2]], dtype=numpy.int32))
    scores = numpy.asarray([[0.9, 0.6, 0.0], [0.0, 0.0, 0.6]], dtype=numpy.float32)
    assert cells(MilpSolver(power=1.0)(scores, candidates)) == [(0, 1), (1, 2)]
    assert cells(MilpSolver(power=5.0)(scores, candidates)) == [(0, 0)]


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (2, 0), (2, 3)])
@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_nothing_to_match(shape, constraint):
    matches = MilpSolver(1, constraint)(numpy.zeros(shape, dtype=numpy.float32), Candidates(ngrams(3, 1)[: shape[1]]))
    assert matches == []
    assert matches.flags == (("constraint_relaxed",) if constraint != "<=" and shape[0] else ())


def test_no_such_constraint():
    with pytest.raises(XprojError, match="no constraint '<'"):
        MilpSolver(1, "<")
