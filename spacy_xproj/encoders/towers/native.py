"""Text towers of models that transformers has classes for: AltCLIP, Chinese-CLIP, CLIP, SigLIP."""

from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Dict

import transformers

from ...errors import XprojError
from ..repository import Repository
from .tower import Tower, build_model, load_tokenizer

CLIP_CAUTION = (
    "a text tower of CLIP reads from left to right only, 77 sub-tokens at a time, all in lower case; "
    "it needs spacy-xproj.ClipTextModel.v1 in place of spacy-transformers.TransformerModel.v3"
)
SIGLIP_CAUTION = (
    "a text tower of SigLIP reads 64 sub-tokens at a time; its tokenizer may drop punctuation and case; "
    "it needs spacy-xproj.ClipTextModel.v1 in place of spacy-transformers.TransformerModel.v3"
)


@dataclass(frozen=True)
class NativeModel:
    """Where a model of transformers keeps its text encoder.

    family (str): the family's name.
    cls (str): the class of the model.
    part (str): path of the text encoder in it, empty for the model itself.
    plain (str): the class of the encoder that comes out.
    prefix (str): what the names of its weights begin with there.
    caution (str): what to know before using it.
    """

    family: str
    cls: str
    part: str
    plain: str
    prefix: str = ""
    caution: str = ""


#: By `model_type` of `config.json`: the whole models, and their text towers saved alone.
#: Not `AltCLIPTextModel.last_hidden_state`: that one is projected.
NATIVE: Dict[str, NativeModel] = {
    "altclip": NativeModel("AltCLIP", "AltCLIPModel", "text_model.roberta", "XLMRobertaModel"),
    "altclip_text_model": NativeModel("AltCLIP", "AltCLIPTextModel", "roberta", "XLMRobertaModel"),
    "chinese_clip": NativeModel("Chinese-CLIP", "ChineseCLIPModel", "text_model", "BertModel"),
    "chinese_clip_text_model": NativeModel("Chinese-CLIP", "ChineseCLIPTextModel", "", "BertModel"),
    "clip": NativeModel("CLIP", "CLIPModel", "text_model", "CLIPTextModel", "text_model.", CLIP_CAUTION),
    "clip_text_model": NativeModel("CLIP", "CLIPTextModel", "text_model", "CLIPTextModel", "text_model.", CLIP_CAUTION),
    "siglip": NativeModel("SigLIP", "SiglipModel", "text_model", "SiglipTextModel", "text_model.", SIGLIP_CAUTION),
    "siglip_text_model": NativeModel(
        "SigLIP", "SiglipTextModel", "text_model", "SiglipTextModel", "text_model.", SIGLIP_CAUTION
    ),
    "siglip2": NativeModel("SigLIP2", "Siglip2Model", "text_model", "Siglip2TextModel", "text_model.", SIGLIP_CAUTION),
    "siglip2_text_model": NativeModel(
        "SigLIP2", "Siglip2TextModel", "text_model", "Siglip2TextModel", "text_model.", SIGLIP_CAUTION
    ),
}


def load_native(source: Repository, native: NativeModel) -> Tower:
    """Take the text encoder out of a model of transformers.

    source (Repository): where the model is.
    native (NativeModel): what it is.
    RETURNS (Tower): the encoder.
    RAISES (XprojError): if the model's weights are pickled, missing or others, or transformers is too old for it.
    """
    if not hasattr(transformers, native.cls):
        raise XprojError(f"needs a transformers that has {native.cls}: pip install 'transformers>=4.49,<4.53.3'")
    whole = source.load(getattr(transformers, native.cls), attn_implementation="eager").eval()
    part = attrgetter(native.part)(whole) if native.part else whole
    plain = getattr(transformers, native.plain)
    state = {f"{native.prefix}{name}": weights for name, weights in part.state_dict().items()}
    model = build_model(plain, _config_for(plain, part.config), state)
    return Tower(model, part, load_tokenizer(source), f"Took the text encoder of {native.cls} as a {native.plain}.")


def _config_for(plain: Any, config: Any) -> Any:
    """The config itself if it is of the plain model's class, else the settings that both have."""
    if isinstance(config, plain.config_class):
        return config
    own = plain.config_class().to_dict().keys() - {"model_type", "architectures", "transformers_version"}
    return plain.config_class(**{name: value for name, value in config.to_dict().items() if name in own})
