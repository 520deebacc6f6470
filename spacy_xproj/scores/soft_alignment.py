"""The soft alignment score: a Dice coefficient of soft links in which function words count less."""

from typing import Iterable, Iterator, Optional, Tuple

import numpy
from spacy.tokens import Doc

from ..forms import continues, token_forms
from ..types import Bitext, Candidates, Floats2d, GetBitexts, MatchScorer, token_spans
from .alignment import block_sums
from .words import CLOSING, FunctionWords, function_words, is_opening, is_punctuation


class SoftAlignmentScore:
    """Σ (w[k] + w[l]) · a[k, l] over the tokens k of the entity and l of the candidate, divided by Σ w[k] + Σ w[l].

    With every weight w = 1 and hard links this is the Dice coefficient, twice the published alignment score.
    Function words and punctuation have a smaller weight, and a candidate does not begin or end with one. Which
    words those are is read off the frequencies of unlabelled text by `initialize`; without it no word is one.

    A word that a tokenizer split at a combining mark counts once.

    light_weight (float): the weight of function words and punctuation; 1 switches the distinction off.
    bare_edges (bool): candidates that begin or end with such a word score 0.
    """

    def __init__(self, light_weight: float, bare_edges: bool):
        self.light_weight = light_weight
        self.bare_edges = bare_edges
        self.function_words: Optional[Tuple[FunctionWords, FunctionWords]] = None

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Collect the function words of both languages.

        get_bitexts (GetBitexts): gives the pairs to read.
        """
        self.function_words = function_words(get_bitexts())

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """YIELDS (Floats2d): scores in [0, 1]. *Shape:* ``(entities, candidates)``"""
        source_words, target_words = self.function_words or (frozenset(), frozenset())
        for bitext, candidates in pairs:
            entities, spans = token_spans(bitext.source.ents), candidates.spans
            source = self._weights(bitext.source, source_words)
            target = self._weights(bitext.target, target_words)
            links = bitext.links()
            weights = numpy.zeros((len(source), len(target)))
            weights[links.source, links.target] = (source[links.source] + target[links.target]) * links.weight
            weights *= _is_word(bitext.source)[:, None] & _is_word(bitext.target)[None, :]
            total = _sums(source, entities)[:, None] + _sums(target, spans)[None, :]
            scores = block_sums(weights, entities, spans) / numpy.maximum(total, 1e-9)
            if self.bare_edges:
                edges = _allowed_edges(bitext.target, target_words)
                scores *= edges[spans[:, 0], 0] & edges[spans[:, 1] - 1, 1]
            yield numpy.clip(scores, 0, 1).astype(numpy.float32)

    def _weights(self, doc: Doc, words: FunctionWords) -> numpy.ndarray:
        light = [form in words or is_punctuation(form) for form in token_forms(doc)]
        return numpy.where(light, self.light_weight, 1.0) * _is_word(doc)


def _is_word(doc: Doc) -> numpy.ndarray:
    return ~continues(doc)


def _sums(weights: numpy.ndarray, spans: numpy.ndarray) -> numpy.ndarray:
    sums = numpy.concatenate([[0.0], numpy.cumsum(weights)])
    return sums[spans[:, 1]] - sums[spans[:, 0]]


def _allowed_edges(doc: Doc, words: FunctionWords) -> numpy.ndarray:
    """Whether each token may begin and may end a name. *Shape:* ``(tokens, 2)``"""
    edges = numpy.ones((len(doc), 2), dtype=bool)
    for i, form in enumerate(token_forms(doc)):
        if not form:
            edges[i] = edges[i - 1]
        elif form in words or form.isspace():
            edges[i] = False
        elif is_punctuation(form):
            edges[i] = is_opening(form), form in CLOSING
    return edges


def make_soft_alignment_score(light_weight: float = 0.3, bare_edges: bool = True) -> MatchScorer:
    """Make a `SoftAlignmentScore` (registered as `spacy-xproj.SoftAlignmentScore.v1`).

    light_weight (float): the weight of function words and punctuation, where other words have 1.
    bare_edges (bool): candidates that begin or end with such a word score 0.
    RETURNS (MatchScorer): the scorer.
    """
    return SoftAlignmentScore(light_weight, bare_edges)
