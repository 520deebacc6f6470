"""Loading sequence-to-sequence models of the `transformers` library."""

from typing import Any, Literal, Optional

from ..errors import XprojError

DType = Literal["auto", "float32", "float16", "bfloat16"]


def load_tokenizer(name: str, revision: Optional[str], remedy: str) -> Any:
    """Load the tokenizer of a model.

    name (str): a directory, or a name on the Hugging Face hub.
    revision (Optional[str]): the revision of a model of the hub.
    remedy (str): what to do where it cannot be loaded, for the message.
    RETURNS (Any): the tokenizer.
    RAISES (XprojError): where it cannot be loaded.
    """
    from transformers import AutoTokenizer

    return _load(AutoTokenizer, name, revision, remedy)


def load_seq2seq(name: str, revision: Optional[str], remedy: str, device: str, dtype: DType) -> Any:
    """Load a model from safetensors, ready to use. Code that comes with it is never run.

    name (str): a directory, or a name on the Hugging Face hub.
    revision (Optional[str]): the revision of a model of the hub.
    remedy (str): what to do where it cannot be loaded, for the message.
    device (str): "auto" is the GPU where there is one; or a device as PyTorch names it.
    dtype (DType): number format of the weights; "auto" is bfloat16 (float16 on older ones) on a GPU, else float32.
    RETURNS (Any): the model.
    RAISES (XprojError): where it cannot be loaded.
    """
    import torch
    from transformers import AutoModelForSeq2SeqLM

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    number_format: str = dtype
    if dtype == "auto" and device.startswith("cuda"):
        number_format = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
    elif dtype == "auto":
        number_format = "float32"
    settings = {"use_safetensors": True, "torch_dtype": getattr(torch, number_format)}
    return _load(AutoModelForSeq2SeqLM, name, revision, remedy, **settings).to(device).eval()


def model_license(name: str, revision: Optional[str]) -> Optional[str]:
    """RETURNS (Optional[str]): the licence that a model's card names, where there is one."""
    from huggingface_hub import ModelCard
    from transformers.utils import cached_file

    try:
        card = cached_file(name, "README.md", revision=revision)
    except OSError:
        card = None
    return ModelCard.load(card).data.license if card else None


def _load(auto_class: Any, name: str, revision: Optional[str], remedy: str, **settings: Any) -> Any:
    from safetensors import SafetensorError

    try:
        return auto_class.from_pretrained(name, revision=revision, trust_remote_code=False, **settings)
    except (OSError, ValueError, ImportError, SafetensorError) as error:
        reason = str(error).strip().split("\n")[0]
        raise XprojError(f"model '{name}' cannot be loaded: {reason} -- {remedy}") from None
