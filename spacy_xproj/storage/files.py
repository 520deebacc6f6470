"""Reading and writing files so that partial output never looks finished."""

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator
from uuid import uuid4

from ..errors import XprojError

#: A directory with one of these is a model, and not one that has the name of a setting by chance.
MODEL_FILES = ("config.json", "config.cfg")


def real_path(path: Path) -> Path:
    """Follow a path that is a symbolic link or ends in `.` or `..`; leave others as they are."""
    path = Path(path)
    return path.resolve() if path.is_symlink() or path.name in ("", "..") else path


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


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary sibling of a file or directory to write to, renamed to `path` on success only.

    path (Path): where the finished file or directory shall be; what is there before is replaced. If it is a symbolic
        link, what it stands for is replaced.
    YIELDS (Path): the path to write to, which no other run uses. Removed if the block raises.
    RAISES (XprojError): if nothing can be written there, or a file would replace a directory or the reverse.
    """
    place = real_path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise XprojError(f"{path}: cannot be written, something above it is a file; name another path") from None
    temporary = _sibling(place, "tmp")
    try:
        yield temporary
        if place.is_dir() and not temporary.is_dir():
            raise XprojError(f"{path}: is a directory; name a file")
        if temporary.is_dir() and place.exists() and not place.is_dir():
            raise XprojError(f"{path}: is a file; name a directory")
        put_in_place(temporary, place)
    except BaseException:
        if temporary.is_dir():
            shutil.rmtree(temporary)
        else:
            temporary.unlink(missing_ok=True)
        raise


def put_in_place(finished: Path, path: Path) -> None:
    """Rename what is finished, in the same directory. A directory that is there is removed last, so that a run that is
    killed loses neither.

    finished (Path): the file or directory.
    path (Path): its new name.
    """
    if not path.is_dir():
        finished.replace(path)
        return
    old = _sibling(path, "old")
    path.replace(old)
    try:
        finished.replace(path)
    except OSError:
        old.replace(path)
        raise
    shutil.rmtree(old)


def _sibling(path: Path, kind: str) -> Path:
    """Make up a hidden name beside a path that neither another run nor a killed one has used."""
    return path.with_name(f".{path.name}.{uuid4().hex[:12]}.{kind}")


def write_json(path: Path, data: Any) -> None:
    """Write a JSON file with every digit of its numbers, which srsly rounds.

    path (Path): the file; it is replaced on success only.
    data (Any): what to write.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(data, indent=2) + "\n", encoding="utf8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    path (Path): the file.
    RETURNS (Any): its content.
    RAISES (XprojError): if it cannot be read or is not JSON.
    """
    text = read_text(path)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise XprojError(f"{path}: not JSON ({error}); write it again") from None


def read_text(path: Path) -> str:
    """Read a UTF-8 file.

    path (Path): the file.
    RETURNS (str): its text, newlines as they are, without a byte order mark.
    RAISES (XprojError): if it is missing, is not a file or is not UTF-8.
    """
    data = read_bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise XprojError(f"{path}, line {line}: not valid UTF-8; save the file as UTF-8 (iconv -t utf-8)") from None


def read_bytes(path: Path) -> bytes:
    """Read a file, or raise an `XprojError` if it cannot be read."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise XprojError(f"{path}: no such file; check the path") from None
    except OSError as error:
        raise XprojError(f"{path}: cannot be read ({error.strerror}); check the path and its permissions") from None


def json_digest(settings: Any) -> str:
    """Identify settings, whatever the order of their keys, by every digit of their numbers.

    settings (Any): what can be written as JSON.
    RETURNS (str): the hexadecimal SHA-256 digest.
    """
    return hashlib.sha256(json.dumps(settings, separators=(",", ":"), sort_keys=True).encode()).hexdigest()


def sha256(path: Path) -> str:
    """Compute the hexadecimal SHA-256 digest of a file."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def input_digests(inputs: Any) -> Dict[str, str]:
    """Tell what is in the files and directories that inputs or settings name. Hidden files in directories do not count.

    inputs (Any): a `Path`, or settings as JSON, in which a text counts if it is the path of a file or of a model's
        directory; or a list or dict of these.
    RETURNS (Dict[str, str]): the hexadecimal SHA-256 digest of each file, by its path.
    """
    if isinstance(inputs, dict):
        inputs = list(inputs.values())
    if isinstance(inputs, (list, tuple)):
        return {file: digest for value in inputs for file, digest in input_digests(value).items()}
    if not isinstance(inputs, Path) and not (isinstance(inputs, str) and inputs and _is_file_or_model(Path(inputs))):
        return {}
    path = Path(inputs)
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    return {str(file): sha256(file) for file in files}


def _is_file_or_model(path: Path) -> bool:
    try:
        return path.is_file() or any((path / name).is_file() for name in MODEL_FILES)
    except OSError:  # the text is no path: too long for a name, for example
        return False
