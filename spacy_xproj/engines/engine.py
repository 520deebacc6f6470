"""Run the batches of a stage in other processes, in order, whatever becomes of a process.

A batch is columns: numbers, texts and DocBins as bytes, never Docs. A stage is a class that is built once in each
process, where it keeps its models, and called with a batch at a time; what it gives depends on the batch alone.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, Protocol, Tuple

from ..errors import XprojError
from ..registry import load_code, loaded_code

Batch = Dict[str, Any]
ENGINES = ("local", "ray")
#: How often a batch is tried with which processes end: it may not fit into memory.
TRIES = 3


class Stage(Protocol):
    """Columns in, columns out."""

    def __call__(self, batch: Batch) -> Batch: ...


@dataclass(frozen=True)
class StageMaker:
    """All that another process needs to build a stage.

    make (Callable[..., Stage]): its class.
    arguments (Tuple[Any, ...]): what it is built with; they are pickled.
    directory (str): where paths of the settings begin.
    code (Tuple[str, ...]): the files that register parts of the user's (`--code`).
    """

    make: Callable[..., Stage]
    arguments: Tuple[Any, ...]
    directory: str
    code: Tuple[str, ...]

    @classmethod
    def here(cls, make: Callable[..., Stage], *arguments: Any) -> "StageMaker":
        """Describe a stage for processes that find the same files as this one, by the same paths."""
        return cls(make, arguments, str(Path.cwd()), tuple(loaded_code))

    def __call__(self) -> Stage:
        os.chdir(self.directory)
        for path in self.code:
            load_code(Path(path))
        return self.make(*self.arguments)


@dataclass(frozen=True)
class Engine:
    """Where batches are worked on.

    name (str): `local` for processes on this machine, `ray` for a Ray cluster.
    workers (int): how many processes, each with models of its own.
    gpu_ids (Tuple[str, ...]): `local`: the GPUs that processes get in turn; all that there are by default.
    gpus (float): `ray`: GPUs for each process; a part of one if several share it.
    RAISES (XprojError): if there is no such engine, or no worker.
    """

    name: str
    workers: int = 1
    gpu_ids: Tuple[str, ...] = ()
    gpus: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise XprojError(f"--engine {self.name}: no such engine; take one of: {', '.join(ENGINES)}")
        if self.workers < 1:
            raise XprojError(f"--workers {self.workers}: give one or more")

    def run(self, maker: StageMaker, batches: Iterable[Batch]) -> Iterator[Batch]:
        """Work on batches. A few more than there are workers are in memory.

        maker (StageMaker): the stage.
        batches (Iterable[Batch]): the batches.
        YIELDS (Batch): the result of each, in order.
        RAISES (XprojError): what the stage raises, or if processes end again and again at a batch.
        """
        if self.name == "ray":
            from .ray_cluster import run_ray

            return run_ray(maker, batches, self.workers, self.gpus)
        from .local import run_local

        return run_local(maker, batches, self.workers, self.gpu_ids)
