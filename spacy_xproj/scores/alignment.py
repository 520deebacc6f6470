"""The alignment score: how many links an entity and a candidate share, for their length."""

from typing import Iterable, Iterator, Tuple

import numpy
from numpy.typing import NDArray

from ..types import Bitext, Candidates, Floats2d, Ints2d, token_spans


class AlignmentScore:
    """Σ a[k, l] over the tokens k of the entity and l of the candidate, divided by the sum of their lengths
    (Politov et al. 2025, §3.3; registered as `spacy-xproj.AlignmentScore.v1`)."""

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs: from 0 to, for hard one-to-one links, 0.5. *Shape:* ``(entities, candidates)``"""
        for bitext, candidates in pairs:
            entities, spans = token_spans(bitext.source.ents), candidates.spans
            weights = bitext.links().to_matrix(len(bitext.source), len(bitext.target))
            lengths = (entities[:, 1] - entities[:, 0])[:, None] + (spans[:, 1] - spans[:, 0])[None, :]
            yield (block_sums(weights, entities, spans) / lengths).astype(numpy.float32)


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
