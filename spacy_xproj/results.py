"""Results that are kept on disk, so that an interrupted run goes on and nothing is done twice."""

import traceback
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Tuple, TypeVar

import srsly

from .errors import XprojError
from .files import atomic_path, json_digest

Value = TypeVar("Value")


def keep_result(path: Path, inputs: Dict[str, Any], make: Callable[[], Dict[str, Any]]) -> Tuple[Dict[str, Any], bool]:
    """Take a result that is on disk, or make it and write it there.

    path (Path): its JSON file.
    inputs (Dict[str, Any]): all that it depends on. Where these have changed, it is made anew.
    make (Callable[[], Dict[str, Any]]): makes it.
    RETURNS (Tuple[Dict[str, Any], bool]): the result, with the `digest` of its inputs; and whether it had to be made.
    """
    digest = json_digest(inputs)
    if path.is_file():
        kept = srsly.read_json(path)
        if kept["digest"] == digest:
            return kept, False
    with atomic_path(path) as temporary:
        srsly.write_json(temporary, {"digest": digest, **make()})
    return srsly.read_json(path), True  # as the next run will read it: JSON rounds


def attempt(log: Path, make: Callable[[], Value]) -> Tuple[Optional[Value], str]:
    """Make something that may fail in any way, out of memory included, so that a failure does not stop the others.

    log (Path): where the traceback of a failure goes. What is there before is removed.
    make (Callable[[], Value]): makes it.
    RETURNS (Tuple[Optional[Value], str]): what was made, or None and the reason in one line.
    """
    log.unlink(missing_ok=True)
    try:
        return make(), ""
    except Exception as error:
        with atomic_path(log) as temporary:
            temporary.write_text(traceback.format_exc(), encoding="utf8")
        return None, describe(error)


def describe(error: Exception) -> str:
    """RETURNS (str): an error as one line; with its type where it is not one of ours."""
    line = " ".join(str(error).split())
    return line if isinstance(error, XprojError) else f"{type(error).__name__}: {line}"
