"""Processes on this machine."""

import multiprocessing
import os
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Deque, Iterable, Iterator, List, Optional, Sequence, Tuple

from ..errors import XprojError
from .engine import TRIES, Batch, Stage, StageMaker

#: What a worker process builds its stage with, and the stage.
_maker: Optional[StageMaker] = None
_stage: Optional[Stage] = None


def run_local(
    maker: StageMaker, batches: Iterable[Batch], workers: int, gpu_ids: Sequence[str] = ()
) -> Iterator[Batch]:
    """Work on batches in processes of this machine. If one is killed, all are started anew, and what they had not
    finished is done again.

    maker (StageMaker): the stage.
    batches (Iterable[Batch]): the batches.
    workers (int): how many processes.
    gpu_ids (Sequence[str]): the GPUs that they get in turn.
    YIELDS (Batch): the result of each, in order.
    RAISES (XprojError): what the stage raises, or if processes end again and again at a batch.
    """
    left = iter(batches)
    waiting: Deque[Tuple[Batch, Future[Batch]]] = deque()
    pool = _make_pool(maker, workers, gpu_ids)
    tries = 0
    try:
        while True:
            try:
                for batch in islice(left, 2 * workers - len(waiting)):
                    waiting.append((batch, _submit(pool, batch)))
                if not waiting:
                    return
                result = waiting[0][1].result()
            except BrokenProcessPool:
                tries += 1
                if tries == TRIES:
                    raise XprojError(
                        f"a worker process ended {TRIES} times at the same batch, perhaps for lack of memory; "
                        "take fewer workers or smaller batches, or run without --engine to see more"
                    ) from None
                pool.shutdown(wait=True)
                pool = _make_pool(maker, workers, gpu_ids)
                waiting = deque((batch, _submit(pool, batch)) for batch, _ in waiting)
                continue
            tries = 0
            waiting.popleft()
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _make_pool(maker: StageMaker, workers: int, gpu_ids: Sequence[str]) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")  # CUDA does not survive a fork
    numbers: multiprocessing.SimpleQueue[int] = context.SimpleQueue()
    for number in range(workers):
        numbers.put(number)
    ids = list(gpu_ids) or list(filter(None, os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")))
    return ProcessPoolExecutor(workers, context, initializer=_start, initargs=(maker, numbers, ids))


def _submit(pool: ProcessPoolExecutor, batch: Batch) -> "Future[Batch]":
    """Hand over a batch; if the pool is broken, its result says so."""
    try:
        return pool.submit(_work, batch)
    except BrokenProcessPool as broken:
        future: Future[Batch] = Future()
        future.set_exception(broken)
        return future


def _start(maker: StageMaker, numbers: "multiprocessing.SimpleQueue[int]", gpu_ids: List[str]) -> None:
    """Begin a process. Its stage is built with the first batch, so that errors are those of the batch."""
    global _maker
    number = numbers.get()
    if gpu_ids:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu_ids[number % len(gpu_ids)]
    _maker = maker


def _work(batch: Batch) -> Batch:
    global _stage
    if _stage is None:
        assert _maker is not None
        _stage = _maker()
    return _stage(batch)
