"""The NER score: how probable it is that a candidate is an entity, by a model of the target language."""

from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy
from numpy.typing import NDArray
from spacy.util import minibatch

from ..config import check_fraction
from ..errors import XprojError
from ..taggers.probabilities import BEGINS, begin_probabilities
from ..types import Bitext, Candidates, Floats2d, Ints2d, Tagger, TagProbabilities

#: Candidates were at most this long when the factor was chosen. Past it, a factor that all candidates have would
#: outweigh what the model says: with α = 1.15 a sentence of 30 tokens would beat any name in it.
LONGEST = 10
ALPHA_FOR = ("agreed", "all")


class NerScore:
    """α^(|q| − 1) times the mean over the tokens of the candidate q of P(B-L) at the first and P(I-L) at the others
    (Politov et al. 2025, §3.3). α > 1 makes up for longer names being less certain. Registered as
    `spacy-xproj.NerScore.v1`.

    tagger (Tagger): a model that knows the target language: `spacy-xproj.TransformerTagger.v1`, which has the setting
        `temperature`, or `spacy-xproj.SpacyTagger.v1`.
    spans (bool): take the best of all labels instead of the entity's own label L (`ner_spans` in the paper).
    alpha (float): α.
    threshold (float): scores below it become 0.
    labels (Optional[Dict[str, str]]): the model's name of a source label, if it is another one.
    buffer (int): sentences that the model gets at a time.
    begin (str): what P(B-L) is: the begin `tag`, the `inside` tag, the `larger` of both, or `auto`, which looks at the
        tags: see `begin_probabilities`. The published code reads the begin tag, or, if a label has none, its inside
        tag.
    alpha_for (str): which candidates have the factor: those whose words all have a tag of L as their best (`agreed`, as
        in the code behind the published figures), or `all`, as in the text, where it makes a long name swallow its
        neighbours; there it stops growing at ten tokens, the longest candidates of the paper.
    labels_to_ignore (Optional[List[str]]): labels that `spans` leaves out, if the model has them: MISC in the paper.
        Without `spans` they change nothing.
    RAISES (XprojError): if the threshold is not in [0, 1], or there is no such way to read the tags.
    """

    def __init__(
        self,
        tagger: Tagger,
        spans: bool = False,
        alpha: float = 1.15,
        threshold: float = 0.05,
        labels: Optional[Dict[str, str]] = None,
        buffer: int = 256,
        begin: str = "auto",
        alpha_for: str = "agreed",
        labels_to_ignore: Optional[List[str]] = None,
    ):
        check_fraction("threshold", threshold)
        if begin not in BEGINS:
            raise XprojError(f"no begin '{begin}': use one of {', '.join(BEGINS)}")
        if alpha_for not in ALPHA_FOR:
            raise XprojError(f"no alpha_for '{alpha_for}': use {' or '.join(ALPHA_FOR)}")
        self.tagger = tagger
        self.spans = spans
        self.alpha = alpha
        self.threshold = threshold
        self.labels = labels or {}
        self.buffer = buffer
        self.begin = begin
        self.alpha_for = alpha_for
        self.labels_to_ignore = labels_to_ignore or []

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs; with α > 1 the scores of long candidates may exceed 1. *Shape:* ``(entities, candidates)``

        pairs (Iterable[Tuple[Bitext, Candidates]]): the pairs with their candidates.
        YIELDS (Floats2d): the scores of each.
        RAISES (XprojError): if the model does not have a label that is asked for.
        """
        for buffered in minibatch(pairs, self.buffer):
            found = self.tagger.probabilities([bitext.target for bitext, _ in buffered])
            for (bitext, candidates), tags in zip(buffered, found, strict=True):
                scores = label_scores(tags, candidates.spans, self.alpha, self.begin, self.alpha_for)
                rows = self._rows(bitext, tags, scores)
                yield numpy.where(rows < self.threshold, 0, rows).astype(numpy.float32)

    def _rows(self, bitext: Bitext, tags: TagProbabilities, scores: Floats2d) -> Floats2d:
        if self.spans:
            kept = _kept_labels(tags.labels, self.labels_to_ignore)
            return numpy.tile(scores[kept].max(axis=0), (len(bitext.source.ents), 1))
        return scores[[self._index(ent.label_, tags) for ent in bitext.source.ents]]

    def _index(self, label: str, tags: TagProbabilities) -> int:
        name = self.labels.get(label, label)
        if name not in tags.labels:
            raise XprojError(
                f"the NER model has the labels {', '.join(tags.labels)}, not '{name}'; map it in NerScore's 'labels', "
                "or set spans = true to use any label"
            )
        return tags.labels.index(name)


def _kept_labels(labels: Sequence[str], ignored: Sequence[str]) -> List[int]:
    """The indices of the labels that are not ignored."""
    kept = [i for i, label in enumerate(labels) if label not in ignored]
    if not kept:
        raise XprojError(f"labels_to_ignore has all labels of the NER model ({', '.join(labels)}): leave one out")
    return kept


def label_scores(
    tags: TagProbabilities, spans: Ints2d, alpha: float, begin: str = "auto", alpha_for: str = "agreed"
) -> Floats2d:
    """Score spans for every label of a tagger.

    tags (TagProbabilities): the probabilities of a sentence.
    spans (Ints2d): token spans, none empty. *Shape:* ``(spans, 2)``
    alpha (float): factor for each token after the first.
    begin (str): how the tags of a first token are read: see `begin_probabilities`.
    alpha_for (str): which spans have the factor: `agreed`, or `all`, up to the tenth token.
    RETURNS (Floats2d): the scores, by prefix sums. *Shape:* ``(labels, spans)``
    """
    start, end = spans[:, 0], spans[:, 1]
    length = (end - start)[:, None]
    first = begin_probabilities(tags, begin)
    means = (first[start] + _sums_after_first(tags.inside, start, end)) / length
    if alpha_for == "all":
        return (means * alpha ** (numpy.minimum(length, LONGEST) - 1.0)).T
    best = numpy.concatenate([tags.outside[:, None], tags.begin, tags.inside], axis=1).max(axis=1, keepdims=True)
    agreed = (first >= best)[start] & (_sums_after_first(tags.inside >= best, start, end) == length - 1)
    return numpy.where(agreed, means * alpha ** (length - 1.0), means).T


def _sums_after_first(values: NDArray, start: NDArray, end: NDArray) -> NDArray:
    """Sum the rows of each span but for its first one. *Shape:* ``(spans, labels)``"""
    sums = numpy.zeros((len(values) + 1, values.shape[1]))
    numpy.cumsum(values, axis=0, out=sums[1:])
    return sums[end] - sums[start + 1]
