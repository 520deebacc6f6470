"""Write a parallel corpus so that an interrupted run goes on from its last finished shard."""

import json
import os
import shutil
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Union

import srsly
from spacy.tokens import Doc, DocBin
from spacy.util import minibatch
from wasabi import msg

from .. import __version__
from ..errors import XprojError
from ..files import atomic_path, json_digest, sha256
from ..types import Bitext
from .parallel import FORMAT, MANIFEST, REJECTS, SIDES, ParallelCorpus, partial_path

PROGRESS = "progress.json"


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


@dataclass
class Progress:
    """What is safely on disk.

    digest (str): of the languages, provenance and shard size; a run with another digest starts afresh.
    items (int): inputs dealt with, pairs and rejects together.
    pairs (int): pairs in the shards.
    rejects (Dict[str, int]): number of rejects for each reason.
    flags (Dict[str, int]): number of pairs for each flag in ``target.user_data["flags"]``.
    rejects_size (int): bytes of the rejects file.
    shards (List[Dict[str, Any]]): pairs, file names and checksums of each shard.
    """

    digest: str
    items: int = 0
    pairs: int = 0
    rejects: Dict[str, int] = field(default_factory=dict)
    flags: Dict[str, int] = field(default_factory=dict)
    rejects_size: int = 0
    shards: List[Dict[str, Any]] = field(default_factory=list)


class ParallelCorpusWriter:
    """Write items to ``PATH.partial``, which becomes PATH when all are written.

    path (Path): the directory to make; a parallel corpus that is there is replaced at the end.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    provenance (Dict[str, Any]): what the corpus was made from and how, as JSON; see `make_provenance`.
    shard_size (int): items in a shard.
    RAISES (XprojError): where PATH is something else than a parallel corpus.
    """

    def __init__(
        self, path: Path, src_lang: str, tgt_lang: str, provenance: Dict[str, Any], shard_size: int = 1000
    ) -> None:
        self.path = Path(path)
        if self.path.exists() and not (self.path / MANIFEST).is_file():
            raise XprojError(f"{path}: exists and is not a parallel corpus; give another path or remove it")
        self.partial = partial_path(self.path)
        self.shard_size = shard_size
        self.header = {"format": FORMAT, "src_lang": src_lang, "tgt_lang": tgt_lang, "provenance": provenance}
        self.progress = self._resume()

    @property
    def done(self) -> int:
        """RETURNS (int): items that earlier runs have written; leave out as many before `write`."""
        return self.progress.items

    def write(self, items: Iterable[Item]) -> ParallelCorpus:
        """Write the remaining items and finish the corpus.

        items (Iterable[Item]): one for each input, from number `done` on.
        RETURNS (ParallelCorpus): the finished corpus.
        RAISES (XprojError): where there is no pair at all.
        """
        for batch in minibatch(items, self.shard_size):
            self._write_batch(batch)
        if not self.progress.pairs:
            raise XprojError(f"{self.path}: no pair to write, {self.done} rejected; reasons: {self.partial / REJECTS}")
        state = asdict(self.progress)
        _write_json(self.partial / MANIFEST, {**self.header, **state})
        if self.path.exists():
            shutil.rmtree(self.path)
        self.partial.replace(self.path)
        (self.path / PROGRESS).unlink()
        return ParallelCorpus(self.path)

    def _resume(self) -> Progress:
        fresh = Progress(json_digest({**self.header, "shard_size": self.shard_size}))
        file = self.partial / PROGRESS
        if file.is_file():
            progress = Progress(**srsly.read_json(file))
            if progress.digest == fresh.digest:
                msg.info(f"{self.partial}: going on after {progress.items} sentences")
                os.truncate(self.partial / REJECTS, progress.rejects_size)
                for stray in self.partial.glob(".*.tmp"):
                    stray.unlink()
                return progress
            msg.warn(f"{self.partial}: made from other input or settings; starting afresh")
        if self.partial.exists():
            shutil.rmtree(self.partial)
        self.partial.mkdir(parents=True)
        (self.partial / REJECTS).touch()
        return fresh

    def _write_batch(self, batch: List[Item]) -> None:
        """Files first, then the progress that mentions them: a run that is killed between repeats the batch."""
        progress = self.progress
        pairs = [item for item in batch if isinstance(item, Bitext)]
        if pairs:
            number = len(progress.shards)
            shard: Dict[str, Any] = {"pairs": len(pairs)}
            for side in SIDES:
                shard[side] = self._write_docs(f"{side}-{number:05}.spacy", [getattr(pair, side) for pair in pairs])
            progress.shards.append(shard)
        rejects = [(progress.items + i, item) for i, item in enumerate(batch) if isinstance(item, Reject)]
        with (self.partial / REJECTS).open("a", encoding="utf-8") as file:
            file.writelines(_json_line({"index": i, **asdict(item)}) for i, item in rejects)
            file.flush()
            progress.rejects_size = file.tell()
        progress.rejects = _add(progress.rejects, (reject.reason for _, reject in rejects))
        progress.flags = _add(
            progress.flags, (flag for pair in pairs for flag in pair.target.user_data.get("flags", ()))
        )
        progress.pairs += len(pairs)
        progress.items += len(batch)
        _write_json(self.partial / PROGRESS, asdict(progress))

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
    inputs (List[Path]): the files that it reads.
    settings (Dict[str, Any]): its settings, as JSON.
    RETURNS (Dict[str, Any]): version, command, settings, and the SHA-256 of each input.
    """
    return {
        "spacy_xproj": __version__,
        "command": command,
        "settings": settings,
        "inputs": {str(path): sha256(path) for path in inputs},
    }


def _add(counts: Dict[str, int], reasons: Iterable[str]) -> Dict[str, int]:
    return dict(sorted((Counter(counts) + Counter(reasons)).items()))


def _json_line(data: Dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False) + "\n"


def _write_json(path: Path, data: Dict[str, Any]) -> None:
    with atomic_path(path) as temporary:
        srsly.write_json(temporary, data)
