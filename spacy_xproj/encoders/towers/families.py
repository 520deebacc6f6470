"""Which family a repository belongs to, by the configs that it carries."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Optional

from transformers import AutoConfig, AutoModel

from ...errors import XprojError
from ..encoder import max_length
from ..repository import OTHER_WAYS, Repository
from .native import NATIVE, load_native
from .prefixed import M_CLIP, OPEN_CLIP, check_name, load_prefixed
from .tower import Tower, load_tokenizer


@dataclass(frozen=True)
class Family:
    """What a repository holds.

    name (str): the family's name.
    load (Callable[[], Tower]): takes the text encoder out of it.
    caution (str): what to know before using it.
    """

    name: str
    load: Callable[[], Tower]
    caution: str = ""


def recognise(source: Repository) -> Family:
    """Tell the family of a repository.

    `modules.json` is that of sentence-transformers, and says where the encoder is. `config.json` names the type of
    a model of transformers. Repositories of open_clip have `open_clip_config.json`, or nothing but their weights.

    source (Repository): the repository.
    RETURNS (Family): the family; a plain encoder if nothing says otherwise.
    RAISES (XprojError): if a text tower is of a kind that does not convert, or a directory has no config.
    """
    modules = source.read_json("modules.json")
    if modules is None:
        return _recognise_model(source)
    inner = _recognise_model(source.within(_transformer_path(modules)))
    return Family(f"sentence-transformers, {inner.name}", inner.load, inner.caution)


def _recognise_model(source: Repository) -> Family:
    config = source.read_json("config.json")
    if config is None:
        return _recognise_open_clip(source)
    model_type = config.get("model_type", "")
    if model_type in NATIVE:
        native = NATIVE[model_type]
        return Family(native.family, lambda: load_native(source, native), native.caution)
    if model_type == "M-CLIP":
        check_name(config.get("modelBase", ""))
        return Family(M_CLIP.family, lambda: load_prefixed(source, M_CLIP))
    return _plain(source, model_type)


def _recognise_open_clip(source: Repository) -> Family:
    config = source.read_json("open_clip_config.json")
    if config is not None:
        text = config.get("model_cfg", config).get("text_cfg", {})
        check_name(text.get("hf_model_name", "CLIP's own text transformer"))
    elif source.find(*OPEN_CLIP.safetensors, *OPEN_CLIP.pickles) is None:
        directory = Path(source.name) / source.subfolder
        if directory.is_dir():  # transformers would guess a model from its name
            raise XprojError(f"no config.json in {directory}; {OTHER_WAYS}")
        return _plain(source, None)
    return Family(OPEN_CLIP.family, lambda: load_prefixed(source, OPEN_CLIP))


def _transformer_path(modules: Any) -> str:
    """Find where the first module is, which must be the encoder."""
    try:
        path, kind = modules[0]["path"], modules[0]["type"].rsplit(".", 1)[-1]
    except (IndexError, KeyError, TypeError, AttributeError):
        raise XprojError(f"has no list of modules in modules.json; {OTHER_WAYS}") from None
    if kind not in ("Transformer", "CLIPModel"):
        raise XprojError(f"begins with a module of type '{kind}' (modules.json); only text transformers convert")
    return path


def _plain(source: Repository, model_type: Optional[str]) -> Family:
    return Family(f"plain encoder ({model_type})" if model_type else "plain encoder", lambda: _load_plain(source))


def _load_plain(source: Repository) -> Tower:
    max_length(source.from_pretrained(AutoConfig))
    tokenizer = load_tokenizer(source)
    model = source.load(AutoModel).eval()
    return Tower(model, model, tokenizer, "Took the encoder as it is.")
