"""Models that are loaded when they are first used."""

from functools import cached_property
from typing import Any, Callable

from .progress import loading


class Lazy:
    """Something that is made when it is first used, such as a model.

    A part that holds its model in this way costs nothing until it is used, can be pickled before and after, and makes
    its model anew in every process that it is pickled to.

    make (Callable[..., Any]): makes it; a function or class of a module, so that it can be pickled.
    *args: the arguments of `make`.
    """

    def __init__(self, make: Callable[..., Any], *args: Any):
        self.make = make
        self.args = args

    @cached_property
    def value(self) -> Any:
        """What `make` returned."""
        name = next((argument for argument in self.args if isinstance(argument, str)), self.make.__name__)
        with loading(name):
            return self.make(*self.args)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call what was made."""
        return self.value(*args, **kwargs)

    def __getstate__(self) -> dict:
        return {"make": self.make, "args": self.args}
