"""Translation models of the `transformers` library: NLLB-200, M2M100, MarianMT."""

import re
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, List, Optional

from ..errors import XprojError
from ..models.loading import DType, load_seq2seq, load_tokenizer, model_license
from ..storage.files import input_digests
from ..text.languages import equivalent_codes
from .base import NOT_ENDED, BatchTranslator, Translation

LANGUAGE_TOKEN = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}|__\w+__|>>\w+<<")
OTHER_WAYS = (
    "give a local directory with it (safetensors) or use spacy-xproj.BundledTranslator.v1 (en, pt) or "
    "spacy-xproj.TableTranslator.v1"
)


class Seq2SeqTranslator(BatchTranslator):
    """Translate with a sequence-to-sequence model. It is loaded when the first text comes.

    A text of more than `max_length` tokens is split after sentences, clauses or words, and the translations of
    its parts are joined with spaces. A translation may have twice as many tokens, within the model's limit; one
    that does not end by then gives a warning and is flagged `not_ended`.
    If the GPU's memory does not hold a batch, it is halved, and so are those that follow.

    model (str): a directory, or a name on the Hugging Face hub. Weights are read from safetensors only.
    src_lang (str): the source language, as an ISO code or as the model writes it.
    tgt_lang (str): the target language, likewise.
    revision (Optional[str]): the revision of a model of the hub: a commit, for results that can be repeated.
    num_beams (int): width of the beam search.
    max_length (int): longest text, in tokens. The model's own limit holds where it is lower.
    max_batch_tokens (int): source tokens in a batch, with padding.
    device (str): "auto" is the GPU where there is one; or a device as PyTorch names it.
    dtype (str): number format of the weights; "auto" is bfloat16 (float16 on older ones) on a GPU, else float32.
    """

    def __init__(
        self,
        model: str,
        src_lang: str,
        tgt_lang: str,
        *,
        revision: Optional[str] = None,
        num_beams: int = 4,
        max_length: int = 256,
        max_batch_tokens: int = 4096,
        device: str = "auto",
        dtype: DType = "auto",
    ) -> None:
        super().__init__(src_lang, tgt_lang, max_length=max_length, max_batch_length=max_batch_tokens)
        self.name = model
        self.revision = revision
        self.num_beams = num_beams
        self.device = device
        self.dtype = dtype

    @cached_property
    def license(self) -> Optional[str]:  # type: ignore[override]
        """What the model card says, where there is one."""
        return model_license(self.name, self.revision)

    def input_digests(self) -> Dict[str, str]:
        """RETURNS (Dict[str, str]): the SHA-256 of each file of a model that is a directory."""
        return input_digests(Path(self.name)) if Path(self.name).is_dir() else {}

    def _length(self, text: str) -> int:
        return len(self._tokenizer(self._prefix + text, verbose=False).input_ids)

    def _fits(self, text: str) -> bool:
        limits = (self.max_length, self._model.config.max_position_embeddings, self._tokenizer.model_max_length)
        return self._length(text) <= min(limits)

    def _translate_batch(self, texts: List[str]) -> List[Translation]:
        import torch

        try:
            return self._generate(texts)
        except torch.cuda.OutOfMemoryError:
            if len(texts) == 1:
                raise XprojError(
                    f"{self.name}: GPU memory does not hold one sentence; lower num_beams or use device = 'cpu'"
                ) from None
        torch.cuda.empty_cache()
        self.max_batch_length = max(1, self.max_batch_length // 2)
        half = len(texts) // 2
        return self._translate_batch(texts[:half]) + self._translate_batch(texts[half:])

    def _generate(self, texts: List[str]) -> List[Translation]:
        import torch

        tokenizer, model = self._tokenizer, self._model
        inputs = tokenizer([self._prefix + text for text in texts], padding=True, return_tensors="pt", verbose=False)
        room = min(2 * self.max_length, model.config.max_position_embeddings - 1)
        with torch.inference_mode():
            output = model.generate(
                **inputs.to(model.device),
                forced_bos_token_id=self._forced_bos,
                num_beams=self.num_beams,
                max_new_tokens=room,
                do_sample=False,
            )
        start = 1 if self._forced_bos is None else 2
        decoded = tokenizer.batch_decode(
            output[:, start:], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        translations = []
        for text, tokens, translation in zip(texts, output.tolist(), decoded, strict=True):
            ended = len(tokens) <= room or tokens[-1] == tokenizer.pad_token_id
            if not ended:
                warnings.warn(f"{self.name}: translation not ended after {room} tokens: '{text}'", stacklevel=2)
            translations.append(Translation(translation.strip(), () if ended else (NOT_ENDED,)))
        return translations

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = load_tokenizer(self.name, self.revision, OTHER_WAYS)
        codes = language_tokens(tokenizer)
        if codes and not is_marian(tokenizer):
            tokenizer.src_lang = self._code(self.src_lang, codes)
        return tokenizer

    @cached_property
    def _model(self) -> Any:
        return load_seq2seq(self.name, self.revision, OTHER_WAYS, self.device, self.dtype)

    @cached_property
    def _target_token(self) -> Optional[str]:
        codes = language_tokens(self._tokenizer)
        return codes[self._code(self.tgt_lang, codes)] if codes else None

    @property
    def _prefix(self) -> str:
        """MarianMT reads the target language at the start of the text, if it has several."""
        return f"{self._target_token} " if self._target_token and is_marian(self._tokenizer) else ""

    @property
    def _forced_bos(self) -> Optional[int]:
        """The others begin their output with it."""
        if self._target_token is None or is_marian(self._tokenizer):
            return None
        return self._tokenizer.convert_tokens_to_ids(self._target_token)

    def _code(self, lang: str, codes: Dict[str, str]) -> str:
        for code in equivalent_codes(lang):
            if code in codes:
                return code
        raise XprojError(f"model '{self.name}' has no language '{lang}'; it has {', '.join(sorted(codes))}")


def language_tokens(tokenizer: Any) -> Dict[str, str]:
    """List the languages of a tokenizer: tokens ``eng_Latn`` in NLLB, ``__en__`` in M2M100, ``>>eng<<`` in MarianMT.

    tokenizer (Any): the tokenizer.
    RETURNS (Dict[str, str]): the token of each language code; empty where the model has one pair of languages only.
    """
    tokens = [
        *tokenizer.additional_special_tokens,
        *getattr(tokenizer, "lang_token_to_id", []),  # M2M100
        *getattr(tokenizer, "supported_language_codes", []),  # MarianMT
    ]
    return {token.strip("_<>"): token for token in tokens if LANGUAGE_TOKEN.fullmatch(token)}


def is_marian(tokenizer: Any) -> bool:
    """RETURNS (bool): whether a tokenizer is that of MarianMT, which names the target language in the source text."""
    from transformers import MarianTokenizer

    return isinstance(tokenizer, MarianTokenizer)


def make_seq2seq_translator(
    model: str,
    src_lang: str,
    tgt_lang: str,
    revision: Optional[str] = None,
    num_beams: int = 4,
    max_length: int = 256,
    max_batch_tokens: int = 4096,
    device: str = "auto",
    dtype: DType = "auto",
) -> Seq2SeqTranslator:
    """Translate with NLLB-200, M2M100 or MarianMT.

    RETURNS (Seq2SeqTranslator): the translator, which documents the settings; it loads its model when first used.
    """
    return Seq2SeqTranslator(
        model,
        src_lang,
        tgt_lang,
        revision=revision,
        num_beams=num_beams,
        max_length=max_length,
        max_batch_tokens=max_batch_tokens,
        device=device,
        dtype=dtype,
    )
