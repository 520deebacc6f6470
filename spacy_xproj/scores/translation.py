"""The translation score: how probable a translation model finds candidate and entity as translations of each other."""

from typing import Any, Dict, Iterable, Iterator, List, Literal, Optional, Sequence, Tuple, Type

import numpy
from spacy.util import minibatch

from ..errors import XprojError
from ..models.ctranslate2 import ComputeType, CTranslate2Model, CTranslate2Probability
from ..models.loading import DType
from ..models.probability import Pair, Text, TranslationProbability
from ..models.seq2seq import Seq2SeqModel
from ..text.languages import check_language
from ..translators.ctranslate2 import CTranslate2Translator
from ..translators.seq2seq import Seq2SeqTranslator
from ..types import Bitext, Candidates, Floats2d

Variant = Literal["direct", "pivot", "cross_likelihood"]


class TranslationScore:
    """NMTScore (Vamvas and Sennrich 2022, §3), with the direct translation probability by default.

    A text a given b has p(a | b) = 2^−H, with H the mean cross-entropy of a's tokens in natural units, as the package
    nmtscore computes it. With t(a) the translation of a into another language, the similarity of a to b is

    - `direct`: p(a | b), normalised by p(a | a);
    - `pivot`: p(a | t(b)), normalised by p(a | t(a));
    - `cross_likelihood`: p(t(b) | a), normalised by p(t(b) | b).

    Symmetric it is averaged with that of b to a.

    model (str): a directory, or a name on the hub, of NLLB-200, M2M100 or MarianMT. It is loaded when it
        is first used.
    src_lang (str): language of the entities, as an ISO code or as the model writes it.
    tgt_lang (str): language of the candidates, likewise.
    revision (Optional[str]): the revision of a model of the hub.
    normalize (bool): divide by the figure of a text and itself.
    symmetric (bool): average both directions. MarianMT, which translates one way, needs both as false, and `direct`.
    threshold (float): scores below it become 0.
    buffer (int): pairs of sentences that the model gets at a time.
    max_batch_tokens (int): padded tokens in a batch; halved if memory runs out. Each takes as many numbers as the
        vocabulary has pieces.
    device (str): `auto`, `cpu`, `cuda`, …
    dtype (DType): number format of the weights, as in `Seq2SeqTranslator`.
    variant (Variant): `direct`, `pivot` or `cross_likelihood`.
    pivot_lang (str): the language of the translations of the other two.
    num_beams (int): the width of the beam search that makes them.
    compute_type (Optional[ComputeType]): run the model with CTranslate2 in this number format, see
        `CTranslate2Translator`; if null, with transformers in `dtype`.
    RAISES (XprojError): if a language is unknown, or CTranslate2 is asked for and not installed.
    """

    #: Probabilities of text pairs to remember.
    cache_size = 1_000_000

    def __init__(
        self,
        model: str,
        src_lang: str,
        tgt_lang: str,
        revision: Optional[str] = None,
        normalize: bool = True,
        symmetric: bool = True,
        threshold: float = 0.1,
        buffer: int = 16,
        max_batch_tokens: int = 1024,
        device: str = "auto",
        dtype: DType = "auto",
        variant: Variant = "direct",
        pivot_lang: str = "en",
        num_beams: int = 5,
        compute_type: Optional[ComputeType] = None,
    ):
        for lang in (src_lang, tgt_lang):
            check_language(lang)
        self.model: TranslationProbability
        self.translator: Type[Seq2SeqTranslator]
        if compute_type is None:
            self.model = TranslationProbability(Seq2SeqModel(model, revision, device, dtype), max_batch_tokens)
            self.translator = Seq2SeqTranslator
        else:
            converted = CTranslate2Model(model, revision, device, compute_type)
            self.model = CTranslate2Probability(converted, max_batch_tokens)
            self.translator = CTranslate2Translator
        self.src_lang = src_lang
        self.tgt_lang = tgt_lang
        self.normalize = normalize
        self.symmetric = symmetric
        self.threshold = threshold
        self.buffer = buffer
        self.variant = variant
        self.pivot_lang = pivot_lang
        self.num_beams = num_beams
        self._cache: Dict[Pair, float] = {}
        self._translations: Dict[Text, Text] = {}

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score candidates.

        pairs (Iterable[Tuple[Bitext, Candidates]]): the pairs and their candidates.
        YIELDS (Floats2d): scores of each. *Shape:* ``(entities, candidates)``
        RAISES (XprojError): if the model does not know a language or does not translate the way that is needed.
        """
        for buffered in minibatch(pairs, self.buffer):
            texts = [self._texts(bitext, candidates) for bitext, candidates in buffered]
            self._translate([text for entities, spans in texts if entities and spans for text in (*entities, *spans)])
            self._fill([pair for entities, spans in texts for pair in self._needed(entities, spans)])
            for entities, spans in texts:
                yield self._scores(entities, spans)
            _shorten(self._cache, self.cache_size)
            _shorten(self._translations, self.cache_size)

    def forget(self) -> None:
        """Forget the probabilities of the pairs so far, and translations. In their last digits they depend on the texts
        that were in a batch with them."""
        self._cache.clear()
        self._translations.clear()

    def _texts(self, bitext: Bitext, candidates: Candidates) -> Tuple[List[Text], List[Text]]:
        entities = [(ent.text, self.src_lang) for ent in bitext.source.ents]
        spans = [(bitext.target[start:end].text, self.tgt_lang) for start, end in candidates.spans.tolist()]
        return entities, spans

    def _translate(self, texts: Sequence[Text]) -> None:
        """Translate the texts that are new, by language."""
        if self.variant == "direct":
            return
        self._check_multilingual()
        for lang in (self.src_lang, self.tgt_lang):
            new = [text for text in dict.fromkeys(texts) if text[1] == lang and text not in self._translations]
            translator = self.translator(self.model.name, lang, self.pivot_lang, num_beams=self.num_beams)
            translator.model = self.model.model  # which is in memory already
            found = translator(text for text, _ in new)
            self._translations.update(zip(new, ((text, self.pivot_lang) for text in found), strict=True))

    def _pair(self, given: Text, text: Text) -> Pair:
        """The source and target whose probability is the similarity of a text to another."""
        if self.variant == "pivot":
            return self._translations[given], text
        return (text, self._translations[given]) if self.variant == "cross_likelihood" else (given, text)

    def _own_pair(self, given: Text, text: Text) -> Pair:
        """Those whose probability it is divided by."""
        if self.variant == "pivot":
            return self._translations[text], text
        return (given, self._translations[given]) if self.variant == "cross_likelihood" else (text, text)

    def _needed(self, entities: Sequence[Text], candidates: Sequence[Text]) -> Iterator[Pair]:
        """The pairs, source first, whose probabilities the scores are made of."""
        for entity in entities:
            for candidate in candidates:
                sides = [(entity, candidate), (candidate, entity)] if self.symmetric else [(entity, candidate)]
                for given, text in sides:
                    yield self._pair(given, text)
                    if self.normalize:
                        yield self._own_pair(given, text)

    def _fill(self, pairs: List[Pair]) -> None:
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._cache]
        if not new:
            return
        if self.normalize or self.symmetric:
            self._check_multilingual()
        values = 2 ** numpy.asarray(self.model.log_probabilities(new))
        self._cache.update(zip(new, values.tolist(), strict=True))

    def _scores(self, entities: Sequence[Text], candidates: Sequence[Text]) -> Floats2d:
        scores = self._similarity(entities, candidates)
        if self.symmetric:
            scores += self._similarity(candidates, entities).T
            scores /= 2
        return numpy.where(scores < self.threshold, 0, scores).astype(numpy.float32)

    def _similarity(self, given: Sequence[Text], texts: Sequence[Text]) -> Floats2d:
        """The similarity of each text to each given one. *Shape:* ``(given, texts)``"""
        values = [[self._cache[self._pair(one, text)] for text in texts] for one in given]
        rows: Floats2d = numpy.asarray(values, dtype=numpy.float32).reshape(len(given), len(texts))
        if self.normalize and rows.size:
            own = [[self._cache[self._own_pair(one, text)] for text in texts] for one in given]
            rows /= numpy.asarray(own, dtype=numpy.float32)
        return rows

    def _check_multilingual(self) -> None:
        if not self.model.is_multilingual:
            raise XprojError(
                f"model '{self.model.name}' does not translate both ways: name a multilingual one, such as "
                "facebook/nllb-200-distilled-600M, or set normalize = false, symmetric = false and variant = direct"
            )


def _shorten(cache: Dict[Any, Any], size: int) -> None:
    """Remove what has been there longest until there are so many."""
    while len(cache) > size:
        del cache[next(iter(cache))]
