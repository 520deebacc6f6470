"""The file by which a directory is known as the result of a command: only such a directory is ever replaced.

`DIR/xproj.json` has the command, the version, and the SHA-256 of every other file; no files if the command keeps the
results of many runs in DIR, and never replaces it as a whole.
"""

import re
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

from .. import __version__
from ..errors import XprojError
from .atomic import atomic_path, last_line, mark_line, recover, recover_below
from .files import read_json, sha256, write_json

MARKER = "xproj.json"
#: What file managers leave in every directory that they show.
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}


@contextmanager
def result_directory(path: Path, command: str) -> Iterator[Path]:
    """Give a path to make a directory at, which is marked, and takes the place of `path`, on success only.

    path (Path): where the directory shall be. What is there is replaced if the same command has made it.
    command (str): the command.
    YIELDS (Path): the path, at which there is nothing yet.
    RAISES (XprojError): if what is there is something else.
    """
    check_replaceable(path, command, "a result")
    with atomic_path(path) as temporary:
        yield temporary
        write_marker(temporary, command)


def write_marker(directory: Path, command: str) -> None:
    """Mark a directory that is finished as the result of a command.

    directory (Path): the directory.
    command (str): the command.
    """
    files = {name: sha256(directory / name) for name in _files(directory)}
    write_json(directory / MARKER, {"command": command, "version": __version__, "files": files})


def read_marker(directory: Path) -> Optional[Dict[str, Any]]:
    """Read the marker of a directory.

    directory (Path): the directory.
    RETURNS (Optional[Dict[str, Any]]): the marker; None if there is none, or it is not one of ours.
    """
    try:
        marker = read_json(directory / MARKER)
    except XprojError:
        return None
    valid = (
        isinstance(marker, dict)
        and isinstance(marker.get("command"), str)
        and isinstance(marker.get("files", ""), (dict, type(None)))
        and all(isinstance(digest, str) for digest in (marker["files"] or {}).values())
    )
    return marker if valid else None


def is_made_by(path: Path, command: str) -> bool:
    """Whether a file, as its last line says, or a directory, as its marker says, was made by a command. It need not be
    there."""
    if path.is_dir():
        return (read_marker(path) or {}).get("command") == command
    return path.is_file() and last_line(path) == mark_line(command)


def is_intact(directory: Path) -> bool:
    """Whether all files are there that the marker of a directory lists, and none has changed since. Only files that
    are newer than the marker are read.

    directory (Path): the directory.
    RETURNS (bool): False too if it is not marked.
    """
    marker = read_marker(directory)
    if marker is None:
        return False
    finished = (directory / MARKER).stat().st_mtime_ns
    for name, digest in (marker["files"] or {}).items():
        file = directory / name
        if not file.is_file() or (file.stat().st_mtime_ns > finished and sha256(file) != digest):
            return False
    return True


def check_replaceable(path: Path, command: Optional[str], what: str, ours: Optional["re.Pattern[str]"] = None) -> None:
    """Check that a directory may be replaced: it is not there, is empty, or all in it is of the same command.

    path (Path): the directory.
    command (Optional[str]): the command; any if it is None.
    what (str): what its results are, for messages.
    ours (Optional[re.Pattern[str]]): matches the names of what is in it, for one that the marker does not list.
    RAISES (XprojError): if it is something else, or a file of another origin is in it.
    """
    recover(path)
    recover(path / MARKER)
    files = [name for name in _files(path) if name not in LITTER] if path.is_dir() else []
    if not files:
        return
    marker = read_marker(path)
    if marker is None or (command is not None and marker["command"] != command):
        made = f" that `xproj {command}` made" if command else ""
        raise XprojError(f"{path}: exists and is not {what}{made}; give another path or remove it")
    listed = marker["files"]
    for name in files:
        if not (ours.fullmatch(name) if ours else listed is None or name in listed):
            raise XprojError(f"{path}: has a file '{name}' that is not of `xproj {marker['command']}`; move it away")


def check_corpus_output(path: Path, command: str) -> None:
    """Check that a corpus may be written, as a file or as a directory of files. Files are checked when they are there.

    path (Path): where it shall be.
    command (str): the command.
    RAISES (XprojError): if there is a directory that is not a corpus of the same command.
    """
    recover(path)
    if path.is_dir():
        if not is_made_by(path, command):
            raise XprojError(f"{path}: is a directory; name a file")
        check_replaceable(path, command, "a result")


def claim_directory(path: Path, command: str) -> None:
    """Mark a directory in which a command keeps results of many runs, before it writes there, and clean up what killed
    runs have left in it.

    path (Path): the directory; it is made if it is not there.
    command (str): the command.
    RAISES (XprojError): if it is not empty, and not marked by the same command.
    """
    check_replaceable(path, command, "a result")
    if read_marker(path) is None:
        write_json(path / MARKER, {"command": command, "version": __version__, "files": None})
    recover_below(path)


def _files(directory: Path) -> Iterator[str]:
    """The files in a directory, at whatever depth, and links, but for the marker."""
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if name != MARKER and (path.is_symlink() or not path.is_dir()):
            yield name
