"""The one way in which models of the transformers library are loaded: from safetensors, never running their code."""

from contextlib import contextmanager
from typing import Any, Iterator, Literal, Optional, get_args

import torch
from huggingface_hub import ModelCard
from transformers import AutoConfig, AutoTokenizer
from transformers.utils import cached_file

from ..errors import XprojError

#: Number format of a model's weights. "auto" is bfloat16 on a GPU, or float16 if it is an older one, and else float32.
DType = Literal["auto", "float32", "float16", "bfloat16"]
#: What `from_pretrained` is always told: code that comes with a model is never run.
SAFE = {"trust_remote_code": False}


@contextmanager
def loading_errors(problem: str, remedy: str) -> Iterator[None]:
    """Say in one line why a model cannot be loaded: its files are missing, damaged, of an unknown kind, or bring code.

    problem (str): what fails, such as "model 'x' cannot be loaded".
    remedy (str): what to do about it.
    RAISES (XprojError): if loading fails.
    """
    try:
        yield
    except XprojError:
        raise
    except Exception as error:  # damaged files end in errors of any type, of Exception itself in tokenizers
        kind = "" if isinstance(error, (OSError, ValueError, ImportError)) else f"{type(error).__name__}: "
        raise XprojError(f"{problem}; {remedy} ({kind}{' '.join(str(error).split())})") from None


def load_pretrained(cls: Any, name: str, remedy: str, kind: str = "model", **settings: Any) -> Any:
    """Load a config, a tokenizer or, with `use_safetensors`, a model.

    cls (Any): a class of transformers, such as `AutoConfig`.
    name (str): a directory, or a name on the hub.
    remedy (str): what to do if it cannot be loaded.
    kind (str): what the message calls the model.
    **settings: passed on to `from_pretrained`, such as the `revision`.
    RETURNS (Any): what was loaded.
    RAISES (XprojError): if it cannot be loaded.
    """
    with loading_errors(f"{kind} '{name}' cannot be loaded", remedy):
        return cls.from_pretrained(name, **{**settings, **SAFE})


def load_config(name: str, remedy: str, revision: Optional[str] = None) -> Any:
    """Load the config of a model. The arguments are those of `load_pretrained`."""
    return load_pretrained(AutoConfig, name, remedy, revision=revision)


def load_tokenizer(name: str, remedy: str, revision: Optional[str] = None, kind: str = "model") -> Any:
    """Load the tokenizer of a model, a fast one if there is one. The arguments are those of `load_pretrained`."""
    return load_pretrained(AutoTokenizer, name, remedy, kind, revision=revision)


def load_model(
    cls: Any,
    name: str,
    remedy: str,
    revision: Optional[str] = None,
    device: str = "auto",
    dtype: str = "auto",
    kind: str = "model",
    **settings: Any,
) -> Any:
    """Load a model from safetensors, ready to use.

    cls (Any): its class, such as `AutoModel`.
    name (str): a directory, or a name on the hub.
    remedy (str): what to do if it cannot be loaded.
    revision (Optional[str]): the revision of a model of the hub.
    device (str): see `pick_device`.
    dtype (str): see `DType`.
    kind (str): what the message calls the model.
    **settings: passed on to `from_pretrained`.
    RETURNS (Any): the model.
    RAISES (XprojError): if it cannot be loaded.
    """
    place = pick_device(device)
    settings.update(revision=revision, use_safetensors=True, torch_dtype=pick_dtype(place, dtype))
    return load_pretrained(cls, name, remedy, kind, **settings).to(place).eval()


def pick_device(device: str) -> torch.device:
    """Choose a device.

    device (str): "auto" is the GPU if there is one; or a device as PyTorch names it: `cpu`, `cuda`, …
    RETURNS (torch.device): the device.
    """
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)


def pick_dtype(device: torch.device, dtype: str) -> torch.dtype:
    """Choose the number format on a device; see `DType`. RAISES (XprojError): if there is no such format."""
    if dtype not in get_args(DType):
        raise XprojError(f"no dtype '{dtype}': use one of {', '.join(get_args(DType))}")
    if dtype != "auto":
        return getattr(torch, dtype)
    if device.type != "cuda":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def model_license(name: str, revision: Optional[str]) -> Optional[str]:
    """Read the licence that a model's card names.

    name (str): a directory, or a name on the hub.
    revision (Optional[str]): the revision of a model of the hub.
    RETURNS (Optional[str]): the licence, if there is a card that names one.
    """
    try:
        card = cached_file(name, "README.md", revision=revision)
    except OSError:
        card = None
    return ModelCard.load(card).data.license if card else None
