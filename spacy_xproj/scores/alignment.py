"""The alignment score: how many links an entity and a candidate share, for their length."""

from typing import Iterable, Iterator, Tuple

import numpy
from numpy.typing import NDArray

from ..types import Bitext, Candidates, Floats2d, Ints2d, token_spans


class AlignmentScore:
    """Σ a[k, l] over the tokens k of the entity and l of the candidate, divided by the sum of their lengths; a[k, l] is
    1 for a link and 0 for none (Politov et al. 2025, §3.3; registered as `spacy-xproj.AlignmentScore.v1`).

    hard (bool): links count, as published; if false, it is their weights that are summed: the weighted form.
    dice (bool): double the score, as the code behind the published figures does: the Dice coefficient of one-to-one
        links. It makes a difference only if scores are added.
    """

    def __init__(self, hard: bool = True, dice: bool = False):
        self.hard = hard
        self.dice = dice

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs: from 0 to, for one-to-one links, 0.5, or 1 with `dice`. *Shape:* ``(entities, candidates)``"""
        for bitext, candidates in pairs:
            entities, spans = token_spans(bitext.source.ents), candidates.spans
            weights = bitext.links().to_matrix(len(bitext.source), len(bitext.target))
            links = weights > 0 if self.hard else weights
            lengths = (entities[:, 1] - entities[:, 0])[:, None] + (spans[:, 1] - spans[:, 0])[None, :]
            yield ((1 + self.dice) * block_sums(links, entities, spans) / lengths).astype(numpy.float32)


def block_sums(matrix: NDArray, rows: Ints2d, columns: Ints2d) -> NDArray:
    """Sum a matrix over every block of a row span and a column span, by prefix sums.

    matrix (NDArray): *Shape:* ``(n, m)``
    rows (Ints2d): row spans [start, end). *Shape:* ``(r, 2)``
    columns (Ints2d): column spans [start, end). *Shape:* ``(c, 2)``
    RETURNS (NDArray): the sums. *Shape:* ``(r, c)``
    """
    sums = numpy.zeros((matrix.shape[0] + 1, matrix.shape[1] + 1))
    sums[1:, 1:] = matrix.cumsum(axis=0, dtype=numpy.float64).cumsum(axis=1)
    bands = sums[rows[:, 1]] - sums[rows[:, 0]]
    return bands[:, columns[:, 1]] - bands[:, columns[:, 0]]
