"""Tests and effect sizes: against scipy, and by hand."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from spacy_xproj.evaluation.significance import holm, noncentrality_interval, paired_test

SCORES = [0.52, 0.61, 0.58, 0.66, 0.49, 0.7]
BASELINE = [0.5, 0.55, 0.59, 0.6, 0.46, 0.69]
p_lists = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=8)


def test_against_scipy():
    found = paired_test(SCORES, BASELINE)
    expected = stats.ttest_rel(SCORES, BASELINE)
    assert (found.n, found.t_p) == (6, pytest.approx(expected.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.wilcoxon_p == pytest.approx(stats.wilcoxon(SCORES, BASELINE).pvalue)


def test_by_hand():
    """Differences 1, 2, 3: mean 2, standard deviation 1, so d_z is 2 and t is 2√3; all signs of three agree: 2/2³."""
    found = paired_test([1, 2, 3], [0, 0, 0])
    assert (found.mean, found.d, found.wilcoxon_p) == pytest.approx((2, 2, 0.25))
    assert found.t_p == pytest.approx(2 * stats.t.sf(2 * 3**0.5, 2))
    assert found.d_low < found.d < found.d_high


def test_the_other_way_round():
    found, turned = paired_test(SCORES, BASELINE), paired_test(BASELINE, SCORES)
    assert (turned.mean, turned.d, turned.d_low, turned.d_high) == pytest.approx(
        (-found.mean, -found.d, -found.d_high, -found.d_low)
    )
    assert (turned.t_p, turned.wilcoxon_p) == pytest.approx((found.t_p, found.wilcoxon_p))


@pytest.mark.parametrize("scores", [[0.5], [0.5, 0.7, 0.6]])
def test_nothing_to_test(scores):
    """One pair, and differences that are all the same."""
    found = paired_test(scores, numpy.subtract(scores, 0.1))
    assert (found.n, found.mean) == (len(scores), pytest.approx(0.1))
    assert set(found[2:]) == {None}


@pytest.mark.parametrize("t, df", [(0.0, 1), (3.0, 1), (12.7, 1), (2.0, 17), (-4.0, 5), (30.0, 5)])
def test_noncentrality(t, df):
    """P(T ≤ t) under each end is .975 and .025, by integrating over the sample's standard deviation."""

    def cdf(nc):
        return integrate.quad(
            lambda s: stats.norm.cdf(t * s - nc) * stats.chi.pdf(s * df**0.5, df) * df**0.5,
            0,
            10,
            points=[1],
            limit=200,
        )[0]

    low, high = noncentrality_interval(t, df)
    assert (cdf(low), cdf(high)) == pytest.approx((0.975, 0.025), abs=1e-4)


@pytest.mark.parametrize("sign", [1, -1])
def test_differences_that_are_nearly_the_same(sign):
    """The search for the interval of d_z would not end."""
    found = paired_test([0.5] * 5, [0.5 - sign * 0.1] * 4 + [0.5 - sign * 0.1000001])
    assert abs(found.d) > 1e5 and found.t_p < 1e-9
    assert (found.d_low, found.d_high) == (None, None)
    assert noncentrality_interval(sign * 1001.0, 4) is None


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, None, 0.7]) == [1.0, None, 1.0]
    assert holm([]) == []


@given(p_lists, st.floats(0.01, 0.99))
def test_holm_steps_down(p_values, level):
    """Rejected are the smallest p, as long as each is at most the level over the number of tests that are left."""
    numbers = sorted(p for p in p_values if p is not None)
    passed = [p * (len(numbers) - i) <= level for i, p in enumerate(numbers)]
    rejected = passed.index(False) if False in passed else len(passed)
    assert sum(p <= level for p in holm(p_values) if p is not None) == rejected
