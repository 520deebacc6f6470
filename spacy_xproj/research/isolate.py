"""A process of its own for a piece of work, so that its memory is its own."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, Callable, Optional, TypeVar

Value = TypeVar("Value")


def run_alone(function: Callable[..., Value], *args: Any) -> Value:
    """Call a function in a new process, which ends with it and gives all memory back. It ends with this process too,
    however that ends.

    function (Callable[..., Value]): a function of a module.
    *args (Any): what it is called with.
    RETURNS (Value): what it gives. An error in it is raised here; so is the sudden end of its process.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=watch_parent) as pool:
        return pool.submit(function, *args).result()


def watch_parent() -> None:
    """Let this process end as soon as the one that started it has ended."""
    Thread(target=end_with_parent, daemon=True).start()


def end_with_parent() -> None:
    """Wait until the process that started this one has ended, then end this one, whatever it is doing."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def peak_memory() -> Optional[float]:
    """Tell the most memory that this process has held at a time (resident set), in MB; None on Windows, which does not
    tell."""
    status = Path("/proc/self/status")
    if status.is_file():  # on Linux, getrusage starts with the peak of the process that started this one
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def peak_gpu_memory() -> float:
    """Tell the most GPU memory that tensors of torch have taken at a time, in MB; 0 without a GPU."""
    import torch

    return torch.cuda.max_memory_allocated() / 1e6 if torch.cuda.is_available() else 0.0
