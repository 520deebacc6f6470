"""A file or directory that appears when it is whole, whatever happens to the run that writes it.

PATH is replaced by a rename. Beside it, `.PATH.0123456789ab.tmp/` is of a run that is writing it:

- `.lock` is held by that run. If nobody holds it, the run was killed, and the next one cleans up.
- `new` is what it writes.
- `old` is the directory that PATH was, or the file in whose place a directory comes. Between two renames, there is
  nothing of this name.
"""

import filecmp
import os
import re
import shutil
import stat
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Iterator, Optional, Tuple
from uuid import uuid4

from filelock import BaseFileLock

from ..errors import XprojError
from .lock import try_lock

NEW, OLD = "new", "old"
#: The name of a directory beside PATH that is of a run.
BESIDE = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{12}\.tmp")
#: Paths of what a process has open. The file behind it is not to be replaced, but to be written to.
DESCRIPTOR = re.compile(r"(?:/dev|/proc/self)/fd/([0-9]+)")


def real_path(path: Path) -> Path:
    """Follow a path that is a symbolic link or ends in `.` or `..`; leave others as they are."""
    path = Path(path)
    return path.resolve() if path.is_symlink() or path.name in ("", "..") else path


def is_stream(path: Path) -> bool:
    """Whether a path is a device, a pipe or what a process has open (`/dev/stdout`): it is written to, and neither
    replaced nor removed."""
    return _descriptor(path) is not None or _is_special(path)


@contextmanager
def atomic_path(path: Path, overwrite: bool = True, either: bool = False) -> Iterator[Path]:
    """Give a path to write a file or directory to, which takes the place of `path` on success only.

    path (Path): where the finished file or directory shall be. If it is a symbolic link, what it stands for is
        replaced. A file keeps its mode. To a device or a pipe, what is written is copied.
    overwrite (bool): whether to replace a file that has another content. One that the same command made, as its last
        line says (`mark_line`), is replaced in any case.
    either (bool): whether a directory may take the place of a file, as one that is overwritten or has such a line, and
        a file that of a directory.
    YIELDS (Path): the path to write to, which no other run uses. Removed if the block raises.
    RAISES (XprojError): if nothing can be written there, a file would replace a directory or the reverse, or the file
        may not be overwritten: then the new one stays beside it, under another name.
    """
    if is_stream(path):
        with TemporaryDirectory() as folder:
            yield Path(folder) / NEW
            _copy_to_stream(Path(folder) / NEW, path)
        return
    place = real_path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise XprojError(f"{path}: cannot be written, something above it is a file; name another path") from None
    recover(place)
    directory, lock = _make_directory(place)
    try:
        new = directory / NEW
        yield new
        if place.is_dir() and not new.is_dir() and not either:
            raise XprojError(f"{path}: is a directory; name a file")
        if new.is_dir() and place.exists() and not place.is_dir() and not either:
            raise XprojError(f"{path}: is a file; name a directory")
        sync(new)
        if place.is_file():
            _check_replaceable(new, place, path, overwrite)
            if new.is_file():
                shutil.copymode(place, new)
        put_in_place(new, place)
    finally:
        _remove(directory, lock)


def mark_line(command: str, html: bool = False) -> bytes:
    """Make a last line that says which command made a file, for files that may have more than their format asks for.

    command (str): the command; empty for a file without such a line.
    html (bool): make it a comment of HTML or Markdown.
    RETURNS (bytes): the line.
    """
    if html:
        return f"\n<!-- xproj {command} -->\n".encode()
    return f"\n# xproj {command}\n".encode() if command else b""


def put_in_place(new: Path, path: Path) -> None:
    """Rename what is finished, on the same file system. What is there is kept until it is replaced.

    new (Path): the file or directory, which is on disk; beside it may be what `path` was, under the name `old`.
    path (Path): its new name.
    """
    if not path.is_dir() and (new.is_file() or not path.exists()):
        new.replace(path)
    else:
        old = new.with_name(OLD)
        path.replace(old)
        try:
            new.replace(path)
        except OSError:
            old.replace(path)
            raise
    _sync_one(path.parent)


def recover(path: Path) -> None:
    """Finish what a killed run has left beside a path: put the new directory in place if it was killed between two
    renames, and remove the rest. What a run that goes on is writing is left alone.

    path (Path): the file or directory that was written.
    """
    place = real_path(path)
    if not place.parent.is_dir():
        return
    for directory in list(place.parent.iterdir()):
        found = BESIDE.fullmatch(directory.name)
        if found and found["name"] == place.name and directory.is_dir():
            lock = try_lock(directory)
            if lock is None:
                continue
            if (directory / OLD).exists() and (directory / NEW).exists() and not place.exists():
                put_in_place(directory / NEW, place)
            _remove(directory, lock)


def recover_below(directory: Path) -> None:
    """Do the same for all that was written in a directory, at whatever depth.

    directory (Path): the directory.
    """
    for folder, names, _ in os.walk(directory):
        for found in filter(None, map(BESIDE.fullmatch, list(names))):
            names.remove(found.string)  # what is in it goes with it
            recover(Path(folder) / found["name"])


def remove_directory(path: Path) -> None:
    """Remove a directory with all that is in it: from one moment to the next it is not there.

    path (Path): the directory.
    """
    directory, lock = _make_directory(path)
    try:
        path.replace(directory / OLD)
    finally:
        _remove(directory, lock)


def sync(path: Path) -> None:
    """Make sure that a file, or a directory with all that is in it, is on disk and not only on its way there."""
    if path.is_dir():
        for child in path.iterdir():
            sync(child)
    _sync_one(path)


def _sync_one(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():  # Windows has no such thing
        return
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_directory(place: Path) -> Tuple[Path, BaseFileLock]:
    """Make a directory to write in, beside a place, and take its lock."""
    while True:
        directory = place.with_name(f".{place.name}.{uuid4().hex[:12]}.tmp")
        directory.mkdir()
        lock = try_lock(directory)
        if lock is not None:  # else another run took it for one that a killed run has left
            return directory, lock


def _remove(directory: Path, lock: BaseFileLock) -> None:
    """Remove a directory to write in, and let go of its lock."""
    if sys.platform == "win32":  # where an open file cannot be removed
        lock.release()
    shutil.rmtree(directory)
    lock.release()


def _check_replaceable(new: Path, place: Path, path: Path, overwrite: bool) -> None:
    if not stat.S_IMODE(place.stat().st_mode) & 0o222:
        raise XprojError(f"{path}: is write-protected; name another file")
    first = new if new.is_file() else min(new.iterdir())  # each file of a directory has the same last line
    last = last_line(first)
    same = new.is_file() and filecmp.cmp(new, place, shallow=False)
    if overwrite or same or (last and last == last_line(place)):
        return
    kept = place.with_name(f"{place.name}.new")
    if kept.exists():
        kept = place.with_name(f"{place.name}.{uuid4().hex[:12]}.new")
    new.replace(kept)
    raise XprojError(f"{path}: exists, with other content; the new one is in {kept}: rename it, or give --overwrite")


def last_line(file: Path) -> bytes:
    """Read the line of `mark_line` from a file; empty if there is none."""
    with file.open("rb") as stream:
        stream.seek(max(0, file.stat().st_size - 100))
        found = re.search(rb"\n(?:# xproj [a-z -]+|<!-- xproj [a-z -]+ -->)\n\Z", stream.read())
    return found[0] if found else b""


def _is_special(path: Path) -> bool:
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _descriptor(path: Path) -> Optional[int]:
    """The number of the file that this process has open as `path`, or as what `path` is a link to."""
    path = Path(path).absolute()
    for _ in range(3):  # /dev/stdout is a link to /proc/self/fd/1
        found = DESCRIPTOR.fullmatch(str(path))
        if found:
            return int(found[1])
        if not path.is_symlink():
            return None
        path = path.parent / path.readlink()
    return None


def _copy_to_stream(new: Path, path: Path) -> None:
    if new.is_dir():
        raise XprojError(f"{path}: is no directory; name one")
    descriptor = _descriptor(path)
    sys.stdout.flush()
    with new.open("rb") as source, open(path if descriptor is None else os.dup(descriptor), "wb") as target:  # noqa: PTH123
        shutil.copyfileobj(source, target)
