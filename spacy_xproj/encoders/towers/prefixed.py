"""XLM-R text towers of projects that transformers has no class for: M-CLIP and open_clip.

Both keep a whole XLM-R under a prefix, and neither stores its config: it is what the weights and the published models
tell.
"""

from dataclasses import dataclass
from typing import Dict, Tuple

from tokenizers import Tokenizer
from torch import Tensor
from transformers import XLMRobertaConfig, XLMRobertaModel

from ...errors import XprojError
from ..encoder import max_length, wrap_tokenizer
from ..repository import OTHER_WAYS, PICKLES, SAFETENSORS, Repository
from .tower import Tower, build_model

SPECIAL_TOKENS = {
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "mask_token": "<mask>",
}
#: The two sizes of Conneau et al. 2020 (arXiv 1911.02116) that CLIP text towers start from.
NAMES = {"xlm-roberta-base", "xlm-roberta-large", "FacebookAI/xlm-roberta-base", "FacebookAI/xlm-roberta-large"}
#: Width of one attention head in both.
HEAD = 64


@dataclass(frozen=True)
class PrefixedModel:
    """Where such a project keeps its weights.

    family (str): the family's name.
    prefix (str): what the names of the text encoder's weights begin with.
    safetensors (Tuple[str, ...]): names that the file of weights may have.
    pickles (Tuple[str, ...]): names that it may have if it is pickled.
    """

    family: str
    prefix: str
    safetensors: Tuple[str, ...]
    pickles: Tuple[str, ...]


#: Carlsson et al. 2022, "Cross-lingual and Multilingual CLIP": a linear layer on the mean of the hidden states.
M_CLIP = PrefixedModel("M-CLIP", "transformer.", SAFETENSORS[:1], PICKLES[:1])
#: The repositories of LAION have the second name; both are written by releases of open_clip and by the hub.
OPEN_CLIP = PrefixedModel(
    "open_clip with XLM-R",
    "text.transformer.",
    ("open_clip_model.safetensors", "open_clip_pytorch_model.safetensors"),
    ("open_clip_pytorch_model.bin",),
)


def load_prefixed(source: Repository, layout: PrefixedModel) -> Tower:
    """Take the XLM-R out of a model.

    source (Repository): where the model is.
    layout (PrefixedModel): how it is stored.
    RETURNS (Tower): the encoder.
    RAISES (XprojError): if its weights or its tokenizer are missing, or are not those of XLM-R.
    """
    state = source.read_state(layout.safetensors, layout.pickles, layout.prefix)
    path = source.find("tokenizer.json")
    if path is None:
        raise XprojError(f"has no fast tokenizer (tokenizer.json); {OTHER_WAYS}")
    config = config_of(state)
    tokenizer = wrap_tokenizer(
        Tokenizer.from_file(str(path)), max_length(config), ["input_ids", "attention_mask"], SPECIAL_TOKENS
    )
    model = build_model(XLMRobertaModel, config, state)
    step = f"Took the weights under `{layout.prefix}` as an XLMRobertaModel."
    return Tower(model, model, tokenizer, step)


def check_name(name: str) -> None:
    """Refuse a text tower that starts from something else than XLM-R."""
    if name not in NAMES:
        raise XprojError(f"has a text tower made from '{name}'; only towers of xlm-roberta-base and -large convert")


def config_of(state: Dict[str, Tensor]) -> XLMRobertaConfig:
    """Derive the config of an XLM-R model from its weights.

    Sizes are read off. The number of heads, the epsilon and the special ids leave no trace in the weights: they are
    those of the published models.

    state (Dict[str, Tensor]): weights under the names of `XLMRobertaModel`.
    RETURNS (XLMRobertaConfig): the config.
    RAISES (XprojError): if they are not named so.
    """
    try:
        rows, width = state["embeddings.word_embeddings.weight"].shape
        return XLMRobertaConfig(
            vocab_size=rows,
            hidden_size=width,
            num_hidden_layers=sum(name.endswith("attention.self.query.weight") for name in state),
            num_attention_heads=width // HEAD,
            intermediate_size=len(state["encoder.layer.0.intermediate.dense.weight"]),
            max_position_embeddings=len(state["embeddings.position_embeddings.weight"]),
            type_vocab_size=len(state["embeddings.token_type_embeddings.weight"]),
            layer_norm_eps=1e-5,
            bos_token_id=0,
            pad_token_id=1,
            eos_token_id=2,
        )
    except KeyError as error:
        raise XprojError(f"has no weights {error} where XLM-R has them; only XLM-R text towers convert") from None
