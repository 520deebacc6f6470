"""Tests and effect sizes over paired scores: one pair for each student, or for each language and seed.

The tests take the pairs to be independent. Pairs of students are; those of languages are not quite: scores on one
language share its sentences, and those of one seed and encoder may come from one student. So p is somewhat too small
if many languages share few students. The bootstrap over sentences says what the sentences alone leave open.
"""

from typing import List, NamedTuple, Optional, Sequence, Tuple

import numpy

LEVEL = 0.95
#: Above this, scipy's search for a noncentrality may never end.
LARGEST_T = 1000


class PairedTest(NamedTuple):
    """Differences of paired scores. What needs two pairs, or differences that differ, is None without them.

    n (int): pairs.
    mean (float): the mean difference.
    low (Optional[float]): the lower end of its interval, of Student's t.
    high (Optional[float]): the upper end.
    t_p (Optional[float]): p of the paired t-test, two-sided. It takes the differences to be normally distributed.
    wilcoxon_p (Optional[float]): p of Wilcoxon's signed-rank test, two-sided. It takes them to be symmetric. With five
        pairs or fewer it is never below .05.
    d (Optional[float]): Cohen's d_z, the mean of the differences over their standard deviation.
    d_low (Optional[float]): the lower end of its interval, of the noncentral t distribution. None if the differences
        are so nearly the same that t is above 1,000.
    d_high (Optional[float]): the upper end.
    """

    n: int
    mean: float
    low: Optional[float] = None
    high: Optional[float] = None
    t_p: Optional[float] = None
    wilcoxon_p: Optional[float] = None
    d: Optional[float] = None
    d_low: Optional[float] = None
    d_high: Optional[float] = None


def paired_test(scores: Sequence[float], baseline: Sequence[float]) -> PairedTest:
    """Compare paired scores.

    scores (Sequence[float]): the scores of a system.
    baseline (Sequence[float]): those of the baseline, in the same order; at least one.
    RETURNS (PairedTest): the tests; intervals are at 95%.
    """
    from scipy import stats  # here, since the command line loads this module: it takes half a second

    differences = numpy.subtract(scores, baseline)
    n = len(differences)
    mean = float(differences.mean())
    if n < 2 or numpy.ptp(differences) < 1e-12:
        return PairedTest(n, mean)
    test = stats.ttest_1samp(differences, 0.0)
    low, high = test.confidence_interval(LEVEL)
    wilcoxon = stats.wilcoxon(differences)
    t = float(test.statistic)
    ends = noncentrality_interval(t, n - 1)
    d_low, d_high = (None, None) if ends is None else (end / n**0.5 for end in ends)
    return PairedTest(
        n, mean, float(low), float(high), float(test.pvalue), float(wilcoxon.pvalue), t / n**0.5, d_low, d_high
    )


def noncentrality_interval(t: float, df: int) -> Optional[Tuple[float, float]]:
    """Compute the interval of the noncentrality of an observed t (Steiger and Fouladi 1997).

    t (float): the statistic.
    df (int): its degrees of freedom.
    RETURNS (Optional[Tuple[float, float]]): the noncentralities under which t is at the upper, and at the lower 2.5%.
        None if t is above 1,000 or below -1,000: the search for them may not end there.
    """
    from scipy.special import nctdtrinc

    if abs(t) > LARGEST_T:
        return None
    low, high = (float(nctdtrinc(df, p, abs(t))) for p in ((1 + LEVEL) / 2, (1 - LEVEL) / 2))
    return (low, high) if t >= 0 else (-high, -low)


def holm(p_values: Sequence[Optional[float]]) -> List[Optional[float]]:
    """Correct for several tests (Holm 1979): with these, the chance of any false discovery is at most the level.

    p_values (Sequence[Optional[float]]): p of each test; None if there is none, which counts as no test.
    RETURNS (List[Optional[float]]): the corrected values, in the same order.
    """
    order = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    corrected: List[Optional[float]] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, i) in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p))
        corrected[i] = highest
    return corrected
