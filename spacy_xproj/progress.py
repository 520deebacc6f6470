"""What long work says of itself: bars on a terminal while it runs, and how long each stage took."""

import sys
from contextlib import contextmanager
from time import perf_counter
from typing import Dict, Iterable, Iterator, List, Optional, TypeVar

Item = TypeVar("Item")

#: Whether there are bars at all; `--quiet` sets it.
shown = True
#: Seconds of each stage of this process, without the stages inside it.
_seconds: Dict[str, float] = {}
_running: List[str] = []
_since = 0.0


def progress(items: Iterable[Item], total: Optional[int], unit: str) -> Iterator[Item]:
    """Pass items on behind a bar with rate and time left, shown on a terminal only.

    items (Iterable[Item]): what to pass on.
    total (Optional[int]): how many there are, if known.
    unit (str): what one item is called.
    YIELDS (Item): each item.
    """
    from tqdm import tqdm

    yield from tqdm(items, total=total, unit=f" {unit}", disable=not has_bars())


def has_bars() -> bool:
    """Tell whether bars are shown: on a terminal, unless the user wants none."""
    return shown and sys.stderr.isatty()


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Show what is being loaded, on a terminal only, and count its time as the stage "loading models".

    name (str): the model.
    """
    from tqdm import tqdm

    with stage("loading models"), tqdm(total=1, bar_format=f"loading {name}", leave=False, disable=not has_bars()):
        yield


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the time of a block as that of a stage. A stage inside it has its own time.

    name (str): the stage.
    """
    _count()
    _running.append(name)
    try:
        yield
    finally:
        _count()
        _running.pop()


def take_seconds() -> Dict[str, float]:
    """Give the seconds of each stage since this was last called, in the order in which they began."""
    taken = {name: round(seconds, 3) for name, seconds in _seconds.items()}
    _seconds.clear()
    return taken


def _count() -> None:
    """Give the time since something began or ended to the stage that is running."""
    global _since
    now = perf_counter()
    if _running:
        _seconds[_running[-1]] = _seconds.get(_running[-1], 0.0) + now - _since
    _since = now
