"""Weighted interval scheduling: spans that compete for tokens, and for nothing else."""

from bisect import bisect_right
from typing import List

from ..types import Floats1d, Ints2d


def best_intervals(spans: Ints2d, values: Floats1d) -> List[int]:
    """Choose spans that do not overlap so that the sum of their values is greatest (Kleinberg and Tardos 2005, §6.1).

    spans (Ints2d): token spans [start, end), none empty. *Shape:* ``(spans, 2)``
    values (Floats1d): what each is worth; those that are not above 0 are never chosen. *Shape:* ``(spans,)``
    RETURNS (List[int]): the indices of the chosen spans, from left to right.
    """
    order = sorted((i for i in range(len(spans)) if values[i] > 0), key=lambda i: int(spans[i, 1]))
    ends = [int(spans[i, 1]) for i in order]
    best = [0.0]  # best[k]: the greatest sum among the first k spans
    before = []  # of those that end before span k begins, how many there are
    for k, i in enumerate(order):
        before.append(bisect_right(ends, int(spans[i, 0]), hi=k))
        best.append(max(best[k], best[before[k]] + float(values[i])))
    chosen = []
    k = len(order)
    while k:
        if best[k] == best[k - 1]:
            k -= 1
        else:
            chosen.append(order[k - 1])
            k = before[k - 1]
    return chosen[::-1]
