"""The soft alignment score: a Dice coefficient of soft links in which function words count less."""

from typing import Iterable, Iterator, NamedTuple, Optional, Tuple

import numpy
import srsly
from numpy.typing import NDArray
from spacy.tokens import Doc

from ..text.brackets import are_balanced, asides, holds
from ..text.forms import continues, token_forms
from ..text.tokenizers import are_characters
from ..types import Bitext, Candidates, Floats2d, GetBitexts, Ints2d, token_spans
from .abbreviations import spell_out
from .alignment import block_sums
from .words import CLOSING, FunctionWords, function_words, is_opening, is_punctuation

#: Dots between the parts of a name, as in 特蕾莎·梅.
NAME_DOTS = frozenset("·・‧･∙⋅")
#: A word with a link of this weight belongs to the entity that it is linked with.
SURE = 0.5
#: Differences of prefix sums are not quite 0 if there is no link.
NOISE = 1e-9


class SoftAlignmentScore:
    """Σ (w[k] + w[l]) · a[k, l] over the tokens k of the entity and l of the candidate, divided by Σ w[k] + Σ w[l]
    (registered as `spacy-xproj.SoftAlignmentScore.v1`).

    If the tokens of a side are single characters, each is linked as its whole word is, and the links of a token may
    sum to more than 1: there, each has its share of 1.

    With every weight w = 1 and hard links this is the Dice coefficient, twice the published alignment score.
    Function words and punctuation have a smaller weight, and a candidate does not begin or end with one, unless the
    entity begins or ends with a rare word in lower case (*von Wogau*, *de Palacio*). Which words those are is read off
    the frequencies of unlabelled text by `initialize`; without it no word is one. A word that a tokenizer split at a
    combining mark counts once.

    light_weight (float): the weight of function words and punctuation, where other words have 1; 1 switches the
        distinction off.
    bare_edges (bool): candidates that begin or end with such a word score 0, unless the entity begins or ends with a
        rare lower-case one.
    whole_names (bool): candidates score 0 if they hold a bracket or a quotation mark without its counterpart, or
        brackets while the entity has none (*奧恩（Aoun）* is two names), or if they end at a dot between the parts of
        a name (*特蕾莎·梅*), unless a word beside it belongs to another entity, as in a list. All words that an
        abbreviation stands for belong to it (*EU*, *Unione europea*).
    """

    def __init__(self, light_weight: float = 0.3, bare_edges: bool = True, whole_names: bool = True):
        self.light_weight = light_weight
        self.bare_edges = bare_edges
        self.whole_names = whole_names
        self.function_words: Optional[Tuple[FunctionWords, FunctionWords]] = None

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Collect the function words of both languages.

        get_bitexts (GetBitexts): gives the pairs to read.
        """
        self.function_words = function_words(get_bitexts())

    def to_bytes(self) -> bytes:
        """Save the function words."""
        return srsly.msgpack_dumps(self.function_words and [sorted(words) for words in self.function_words])

    def from_bytes(self, data: bytes) -> None:
        """Load the function words.

        data (bytes): what `to_bytes` gave.
        """
        sides = srsly.msgpack_loads(data)
        self.function_words = sides and (frozenset(sides[0]), frozenset(sides[1]))

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score pairs, in [0, 1]. *Shape:* ``(entities, candidates)``"""
        source_words, target_words = self.function_words or (frozenset(), frozenset())
        for bitext, candidates in pairs:
            entities, spans = token_spans(bitext.source.ents), candidates.spans
            source = self._weights(bitext.source, source_words)
            target = self._weights(bitext.target, target_words)
            links = bitext.links()
            matrix = links.to_matrix(len(source), len(target))
            matrix *= _is_word(bitext.source)[:, None] & _is_word(bitext.target)[None, :]
            forward = backward = matrix
            if any(are_characters(token_forms(doc)) for doc in (bitext.source, bitext.target)):
                forward, backward = _shares(matrix, axis=1), _shares(matrix, axis=0)
            if self.whole_names:
                words = token_forms(bitext.source), token_forms(bitext.target)
                backward = spell_out(backward, words[0], entities, words[1], target_words)
            weights = forward * source[:, None] + backward * target[None, :]
            total = _sums(source, entities)[:, None] + _sums(target, spans)[None, :]
            scores = block_sums(weights, entities, spans) / numpy.maximum(total, 1e-9)
            if self.bare_edges:
                names = _edge_words(bitext.source, entities, source_words)
                edges = _edge_words(bitext.target, spans, target_words)
                scores *= (edges.bare | (edges.function & names.particle[:, None])).all(axis=-1)
            if self.whole_names:
                scores *= _are_whole(bitext, entities, spans, matrix)
            scores[scores < NOISE] = 0
            yield numpy.clip(scores, 0, 1).astype(numpy.float32)

    def _weights(self, doc: Doc, words: FunctionWords) -> numpy.ndarray:
        light = [form in words or is_punctuation(form) for form in token_forms(doc)]
        return numpy.where(light, self.light_weight, 1.0) * _is_word(doc)


def _shares(matrix: Floats2d, axis: int) -> Floats2d:
    """Links, those of a token scaled to a sum of 1 if they exceed it."""
    return matrix / numpy.maximum(matrix.sum(axis=axis, keepdims=True), 1)


def _is_word(doc: Doc) -> NDArray:
    return ~continues(doc)


def _sums(weights: numpy.ndarray, spans: numpy.ndarray) -> numpy.ndarray:
    sums = numpy.concatenate([[0.0], numpy.cumsum(weights)])
    return sums[spans[:, 1]] - sums[spans[:, 0]]


def _are_whole(bitext: Bitext, entities: Ints2d, spans: Ints2d, links: Floats2d) -> NDArray:
    """Tell which spans part no brackets and no name. *Shape:* ``(entities, spans)``"""
    words = token_forms(bitext.target)
    whole = numpy.tile(are_balanced(words, spans), (len(entities), 1))
    has_aside = numpy.zeros(len(entities), dtype=bool)
    for first, _ in asides(token_forms(bitext.source)):
        has_aside |= holds(entities, first)
    for first, _ in asides(words):
        whole &= has_aside[:, None] | ~holds(spans, first)
    for dot in (i for i, word in enumerate(words) if word in NAME_DOTS and 0 < i < len(words) - 1):
        beside = links[:, [dot - 1, dot + 1]].max(axis=1)
        belongs = numpy.asarray([beside[start:end].max() >= SURE for start, end in entities.tolist()])
        ends_there = (spans[:, 0] == dot + 1) | (spans[:, 1] == dot)
        for i, row in enumerate(whole):
            if not numpy.delete(belongs, i).any():  # else the dot parts the names of a list
                row &= ~ends_there
    return whole


class _EdgeWords(NamedTuple):
    """What the first and the last word of each span are. Booleans, *Shape:* ``(spans, 2)``

    bare: neither function word nor punctuation nor white space, but for marks that may open or close a name.
    function: a function word.
    particle: in lower case, but no function word, as in *von Wogau*.
    """

    bare: NDArray
    function: NDArray
    particle: NDArray


def _edge_words(doc: Doc, spans: Ints2d, words: FunctionWords) -> _EdgeWords:
    texts = token_forms(doc)
    for i, text in enumerate(texts):
        texts[i] = text or texts[i - 1]  # the part of a word is what the word is
    function = numpy.asarray([text in words for text in texts], dtype=bool)
    particle = numpy.asarray([text.islower() and text not in words for text in texts], dtype=bool)
    first = numpy.asarray([is_opening(text) or not is_punctuation(text) for text in texts], dtype=bool)
    last = numpy.asarray([text in CLOSING or not is_punctuation(text) for text in texts], dtype=bool)
    bare = numpy.stack([first, last], axis=1) & ~function[:, None]
    starts, ends = spans[:, 0], spans[:, 1] - 1
    return _EdgeWords(
        numpy.stack([bare[starts, 0], bare[ends, 1]], axis=1),
        numpy.stack([function[starts], function[ends]], axis=1),
        numpy.stack([particle[starts], particle[ends]], axis=1),
    )
