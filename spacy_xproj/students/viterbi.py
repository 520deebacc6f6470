"""The best sequence of tags that obeys the BIO scheme, for many sentences at a time."""

import numpy
from numpy.typing import NDArray

from ..types import Floats2d, Ints1d


def best_tags(scores: Floats2d, lengths: Ints1d, spaces: NDArray) -> Ints1d:
    """Find for each sentence the sequence of tags with the greatest sum of scores (Viterbi 1967), of those in which an
    inside tag follows a begin or inside tag of the same label, and no entity begins or ends with white space.

    Since only inside tags are restricted, a step looks once for the best tag before, and not once for each tag.

    scores (Floats2d): the score of each tag at each token, such as its log probability; columns are `O`, the begin tags
        of all labels, and their inside tags in the same order. *Shape:* ``(tokens, 1 + 2 * labels)``
    lengths (Ints1d): how many of the tokens each sentence has, in order.
    spaces (NDArray): whether a token is white space. *Shape:* ``(tokens,)``
    RETURNS (Ints1d): the column of each token's tag. *Shape:* ``(tokens,)``
    """
    n_labels = scores.shape[1] // 2
    begin, inside = slice(1, 1 + n_labels), slice(1 + n_labels, None)
    begin_ids = numpy.arange(scores.shape[1])[begin]
    order = numpy.argsort(-lengths, kind="stable")
    lengths, firsts = lengths[order], (numpy.cumsum(lengths) - lengths)[order]
    longest = int(lengths.max(initial=0))
    # Longest first, the sentences that have a token at a place are the first so many.
    reaching = numpy.searchsorted(-lengths, -numpy.arange(longest + 1), side="left")

    totals = numpy.array(scores, dtype=numpy.float64)  # of the best sequence that ends with each tag
    before = numpy.zeros(scores.shape, dtype=numpy.int32)  # the tag before in it
    totals[spaces, begin] = -numpy.inf
    totals[firsts[: reaching[0]], inside] = -numpy.inf
    for place in range(1, longest):
        tokens = firsts[: reaching[place]] + place
        previous = totals[tokens - 1]
        ends = _without_open_ends(previous, spaces[tokens - 1], inside)
        best = ends.argmax(axis=1)[:, None]
        goes_on = previous[:, inside] > previous[:, begin]
        totals[tokens, : 1 + n_labels] += numpy.take_along_axis(ends, best, axis=1)
        totals[tokens, inside] += numpy.where(goes_on, previous[:, inside], previous[:, begin])
        before[tokens, : 1 + n_labels] = best
        before[tokens, inside] = begin_ids + n_labels * goes_on

    tags = numpy.zeros(len(scores), dtype=numpy.int32)
    for place in reversed(range(longest)):
        tokens = firsts[: reaching[place]] + place
        n_going = reaching[place + 1]
        tags[tokens[:n_going]] = before[tokens[:n_going] + 1, tags[tokens[:n_going] + 1]]
        last = tokens[n_going:]
        tags[last] = _without_open_ends(totals[last], spaces[last], inside).argmax(axis=1)
    return tags


def _without_open_ends(totals: Floats2d, spaces: NDArray, inside: slice) -> Floats2d:
    """Leave out that an entity ends with white space."""
    if not spaces.any():
        return totals
    totals = totals.copy()
    totals[spaces, inside] = -numpy.inf
    return totals
