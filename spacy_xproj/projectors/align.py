"""The first step of every projector that reads alignments."""

from itertools import tee
from typing import Iterable, Iterator

from ..types import Bitext, WordAligner


def align(bitexts: Iterable[Bitext], aligner: WordAligner) -> Iterator[Bitext]:
    """Give each pair its word alignment.

    bitexts (Iterable[Bitext]): the pairs.
    aligner (WordAligner): the aligner.
    YIELDS (Bitext): each pair with its alignment.
    """
    pairs, for_aligner = tee(bitexts)
    for bitext, alignment in zip(pairs, aligner(for_aligner), strict=True):
        yield bitext.aligned(alignment)
