"""XLM-R where its config is not stored: what its weights and the published models tell."""

from typing import TYPE_CHECKING, Dict

from ...errors import XprojError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import XLMRobertaConfig

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


def check_name(name: str) -> None:
    """RAISES (XprojError): where a text tower starts from something else than XLM-R."""
    if name not in NAMES:
        raise XprojError(f"has a text tower made from '{name}'; only towers of xlm-roberta-base and -large convert")


def config_of(state: Dict[str, "Tensor"]) -> "XLMRobertaConfig":
    """Derive the config of an XLM-R model from its weights.

    Sizes are read off. The number of heads, the epsilon and the special ids leave no trace in the weights: they are
    those of the published models.

    state (Dict[str, Tensor]): weights under the names of `XLMRobertaModel`.
    RETURNS (XLMRobertaConfig): the config.
    RAISES (XprojError): where they are not named so.
    """
    from transformers import XLMRobertaConfig

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
