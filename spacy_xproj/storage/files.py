"""Reading files, and what identifies them."""

import hashlib
import json
import shutil
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, Iterable, Iterator, List, Union

from ..errors import XprojError
from .atomic import atomic_path

#: A directory with one of these is a model, and not one that has the name of a setting by chance.
MODEL_FILES = ("config.json", "config.cfg")


def write_json(path: Path, data: Any, overwrite: bool = True) -> None:
    """Write a JSON file with every digit of its numbers, which srsly rounds.

    path (Path): the file; it is replaced on success only.
    data (Any): what to write.
    overwrite (bool): whether to replace a file that has another content.
    RAISES (XprojError): see `atomic_path`.
    """
    with atomic_path(path, overwrite) as temporary:
        temporary.write_text(json.dumps(data, indent=2) + "\n", encoding="utf8")


def read_json(path: Path) -> Any:
    """Read a JSON file.

    path (Path): the file.
    RETURNS (Any): its content.
    RAISES (XprojError): if it cannot be read or is not JSON.
    """
    try:
        return parse_json(read_text(path))
    except ValueError as error:
        raise XprojError(f"{path}: not JSON ({error}); write it again") from None


def parse_json(text: str) -> Any:
    """Parse JSON.

    text (str): the text.
    RETURNS (Any): what it says.
    RAISES (ValueError): if it is not JSON, or has half of a surrogate pair, which no file can hold.
    """
    try:
        data = json.loads(text)
        if "\\u" in text:
            json.dumps(data, ensure_ascii=False).encode("utf8")
    except RecursionError:
        raise ValueError("thousands of brackets in each other") from None
    except UnicodeEncodeError:
        raise ValueError("half of a surrogate pair, such as \\ud83d; write whole characters") from None
    return data


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


def read_lines(path: Path) -> Iterator[str]:
    """Read the lines of a UTF-8 file one at a time: memory does not grow with the file.

    path (Path): the file.
    YIELDS (str): each line without its end.
    RAISES (XprojError): if it is missing, is not a file or is not UTF-8.
    """
    for line in TextFile(path):
        yield line.rstrip("\r\n")


class TextFile(Iterable[str]):
    """The lines of a UTF-8 file, which is read anew whenever they are gone through: memory does not grow with it.

    path (Path): the file. Going through it raises an `XprojError` if it is missing, is not a file or is not UTF-8.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    def __iter__(self) -> Iterator[str]:
        number = 0
        try:
            with self.path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    yield line.decode("utf-8-sig" if number == 1 else "utf8")
        except FileNotFoundError:
            raise XprojError(f"{self.path}: no such file; check the path") from None
        except UnicodeDecodeError:
            remedy = "save the file as UTF-8 (iconv -t utf-8)"
            raise XprojError(f"{self.path}, line {number}: not valid UTF-8; {remedy}") from None
        except OSError as error:
            reason = f"cannot be read ({error.strerror}); check the path and its permissions"
            raise XprojError(f"{self.path}: {reason}") from None


#: The text of a file: as it is, or by the line.
FileText = Union[str, TextFile]


def read_head(text: FileText, size: int) -> str:
    """Get the beginning of a text: all of it, or whole lines of so many characters or a few more.

    text (FileText): the text.
    size (int): how many characters.
    RETURNS (str): its beginning.
    """
    head: List[str] = []
    for line in split_lines(text):
        head.append(line)
        size -= len(line)
        if size <= 0:
            break
    return "".join(head)


@contextmanager
def readable_again(path: Path) -> Iterator[Path]:
    """Give a file that can be read as often as one likes.

    path (Path): the file or directory.
    YIELDS (Path): the same; if it is a pipe, which can be read once, a copy of what comes out of it, for as long as the
        context lasts. Messages of an `XprojError` name the pipe.
    """
    if not path.exists() or path.is_file() or path.is_dir():
        yield path
        return
    with TemporaryDirectory() as directory:
        copy = Path(directory) / path.name
        with path.open("rb") as pipe, copy.open("wb") as file:
            shutil.copyfileobj(pipe, file)
        try:
            yield copy
        except XprojError as error:
            raise XprojError(str(error).replace(str(copy), str(path))) from None


def split_lines(text: FileText) -> Iterator[str]:
    """Split a text after its newlines, as a file is read, without a copy of the whole.

    text (FileText): the text.
    YIELDS (str): each line with its newline, which the last one may lack.
    """
    if isinstance(text, TextFile):
        yield from text
        return
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


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

    inputs (Any): see `named_paths`.
    RETURNS (Dict[str, str]): the hexadecimal SHA-256 digest of each file, by its path.
    """
    digests: Dict[str, str] = {}
    for path in named_paths(inputs):
        files = [path]
        if path.is_dir():
            files = sorted(file for file in path.rglob("*") if file.is_file())
            files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts)]
        digests.update((str(file), sha256(file)) for file in files)
    return digests


def named_paths(inputs: Any) -> Iterator[Path]:
    """List the files and directories that inputs or settings name.

    inputs (Any): a `Path`, or settings as JSON, in which a text counts if it is the path of a file or of a model's
        directory; or a list or dict of these.
    YIELDS (Path): each path.
    """
    if isinstance(inputs, Path):
        yield inputs
    elif isinstance(inputs, str):
        if inputs and _is_file_or_model(Path(inputs)):
            yield Path(inputs)
    elif isinstance(inputs, (list, tuple, dict)):
        for value in inputs.values() if isinstance(inputs, dict) else inputs:
            yield from named_paths(value)


def _is_file_or_model(path: Path) -> bool:
    try:
        return path.is_file() or any((path / name).is_file() for name in MODEL_FILES)
    except OSError:  # the text is no path: too long for a name, for example
        return False
