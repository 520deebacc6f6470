"""Translation models of the `transformers` library: NLLB-200, M2M100, MarianMT."""

import warnings
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, List, Optional

import torch

from ..models.loading import DType
from ..models.seq2seq import Seq2SeqModel, model_revision
from ..storage.files import input_digests
from .base import NOT_ENDED, BatchTranslator, Translation


class Seq2SeqTranslator(BatchTranslator):
    """Translate with a sequence-to-sequence model. It is loaded when the first text comes.

    A text of more than `max_length` tokens is split after sentences, clauses or words, and the translations of
    its pieces are joined with spaces. A translation may have twice as many tokens, within the model's limit; one
    that does not end by then gives a warning and is flagged `not_ended`.
    If the GPU's memory does not hold a batch, it is halved, and so are those that follow.

    model (str): a directory, or a name on the Hugging Face hub. Weights are read from safetensors only.
    src_lang (str): the source language, as an ISO code or as the model writes it.
    tgt_lang (str): the target language, likewise.
    revision (Optional[str]): the revision of a model of the hub: a commit, for results that can be repeated.
    num_beams (int): width of the beam search.
    max_length (int): longest text, in tokens. If the model's own limit is lower, that one holds.
    max_batch_tokens (int): source tokens in a batch, with padding.
    device (str): "auto" is the GPU if there is one; or a device as PyTorch names it.
    dtype (DType): number format of the weights; "auto" is bfloat16 (float16 on older ones) on a GPU, else float32.
    """

    def __init__(
        self,
        model: str,
        src_lang: str,
        tgt_lang: str,
        revision: Optional[str] = None,
        num_beams: int = 4,
        max_length: int = 256,
        max_batch_tokens: int = 4096,
        device: str = "auto",
        dtype: DType = "auto",
    ) -> None:
        super().__init__(src_lang, tgt_lang, max_length=max_length, max_batch_length=max_batch_tokens)
        self.model = Seq2SeqModel(model, revision, device, dtype)
        self.name = model
        self.num_beams = num_beams

    @cached_property
    def license(self) -> Optional[str]:  # type: ignore[override]
        """What the model card says, if there is one."""
        return self.model.read_license()

    def input_digests(self) -> Dict[str, str]:
        """Compute the SHA-256 of each file of a model that is a directory.

        RETURNS (Dict[str, str]): the digests by path; none for a model of the hub.
        """
        return input_digests(Path(self.name)) if Path(self.name).is_dir() else {}

    def identity(self) -> Optional[Dict[str, Any]]:
        """What the translations depend on: the model, as its files or its commit, the settings and the languages."""
        return {
            "model": self.name,
            "revision": self._revision,
            "dtype": self.model.dtype,
            "num_beams": self.num_beams,
            "max_length": self.max_length,
            "src_lang": self.src_lang,
            "tgt_lang": self.tgt_lang,
        }

    @cached_property
    def _revision(self) -> Any:
        return model_revision(self.name, self.model.revision)

    def _length(self, text: str) -> int:
        return len(self.model.tokenizer(self.model.prefix(self.tgt_lang) + text, verbose=False).input_ids)

    def _fits(self, text: str) -> bool:
        return self._length(text) <= min(self.max_length, self.model.limit, self.model.tokenizer.model_max_length)

    @property
    def _room(self) -> int:
        """The tokens that a translation may have."""
        return min(2 * self.max_length, self.model.limit - 1)

    def _encode(self, texts: List[str], **settings: Any) -> Any:
        """Tokenize texts, with the languages as the model reads them."""
        tokenizer = self.model.tokenizer
        if self.model.codes and not self.model.is_marian:
            tokenizer.src_lang = self.model.code(self.src_lang)
        prefix = self.model.prefix(self.tgt_lang)
        return tokenizer([prefix + text for text in texts], verbose=False, **settings)

    def _translate_batch(self, texts: List[str]) -> List[Translation]:
        tokenizer, network, room = self.model.tokenizer, self.model.network, self._room
        inputs = self._encode(texts, padding=True, return_tensors="pt")
        start = self.model.forced_start(self.tgt_lang)
        with torch.inference_mode():
            output = network.generate(
                **inputs.to(network.device),
                forced_bos_token_id=start,
                num_beams=self.num_beams,
                max_new_tokens=room,
                do_sample=False,
            )
        ended = [len(tokens) <= room or tokens[-1] == tokenizer.pad_token_id for tokens in output.tolist()]
        return self._decode(texts, output[:, 1 if start is None else 2 :], ended)

    def _decode(self, texts: List[str], tokens: Any, ended: List[bool]) -> List[Translation]:
        """Turn the tokens of translations into text, and flag those that have not ended."""
        decoded = self.model.tokenizer.batch_decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        translations = []
        for text, translation, complete in zip(texts, decoded, ended, strict=True):
            if not complete:
                warnings.warn(f"{self.name}: translation not ended after {self._room} tokens: '{text}'", stacklevel=3)
            translations.append(Translation(translation.strip(), () if complete else (NOT_ENDED,)))
        return translations
