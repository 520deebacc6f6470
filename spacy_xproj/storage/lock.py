"""A lock on a directory, so that no two runs write to it."""

from pathlib import Path
from typing import Optional

from filelock import BaseFileLock, FileLock, Timeout

from ..errors import XprojError

LOCK = ".lock"


def try_lock(directory: Path) -> Optional[BaseFileLock]:
    """Take the lock of a directory, without waiting. It ends with its `release`, or with the process.

    directory (Path): the directory; the file `.lock` is made in it.
    RETURNS (Optional[BaseFileLock]): the lock; None if another run has it, or has just removed the directory.
    """
    if not directory.is_dir():  # or the lock would make it again
        return None
    lock = FileLock(directory / LOCK, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except (Timeout, FileNotFoundError):
        return None
    return lock


def lock_directory(directory: Path) -> BaseFileLock:
    """Take the lock of a directory, see `try_lock`.

    directory (Path): the directory.
    RETURNS (BaseFileLock): the lock.
    RAISES (XprojError): if another run has it.
    """
    lock = try_lock(directory)
    if lock is None:
        raise XprojError(f"{directory}: another run is writing there; wait for its end, or name another output")
    return lock
