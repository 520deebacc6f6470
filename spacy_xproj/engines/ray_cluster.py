"""Actors on a Ray cluster: that of the environment variable RAY_ADDRESS, or one of this machine alone."""

import logging
from collections import deque
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, Deque, Iterable, Iterator, List

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


@dataclass
class Task:
    """A batch that was given to an actor.

    batch (Batch): the batch.
    number (int): the number of the actor.
    result (Any): Ray's reference to what becomes of it.
    tries (int): how often an actor has ended at it.
    """

    batch: Batch
    number: int
    result: Any
    tries: int = 0


def run_ray(maker: StageMaker, batches: Iterable[Batch], workers: int, gpus: float = 0.0) -> Iterator[Batch]:
    """Work on batches on a Ray cluster. If a process or its node ends, another one is started, maybe elsewhere, and
    what it had not finished is done again. Ray's own restarts are not used: they count a node that cannot be reached
    for a moment as a try, and fail if what an actor is made of is large (ray-project/ray#53727).

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
    remote: Any = ray.remote(Actor)  # whose methods no type checker knows
    kept = ray.put(maker)  # once for all actors

    def start() -> Any:
        return remote.options(num_cpus=1, num_gpus=gpus).remote(kept)

    actors: List[Any] = [start() for _ in range(workers)]
    left, numbers = iter(batches), count()
    waiting: Deque[Task] = deque()
    try:
        while True:
            for batch in islice(left, 2 * workers - len(waiting)):
                number = next(numbers) % workers
                waiting.append(Task(batch, number, actors[number].work.remote(batch)))
            if not waiting:
                return
            first = waiting[0]
            try:
                result = ray.get(first.result)
            except ray.exceptions.RayTaskError as error:
                if isinstance(error.cause, XprojError):
                    raise error.cause from None
                raise
            except ray.exceptions.RayError:  # the actor or its node has ended, or its result is lost
                first.tries += 1
                if first.tries == TRIES:
                    raise XprojError(
                        f"a worker process ended {TRIES} times at the same batch, perhaps for lack of memory; take "
                        "smaller batches, or run without --engine to see more"
                    ) from None
                ray.kill(actors[first.number])
                actors[first.number] = start()
                for task in waiting:
                    if task.number == first.number:
                        task.result = actors[task.number].work.remote(task.batch)
                continue
            waiting.popleft()
            yield result
    finally:
        for actor in actors:
            ray.kill(actor)
        if started:
            ray.shutdown()
