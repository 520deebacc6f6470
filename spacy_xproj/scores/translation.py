"""The translation score: how probable a translation model finds candidate and entity as translations of each other."""

from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy
from spacy.util import minibatch

from ..errors import XprojError
from ..models.loading import DType
from ..models.probability import Pair, Text, TranslationProbability
from ..models.seq2seq import Seq2SeqModel
from ..text.languages import check_language
from ..types import Bitext, Candidates, Floats2d


class TranslationScore:
    """NMTScore with the direct translation probability (Vamvas and Sennrich 2022, §3.1).

    A text a given b has sim(a | b) = 2^−H, with H the mean cross-entropy of a's tokens in natural units, as the
    package nmtscore computes it. Normalised it is divided by sim(a | a), symmetric it is averaged with sim(b | a).

    model (str): a directory, or a name on the hub, of NLLB-200, M2M100 or MarianMT. It is loaded when it
        is first used.
    src_lang (str): language of the entities, as an ISO code or as the model writes it.
    tgt_lang (str): language of the candidates, likewise.
    revision (Optional[str]): the revision of a model of the hub.
    normalize (bool): divide by the probability of a text as a translation of itself.
    symmetric (bool): average both directions. MarianMT, which translates one way, needs both as false.
    threshold (float): scores below it become 0.
    buffer (int): pairs of sentences that the model gets at a time.
    max_batch_tokens (int): padded tokens in a batch; halved if memory runs out. Each takes as many numbers as the
        vocabulary has pieces.
    device (str): `auto`, `cpu`, `cuda`, …
    dtype (DType): number format of the weights, as in `Seq2SeqTranslator`.
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
    ):
        for lang in (src_lang, tgt_lang):
            check_language(lang)
        self.model = TranslationProbability(Seq2SeqModel(model, revision, device, dtype), max_batch_tokens)
        self.src_lang = src_lang
        self.tgt_lang = tgt_lang
        self.normalize = normalize
        self.symmetric = symmetric
        self.threshold = threshold
        self.buffer = buffer
        self._cache: Dict[Pair, float] = {}

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score candidates.

        pairs (Iterable[Tuple[Bitext, Candidates]]): the pairs and their candidates.
        YIELDS (Floats2d): scores of each. *Shape:* ``(entities, candidates)``
        RAISES (XprojError): if the model does not know a language or does not translate the way that is needed.
        """
        for buffered in minibatch(pairs, self.buffer):
            texts = [self._texts(bitext, candidates) for bitext, candidates in buffered]
            self._fill([pair for entities, spans in texts for pair in self._needed(entities, spans)])
            for entities, spans in texts:
                yield self._scores(entities, spans)
            while len(self._cache) > self.cache_size:
                del self._cache[next(iter(self._cache))]

    def forget(self) -> None:
        """Forget the probabilities of the pairs so far. In their last digits they depend on the texts that were in a
        batch with them."""
        self._cache.clear()

    def _texts(self, bitext: Bitext, candidates: Candidates) -> Tuple[List[Text], List[Text]]:
        entities = [(ent.text, self.src_lang) for ent in bitext.source.ents]
        spans = [(bitext.target[start:end].text, self.tgt_lang) for start, end in candidates.spans.tolist()]
        return entities, spans

    def _needed(self, entities: Sequence[Text], candidates: Sequence[Text]) -> Iterator[Pair]:
        """The pairs, source first, whose probabilities the scores are made of."""
        for entity in entities:
            for candidate in candidates:
                yield entity, candidate
                if self.symmetric:
                    yield candidate, entity
        if self.normalize and entities:
            yield from ((candidate, candidate) for candidate in candidates)
            if self.symmetric:
                yield from ((entity, entity) for entity in entities)

    def _fill(self, pairs: List[Pair]) -> None:
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._cache]
        if not new:
            return
        if (self.normalize or self.symmetric) and not self.model.is_multilingual:
            raise XprojError(
                f"model '{self.model.name}' does not translate both ways: name a multilingual one, such as "
                "facebook/nllb-200-distilled-600M, or set normalize = false and symmetric = false"
            )
        values = 2 ** numpy.asarray(self.model.log_probabilities(new))
        self._cache.update(zip(new, values.tolist(), strict=True))

    def _scores(self, entities: Sequence[Text], candidates: Sequence[Text]) -> Floats2d:
        scores = self._similarity(entities, candidates)
        if self.symmetric:
            scores += self._similarity(candidates, entities).T
            scores /= 2
        return numpy.where(scores < self.threshold, 0, scores).astype(numpy.float32)

    def _similarity(self, given: Sequence[Text], texts: Sequence[Text]) -> Floats2d:
        """sim(text | given). *Shape:* ``(given, texts)``"""
        values = [[self._cache[source, text] for text in texts] for source in given]
        rows: Floats2d = numpy.asarray(values, dtype=numpy.float32).reshape(len(given), len(texts))
        if self.normalize and rows.size:
            rows /= numpy.asarray([self._cache[text, text] for text in texts], dtype=numpy.float32)
        return rows
