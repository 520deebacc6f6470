"""Write a parallel corpus so that an interrupted run goes on from its last finished shard."""

import json
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Union

from spacy.tokens import DocBin
from spacy.util import minibatch

from .. import __version__
from ..errors import XprojError
from ..registry import loaded_code
from ..storage.files import input_digests, json_digest, write_json
from ..storage.journal import Journal
from ..types import Bitext
from .parallel import FORMAT, MANIFEST, REJECTS, SIDES, ParallelCorpus


@dataclass(frozen=True)
class Reject:
    """An input that became no pair.

    reason (str): why, in the same words for the same cause: reasons are counted.
    text (str): the source sentence.
    translation (str): its translation.
    sent_id (Optional[str]): the sentence's name, if it has one.
    """

    reason: str
    text: str = ""
    translation: str = ""
    sent_id: Optional[str] = None


#: What one input becomes.
Item = Union[Bitext, Reject]


class ParallelCorpusWriter:
    """Write items to ``PATH.partial``, of which PATH is made when all are written. The lock is taken at once.
    A corpus that is there is replaced if the same command has made it, as the provenance names it.

    path (Path): the directory to make; see above.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    provenance (Dict[str, Any]): what the corpus was made from and how, as JSON; see `make_provenance`.
    shard_size (int): items in a shard.
    in_place (bool): whether PATH is the corpus that the items are made of.
    RAISES (XprojError): if PATH or PATH.partial is something else, cannot be written, or another run writes it.
    """

    def __init__(
        self,
        path: Path,
        src_lang: str,
        tgt_lang: str,
        provenance: Dict[str, Any],
        shard_size: int = 1000,
        in_place: bool = False,
    ) -> None:
        self.path = Path(path)
        self.shard_size = shard_size
        self.header = {"format": FORMAT, "src_lang": src_lang, "tgt_lang": tgt_lang, "provenance": provenance}
        self._digest = digest = json_digest({**self.header, "shard_size": shard_size})
        command = str(provenance.get("command", ""))
        self._journal = Journal(self.path, command, "parallel corpus", lambda: digest, in_place)
        if not self.done:
            self._journal.start()

    @property
    def done(self) -> int:
        """Items that earlier runs have written; leave out as many before `write`."""
        return self._journal.done

    @property
    def done_pairs(self) -> int:
        """Pairs among them."""
        return sum(entry.counts["pairs"] for entry in self._journal.entries)

    def write(self, items: Iterable[Item]) -> ParallelCorpus:
        """Write the remaining items, finish the corpus and let go of its lock.

        items (Iterable[Item]): one for each input, from number `done` on.
        RETURNS (ParallelCorpus): the finished corpus.
        RAISES (XprojError): if there is no pair at all.
        """
        try:
            for batch in minibatch(items, self.shard_size):
                self._write_shard(batch)
            self._finish()
        finally:
            self.close()
        return ParallelCorpus(self.path)

    def close(self) -> None:
        """Let go of the lock, so that another run may go on."""
        self._journal.close()

    def _write_shard(self, batch: List[Item]) -> None:
        pairs = [item for item in batch if isinstance(item, Bitext)]
        rejects = [(number, item) for number, item in enumerate(batch, self.done) if isinstance(item, Reject)]
        lines = (json.dumps({"index": number, **asdict(item)}, ensure_ascii=False) + "\n" for number, item in rejects)
        contents = {REJECTS: "".join(lines).encode("utf8")}
        for side in SIDES if pairs else ():
            docs = (getattr(pair, side) for pair in pairs)
            contents[side] = DocBin(docs=docs, store_user_data=True).to_bytes()
        counts = {
            "pairs": len(pairs),
            "rejects": Counter(item.reason for _, item in rejects),
            "flags": Counter(flag for pair in pairs for flag in pair.target.user_data.get("flags", ())),
        }
        self._journal.append(len(batch), contents, counts)

    def _finish(self) -> None:
        entries, done, pairs = self._journal.entries, self.done, self.done_pairs
        if not pairs:
            rejects = b"".join(self._journal.read_all(REJECTS))
            self._journal.start()
            path = self._journal.path / REJECTS
            path.write_bytes(rejects)
            raise XprojError(
                f"{self.path}: no pair to write, {done} rejected; the reasons are in {path}: correct the input or the "
                "settings and run again, which starts afresh"
            )
        with self._journal.finish() as directory:
            shards: List[Dict[str, Any]] = []
            for number, entry in enumerate(entries):
                if entry.counts["pairs"]:
                    shard: Dict[str, Any] = {"pairs": entry.counts["pairs"]}
                    for side in SIDES:
                        file = f"{side}-{len(shards):05}.spacy"
                        self._journal.place(number, side, directory / file)
                        shard[side] = {"file": file, "sha256": entry.files[side]}
                    shards.append(shard)
            self._journal.join(REJECTS, directory)
            totals = {
                "digest": self._digest,
                "items": done,
                "pairs": pairs,
                "rejects": _total(entry.counts["rejects"] for entry in entries),
                "flags": _total(entry.counts["flags"] for entry in entries),
                "rejects_size": (directory / REJECTS).stat().st_size,
                "shards": shards,
            }
            write_json(directory / MANIFEST, {**self.header, **totals})


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


def with_rejects(pairs: Iterable[Bitext], corpus: ParallelCorpus, done: int = 0) -> Iterator[Item]:
    """Put the rejects of a corpus between its pairs again.

    pairs (Iterable[Bitext]): the pairs, each as it was or changed, those among the first `done` items left out.
    corpus (ParallelCorpus): the corpus.
    done (int): pairs and rejects to pass over.
    YIELDS (Item): pairs and rejects in the order in which they were written first.
    RAISES (XprojError): if the rejects are not those that the manifest counts.
    """
    pairs = iter(pairs)
    place = done
    for row in corpus.rejects():
        index = row.pop("index")
        if index >= done:
            yield from islice(pairs, index - place)
            yield Reject(**row)
            place = index + 1
    yield from pairs


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
        "inputs": {**input_digests(inputs), **loaded_code},
    }


def _total(counts: Iterable[Dict[str, int]]) -> Dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))
