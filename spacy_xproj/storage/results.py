"""Results that are kept on disk, so that an interrupted run goes on and nothing is done twice."""

import traceback
from pathlib import Path
from typing import Any, Callable, Dict, Optional, Tuple, TypeVar

from wasabi import msg

from ..errors import XprojError
from .atomic import atomic_path
from .files import json_digest, read_json, write_json

Value = TypeVar("Value")


def keep_result(path: Path, inputs: Dict[str, Any], make: Callable[[], Dict[str, Any]]) -> Tuple[Dict[str, Any], bool]:
    """Take a result that is on disk, or make it and write it there.

    path (Path): its JSON file. One that cannot be read is made anew, with a warning.
    inputs (Dict[str, Any]): all that it depends on. If these have changed, it is made anew.
    make (Callable[[], Dict[str, Any]]): makes it.
    RETURNS (Tuple[Dict[str, Any], bool]): the result, with the `digest` of its inputs; and whether it had to be made.
    """
    digest = json_digest(inputs)
    if path.exists():
        kept = _read_result(path)
        if kept.get("digest") == digest:
            return kept, False
    write_json(path, {"digest": digest, **make()})
    return read_json(path), True  # as the next run will read it


def _read_result(path: Path) -> Dict[str, Any]:
    """What a file says; nothing if it is damaged."""
    try:
        kept = read_json(path)
    except XprojError:
        msg.warn(f"{path}: cannot be read; making the result anew")
        return {}
    return kept if isinstance(kept, dict) else {}


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
    """Put an error into one line, with its type if it is not one of ours."""
    line = " ".join(str(error).split())
    return line if isinstance(error, XprojError) else f"{type(error).__name__}: {line}"
