"""A text encoder taken out of its source, beside what it was taken from."""

from dataclasses import dataclass
from typing import Any, Dict

import torch
from torch import Tensor
from torch.nn import Module
from transformers import (
    AutoTokenizer,
    PretrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)

from ...errors import XprojError
from ..repository import Repository


@dataclass(frozen=True)
class Tower:
    """A conversion before it is checked.

    model (PreTrainedModel): the plain encoder.
    original (Module): what gives the same hidden states in the source's own model; `model` if that has none.
    tokenizer (PreTrainedTokenizerBase): the source's tokenizer.
    step (str): what was done, for the model card.
    """

    model: PreTrainedModel
    original: Module
    tokenizer: PreTrainedTokenizerBase
    step: str


def build_model(cls: Any, config: PretrainedConfig, state: Dict[str, Tensor]) -> PreTrainedModel:
    """Build a model from a config and weights.

    cls (Any): its class, such as `XLMRobertaModel`.
    config (PretrainedConfig): its config.
    state (Dict[str, Tensor]): its weights by name. A pooler may be missing: it is zero then, and nothing uses it.
    RETURNS (PreTrainedModel): the model, in float32.
    RAISES (XprojError): if weights are missing, left over or of another shape.
    """
    model = cls._from_config(config, attn_implementation="eager").float().eval()
    expected = model.state_dict()
    pooler = {name: torch.zeros_like(expected[name]) for name in expected if name.startswith("pooler.")}
    # older releases of transformers stored this table of the numbers 0, 1, 2, …
    state = {name: weights for name, weights in state.items() if not name.endswith("embeddings.position_ids")}
    try:
        model.load_state_dict({**pooler, **state})
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise XprojError(
            f"has other weights than a {cls.__name__}; name an encoder of that family ({reason})"
        ) from None
    return model


def load_tokenizer(source: Repository) -> Any:
    """Load the tokenizer of a model.

    source (Repository): where the model is.
    RETURNS (Any): a fast tokenizer if there is one. SigLIP's own class has none: its `tokenizer.json` is read as
        it is.
    """
    settings = source.read_json("tokenizer_config.json") or {}
    cls = PreTrainedTokenizerFast if settings.get("tokenizer_class") == "SiglipTokenizer" else AutoTokenizer
    return source.from_pretrained(cls)
