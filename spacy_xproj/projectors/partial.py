"""The finished shards of an unfinished projection: files in a directory, and a progress that mentions them."""

import shutil
from pathlib import Path
from typing import IO, Any, Dict, List, Optional

import srsly
from wasabi import msg

from ..errors import XprojError
from ..storage.files import atomic_path, sha256
from ..storage.lock import LOCK, lock_directory
from .summary import Run

PROGRESS = "projection.json"


class Shards:
    """Keep what is finished, for this run or one that goes on after it.

    path (Path): the directory. It is made with the first shard, and not before: nothing is left where the input is bad.
    RAISES (XprojError): where it is there and holds something else.
    """

    def __init__(self, path: Path):
        check_content(path, PROGRESS, "an unfinished projection")
        self.path = path
        #: The SHA-256 of the files and the counts of each shard.
        self.shards: List[Dict[str, Any]] = []
        self._digest = ""
        self._lock: Optional[IO] = None

    def __len__(self) -> int:
        return len(self.shards)

    def is_there(self) -> bool:
        """RETURNS (bool): whether an earlier run has left its progress."""
        return (self.path / PROGRESS).is_file()

    def resume(self, digest: str) -> None:
        """Take over the shards of an earlier run, up to the first that is damaged.

        digest (str): of all that the results depend on. Where that of the earlier run is another, none is taken over.
        RAISES (XprojError): where another run writes to the directory.
        """
        self._lock = lock_directory(self.path)
        try:
            progress = srsly.read_json(self.path / PROGRESS)
            self._digest, shards = progress["digest"], progress["shards"]
        except (ValueError, KeyError, TypeError):
            msg.warn(f"{self.path / PROGRESS}: damaged; starting afresh")
            return
        if self._digest != digest:
            msg.warn(f"{self.path}: made from other input or settings; starting afresh")
            return
        for shard in shards:
            damaged = [file for file, checksum in shard["files"].items() if not self._is_intact(file, checksum)]
            if damaged:
                msg.warn(f"{self.path / damaged[0]}: missing or damaged; projecting again from there on")
                break
            self.shards.append(shard)

    def start(self, digest: str) -> None:
        """Make the directory, without shards.

        digest (str): of all that the results depend on.
        RAISES (XprojError): where another run writes to the directory.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = self._lock or lock_directory(self.path)
        self._clear()
        self._digest = digest
        self._write_progress()

    def add(self, contents: Dict[str, bytes], run: Run) -> None:
        """Write a shard. Files first, then the progress that mentions them: a run that is killed between repeats it.

        contents (Dict[str, bytes]): its files.
        run (Run): its counts.
        """
        files = {}
        for name, content in contents.items():
            file = self.path / _name(len(self), name)
            file.write_bytes(content)
            files[file.name] = sha256(file)
        self.shards.append({"files": files, "run": vars(run)})
        self._write_progress()

    def counts(self) -> Run:
        """RETURNS (Run): the counts of all shards."""
        run = Run()
        for shard in self.shards:
            run.add(Run(**shard["run"]))
        return run

    def pairs(self) -> int:
        """RETURNS (int): the pairs in all shards."""
        return sum(shard["run"]["pairs"] for shard in self.shards)

    def has(self, number: int, name: str) -> bool:
        """RETURNS (bool): whether a shard is there and has a file of this name."""
        return number < len(self) and _name(number, name) in self.shards[number]["files"]

    def read(self, number: int, name: str) -> bytes:
        """Read a file of a shard.

        number (int): the number of the shard.
        name (str): the name of the file.
        RETURNS (bytes): its content.
        RAISES (XprojError): where it is damaged.
        """
        file = _name(number, name)
        if not self._is_intact(file, self.shards[number]["files"][file]):
            raise XprojError(f"{self.path / file}: missing or damaged; run the command again, it goes on before it")
        return (self.path / file).read_bytes()

    def remove(self) -> None:
        """Remove the directory."""
        self._clear()
        shutil.rmtree(self.path)

    def close(self) -> None:
        """Let go of the lock, so that another run may go on."""
        if self._lock is not None:
            self._lock.close()

    def _clear(self) -> None:
        """The progress is removed last: a run that is killed here leaves a directory that is known."""
        for file in sorted(self.path.iterdir(), key=lambda file: file.name == PROGRESS):
            if file.name != LOCK:
                file.unlink()

    def _is_intact(self, file: str, checksum: str) -> bool:
        return (self.path / file).is_file() and sha256(self.path / file) == checksum

    def _write_progress(self) -> None:
        with atomic_path(self.path / PROGRESS) as temporary:
            srsly.write_json(temporary, {"digest": self._digest, "shards": self.shards})


def check_content(path: Path, file: str, what: str) -> None:
    """Check that a directory may be replaced.

    path (Path): the directory, which need not be there.
    file (str): the file by which it is known.
    what (str): what it should be, for the message.
    RAISES (XprojError): where it holds something else.
    """
    if path.is_dir() and {file.name for file in path.iterdir()} - {LOCK} and not (path / file).is_file():
        raise XprojError(f"{path}: exists and is not {what}; give another path or remove it")


def _name(number: int, name: str) -> str:
    return f"{number:05}-{name}"
