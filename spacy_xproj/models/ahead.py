"""Work on the next piece of a stream while the results for the last one are used."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable, Deque, Iterable, Iterator, Tuple, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def map_ahead(function: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Tuple[Piece, Result]]:
    """Apply a function in a thread of its own, one piece ahead.

    It pays where the function leaves Python's lock, as models do, and does not keep every core busy. The pieces are
    read in the caller's thread. There are at most two results at a time. What the function raises is raised where its
    result is due.

    function (Callable[[Piece], Result]): what to apply.
    pieces (Iterable[Piece]): the pieces.
    YIELDS (Tuple[Piece, Result]): each piece and what the function made of it, in order.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        started: Deque[Tuple[Piece, Future[Result]]] = deque()
        for piece in pieces:
            started.append((piece, thread.submit(function, piece)))
            if len(started) == 2:
                first, future = started.popleft()
                yield first, future.result()
        for last, future in started:
            yield last, future.result()
