"""Bootstrap intervals of entity F1, from the counts of each sentence.

Sentences are drawn with replacement, as many as there are, and the score is computed from the sums of their counts
(Efron and Tibshirani 1993, §13.3, the percentile interval). Two systems are compared on the same draws: the test is
paired (Koehn 2004), so what is hard or easy about a sentence for both of them does not widen the interval.
"""

from typing import Iterator, List, NamedTuple, Sequence, Union

import numpy
from numpy.typing import ArrayLike, NDArray

from ..errors import XprojError
from ..types import Ints2d, Ints3d


class Interval(NamedTuple):
    """A figure and the interval that it lies in.

    estimate (float): the figure on all sentences.
    low (float): the lower end.
    high (float): the upper end.
    """

    estimate: float
    low: float
    high: float


def f1(counts: NDArray) -> NDArray:
    """Compute F1 from counts: 2 tp / (2 tp + fp + fn), and 0 if there is nothing to count.

    counts (NDArray): true positives, false positives and false negatives. *Shape:* ``(…, 3)``
    RETURNS (NDArray): the scores. *Shape:* ``(…)``
    """
    both = 2.0 * counts[..., 0]
    total = both + counts[..., 1] + counts[..., 2]
    return numpy.divide(both, total, out=numpy.zeros_like(both), where=total > 0)


def bootstrap_interval(counts: Ints2d, resamples: int = 1000, level: float = 0.95, seed: int = 0) -> Interval:
    """Measure how much the F1 of a system depends on the sentences it was measured on.

    counts (Ints2d): true positives, false positives and false negatives of each sentence (`strict.strict_counts`).
        *Shape:* ``(sentences, 3)``
    resamples (int): how often sentences are drawn.
    level (float): the share of resamples that the interval holds.
    seed (int): seed of the random draws.
    RETURNS (Interval): F1 in [0, 1] and its interval.
    RAISES (XprojError): if there are no sentences, or the counts are of another shape.
    """
    sums = numpy.stack([counts[draw].sum(axis=0) for draw in _draws(counts, resamples, seed)])
    return _interval(f1(counts.sum(axis=0)), f1(sums), level)


def bootstrap_difference(
    counts: Ints2d, baseline: Ints2d, resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> Interval:
    """Measure how much higher the F1 of a system is than that of a baseline on the same sentences.

    counts (Ints2d): true positives, false positives and false negatives of the system in each sentence.
        *Shape:* ``(sentences, 3)``
    baseline (Ints2d): those of the baseline, in the same order. *Shape:* ``(sentences, 3)``
    resamples (int): how often sentences are drawn.
    level (float): the share of resamples that the interval holds.
    seed (int): seed of the random draws.
    RETURNS (Interval): the difference of F1, in [-1, 1], and its interval.
    RAISES (XprojError): if there are no sentences, or not the same number on both sides.
    """
    if counts.shape != baseline.shape:
        raise XprojError(f"counts of {len(counts)} and of {len(baseline)} sentences; score the same ones")
    return bootstrap_contrast(numpy.stack([counts, baseline]), (1, -1), resamples, level, seed)


def bootstrap_contrast(
    counts: Ints3d, weights: ArrayLike, resamples: int = 1000, level: float = 0.95, seed: int = 0
) -> Interval:
    """Measure a weighted sum of F1 scores on the same sentences, such as a difference of differences.

    counts (Ints3d): true positives, false positives and false negatives of each score in each sentence.
        *Shape:* ``(scores, sentences, 3)``
    weights (ArrayLike): the weight of each score. *Shape:* ``(scores,)``
    resamples (int): how often sentences are drawn; the same ones for all scores.
    level (float): the share of resamples that the interval holds.
    seed (int): seed of the random draws.
    RETURNS (Interval): the weighted sum and its interval.
    RAISES (XprojError): if there are no sentences, or the counts are of another shape.
    """
    sums = numpy.stack([counts[:, draw].sum(axis=1) for draw in _draws(counts[0], resamples, seed)])
    return _interval(f1(counts.sum(axis=1)) @ weights, f1(sums) @ weights, level)


def bootstrap_mean(
    groups: Sequence[Ints3d],
    weights: Sequence[ArrayLike],
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Measure the mean over groups of sentences, such as languages, of a weighted sum of F1 scores. Sentences are drawn
    within each group.

    groups (Sequence[Ints3d]): the counts of each group, as in `bootstrap_contrast`.
        *Shape of each:* ``(scores, sentences, 3)``
    weights (Sequence[ArrayLike]): the weights of its scores. *Shape of each:* ``(scores,)``
    resamples (int): how often sentences are drawn.
    level (float): the share of resamples that the interval holds.
    seed (int): seed of the random draws.
    RETURNS (Interval): the mean and its interval.
    RAISES (XprojError): if there is no group, or one without sentences, or the counts are of another shape.
    """
    if not groups:
        raise XprojError("no group of sentences: give at least one")
    estimates, resampled = [], []
    for number, (counts, own) in enumerate(zip(groups, weights, strict=True)):
        draws = _draws(counts[0], resamples, [seed, number])
        sums = numpy.stack([counts[:, draw].sum(axis=1) for draw in draws])
        estimates.append(f1(counts.sum(axis=1)) @ own)
        resampled.append(f1(sums) @ own)
    return _interval(numpy.mean(estimates), numpy.mean(resampled, axis=0), level)


def _draws(counts: Ints2d, resamples: int, seed: Union[int, List[int]]) -> Iterator[NDArray]:
    if counts.ndim != 2 or counts.shape[1] != 3 or not len(counts):
        raise XprojError(f"counts of shape {counts.shape}: give three for each of at least one sentence")
    random = numpy.random.default_rng(seed)
    for _ in range(resamples):
        yield random.integers(len(counts), size=len(counts))


def _interval(estimate: NDArray, resampled: NDArray, level: float) -> Interval:
    low, high = numpy.quantile(resampled, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(estimate), float(low), float(high))
