"""XLM-R text towers of projects that transformers has no class for: M-CLIP and open_clip.

Both keep a whole XLM-R under a prefix, and neither stores its config.
"""

from dataclasses import dataclass
from typing import Tuple

from ...errors import XprojError
from ..encoder import max_length, wrap_tokenizer
from ..source import OTHER_WAYS, PICKLES, SAFETENSORS, Source
from .tower import Tower, build_model
from .xlmr import SPECIAL_TOKENS, config_of


@dataclass(frozen=True)
class PrefixedModel:
    """Where such a project keeps its weights.

    family (str): the family's name.
    prefix (str): what the names of the text encoder's weights begin with.
    safetensors (Tuple[str, ...]): names that the file of weights may have.
    pickles (Tuple[str, ...]): names that it may have where it is pickled.
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


def load_prefixed(source: Source, layout: PrefixedModel) -> Tower:
    """Take the XLM-R out of a model.

    source (Source): where the model is.
    layout (PrefixedModel): how it is stored.
    RETURNS (Tower): the encoder.
    RAISES (XprojError): where its weights or its tokenizer are missing, or are not those of XLM-R.
    """
    from tokenizers import Tokenizer
    from transformers import XLMRobertaModel

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
