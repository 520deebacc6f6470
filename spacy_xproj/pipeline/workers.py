"""Processes of `nlp.pipe(n_process=…)`."""

import multiprocessing
import sys


def one_thread_in_workers() -> None:
    """Let PyTorch use one thread in a worker process: the threads of the parent do not survive the fork, and waiting
    for them would never end. Does nothing in the main process, nor where PyTorch is not loaded."""
    torch = sys.modules.get("torch")
    if torch is not None and multiprocessing.parent_process() is not None:
        torch.set_num_threads(1)
