"""How far the writing of a parallel corpus is, and what of it can be trusted."""

import hashlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

from ..errors import XprojError
from ..storage.files import read_json, sha256, write_json
from .parallel import REJECTS, SIDES

PROGRESS = "progress.json"


@dataclass(frozen=True)
class Batch:
    """Items that are safely on disk.

    items (int): their number, pairs and rejects together.
    rejects (Dict[str, int]): number of rejects for each reason.
    flags (Dict[str, int]): number of pairs for each flag in ``target.user_data["flags"]``.
    rejects_size (int): bytes of the rejects, which follow those of the batch before.
    rejects_sha256 (str): their checksum.
    shard (Optional[Dict[str, Any]]): pairs, file names and checksums; None where all were rejected.
    """

    items: int
    rejects: Dict[str, int]
    flags: Dict[str, int]
    rejects_size: int
    rejects_sha256: str
    shard: Optional[Dict[str, Any]]


@dataclass
class Progress:
    """What is safely on disk.

    digest (str): of the languages, provenance and shard size; a run with another digest starts afresh.
    batches (List[Batch]): what is written, in order.
    """

    digest: str
    batches: List[Batch] = field(default_factory=list)

    @property
    def items(self) -> int:
        """Inputs dealt with, pairs and rejects together."""
        return sum(batch.items for batch in self.batches)

    @property
    def shards(self) -> List[Dict[str, Any]]:
        """The shards."""
        return [batch.shard for batch in self.batches if batch.shard]

    @property
    def pairs(self) -> int:
        """Pairs in the shards."""
        return sum(shard["pairs"] for shard in self.shards)

    @property
    def rejects_size(self) -> int:
        """Bytes of the rejects file."""
        return sum(batch.rejects_size for batch in self.batches)

    def totals(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): what the manifest says of all batches together."""
        return {
            "digest": self.digest,
            "items": self.items,
            "pairs": self.pairs,
            "rejects": _total(batch.rejects for batch in self.batches),
            "flags": _total(batch.flags for batch in self.batches),
            "rejects_size": self.rejects_size,
            "shards": self.shards,
        }

    def files(self) -> List[str]:
        """RETURNS (List[str]): the names of all files that count."""
        return [PROGRESS, REJECTS, *(shard[side]["file"] for shard in self.shards for side in SIDES)]

    def write(self, directory: Path) -> None:
        """Write it into the directory of the unfinished corpus."""
        write_json(directory / PROGRESS, asdict(self))

    def cut(self, directory: Path) -> Optional[str]:
        """Take back the first batch whose files are missing or damaged, and all that follow it.

        directory (Path): the directory of the unfinished corpus.
        RETURNS (Optional[str]): the name of the damaged file; None where there is none.
        """
        start = 0
        for number, batch in enumerate(self.batches):
            damaged = _damaged(directory, batch, start)
            if damaged:
                del self.batches[number:]
                return damaged
            start += batch.rejects_size
        return None


def read_progress(directory: Path) -> Progress:
    """Read the progress of an unfinished corpus.

    directory (Path): its directory.
    RETURNS (Progress): the progress.
    RAISES (XprojError): where it cannot be read.
    """
    data = read_json(directory / PROGRESS)
    try:
        return Progress(data["digest"], [Batch(**batch) for batch in data["batches"]])
    except (KeyError, TypeError):
        raise XprojError(f"{directory / PROGRESS}: not the progress of this version") from None


def _damaged(directory: Path, batch: Batch, start: int) -> Optional[str]:
    """The name of the first damaged file of a batch whose rejects begin at a byte of their file."""
    sides = [batch.shard[side] for side in SIDES] if batch.shard else []
    for side in sides:
        file = directory / side["file"]
        if not file.is_file() or sha256(file) != side["sha256"]:
            return side["file"]
    rejects = directory / REJECTS
    data = b""
    if batch.rejects_size and rejects.is_file():
        with rejects.open("rb") as stream:
            stream.seek(start)
            data = stream.read(batch.rejects_size)
    return None if hashlib.sha256(data).hexdigest() == batch.rejects_sha256 else REJECTS


def _total(counts: Iterable[Dict[str, int]]) -> Dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
