"""Write a parallel corpus so that an interrupted run goes on from its last finished shard."""

import hashlib
import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Union

from spacy.tokens import Doc, DocBin
from spacy.util import minibatch
from wasabi import msg

from .. import __version__
from ..errors import XprojError
from ..storage.files import (
    atomic_path,
    check_output,
    input_digests,
    json_digest,
    put_in_place,
    real_path,
    sha256,
    write_json,
)
from ..storage.lock import LOCK, lock_directory
from ..types import Bitext
from .parallel import FORMAT, MANIFEST, REJECTS, SIDES, ParallelCorpus, partial_path
from .parallel_progress import PROGRESS, Batch, Progress, read_progress


@dataclass(frozen=True)
class Reject:
    """An input that became no pair.

    reason (str): why, in the same words for the same cause: reasons are counted.
    text (str): the source sentence.
    translation (str): its translation.
    sent_id (Optional[str]): the sentence's name, where it has one.
    """

    reason: str
    text: str = ""
    translation: str = ""
    sent_id: Optional[str] = None


#: What one input becomes.
Item = Union[Bitext, Reject]


class ParallelCorpusWriter:
    """Write items to ``PATH.partial``, which becomes PATH when all are written.

    path (Path): the directory to make; a parallel corpus that is there is replaced at the end.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    provenance (Dict[str, Any]): what the corpus was made from and how, as JSON; see `make_provenance`.
    shard_size (int): items in a shard.
    RAISES (XprojError): where PATH or PATH.partial is something else, cannot be written, or another run writes it.
    """

    def __init__(
        self, path: Path, src_lang: str, tgt_lang: str, provenance: Dict[str, Any], shard_size: int = 1000
    ) -> None:
        check_output(path, directory=True)
        self.path = Path(path)
        if self.path.exists() and not (self.path / MANIFEST).is_file():
            raise XprojError(f"{path}: exists and is not a parallel corpus; give another path or remove it")
        self.partial = partial_path(self.path)
        names = {file.name for file in self.partial.iterdir()} if self.partial.is_dir() else set()
        if names - {LOCK} and not names & {PROGRESS, REJECTS}:
            raise XprojError(f"{self.partial}: exists and is not an unfinished corpus; remove it or give another path")
        self.shard_size = shard_size
        self.header = {"format": FORMAT, "src_lang": src_lang, "tgt_lang": tgt_lang, "provenance": provenance}
        self.partial.mkdir(parents=True, exist_ok=True)
        self._lock = lock_directory(self.partial)
        self.progress = self._resume()

    @property
    def done(self) -> int:
        """RETURNS (int): items that earlier runs have written; leave out as many before `write`."""
        return self.progress.items

    @property
    def done_pairs(self) -> int:
        """RETURNS (int): pairs among them."""
        return self.progress.pairs

    def write(self, items: Iterable[Item]) -> ParallelCorpus:
        """Write the remaining items, finish the corpus and let go of its lock.

        items (Iterable[Item]): one for each input, from number `done` on.
        RETURNS (ParallelCorpus): the finished corpus.
        RAISES (XprojError): where there is no pair at all.
        """
        try:
            for batch in minibatch(items, self.shard_size):
                self._write_batch(batch)
            if not self.progress.pairs:
                (self.partial / PROGRESS).unlink(missing_ok=True)
                raise XprojError(
                    f"{self.path}: no pair to write, {self.done} rejected; the reasons are in "
                    f"{self.partial / REJECTS}: correct the input or the settings and run again, which starts afresh"
                )
            write_json(self.partial / MANIFEST, {**self.header, **self.progress.totals()})
            place = real_path(self.path)
            put_in_place(self.partial, place)
            (place / PROGRESS).unlink()
            (place / LOCK).unlink(missing_ok=True)
        finally:
            self.close()
        return ParallelCorpus(self.path)

    def close(self) -> None:
        """Let go of the lock, so that another run may go on."""
        if self._lock is not None:
            self._lock.close()

    def _resume(self) -> Progress:
        fresh = Progress(json_digest({**self.header, "shard_size": self.shard_size}))
        progress = fresh
        if (self.partial / PROGRESS).is_file():
            try:
                progress = read_progress(self.partial)
            except XprojError:
                msg.warn(f"{self.partial / PROGRESS}: cannot be read; starting afresh")
        if progress.digest != fresh.digest:
            msg.warn(f"{self.partial}: made from other input or settings; starting afresh")
            progress = fresh
        damaged = progress.cut(self.partial)
        if damaged:
            msg.warn(f"{self.partial / damaged}: damaged; it and all that was written after it is made again")
        if progress.batches:
            msg.info(f"{self.partial}: going on after {progress.items} sentences")
        self._tidy(progress)
        return progress

    def _tidy(self, progress: Progress) -> None:
        """Remove what the progress does not mention: files of a batch that was not finished, or of other input."""
        kept = {LOCK, *(progress.files() if progress.batches else ())}
        for file in self.partial.iterdir():
            if file.is_dir():
                shutil.rmtree(file)
            elif file.name not in kept:
                file.unlink()
        rejects = self.partial / REJECTS
        rejects.touch()
        os.truncate(rejects, progress.rejects_size)

    def _write_batch(self, batch: List[Item]) -> None:
        """Files first, then the progress that mentions them: a run that is killed between repeats the batch."""
        pairs = [item for item in batch if isinstance(item, Bitext)]
        shard: Optional[Dict[str, Any]] = None
        if pairs:
            number = len(self.progress.shards)
            shard = {"pairs": len(pairs)}
            for side in SIDES:
                shard[side] = self._write_docs(f"{side}-{number:05}.spacy", [getattr(pair, side) for pair in pairs])
        rejects = [(self.done + i, item) for i, item in enumerate(batch) if isinstance(item, Reject)]
        lines = "".join(_json_line({"index": i, **asdict(item)}) for i, item in rejects).encode("utf8")
        with (self.partial / REJECTS).open("ab") as file:
            file.write(lines)
        self.progress.batches.append(
            Batch(
                items=len(batch),
                rejects=dict(Counter(reject.reason for _, reject in rejects)),
                flags=dict(Counter(flag for pair in pairs for flag in pair.target.user_data.get("flags", ()))),
                rejects_size=len(lines),
                rejects_sha256=hashlib.sha256(lines).hexdigest(),
                shard=shard,
            )
        )
        self.progress.write(self.partial)

    def _write_docs(self, name: str, docs: Iterable[Doc]) -> Dict[str, str]:
        path = self.partial / name
        with atomic_path(path) as temporary:
            temporary.write_bytes(DocBin(docs=docs, store_user_data=True).to_bytes())
        return {"file": name, "sha256": sha256(path)}


def write_parallel_corpus(
    path: Path,
    items: Iterable[Item],
    src_lang: str,
    tgt_lang: str,
    provenance: Dict[str, Any],
    shard_size: int = 1000,
) -> ParallelCorpus:
    """Write a parallel corpus from items that cost little to make again.

    items (Iterable[Item]): all of them; those that an interrupted run has written are passed over.
    RETURNS (ParallelCorpus): the finished corpus. The other arguments are those of `ParallelCorpusWriter`.
    """
    writer = ParallelCorpusWriter(path, src_lang, tgt_lang, provenance, shard_size)
    return writer.write(islice(items, writer.done, None))


def make_provenance(command: str, inputs: List[Path], settings: Dict[str, Any]) -> Dict[str, Any]:
    """Record what a corpus is made from.

    command (str): the command's name.
    inputs (List[Path]): the files that it reads, and the directories whose files it reads.
    settings (Dict[str, Any]): its settings, as JSON.
    RETURNS (Dict[str, Any]): version, command, settings, and the SHA-256 of each input.
    """
    return {
        "spacy_xproj": __version__,
        "command": command,
        "settings": settings,
        "inputs": {name: digest for path in inputs for name, digest in input_digests(path).items()},
    }


def _json_line(data: Dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"
