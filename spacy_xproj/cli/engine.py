"""The options of commands whose work can be shared among processes."""

from typing import Optional

import typer

from ..corpora.labels import split_list
from ..engines.engine import Engine

ENGINE = typer.Option("", "--engine", help="local: processes on this machine; ray: on a Ray cluster (RAY_ADDRESS)")
WORKERS = typer.Option(1, "--workers", "-n", min=1, help="How many processes, each with models of its own")
GPU_IDS = typer.Option("", "--gpu-ids", help="With --engine local: the GPUs that the processes get in turn, as in 0,1")
GPUS = typer.Option(0.0, "--gpus", min=0.0, help="With --engine ray: GPUs for each process, or a part of one")


def choose_engine(name: str, workers: int, gpu_ids: str = "", gpus: float = 0.0) -> Optional[Engine]:
    """Make the engine that the options ask for.

    name (str): see `Engine`; `local` if there are several workers.
    workers (int): see `Engine`.
    gpu_ids (str): see `Engine`.
    gpus (float): see `Engine`.
    RETURNS (Optional[Engine]): the engine; None if the work is for this process alone.
    RAISES (XprojError): if there is no such engine.
    """
    if not name and workers == 1:
        return None
    return Engine(name or "local", workers, tuple(split_list(gpu_ids)), gpus)
