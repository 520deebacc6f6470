"""A bilingual lexicon that a corpus' own alignments give: words that are often aligned belong together."""

from collections import Counter, defaultdict
from typing import Dict, Iterable, List, Tuple

import numpy

from ..types import Bitext, Floats2d, WordAlignment

#: Added to the counts of two words, so that what was seen once or twice weighs less.
SHRINKAGE = 4.0


class Lexicon:
    """How strongly the words of two languages are associated in a corpus.

    The association of e and f is 2 c(e, f) / (c(e) + c(f) + 4): a Dice coefficient of the weight with which they are
    aligned and of how often each occurs, shrunk for rare words. Case is ignored.

    pairs (Iterable[Tuple[Bitext, WordAlignment]]): unlabelled text and its soft alignments.
    """

    def __init__(self, pairs: Iterable[Tuple[Bitext, WordAlignment]]):
        counts: Tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        together: Dict[str, Dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for bitext, alignment in pairs:
            source, target = words(bitext)
            counts[0].update(source)
            counts[1].update(target)
            for i, j, weight in zip(alignment.source.tolist(), alignment.target.tolist(), alignment.weight.tolist()):
                together[source[i]][target[j]] += weight
        self.associations = {
            e: {f: 2 * weight / (counts[0][e] + counts[1][f] + SHRINKAGE) for f, weight in row.items()}
            for e, row in together.items()
        }

    def __call__(self, bitext: Bitext) -> Floats2d:
        """RETURNS (Floats2d): the association of each pair of words, in [0, 1]. *Shape:* ``(source, target)``"""
        source, target = words(bitext)
        matrix = numpy.zeros((len(source), len(target)), dtype=numpy.float32)
        for i, e in enumerate(source):
            row = self.associations.get(e)
            if row:
                matrix[i] = [row.get(f, 0.0) for f in target]
        return matrix


def words(bitext: Bitext) -> Tuple[List[str], List[str]]:
    """RETURNS (Tuple[List[str], List[str]]): the lower-cased words of both sides."""
    source, target = ([token.lower_ for token in doc] for doc in (bitext.source, bitext.target))
    return source, target
