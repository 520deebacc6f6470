"""Make the training of a transformer cheap: embeddings that stay, bfloat16 on a CPU, fewer bytes on disk."""

import ctypes
import os
import sys
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional, Set

import torch
from spacy.language import Language
from spacy_transformers.layers.hf_shim import HFShim

from ..errors import XprojError

CPUINFO = Path("/proc/cpuinfo")
#: Flags of processors that multiply matrices in bfloat16 faster than in float32.
BF16_FLAGS = {"amx_bf16", "avx512_bf16"}
#: How many kernels for bfloat16 oneDNN keeps, and how many PyTorch keeps besides. There is one for each shape of a
#: matrix, and training hardly meets a shape twice; both keep 1,024, and the memory of a training grows all the while,
#: unless these are set before the first kernel is made. To make them anew takes no time that could be measured.
KERNELS = {"ONEDNN_PRIMITIVE_CACHE_CAPACITY": "64", "LRU_CACHE_CAPACITY": "1"}
#: Forward passes of a training on a CPU between two times that free memory goes back to the system. Batches differ in
#: shape, and what one leaves free is seldom of the size that the next one needs: it would be half of the process.
GIVE_BACK_EVERY = 50


class PrepareEncoder:
    """A callback for `[initialize.after_init]` that prepares the transformers of a pipeline for training.

    It lasts as long as the training: in the pipeline that is written there is nothing that needs this package to load.
    Besides what is set, it keeps the memory of a training on a CPU from growing.

    freeze_embeddings (bool): leave the word embeddings as they are. They are most of a multilingual encoder's weights;
        a short training reaches few of their rows, and the optimizer goes through all of them at each step.
    bf16 (Optional[bool]): compute in bfloat16 when training on a CPU: `null` if the processor is fast at it. Weights,
        gradients and predictions remain in float32. On a GPU this does nothing; `mixed_precision` is for that.
    half (bool): write the weights in float16. Pipelines are loaded in float32 all the same.
    float8_embeddings (bool): round frozen word embeddings to 8 bits before training (E4M3; Micikevicius et al. 2022,
        arXiv 2209.05433) and write them so: what is loaded is what the layers above have learned with. Loading takes
        PyTorch 2.1 or later, and a processor or GPU that has the type: Apple's GPUs do not.
    RAISES (XprojError): if embeddings that are not frozen are to be rounded.
    """

    def __init__(
        self,
        freeze_embeddings: bool = True,
        bf16: Optional[bool] = None,
        half: bool = False,
        float8_embeddings: bool = False,
    ):
        if float8_embeddings and not freeze_embeddings:
            raise XprojError(
                "[initialize.after_init]: float8_embeddings = true is for embeddings that training leaves as they are; "
                "set freeze_embeddings = true as well"
            )
        self.freeze_embeddings = freeze_embeddings
        self.bf16 = has_bf16() if bf16 is None else bf16
        if self.bf16:
            for name, capacity in KERNELS.items():
                os.environ.setdefault(name, capacity)
        self.half = half
        self.float8_embeddings = float8_embeddings

    def __call__(self, nlp: Language) -> Language:
        """Prepare each transformer.

        nlp (Language): the pipeline, initialized.
        RETURNS (Language): the same.
        RAISES (XprojError): if there is no transformer in it.
        """
        transformers = find_transformers(nlp)
        if not transformers:
            raise XprojError(
                f"[initialize.after_init]: there is no transformer in the pipeline {nlp.pipe_names}; leave it out"
            )
        for transformer in transformers:
            if self.freeze_embeddings:
                transformer.get_input_embeddings().requires_grad_(False)
            if transformer.device.type == "cpu":
                transformer.register_forward_pre_hook(_give_back_now_and_then())
                if self.bf16:
                    transformer.forward = _in_bf16(transformer)
            float8: Set[str] = set()
            if self.float8_embeddings:
                weight = transformer.get_input_embeddings().weight
                weight.data.copy_(_narrowed(weight.data, torch.float8_e4m3fn))
                nlp.meta.setdefault("requirements", []).append("torch>=2.1")
                float8 = {name for name, parameter in transformer.named_parameters() if parameter is weight}
            if self.half or float8:
                transformer.state_dict = _narrow_state(transformer.state_dict, self.half, float8)
        return nlp


def find_transformers(nlp: Language) -> List[Any]:
    """List the models of transformers in a pipeline.

    nlp (Language): the pipeline.
    RETURNS (List[Any]): the models, in the order of components.
    """
    models: List[Any] = [getattr(pipe, "model", None) for _, pipe in nlp.pipeline]
    shims = [shim for model in models if model is not None for node in model.walk() for shim in node.shims]
    return [shim._model for shim in shims if isinstance(shim, HFShim)]


def has_bf16() -> bool:
    """Tell whether the processor multiplies matrices in bfloat16 faster than in float32 (Linux on x86 only)."""
    return CPUINFO.exists() and not BF16_FLAGS.isdisjoint(CPUINFO.read_text(encoding="utf8").split())


def _give_back_now_and_then() -> Callable[[Any, Any], None]:
    """Make a hook that runs before forward passes."""
    passes = count(1)

    def before_forward(transformer: Any, _: Any) -> None:
        if transformer.training and next(passes) % GIVE_BACK_EVERY == 0:
            give_back_memory()

    return before_forward


def give_back_memory() -> None:
    """Let the C library give memory that is free back to the system; only glibc can be told to."""
    malloc_trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if malloc_trim is not None:
        malloc_trim(0)


def _in_bf16(transformer: Any) -> Callable:
    """Make a forward pass that trains in bfloat16, with outputs in float32, since NumPy knows no bfloat16."""
    forward = transformer.forward

    @wraps(forward)
    def forward_in_bf16(*args: Any, **kwargs: Any) -> Any:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=transformer.training):
            outputs = forward(*args, **kwargs)
        for name, value in outputs.items():
            if isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16:
                outputs[name] = value.float()
        return outputs

    return forward_in_bf16


def _narrow_state(
    state_dict: Callable[..., Dict[str, Any]], half: bool, float8: Set[str]
) -> Callable[..., Dict[str, Any]]:
    """Make a state with some parameters in float8 and, if `half`, all else in float16."""

    @wraps(state_dict)
    def narrow_state(*args: Any, **kwargs: Any) -> Dict[str, Any]:
        state = state_dict(*args, **kwargs)
        for name, value in state.items():
            if name in float8:
                state[name] = _narrowed(value, torch.float8_e4m3fn)
            elif half and value.dtype == torch.float32:
                state[name] = _narrowed(value, torch.float16)
        return state

    return narrow_state


def _narrowed(values: Any, dtype: torch.dtype) -> Any:
    """Convert to a type of fewer bits. What exceeds its range, as no weight of an encoder does, is cut to it."""
    limit = torch.finfo(dtype).max
    return values.clamp(-limit, limit).to(dtype)
