"""A lock on a directory, so that no two runs write to it."""

import os
from pathlib import Path
from typing import IO, Optional

from ..errors import XprojError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = ".lock"


def lock_directory(directory: Path) -> Optional[IO]:
    """Take the lock of a directory. It ends when the file is closed, or with the process.

    directory (Path): the directory; the file `.lock` is made in it.
    RETURNS (Optional[IO]): the locked file; None if the system has no such locks.
    RAISES (XprojError): if another run has it.
    """
    if fcntl is None:
        return None
    busy = XprojError(f"{directory}: another run is writing there; wait for its end, or name another output")
    path = directory / LOCK
    try:
        file = path.open("a")
    except FileNotFoundError:  # the other one has just finished and renamed the directory
        raise busy from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise busy from None
    except OSError:  # a file system without locks
        return file
    if not path.exists() or not os.path.samestat(os.fstat(file.fileno()), path.stat()):
        file.close()
        raise busy
    return file
