"""The string score: names are often copied, or written in another script."""

from typing import Iterable, Iterator, List, Tuple

import numpy
from anyascii import anyascii
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist
from spacy.tokens import Doc

from ..errors import XprojError
from ..types import Bitext, Candidates, Floats2d, token_spans


class StringScore:
    """The normalised edit similarity of the texts of entity and candidate, in ASCII and without case (registered as
    `spacy-xproj.StringScore.v1`).

    It is 1 − d / (m + n) for texts of m and n characters, where d counts the insertions and deletions between them.
    Non-ASCII characters are transliterated one by one (anyascii).

    threshold (float): similarities below it become 0; above 0. Pairs whose lengths rule it out are not compared.
    RAISES (XprojError): if the threshold is not in (0, 1].
    """

    def __init__(self, threshold: float = 0.5):
        if not 0 < threshold <= 1:
            raise XprojError(f"threshold {threshold} is not in (0, 1]; .5 leaves out what is similar by chance")
        self.threshold = threshold

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs, in [0, 1]. *Shape:* ``(entities, candidates)``"""
        for bitext, candidates in pairs:
            entities = Romanized(bitext.source).texts(token_spans(bitext.source.ents))
            yield similarities(entities, Romanized(bitext.target), candidates, self.threshold)


def similarities(texts: List[str], target: "Romanized", candidates: Candidates, threshold: float) -> Floats2d:
    """Compare texts with candidates.

    texts (List[str]): the texts, as `romanize` writes them.
    target (Romanized): the sentence that has the candidates.
    candidates (Candidates): its spans.
    threshold (float): similarities below it become 0.
    RETURNS (Floats2d): similarities in [0, 1]. *Shape:* ``(texts, candidates)``
    """
    lengths = numpy.asarray([len(text) for text in texts], dtype=int)[:, None]
    bounds = length_bound(lengths, target.lengths(candidates.spans)[None, :])
    possible = (bounds >= threshold) & (bounds > 0)
    columns = numpy.flatnonzero(possible.any(axis=0))
    scores = numpy.zeros((len(texts), len(candidates)), dtype=numpy.float32)
    if len(columns):
        scores[:, columns] = cdist(
            texts,
            target.texts(candidates.spans[columns]),
            scorer=Indel.normalized_similarity,
            score_cutoff=threshold,
            dtype=numpy.float32,
        )
    return scores * possible


def romanize(text: str) -> str:
    """Write a text in ASCII, character by character, and without case."""
    return anyascii(text).casefold()


class Romanized:
    """A sentence in ASCII and without case.

    doc (Doc): the sentence.
    """

    def __init__(self, doc: Doc):
        words = [romanize(token.text) for token in doc]
        spaces = [" " if token.whitespace_ else "" for token in doc]
        self.text = "".join(word + space for word, space in zip(words, spaces))
        widths = numpy.asarray([len(word) for word in words], dtype=int)
        before = numpy.cumsum([0, *(len(word) + len(space) for word, space in zip(words, spaces))])
        self.starts = before[:-1]
        self.ends = before[:-1] + widths

    def lengths(self, spans: numpy.ndarray) -> numpy.ndarray:
        """Count the characters of each token span. *Shape:* ``(spans,)``"""
        return self.ends[spans[:, 1] - 1] - self.starts[spans[:, 0]]

    def texts(self, spans: numpy.ndarray) -> List[str]:
        """Give the text of each token span."""
        starts, ends = self.starts[spans[:, 0]].tolist(), self.ends[spans[:, 1] - 1].tolist()
        return [self.text[start:end] for start, end in zip(starts, ends)]


def length_bound(m: numpy.ndarray, n: numpy.ndarray) -> numpy.ndarray:
    """Bound the similarity of texts of `m` and `n` characters from above; by 0 if one is empty, as nothing can be said
    of it."""
    return 2.0 * numpy.minimum(m, n) / numpy.maximum(m + n, 1)
