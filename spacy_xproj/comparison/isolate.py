"""A process of its own for a piece of work, so that its memory is its own."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any, Callable, Optional, TypeVar

Value = TypeVar("Value")


def run_alone(function: Callable[..., Value], *args: Any) -> Value:
    """Call a function in a new process, which ends with it and gives all memory back.

    function (Callable[..., Value]): a function of a module.
    *args (Any): what it is called with.
    RETURNS (Value): what it gives. An error in it is raised here; so is the sudden end of its process.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *args).result()


def peak_memory() -> Optional[float]:
    """RETURNS (Optional[float]): the most memory that this process has held at a time (resident set), in MB; None on
    Windows, which does not tell."""
    try:
        import resource
    except ImportError:
        return None
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3  # bytes there, KiB on Linux


def peak_gpu_memory() -> float:
    """RETURNS (float): the most GPU memory that tensors of torch have taken at a time, in MB; 0 without a GPU."""
    import torch

    return torch.cuda.max_memory_allocated() / 1e6 if torch.cuda.is_available() else 0.0
