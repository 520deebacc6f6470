"""New versions of the pairs of a parallel corpus, with its rejects at their old places."""

from itertools import islice
from typing import Iterable, Iterator

from ..types import Bitext
from .parallel import ParallelCorpus
from .parallel_writer import Item, Reject


def with_rejects(pairs: Iterable[Bitext], corpus: ParallelCorpus, done: int = 0) -> Iterator[Item]:
    """Put the rejects of a corpus between its pairs again.

    pairs (Iterable[Bitext]): the pairs, each as it was or changed, those among the first `done` items left out.
    corpus (ParallelCorpus): the corpus.
    done (int): pairs and rejects to pass over.
    YIELDS (Item): pairs and rejects in the order in which they were written first.
    RAISES (XprojError): where the rejects are not those that the manifest counts.
    """
    pairs = iter(pairs)
    place = done
    for row in corpus.rejects():
        index = row.pop("index")
        if index >= done:
            yield from islice(pairs, index - place)
            yield Reject(**row)
            place = index + 1
    yield from pairs
