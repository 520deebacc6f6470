"""Write a projected corpus so that an interrupted run goes on after its last finished shard."""

import json
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional

from spacy.tokens import DocBin
from spacy.util import minibatch

from .. import __version__
from ..corpora.docbin import FILE_SIZE, write_files
from ..corpora.parallel import ParallelCorpus
from ..engines.engine import Batch
from ..errors import XprojError
from ..parts import all_counts, part_licenses, provenance_licenses
from ..registry import loaded_code
from ..storage.files import input_digests, json_digest, write_json
from ..storage.journal import Journal
from ..types import Projection, Projector, SentenceFilter
from .apply import apply_projection
from .summary import OUTCOMES, PAIRS, REJECTS, SUMMARY, TARGET, ProjectionCounts, outcome_rows, pair_row, reject_row

STATISTICS = "statistics.msgpack"
#: A multiple of the pairs that the parts read at a time, so that shards leave their batches as they are.
SHARD_SIZE = 1024


class ProjectionWriter:
    """Write results to shards in ``PATH.partial``, of which PATH is made when all are written. ``PATH.partial`` is made
    with the first shard, and not before: nothing is left behind if the input is bad.

    The results of one shard are in memory at a time, or of as many as go into a file of `target.spacy`.

    A run that finds the shards of one with the same corpus, settings, files and version goes on after the last intact
    one; its output is the same, byte by byte, if the projector gives the same for the same shard. Otherwise it starts
    afresh.

    path (Path): the directory to make; a projected corpus that is there is replaced at the end.
    corpus (ParallelCorpus): the corpus of the pairs.
    config (Dict[str, Any]): the settings of the projector and the filter.
    projector (Projector): what makes the results: its counts and licences go to the summary.
    sentence_filter (Optional[SentenceFilter]): says which sentences to drop; by default all are kept.
    shard_size (int): pairs in a shard.
    write_pages (Optional[Callable[[Path, str], None]]): writes pages for people into the finished directory, given the
        name of the run; by default there are none.
    RAISES (XprojError): if the corpus has no pair, if PATH or ``PATH.partial`` is something else or cannot be written,
        or if another run writes there.
    """

    def __init__(
        self,
        path: Path,
        corpus: ParallelCorpus,
        config: Dict[str, Any],
        projector: Projector,
        sentence_filter: Optional[SentenceFilter] = None,
        shard_size: int = SHARD_SIZE,
        write_pages: Optional[Callable[[Path, str], None]] = None,
    ):
        if not len(corpus):
            raise XprojError(f"{corpus.path}: no pair to project; check what made the corpus and its rejects")
        self.corpus = corpus
        self.config = config
        self.projector = projector
        self.sentence_filter = sentence_filter
        self.shard_size = shard_size
        self.write_pages = write_pages
        self.name = path.resolve().name
        provenance = corpus.manifest.get("provenance", {})
        self.licenses = {**provenance_licenses(provenance), **part_licenses(projector)}
        #: The corpus statistics of the projector; to be set before `write`, unless an earlier run has left them.
        self.statistics: Optional[bytes] = None
        self._journal = Journal(path, "project", "projected corpus", partial(_digest, corpus, config, shard_size))
        if self.done and STATISTICS in self._journal.entries[0].files:
            self.statistics = self._journal.read(0, STATISTICS)

    @property
    def done(self) -> int:
        """Pairs that are projected; at first, those of earlier runs: leave out as many in `write`."""
        return self._journal.done

    def write(self, projections: Iterable[Projection]) -> ProjectionCounts:
        """Write the remaining results, finish the directory and let go of its lock.

        projections (Iterable[Projection]): one for each pair, from number `done` on.
        RETURNS (ProjectionCounts): the counts of all pairs.
        RAISES (XprojError): if the filter drops all, or another run writes there.
        """
        return self.write_shards(self._make_shards(projections))

    def write_shards(self, shards: Iterable[Batch]) -> ProjectionCounts:
        """Write the remaining shards, finish the directory and let go of its lock.

        shards (Iterable[Batch]): what `write_shard` gave for each, from pair `done` on.
        RETURNS (ProjectionCounts): the counts of all pairs.
        RAISES (XprojError): see `write`.
        """
        try:
            for shard in shards:
                contents = shard["contents"]
                if not self.done and self.statistics is not None:
                    contents = {**contents, STATISTICS: self.statistics}
                self._journal.append(shard["items"], contents, shard["counts"])
            return self._finish()
        finally:
            self._journal.close()

    def _make_shards(self, projections: Iterable[Projection]) -> Iterator[Batch]:
        before = all_counts(self.projector)
        for batch in minibatch(projections, self.shard_size):
            counted = all_counts(self.projector)
            yield write_shard(batch, self.done, self.sentence_filter, before, counted)
            before = counted

    def _finish(self) -> ProjectionCounts:
        counts = ProjectionCounts()
        for entry in self._journal.entries:
            counts.add(ProjectionCounts(**entry.counts))
        if counts.pairs == sum(counts.rejects.values()):
            self._journal.remove()
            reasons = ", ".join(f"{reason} {count}" for reason, count in counts.rejects.most_common())
            raise XprojError(f"{self.corpus.path}: the filter drops every sentence ({reasons}); relax [filter]")
        with self._journal.finish() as directory:
            for name in (OUTCOMES, PAIRS, REJECTS):
                self._journal.join(name, directory)
            groups = self._file_groups()
            write_files(map(self._join_docs, groups), directory / TARGET, len(groups) == 1)
            write_json(directory / SUMMARY, counts.summary(self.corpus, self.config, self.licenses))
            if self.write_pages is not None:
                self.write_pages(directory, self.name)
        return counts

    def _file_groups(self) -> List[List[int]]:
        """Say which shards go into each file: as many as there are while they have `FILE_SIZE` pairs together."""
        groups: List[List[int]] = [[]]
        pairs = 0
        for number, entry in enumerate(self._journal.entries):
            if groups[-1] and pairs + entry.items > FILE_SIZE:
                groups.append([])
                pairs = 0
            groups[-1].append(number)
            pairs += entry.items
        return groups

    def _join_docs(self, shards: List[int]) -> bytes:
        docs = DocBin(store_user_data=True)
        for number in shards:
            docs.merge(DocBin(store_user_data=True).from_bytes(self._journal.read(number, TARGET)))
        return docs.to_bytes()


def write_shard(
    projections: List[Projection],
    first: int,
    sentence_filter: Optional[SentenceFilter],
    before: Dict[str, int],
    counted: Dict[str, int],
) -> Batch:
    """Write the results for the pairs of a shard.

    projections (List[Projection]): the results.
    first (int): the number of the first pair.
    sentence_filter (Optional[SentenceFilter]): says which sentences to drop.
    before (Dict[str, int]): what the parts of the projector had counted before.
    counted (Dict[str, int]): what they have counted now.
    RETURNS (Batch): `items`, how many pairs there were, `counts`, and `contents`, the files of the shard by name.
    """
    counts, docs = ProjectionCounts(), DocBin(store_user_data=True)
    outcomes: List[Dict[str, Any]] = []
    pairs: List[Dict[str, Any]] = []
    rejects: List[Dict[str, Any]] = []
    for pair, projection in enumerate(projections, first):
        outcomes += outcome_rows(pair, projection)
        reason = sentence_filter(projection) if sentence_filter else None
        pairs.append(pair_row(pair, projection, reason))
        counts.count(projection, reason)
        if reason is None:
            docs.add(apply_projection(projection))
        else:
            rejects.append(reject_row(pair, projection, reason))
    counts.counts = Counter({name: count - before.get(name, 0) for name, count in counted.items()})
    rows = {OUTCOMES: outcomes, PAIRS: pairs, REJECTS: rejects}
    contents = {TARGET: docs.to_bytes(), **{name: _json_lines(lines) for name, lines in rows.items()}}
    return {"items": len(projections), "contents": contents, "counts": vars(counts)}


def _digest(corpus: ParallelCorpus, config: Dict[str, Any], shard_size: int) -> str:
    """Identify all that the results depend on, code of the user's included. By the first shard, all files that settings
    name are there, also what a part writes when it estimates its statistics."""
    return json_digest([corpus.manifest, config, {**input_digests(config), **loaded_code}, shard_size, __version__])


def _json_lines(rows: List[Dict[str, Any]]) -> bytes:
    lines = (json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows)
    return "".join(f"{line}\n" for line in lines).encode("utf8")
