"""Text towers of CLIP and SigLIP in spacy-transformers, with windows over text that is longer than they take."""

from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List

from spacy.tokens import Doc, Span
from spacy.util import SimpleFrozenDict

from ...errors import XprojError, loading_errors
from .windows import cut_windows

if TYPE_CHECKING:
    from thinc.api import Model

#: Code that comes with a model is never run.
NO_CODE = {"trust_remote_code": False}
#: Classes of transformers that its automatic ones do not know, or not in every release. SigLIP2 came with 4.49.
TEXT_TOWERS = {
    "CLIPTextConfig": "CLIPTextModel",
    "SiglipTextConfig": "SiglipTextModel",
    "Siglip2TextConfig": "Siglip2TextModel",
}


def register_text_towers() -> List[str]:
    """Make `AutoConfig` and `AutoModel` of transformers know the text towers.

    RETURNS (List[str]): their model types.
    """
    import transformers

    types = []
    for config_name, model_name in TEXT_TOWERS.items():
        if not hasattr(transformers, model_name):
            continue
        config_cls, model_cls = getattr(transformers, config_name), getattr(transformers, model_name)
        transformers.AutoConfig.register(config_cls.model_type, config_cls, exist_ok=True)
        transformers.AutoModel.register(config_cls, model_cls, exist_ok=True)
        types.append(config_cls.model_type)
    return types


def make_clip_text_model(
    name: str,
    get_spans: Callable[[Iterable[Doc]], List[List[Span]]],
    overlap: int = 16,
    tokenizer_config: Dict[str, Any] = SimpleFrozenDict(),
    transformer_config: Dict[str, Any] = SimpleFrozenDict(),
    mixed_precision: bool = False,
    grad_scaler_config: Dict[str, Any] = SimpleFrozenDict(),
) -> "Model":
    """A text tower of CLIP or SigLIP, in the place of `spacy-transformers.TransformerModel.v3`.

    Mind what they are. They were trained on captions: CLIP's reads from left to right only, in lower case, 77
    sub-tokens at a time; SigLIP's reads 64. Spans that are longer are cut into windows, each with the end of the one
    before as context; where windows overlap, a word's vector is made from all of them.

    name (str): a directory written by `xproj encoder`.
    get_spans (Callable[[Iterable[Doc]], List[List[Span]]]): spans of each text, before they are cut into windows:
        `spacy-transformers.doc_spans.v1` unless there are reasons for others.
    overlap (int): how many sub-tokens neighbouring windows share at most.
    tokenizer_config (Dict[str, Any]): settings for the tokenizer.
    transformer_config (Dict[str, Any]): settings for the model.
    mixed_precision (bool): compute in half precision where that is safe; needs a GPU.
    grad_scaler_config (Dict[str, Any]): settings for gradient scaling in mixed precision.
    RETURNS (Model): what the factory `transformer` takes as its model.
    RAISES (XprojError): on initialisation, where the directory holds another model or has no safetensors weights.
    """
    from spacy_transformers.layers.transformer_model import TransformerModel

    types = register_text_towers()

    def get_windows(docs: Iterable[Doc]) -> List[List[Span]]:
        return [
            [window for span in spans for window in cut_windows(span, model.tokenizer, overlap)]
            for spans in get_spans(docs)
        ]

    def init(model: Any, X: Any = None, Y: Any = None) -> None:
        if not model.attrs["has_transformer"]:
            model.attrs["set_transformer"](model, load_text_tower(name, types, tokenizer_config, transformer_config))

    model: Any = TransformerModel(
        name, get_windows, dict(tokenizer_config), dict(transformer_config), mixed_precision, dict(grad_scaler_config)
    )
    model.init = init
    model.attrs["replace_listener_cfg"] = refuse_replacement
    return model


def load_text_tower(
    name: str, types: List[str], tokenizer_config: Dict[str, Any], transformer_config: Dict[str, Any]
) -> Any:
    """Load a text tower in the way of spacy-transformers, from safetensors only.

    name (str): the directory.
    types (List[str]): the model types that it may have.
    tokenizer_config (Dict[str, Any]): settings for the tokenizer.
    transformer_config (Dict[str, Any]): settings for the model.
    RETURNS (HFObjects): tokenizer and model.
    RAISES (XprojError): where it is another model, or cannot be loaded.
    """
    from spacy_transformers.data_classes import HFObjects
    from thinc.api import get_torch_default_device
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(name, **{**transformer_config, "return_dict": True, **NO_CODE})
        if config.model_type not in types:
            raise XprojError(
                f"encoder '{name}' is of type '{config.model_type}', and spacy-xproj.ClipTextModel.v1 takes "
                f"{', '.join(types)}; convert it with xproj encoder, or take spacy-transformers.TransformerModel.v3"
            )
        tokenizer = AutoTokenizer.from_pretrained(name, **{**tokenizer_config, **NO_CODE})
        model = AutoModel.from_pretrained(name, config=config, use_safetensors=True, **NO_CODE)
    except XprojError:
        raise
    except loading_errors() as error:
        reason = " ".join(str(error).split())
        raise XprojError(f"encoder '{name}' cannot be loaded; write it with xproj encoder ({reason})") from None
    return HFObjects(tokenizer, model.to(get_torch_default_device()), None)


def refuse_replacement(*configs: Dict[str, Any]) -> Dict[str, Any]:
    """RAISES (XprojError): whenever a component asks for a copy of the transformer for itself."""
    raise XprojError("spacy-xproj.ClipTextModel.v1 cannot be copied into a component; leave replace_listeners out")
