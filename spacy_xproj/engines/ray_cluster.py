"""Actors on a Ray cluster: that of the environment variable RAY_ADDRESS, or one of this machine alone."""

import logging
from collections import deque
from itertools import count, islice
from typing import Any, Iterable, Iterator

from ..errors import XprojError
from .engine import TRIES, Batch, StageMaker


class Actor:
    """A process on some node, which keeps a stage.

    maker (StageMaker): the stage.
    """

    def __init__(self, maker: StageMaker):
        self._maker = maker
        self._stage: Any = None

    def work(self, batch: Batch) -> Batch:
        """Work on a batch. The stage is built with the first one, so that errors are those of the batch."""
        if self._stage is None:
            self._stage = self._maker()
        result: Batch = self._stage(batch)
        return result


def run_ray(maker: StageMaker, batches: Iterable[Batch], workers: int, gpus: float = 0.0) -> Iterator[Batch]:
    """Work on batches on a Ray cluster. If a process or its node ends, Ray starts another one, maybe elsewhere, and
    gives it what was not finished.

    maker (StageMaker): the stage.
    batches (Iterable[Batch]): the batches.
    workers (int): how many actors.
    gpus (float): GPUs for each.
    YIELDS (Batch): the result of each, in order.
    RAISES (XprojError): if Ray is not installed, what the stage raises, or if actors end again and again at a batch.
    """
    try:
        import ray
    except ImportError:
        raise XprojError("--engine ray needs the package ray; pip install 'spacy_xproj[ray]'") from None
    started = not ray.is_initialized()
    if started:
        ray.init(log_to_driver=False, logging_level=logging.WARNING, include_dashboard=False)
    options = {"num_cpus": 1, "num_gpus": gpus, "max_restarts": -1, "max_task_retries": TRIES - 1}
    remote: Any = ray.remote(Actor)  # whose methods no type checker knows
    actors = [remote.options(**options).remote(maker) for _ in range(workers)]
    left, waiting, numbers = iter(batches), deque[Any](), count()
    try:
        while True:
            for batch in islice(left, 2 * workers - len(waiting)):
                waiting.append(actors[next(numbers) % workers].work.remote(batch))
            if not waiting:
                return
            yield ray.get(waiting[0])
            waiting.popleft()
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, XprojError):
            raise error.cause from None
        raise
    except ray.exceptions.RayActorError:
        raise XprojError(
            f"a worker process ended {TRIES} times at the same batch, perhaps for lack of memory; take smaller "
            "batches, or run without --engine to see more"
        ) from None
    finally:
        for actor in actors:
            ray.kill(actor)
        if started:
            ray.shutdown()
