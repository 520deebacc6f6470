"""Operations on alignments as sets of links: nothing here is as large as source times target."""

from typing import Dict, Sequence, Tuple

import numpy
from numpy.typing import NDArray

from ..errors import XprojError
from ..types import WordAlignment

#: How the weights of one link that several sides have become one weight.
REDUCTIONS: Dict[str, numpy.ufunc] = {"sum": numpy.add, "max": numpy.maximum}


def merge(alignments: Sequence[WordAlignment], reduction: str = "max", threshold: float = 0.0) -> WordAlignment:
    """Put the links of several alignments together.

    alignments (Sequence[WordAlignment]): alignments of one pair.
    reduction (str): the weight of a link that several have: `max`, or `sum`, which is cut off at 1.
    threshold (float): links whose weight does not exceed it are dropped.
    RETURNS (WordAlignment): the links, ordered by source and then target position.
    """
    columns = [(links.source, links.target, links.weight) for links in alignments]
    source, target, weight = (numpy.concatenate(column) for column in zip(*columns))
    return _unique(source, target, weight, reduction, threshold)


def compose(
    first: WordAlignment, second: WordAlignment, reduction: str = "max", threshold: float = 0.0
) -> WordAlignment:
    """Go from source to target by way of a middle sentence: the matrix product of two alignments, `c = a b`.

    first (WordAlignment): source to middle, weights `a[k, m]`.
    second (WordAlignment): middle to target, weights `b[m, l]`.
    reduction (str): `max`: `c[k, l]` is the greatest product `a[k, m] b[m, l]` over m; `sum`: it is their sum, cut off
        at 1. For hard links both are the boolean product.
    threshold (float): links whose weight does not exceed it are dropped.
    RETURNS (WordAlignment): source to target, ordered by source and then target position.
    """
    order = numpy.argsort(second.source, kind="stable")
    middle = second.source[order]
    low, high = (numpy.searchsorted(middle, first.target, side) for side in ("left", "right"))
    count = high - low  # how many links of the second alignment each link of the first goes on with
    onward = order[numpy.arange(count.sum()) + numpy.repeat(high - numpy.cumsum(count), count)]  # which ones
    source = numpy.repeat(first.source, count)
    weight = numpy.repeat(first.weight, count) * second.weight[onward]
    return _unique(source, second.target[onward], weight, reduction, threshold)


def common(first: WordAlignment, second: WordAlignment) -> Tuple[WordAlignment, WordAlignment]:
    """Take the links that both have, with the weights of each."""
    _, left, right = numpy.intersect1d(_keys(first), _keys(second), return_indices=True)
    return _take(first, left), _take(second, right)


def unlinked(alignment: WordAlignment, other: WordAlignment) -> WordAlignment:
    """Take the links of `alignment` whose source token has no link in `other`."""
    return _take(alignment, ~numpy.isin(alignment.source, other.source))


def check_reduction(reduction: str) -> None:
    """Check the name of a reduction. RAISES (XprojError): if there is none of that name."""
    if reduction not in REDUCTIONS:
        raise XprojError(f"no reduction '{reduction}': use one of {', '.join(REDUCTIONS)}")


def _take(alignment: WordAlignment, rows: NDArray) -> WordAlignment:
    return WordAlignment(alignment.source[rows], alignment.target[rows], alignment.weight[rows])


def _keys(alignment: WordAlignment) -> NDArray:
    return alignment.source.astype(numpy.int64) << 32 | alignment.target


def _unique(source: NDArray, target: NDArray, weight: NDArray, reduction: str, threshold: float) -> WordAlignment:
    links = WordAlignment(source, target, weight)
    _, first, group = numpy.unique(_keys(links), return_index=True, return_inverse=True)
    total = numpy.zeros(len(first), dtype=numpy.float32)
    REDUCTIONS[reduction].at(total, group, weight)
    kept = total > threshold
    return WordAlignment(source[first][kept], target[first][kept], numpy.minimum(total[kept], 1))
