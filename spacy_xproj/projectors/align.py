"""The first step of every projector that reads alignments."""

from itertools import tee
from typing import Iterable, Iterator

from ..types import Bitext, WordAligner, WordAlignment, is_positional


def align(bitexts: Iterable[Bitext], aligner: WordAligner) -> Iterator[Bitext]:
    """Give each pair its word alignment. A pair without source entities needs none: it is not aligned.

    An aligner that tells pairs by their place in the corpus (`is_positional`) gets them all.

    bitexts (Iterable[Bitext]): the pairs.
    aligner (WordAligner): the aligner.
    YIELDS (Bitext): each pair with its alignment, which has no links if the source has no entities.
    """
    every = is_positional(aligner)
    pairs, chosen = tee(bitexts)
    chosen, for_aligner = tee(pair for pair in chosen if every or pair.source.ents)
    aligned = (pair.aligned(links) for pair, links in zip(chosen, aligner(for_aligner), strict=True))
    no_links = WordAlignment.from_pharaoh("")
    for pair in pairs:
        yield next(aligned) if every or pair.source.ents else pair.aligned(no_links)
    next(aligned, None)  # which raises if the aligner has more to give
