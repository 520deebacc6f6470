"""Project a corpus shard by shard."""

from copy import copy
from itertools import islice
from typing import Any, Iterable, Iterator, Tuple

from ..parts import forget_all
from ..types import Bitext, Projection, Projector, WordAlignment, is_positional
from .align import align


class GivenLinks:
    """The aligner of pairs that are aligned already: it hands out their links."""

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Hand out the links of each pair, or raise an `XprojError` if a pair has none."""
        for bitext in bitexts:
            yield bitext.links()


def project_shards(
    projector: Projector, bitexts: Iterable[Bitext], shard_size: int, done: int = 0
) -> Iterator[Projection]:
    """Project pairs so that what comes out for a shard depends on its own pairs only, and so is the same in a run that
    begins with it: the projector is called once for each shard, and forgets what it remembers of others. Translators do
    not: a text is translated once.

    An aligner that tells pairs by their place in the corpus (`is_positional`) gets all pairs, the other parts get those
    that are left.

    projector (Projector): the projector.
    bitexts (Iterable[Bitext]): all pairs of the corpus.
    shard_size (int): pairs in a shard.
    done (int): pairs to leave out, which is a number of whole shards.
    YIELDS (Projection): the result for each pair that is left.
    """
    bitexts, projector = align_by_place(bitexts, projector)
    left = islice(bitexts, done, None)
    while shard := list(islice(left, shard_size)):
        forget_all(projector)
        for _, projection in zip(shard, projector(shard), strict=True):
            yield projection


def align_by_place(bitexts: Iterable[Bitext], projector: Any) -> Tuple[Iterable[Bitext], Projector]:
    """Align pairs, if the aligner of a projector tells them by their place in the corpus.

    bitexts (Iterable[Bitext]): all pairs.
    projector (Any): the projector.
    RETURNS (Tuple[Iterable[Bitext], Projector]): the pairs, and a projector that takes their links; or both as they
        were.
    """
    aligner = getattr(projector, "aligner", None)
    if aligner is None or not is_positional(aligner):
        return bitexts, projector
    projector = copy(projector)
    projector.aligner = GivenLinks()
    return align(bitexts, aligner), projector
