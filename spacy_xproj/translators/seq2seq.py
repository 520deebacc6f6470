"""Translation models of the `transformers` library: NLLB-200, M2M100, MarianMT."""

import warnings
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, List, Optional

import torch

from ..models.loading import DType
from ..models.seq2seq import Seq2SeqModel, model_commit
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

    def _translate_batch(self, texts: List[str]) -> List[Translation]:
        tokenizer, network = self.model.tokenizer, self.model.network
        if self.model.codes and not self.model.is_marian:
            tokenizer.src_lang = self.model.code(self.src_lang)
        prefix, start = self.model.prefix(self.tgt_lang), self.model.forced_start(self.tgt_lang)
        inputs = tokenizer([prefix + text for text in texts], padding=True, return_tensors="pt", verbose=False)
        room = min(2 * self.max_length, self.model.limit - 1)
        with torch.inference_mode():
            output = network.generate(
                **inputs.to(network.device),
                forced_bos_token_id=start,
                num_beams=self.num_beams,
                max_new_tokens=room,
                do_sample=False,
            )
        decoded = tokenizer.batch_decode(
            output[:, 1 if start is None else 2 :], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        translations = []
        for text, tokens, translation in zip(texts, output.tolist(), decoded, strict=True):
            ended = len(tokens) <= room or tokens[-1] == tokenizer.pad_token_id
            if not ended:
                warnings.warn(f"{self.name}: translation not ended after {room} tokens: '{text}'", stacklevel=2)
            translations.append(Translation(translation.strip(), () if ended else (NOT_ENDED,)))
        return translations


def model_revision(model: str, revision: Optional[str]) -> Any:
    """Identify the files of a model, whatever its directory is called.

    model (str): a directory, or a name on the Hugging Face hub.
    revision (Optional[str]): the revision of a model of the hub.
    RETURNS (Any): the digests of the files of a directory, or a commit of the hub.
    """
    if Path(model).is_dir():
        return sorted(input_digests(Path(model)).values())
    return model_commit(model, revision)
