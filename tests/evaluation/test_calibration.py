"""Reliability, the calibration error, and maps to chances: by hand and against scikit-learn."""

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.evaluation.calibration import calibrate, calibration_error, fit_calibration, reliability


def sample(n=2000, seed=0):
    """Scores that are too sure: the chance of being right is their square."""
    random = numpy.random.default_rng(seed)
    scores = random.random(n)
    return scores, random.random(n) < scores**2


def test_by_hand():
    scores, right = [0.05, 0.15, 0.15, 1.0, 1.2], [False, True, False, True, True]
    rows = reliability(scores, right)
    assert [(row.low, row.places, row.right) for row in rows] == [(0.0, 1, 0.0), (0.1, 2, 0.5), (0.9, 2, 1.0)]
    assert calibration_error(scores, right) == pytest.approx((0.05 + 2 * 0.35 + 2 * 0.1) / 5)
    assert calibration_error([], []) == 0


@pytest.mark.parametrize("method", ["isotonic", "platt"])
def test_calibrated_scores_are_chances_on_other_places(method):
    calibration = fit_calibration(method, *sample())
    scores, right = sample(seed=1)
    before, after = calibration_error(scores, right), calibration_error(calibrate(calibration, scores), right)
    assert before > 0.15 and after < 0.06


def test_isotonic_equals_scikit_learn():
    isotonic = pytest.importorskip("sklearn.isotonic")
    scores, right = sample(300)
    scores = scores.round(2)  # with ties
    model = isotonic.IsotonicRegression(out_of_bounds="clip").fit(scores, right.astype(float))
    grid = numpy.linspace(0, 1, 101)
    assert calibrate(fit_calibration("isotonic", scores, right), grid) == pytest.approx(model.predict(grid))


def test_platt_equals_scikit_learn():
    """Its `_sigmoid_calibration` has Platt's targets as well, and the opposite sign."""
    calibration = pytest.importorskip("sklearn.calibration")
    scores, right = sample(300)
    a, b = calibration._sigmoid_calibration(scores, right.astype(float))
    found = fit_calibration("platt", scores, right)
    assert (found["slope"], found["intercept"]) == (pytest.approx(-a, abs=1e-3), pytest.approx(-b, abs=1e-3))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30), st.sampled_from(["isotonic"]))
def test_a_better_score_is_never_a_smaller_chance(rows, method):
    scores, right = zip(*rows)
    chances = calibrate(fit_calibration(method, scores, right), numpy.linspace(0, 1, 50))
    assert ((chances >= 0) & (chances <= 1)).all() and (numpy.diff(chances) >= -1e-9).all()


def test_errors():
    with pytest.raises(XprojError, match="no place to calibrate on"):
        fit_calibration("isotonic", [], [])
    with pytest.raises(XprojError, match="take isotonic or platt"):
        fit_calibration("beta", [0.5], [True])
