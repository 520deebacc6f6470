"""What a command reads and what it writes, checked before its work: no output is an input, and each can be written."""

import os
from pathlib import Path
from typing import Any, Iterable, List, Optional

from ..errors import XprojError
from .atomic import is_stream, real_path, recover
from .files import named_paths
from .marker import check_corpus_output, check_replaceable


def check_paths(
    command: str,
    inputs: Iterable[Optional[Path]],
    files: Iterable[Optional[Path]] = (),
    directories: Iterable[Optional[Path]] = (),
    settings: Any = None,
    corpora: Iterable[Optional[Path]] = (),
) -> None:
    """Check the paths of a command. Every command calls it first, with all of them: options that are left out are None.

    What a killed run has left half in place is put in place.

    command (str): its name.
    inputs (Iterable[Optional[Path]]): what it reads. What is not there does not count: it may be on a hub.
    files (Iterable[Optional[Path]]): the files that it writes.
    directories (Iterable[Optional[Path]]): the directories that it makes.
    settings (Any): a config, which may name files and models.
    corpora (Iterable[Optional[Path]]): the corpora that it writes: a file, or a directory of files if it is large.
    RAISES (XprojError): if an output is an input, or in one, or holds one; if it is another output; or if it cannot be
        written, see `check_output`, or is a directory with something else in it, see `check_replaceable`.
    """
    read = [path for path in (*inputs, *named_paths(settings)) if path is not None]
    sentences = [path for path in corpora if path is not None and not is_stream(path)]
    for path in read:
        recover(path)
    for path in sentences:
        check_corpus_output(path, command)
    written = [(path, False) for path in files if path is not None and not is_stream(path)]
    written += [(path, True) for path in directories if path is not None]
    written += [(path, real_path(path).is_dir()) for path in sentences]
    read = [path for path in read if path.exists()]
    for number, (path, directory) in enumerate(written):
        check_output(path, directory)
        for place in _places(path, directory):
            for other in read:
                if _overlap(place, other):
                    raise XprojError(f"{path}: {_relation(place, other)}, which would be lost; name another output")
            for other, _ in written[:number]:
                if _overlap(place, other):
                    raise XprojError(f"{path}: is the place of another output too ({other}); name different ones")
        if directory:
            check_replaceable(path, command, "a result")


def check_output(path: Path, directory: bool) -> None:
    """Check that a result can be written, before the work that makes it.

    path (Path): the file or directory to write, as the user names it. Nothing is made yet.
    directory (bool): whether it will be a directory.
    RAISES (XprojError): if there is a file in the place of a directory or the reverse, if something above is no
        directory or may not be written to, or if the directory would replace the one that the command runs in.
    """
    place = real_path(path)
    if directory and place.exists() and not place.is_dir():
        raise XprojError(f"{path}: is a file; name a directory")
    if not directory and place.is_dir():
        raise XprojError(f"{path}: is a directory; name a file")
    if directory and place.resolve() in (Path.cwd(), *Path.cwd().parents):
        raise XprojError(f"{path}: holds the directory that the command runs in and would be replaced; name another")
    above = next(parent for parent in place.absolute().parents if parent.exists())
    if not above.is_dir():
        raise XprojError(f"{path}: cannot be written, {above} is a file; name another path")
    if not os.access(above, os.W_OK | os.X_OK):
        raise XprojError(f"{path}: cannot be written, no permission in {above}; name another path")


def partial_path(path: Path) -> Path:
    """Name the directory in which a result is kept until it is finished."""
    place = real_path(path)
    return place.with_name(f"{place.name}.partial")


def _places(path: Path, directory: bool) -> List[Path]:
    return [path, partial_path(path)] if directory else [path]


def _overlap(place: Path, other: Path) -> bool:
    """Whether two paths are the same, by whatever name, or one is in the other."""
    first, second = Path(os.path.realpath(place)), Path(os.path.realpath(other))
    if first == second or first in second.parents or second in first.parents:
        return True
    return first.exists() and second.exists() and first.samefile(second)


def _relation(place: Path, other: Path) -> str:
    first, second = Path(os.path.realpath(place)), Path(os.path.realpath(other))
    if first in second.parents:
        return f"holds the input {other}"
    return f"is in the input {other}" if second in first.parents else "is an input too"
