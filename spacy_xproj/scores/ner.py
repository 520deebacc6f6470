"""The NER score: how probable it is that a candidate is an entity, by a model of the target language."""

from typing import Dict, Iterable, Iterator, Optional, Tuple

import numpy
from spacy.util import minibatch

from ..config import check_fraction
from ..errors import XprojError
from ..types import Bitext, Candidates, Floats2d, Ints2d, Tagger, TagProbabilities

#: Candidates were at most this long when the factor was chosen. Past it, the factor would outweigh what the model
#: says: with α = 1.15 a sentence of 30 tokens would beat any name in it.
LONGEST = 10


class NerScore:
    """α^(|q| − 1) times the mean over the tokens of the candidate q of P(B-L) at the first and P(I-L) at the others
    (Politov et al. 2025, §3.3). α > 1 makes up for longer names being less certain; past ten tokens, the longest
    candidates of the paper, it makes no difference. Registered as `spacy-xproj.NerScore.v1`.

    tagger (Tagger): a model that knows the target language: `spacy-xproj.TransformerTagger.v1`, which has the setting
        `temperature`, or `spacy-xproj.SpacyTagger.v1`.
    spans (bool): take the best of all labels instead of the entity's own label L (`ner_spans` in the paper).
    alpha (float): α.
    threshold (float): scores below it become 0.
    labels (Optional[Dict[str, str]]): the model's name of a source label, if it is another one.
    buffer (int): sentences that the model gets at a time.
    RAISES (XprojError): if the threshold is not in [0, 1].
    """

    def __init__(
        self,
        tagger: Tagger,
        spans: bool = False,
        alpha: float = 1.15,
        threshold: float = 0.05,
        labels: Optional[Dict[str, str]] = None,
        buffer: int = 256,
    ):
        check_fraction("threshold", threshold)
        self.tagger = tagger
        self.spans = spans
        self.alpha = alpha
        self.threshold = threshold
        self.labels = labels or {}
        self.buffer = buffer

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs; with α > 1 the scores of long candidates may exceed 1. *Shape:* ``(entities, candidates)``

        pairs (Iterable[Tuple[Bitext, Candidates]]): the pairs with their candidates.
        YIELDS (Floats2d): the scores of each.
        RAISES (XprojError): if the model does not have the label of an entity.
        """
        for buffered in minibatch(pairs, self.buffer):
            found = self.tagger.probabilities([bitext.target for bitext, _ in buffered])
            for (bitext, candidates), tags in zip(buffered, found, strict=True):
                scores = label_scores(tags, candidates.spans, self.alpha)
                rows = self._rows(bitext, tags, scores)
                yield numpy.where(rows < self.threshold, 0, rows).astype(numpy.float32)

    def _rows(self, bitext: Bitext, tags: TagProbabilities, scores: Floats2d) -> Floats2d:
        if self.spans:
            return numpy.tile(scores.max(axis=0), (len(bitext.source.ents), 1))
        return scores[[self._index(ent.label_, tags) for ent in bitext.source.ents]]

    def _index(self, label: str, tags: TagProbabilities) -> int:
        name = self.labels.get(label, label)
        if name not in tags.labels:
            raise XprojError(
                f"the NER model has the labels {', '.join(tags.labels)}, not '{name}'; map it in NerScore's 'labels', "
                "or set spans = true to use any label"
            )
        return tags.labels.index(name)


def label_scores(tags: TagProbabilities, spans: Ints2d, alpha: float) -> Floats2d:
    """Score spans for every label of a tagger.

    tags (TagProbabilities): the probabilities of a sentence.
    spans (Ints2d): token spans, none empty. *Shape:* ``(spans, 2)``
    alpha (float): factor for each token after the first, up to the tenth.
    RETURNS (Floats2d): the scores, by prefix sums. *Shape:* ``(labels, spans)``
    """
    start, end = spans[:, 0], spans[:, 1]
    length = end - start
    sums = numpy.zeros((len(tags.inside) + 1, len(tags.labels)))
    numpy.cumsum(tags.inside, axis=0, out=sums[1:])
    means = (tags.begin[start] + sums[end] - sums[start + 1]) / length[:, None]
    return (means * alpha ** (numpy.minimum(length, LONGEST)[:, None] - 1.0)).T
