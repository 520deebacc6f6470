"""Text towers of CLIP and SigLIP in spacy-transformers, with windows over text that is longer than they take."""

import warnings
from typing import Any, Callable, Dict, Iterable, List

import numpy
import transformers
from numpy.typing import NDArray
from spacy.tokens import Doc, Span
from spacy.util import SimpleFrozenDict
from thinc.api import Model, get_torch_default_device
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerFast

from ...errors import XprojError
from ...models.loading import load_pretrained

REMEDY = "write it with xproj encoder"
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
    types = []
    for config_name, model_name in TEXT_TOWERS.items():
        if not hasattr(transformers, model_name):
            continue
        config_cls, model_cls = getattr(transformers, config_name), getattr(transformers, model_name)
        AutoConfig.register(config_cls.model_type, config_cls, exist_ok=True)
        AutoModel.register(config_cls, model_cls, exist_ok=True)
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
) -> Model:
    """A text tower of CLIP or SigLIP, in place of `spacy-transformers.TransformerModel.v3`.

    Mind what they are. They were trained on captions: CLIP's reads from left to right only, in lower case, 77
    sub-tokens at a time; SigLIP's reads 64. Spans that are longer are cut into windows, each with the end of the one
    before as context; a word's vector is made from all windows that it is in.

    name (str): a directory written by `xproj encoder`.
    get_spans (Callable[[Iterable[Doc]], List[List[Span]]]): spans of each text, before they are cut into windows:
        `spacy-transformers.doc_spans.v1` unless there are reasons for others.
    overlap (int): how many sub-tokens neighbouring windows share at most.
    tokenizer_config (Dict[str, Any]): settings for the tokenizer.
    transformer_config (Dict[str, Any]): settings for the model.
    mixed_precision (bool): compute in half precision if that is safe; needs a GPU.
    grad_scaler_config (Dict[str, Any]): settings for gradient scaling in mixed precision.
    RETURNS (Model): what the factory `transformer` takes as its model.
    RAISES (XprojError): on initialisation, if the directory holds another model or has no safetensors weights.
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
    RAISES (XprojError): if it is another model, or cannot be loaded.
    """
    from spacy_transformers.data_classes import HFObjects

    settings = {**transformer_config, "return_dict": True}
    config = load_pretrained(AutoConfig, name, REMEDY, "encoder", **settings)
    if config.model_type not in types:
        raise XprojError(
            f"encoder '{name}' is of type '{config.model_type}', and spacy-xproj.ClipTextModel.v1 takes "
            f"{', '.join(types)}; convert it with xproj encoder, or take spacy-transformers.TransformerModel.v3"
        )
    tokenizer = load_pretrained(AutoTokenizer, name, REMEDY, "encoder", **tokenizer_config)
    model = load_pretrained(AutoModel, name, REMEDY, "encoder", config=config, use_safetensors=True)
    return HFObjects(tokenizer, model.to(get_torch_default_device()), None)


def refuse_replacement(*configs: Dict[str, Any]) -> Dict[str, Any]:
    """Refuse a component a copy of the transformer for itself."""
    raise XprojError("spacy-xproj.ClipTextModel.v1 cannot be copied into a component; leave replace_listeners out")


def cut_windows(span: Span, tokenizer: PreTrainedTokenizerFast, overlap: int) -> List[Span]:
    """Cut a span into windows of words that an encoder takes whole.

    Each window begins with the last words of the one before, as context.

    span (Span): the span, as a rule a whole text.
    tokenizer (PreTrainedTokenizerFast): the encoder's tokenizer; its `model_max_length` is what a window has room for.
    overlap (int): how many sub-tokens two neighbours share at most.
    RETURNS (List[Span]): the windows, in order; every word is in one at least. A word that alone is too long keeps a
        window to itself, with a warning: its end is not read.
    """
    room = tokenizer.model_max_length - tokenizer.num_special_tokens_to_add()
    totals = numpy.concatenate([[0], word_sizes(span, tokenizer).cumsum()])
    windows: List[Span] = []
    end = 0
    while end < len(span):
        context = max(totals[end] - overlap, totals[end + 1] - room)
        start = min(int(numpy.searchsorted(totals, context)), end)
        stop = _fit(span, start, totals, room, tokenizer)
        if stop <= end:
            start, stop = end, _fit(span, end, totals, room, tokenizer)
        windows.append(span[start:stop])
        end = stop
    return windows


def word_sizes(span: Span, tokenizer: PreTrainedTokenizerFast) -> NDArray:
    """Count the sub-tokens of each word in its context.

    span (Span): the words.
    tokenizer (PreTrainedTokenizerFast): the tokenizer.
    RETURNS (NDArray): for each word, how many sub-tokens begin in it or in the space before. *Shape:* ``(words,)``
    """
    starts = [start for start, _ in _tokenize(span, tokenizer).offset_mapping]
    ends = [token.idx + len(token) - span.start_char for token in span]
    words = numpy.searchsorted(ends, starts, side="right").clip(max=len(span) - 1)
    return numpy.bincount(words, minlength=len(span))


def _fit(span: Span, start: int, totals: NDArray, room: int, tokenizer: PreTrainedTokenizerFast) -> int:
    """Find where the longest window that starts at a word ends: one word later at least."""
    stop = max(int(numpy.searchsorted(totals, totals[start] + room, side="right")) - 1, start + 1)
    # cut out of its context, a text may have a sub-token more than it has there
    while (size := len(_tokenize(span[start:stop], tokenizer).input_ids)) > room and stop > start + 1:
        stop -= 1
    if size > room:
        warnings.warn(
            f"the word '{span[start].text[:20]}…' has {size} sub-tokens, {room} of which the encoder reads; "
            "split such words in the text",
            stacklevel=3,
        )
    return stop


def _tokenize(span: Span, tokenizer: PreTrainedTokenizerFast) -> Any:
    return tokenizer(span.text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
