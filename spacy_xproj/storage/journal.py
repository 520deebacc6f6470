"""What an interrupted run leaves behind, and how the next one goes on after it.

    PATH.partial/
      xproj.json            the command
      progress.json         what is finished: a digest of all that it depends on, and an entry for each shard
      00000-source.spacy    the files of the first shard, and so on
      .lock                 held by the run that writes there

When all shards are there, PATH is made of them and takes its place by a rename.
"""

import hashlib
import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

from filelock import BaseFileLock
from wasabi import msg

from ..errors import XprojError
from .atomic import atomic_path, remove_directory
from .files import json_digest, read_bytes, read_json, sha256, write_json
from .lock import lock_directory
from .marker import MARKER, check_replaceable, write_marker
from .outputs import check_output, partial_path

PROGRESS = "progress.json"
#: The names of what a run writes to PATH.partial, beside the marker. `.NAME.tmp/` is what a killed one has left.
OURS = re.compile(r"progress\.json|rejects\.jsonl|\.lock|[0-9]{5,}-.+|\..+\.tmp/.+")


@dataclass(frozen=True)
class Entry:
    """A shard that is safely on disk.

    items (int): inputs dealt with in it.
    files (Dict[str, str]): the SHA-256 of each of its files, by name.
    counts (Dict[str, Any]): what the writer has counted in it, as JSON.
    """

    items: int
    files: Dict[str, str]
    counts: Dict[str, Any]


class Journal:
    """Keep the finished shards of a result, for this run or one that goes on after it.

    If an earlier run has left shards and its digest is the same, those before the first damaged one are taken over.
    Otherwise, the work starts afresh, with a warning.

    path (Path): the directory to make; a result of the same command that is there is replaced at the end.
    command (str): the command, by which the result is known.
    kind (str): what it is, for messages.
    digest (Callable[[], str]): tells what the shards depend on. Called when it is needed, as it may read large files.
    in_place (bool): whether PATH is what the result is made from: whatever command has made it, it is replaced.
    RAISES (XprojError): if PATH or PATH.partial is something else or cannot be written, or another run writes there.
    """

    def __init__(self, path: Path, command: str, kind: str, digest: Callable[[], str], in_place: bool = False) -> None:
        check_output(path, directory=True)
        self.result = Path(path)
        self.path = partial_path(path)
        self.command = command
        check_replaceable(self.result, None if in_place else command, f"a {kind}")
        self._unfinished = f"an unfinished {kind}"
        self._check_partial()
        self.entries: List[Entry] = []
        self._make_digest = digest
        self._digest: Optional[str] = None
        self._lock: Optional[BaseFileLock] = None
        if (self.path / MARKER).is_file():
            self._lock = lock_directory(self.path)
            self._resume()
        if self.done:
            msg.info(f"{self.path}: going on after {self.done} sentences")

    @property
    def done(self) -> int:
        """Inputs dealt with, by earlier runs and this one."""
        return sum(entry.items for entry in self.entries)

    def start(self) -> None:
        """Make the directory, without shards. `append` does so if need be: nothing is left behind if the input is bad.

        RAISES (XprojError): if another run writes there.
        """
        self._check_partial()
        if self._lock is None and self.path.is_dir():
            self._lock = lock_directory(self.path)
        self._digest, self.entries = self._make_digest(), []
        with atomic_path(self.path) as temporary:
            temporary.mkdir()
            write_marker(temporary, self.command)
            self._write_progress(temporary)
        self.close()  # the lock of the directory that was there before
        self._lock = lock_directory(self.path)

    def append(self, items: int, contents: Dict[str, bytes], counts: Dict[str, Any]) -> None:
        """Write a shard. Its files come first, then the progress that mentions them: a run that is killed in between
        makes it again.

        items (int): inputs dealt with in it.
        contents (Dict[str, bytes]): its files, by name.
        counts (Dict[str, Any]): what the writer has counted in it, as JSON.
        """
        if self._digest is None:
            self.start()
        files = {}
        for name, content in contents.items():
            file = self._file(len(self.entries), name)
            file.unlink(missing_ok=True)  # a finished result may still share it, see `place`
            file.write_bytes(content)
            files[name] = hashlib.sha256(content).hexdigest()
        self.entries.append(Entry(items, files, counts))
        self._write_progress(self.path)

    def read(self, number: int, name: str) -> bytes:
        """Read a file of a shard, or raise an `XprojError` if it is damaged."""
        self._check(number, name)
        return read_bytes(self._file(number, name))

    def read_all(self, name: str) -> Iterator[bytes]:
        """Read the files of this name of all shards, in order."""
        return (self.read(number, name) for number in range(len(self.entries)))

    def join(self, name: str, directory: Path) -> None:
        """Join the files of this name of all shards in a directory, as one file of this name."""
        with (directory / name).open("wb") as file:
            file.writelines(self.read_all(name))

    def place(self, number: int, name: str, path: Path) -> None:
        """Put a file of a shard into the result, as a hard link if the file system has them. The shard stays whole: a
        run that is killed now loses nothing.
        """
        self._check(number, name)
        try:
            os.link(self._file(number, name), path)
        except OSError:  # a file system without hard links
            shutil.copyfile(self._file(number, name), path)

    @contextmanager
    def finish(self) -> Iterator[Path]:
        """Give an empty directory for the whole result. If the block succeeds, it becomes PATH and the shards go.

        YIELDS (Path): the directory.
        """
        with atomic_path(self.result) as temporary:
            temporary.mkdir()
            yield temporary
            write_marker(temporary, self.command)
        self.remove()

    def remove(self) -> None:
        """Remove the shards and their directory."""
        self.close()
        remove_directory(self.path)

    def close(self) -> None:
        """Let go of the lock, so that another run may go on."""
        if self._lock is not None:
            self._lock.release()

    def _check_partial(self) -> None:
        """Check that PATH.partial is not there, or is of the same command and has nothing else in it."""
        check_replaceable(self.path, self.command, self._unfinished, OURS)

    def _resume(self) -> None:
        """Take over the shards of an earlier run, up to the first that is damaged."""
        try:
            progress = read_json(self.path / PROGRESS)
            if progress.pop("checksum") != json_digest(progress):
                raise ValueError
            digest = progress["digest"]
            entries = [Entry(**entry) for entry in progress["entries"]]
        except (XprojError, ValueError, AttributeError, KeyError, TypeError):
            msg.warn(f"{self.path / PROGRESS}: missing or damaged; starting afresh")
            return
        if digest != self._make_digest():
            msg.warn(f"{self.path}: made from other input or settings; starting afresh")
            return
        for number, entry in enumerate(entries):
            for name, checksum in entry.files.items():
                file = self._file(number, name)
                if not _is_intact(file, checksum):
                    msg.warn(f"{file}: missing or damaged; it and all that was written after it is made again")
                    return
            self.entries.append(entry)
            self._digest = digest

    def _check(self, number: int, name: str) -> None:
        file = self._file(number, name)
        if not _is_intact(file, self.entries[number].files[name]):
            raise XprojError(f"{file}: missing or damaged; run the command again, it goes on before it")

    def _file(self, number: int, name: str) -> Path:
        return self.path / f"{number:05}-{name}"

    def _write_progress(self, directory: Path) -> None:
        progress = {"digest": self._digest, "entries": [vars(entry) for entry in self.entries]}
        write_json(directory / PROGRESS, {**progress, "checksum": json_digest(progress)})


def discard_partial(path: Path, command: str) -> None:
    """Remove what a killed run has left of a result that is in its place.

    path (Path): the result.
    command (str): the command.
    RAISES (XprojError): if PATH.partial is something else.
    """
    partial = partial_path(path)
    check_replaceable(partial, command, "an unfinished result", OURS)
    if partial.is_dir():
        remove_directory(partial)


def _is_intact(file: Path, checksum: str) -> bool:
    return file.is_file() and sha256(file) == checksum
