"""Models that are loaded when they are needed first."""

from functools import cached_property
from typing import Any, Callable


class Deferred:
    """A callable that is made when it is called first.

    A part that holds its model in this way costs nothing until it is used, can be pickled before and after, and is made
    anew in every process that it is pickled to.

    make (Callable[..., Callable]): makes it; a function of a module, for the sake of pickling.
    *args: what `make` is given.
    """

    def __init__(self, make: Callable[..., Callable], *args: Any):
        self.make = make
        self.args = args

    @cached_property
    def made(self) -> Callable:
        """What `make` returned."""
        return self.make(*self.args)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """RETURNS (Any): what the made callable returns."""
        return self.made(*args, **kwargs)

    def __getstate__(self) -> dict:
        return {"make": self.make, "args": self.args}
