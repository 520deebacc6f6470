"""Sequence-to-sequence models of the `transformers` library, and the languages that they translate."""

import re
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, Optional

from transformers import AutoModelForSeq2SeqLM, MarianTokenizer

from ..errors import XprojError
from ..lazy import Lazy
from ..storage.files import input_digests
from ..text.languages import equivalent_codes
from .loading import DType, load_config, load_model, load_tokenizer, model_license, pick_device, pick_dtype

LANGUAGE_TOKEN = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}|__\w+__|>>\w+<<")
OTHER_WAYS = (
    "give a local directory with it (safetensors) or use spacy-xproj.BundledTranslator.v1 (en, pt) or "
    "spacy-xproj.TableTranslator.v1"
)


class Seq2SeqModel:
    """A sequence-to-sequence model and its tokenizer, each loaded when it is first used.

    name (str): a directory, or a name on the Hugging Face hub. Weights are read from safetensors only.
    revision (Optional[str]): the revision of a model of the hub: a commit, for results that can be repeated.
    device (str): "auto" is the GPU if there is one; or a device as PyTorch names it.
    dtype (DType): number format of the weights; "auto" is bfloat16 (float16 on older ones) on a GPU, else float32.
    remedy (str): what to do if the model cannot be loaded, for the message.
    """

    def __init__(self, name: str, revision: Optional[str], device: str, dtype: DType, remedy: str = OTHER_WAYS):
        self.name = name
        self.revision = revision
        self.device = device
        self._dtype = dtype
        self._config = Lazy(load_config, name, remedy, revision)
        self._tokenizer = Lazy(load_tokenizer, name, remedy, revision)
        self._network = Lazy(load_model, AutoModelForSeq2SeqLM, name, remedy, revision, device, dtype)

    @property
    def config(self) -> Any:
        """The config, without the weights."""
        return self._config.value

    @property
    def tokenizer(self) -> Any:
        """The tokenizer."""
        return self._tokenizer.value

    @property
    def network(self) -> Any:
        """The network, ready to use."""
        return self._network.value

    @property
    def dtype(self) -> str:
        """The number format of the weights, without loading them."""
        return str(pick_dtype(pick_device(self.device), self._dtype)).removeprefix("torch.")

    @property
    def limit(self) -> int:
        """The longest text that the model takes, in tokens."""
        return self.config.max_position_embeddings

    @cached_property
    def codes(self) -> Dict[str, str]:
        """The token of each language that the model knows; empty if it has one pair of languages only."""
        return language_tokens(self.tokenizer)

    @property
    def is_marian(self) -> bool:
        """Whether it is of MarianMT, which names the target language in the source text."""
        return isinstance(self.tokenizer, MarianTokenizer)

    def code(self, lang: str) -> str:
        """Find a language.

        lang (str): its ISO code, or as the model writes it.
        RETURNS (str): its code as the model writes it.
        RAISES (XprojError): if the model does not know it.
        """
        return find_language(self.codes, lang, self.name)

    def prefix(self, tgt_lang: str) -> str:
        """What a source text begins with: MarianMT reads the target language there, if it has several."""
        return f"{self.codes[self.code(tgt_lang)]} " if self.codes and self.is_marian else ""

    def forced_start(self, tgt_lang: str) -> Optional[int]:
        """The token that a translation begins with: the others write the target language there."""
        if not self.codes or self.is_marian:
            return None
        return self.tokenizer.convert_tokens_to_ids(self.codes[self.code(tgt_lang)])

    def read_license(self) -> Optional[str]:
        """Read the licence that the model card names, if there is one."""
        return model_license(self.name, self.revision)


def model_revision(name: str, revision: Optional[str]) -> Any:
    """Identify the files of a model, whatever its directory is called. Of a model of the hub its config is loaded for
    that, not its weights.

    name (str): a directory, or a name on the Hugging Face hub.
    revision (Optional[str]): the revision of a model of the hub.
    RETURNS (Any): the digests of the files of a directory, or the commit of the hub, if the hub tells it.
    RAISES (XprojError): if the config cannot be loaded.
    """
    if Path(name).is_dir():
        return sorted(input_digests(Path(name)).values())
    config = load_config(name, OTHER_WAYS, revision)
    return getattr(config, "_commit_hash", None) or revision


def find_language(codes: Dict[str, str], lang: str, name: str) -> str:
    """Find a language among those of a model.

    codes (Dict[str, str]): the languages, as from `language_tokens`.
    lang (str): its ISO code, or as the model writes it.
    name (str): the model's name, for messages.
    RETURNS (str): its code as the model writes it.
    RAISES (XprojError): if the model does not know it.
    """
    for code in equivalent_codes(lang):
        if code in codes:
            return code
    raise XprojError(f"model '{name}' has no language '{lang}'; it has {', '.join(sorted(codes)) or 'no languages'}")


def language_tokens(tokenizer: Any) -> Dict[str, str]:
    """List the languages of a tokenizer: tokens ``eng_Latn`` in NLLB, ``__en__`` in M2M100, ``>>eng<<`` in MarianMT.

    tokenizer (Any): the tokenizer.
    RETURNS (Dict[str, str]): the token of each language code; empty if the model has one pair of languages only.
    """
    tokens = [
        *tokenizer.additional_special_tokens,
        *getattr(tokenizer, "lang_token_to_id", []),  # M2M100
        *getattr(tokenizer, "supported_language_codes", []),  # MarianMT
    ]
    return {token.strip("_<>"): token for token in tokens if LANGUAGE_TOKEN.fullmatch(token)}
