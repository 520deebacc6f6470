"""A bilingual lexicon that a corpus' own alignments give: words that are often aligned belong together."""

from collections import Counter, defaultdict
from typing import Dict, Iterable, Tuple

import numpy

from ..models.subtokens import Words
from ..types import Floats2d
from .similarity import LEAST_WEIGHT

#: Added to the counts of two words, so that what was seen once or twice weighs less.
SHRINKAGE = 4.0


class Lexicon:
    """How strongly the words of two languages are associated in a corpus.

    The association of e and f is 2 c(e, f) / (c(e) + c(f) + 4): a Dice coefficient of the weight with which they are
    aligned and of how often each occurs, shrunk for rare words. Case is ignored.

    pairs (Iterable[Tuple[Words, Words, Floats2d]]): the words of sentences and of their translations, and the weights
        with which they are aligned.
    """

    def __init__(self, pairs: Iterable[Tuple[Words, Words, Floats2d]]):
        counts: Tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        together: Dict[str, Dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for source, target, weights in pairs:
            source, target = lower(source), lower(target)
            counts[0].update(source)
            counts[1].update(target)
            for i, j in numpy.argwhere(weights > LEAST_WEIGHT).tolist():
                together[source[i]][target[j]] += weights.item(i, j)
        self.associations = {
            e: {f: 2 * weight / (counts[0][e] + counts[1][f] + SHRINKAGE) for f, weight in row.items()}
            for e, row in together.items()
        }

    def __call__(self, source: Words, target: Words) -> Floats2d:
        """Look up the words of a pair.

        source (Words): the words of the sentence.
        target (Words): the words of its translation.
        RETURNS (Floats2d): the association of each pair of words, in [0, 1]. *Shape:* ``(source, target)``
        """
        source, target = lower(source), lower(target)
        matrix = numpy.zeros((len(source), len(target)), dtype=numpy.float32)
        for i, e in enumerate(source):
            row = self.associations.get(e)
            if row:
                matrix[i] = [row.get(f, 0.0) for f in target]
        return matrix


def lower(words: Words) -> Words:
    """Put words in lower case."""
    return tuple(word.lower() for word in words)
