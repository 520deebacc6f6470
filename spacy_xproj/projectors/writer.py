"""Write a projected corpus so that an interrupted run goes on after its last finished shard."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional

import srsly
from spacy.tokens import DocBin
from spacy.util import minibatch
from wasabi import msg

from .. import __version__
from ..corpora.parallel import ParallelCorpus, partial_path
from ..errors import XprojError
from ..parts import all_counts, part_licenses, provenance_licenses
from ..storage.files import atomic_path, check_output, real_path, write_json
from ..types import Projection, Projector, SentenceFilter
from .apply import apply_projection
from .inputs import file_digests
from .partial import Shards, check_content
from .summary import OUTCOMES, REJECTS, SUMMARY, TARGET, Run, outcome_rows, reject_row

STATISTICS = "statistics.msgpack"
#: A multiple of the pairs that the parts read at a time, so that shards leave their batches as they are.
SHARD_SIZE = 1024


class ProjectionWriter:
    """Write results to shards in ``PATH.partial``, from which PATH is made when there are all.

    The results of one shard are in memory at a time. `target.spacy` is one DocBin, which has to be whole in memory when
    it is written: there the sentences are joined as arrays, not as Docs.

    A run that finds the progress of one with the same corpus, settings, files and version goes on after its last intact
    shard; its output is the same, byte by byte, where the projector gives the same for the same shard. Otherwise it
    starts afresh.

    path (Path): the directory to make; the result of a projection that is there is replaced at the end.
    corpus (ParallelCorpus): where the pairs come from.
    config (Dict[str, Any]): the settings of the projector and the filter.
    projector (Projector): what makes the results: its counts and licences go to the summary.
    sentence_filter (Optional[SentenceFilter]): says which sentences to drop; by default all are kept.
    shard_size (int): pairs in a shard.
    RAISES (XprojError): where the corpus has no pair, where PATH or ``PATH.partial`` is something else or cannot be
        written, or where another run writes there.
    """

    def __init__(
        self,
        path: Path,
        corpus: ParallelCorpus,
        config: Dict[str, Any],
        projector: Projector,
        sentence_filter: Optional[SentenceFilter] = None,
        shard_size: int = SHARD_SIZE,
    ):
        if not len(corpus):
            raise XprojError(f"{corpus.path}: no pair to project; check what made the corpus and its rejects")
        check_output(path, directory=True)
        self.path = real_path(path)
        check_content(self.path, SUMMARY, "the result of a projection")
        self.corpus = corpus
        self.config = config
        self.projector = projector
        self.sentence_filter = sentence_filter
        self.shard_size = shard_size
        provenance = corpus.manifest.get("provenance", {})
        self.licenses = {**provenance_licenses(provenance), **part_licenses(projector)}
        #: The corpus statistics of the projector; to be set before `write`, unless an earlier run has left them.
        self.statistics: Optional[bytes] = None
        self._counted: Dict[str, int] = {}
        self._shards = Shards(partial_path(self.path))
        if self._shards.is_there():
            self._shards.resume(self._digest())
        if self.done:
            msg.info(f"{self._shards.path}: going on after {self.done} sentences")
        if self._shards.has(0, STATISTICS):
            self.statistics = self._shards.read(0, STATISTICS)

    @property
    def done(self) -> int:
        """RETURNS (int): pairs that are projected; at first, those of earlier runs: leave out as many in `write`."""
        return self._shards.pairs()

    def write(self, projections: Iterable[Projection]) -> Run:
        """Write the remaining results, finish the directory and let go of its lock.

        projections (Iterable[Projection]): one for each pair, from number `done` on.
        RETURNS (Run): the counts of all pairs.
        RAISES (XprojError): where the filter drops all, or another run writes there.
        """
        self._counted = all_counts(self.projector)
        try:
            for batch in minibatch(projections, self.shard_size):
                self._write_shard(batch)
            return self._finish()
        finally:
            self._shards.close()

    def _digest(self) -> str:
        """RETURNS (str): of all that the results depend on, with every digit of its numbers."""
        corpus, files = self.corpus.manifest, file_digests(self.config)
        inputs = [corpus, self.config, files, self.shard_size, __version__]
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()

    def _write_shard(self, batch: List[Projection]) -> None:
        run, docs = Run(), DocBin(store_user_data=True)
        outcomes: List[Dict[str, Any]] = []
        rejects: List[Dict[str, Any]] = []
        for pair, projection in enumerate(batch, start=self.done):
            outcomes += outcome_rows(pair, projection)
            reason = self.sentence_filter(projection) if self.sentence_filter else None
            run.count(projection, reason)
            if reason is None:
                docs.add(apply_projection(projection))
            else:
                rejects.append(reject_row(pair, projection, reason))
        counted = all_counts(self.projector)
        run.counts = Counter({name: count - self._counted.get(name, 0) for name, count in counted.items()})
        self._counted = counted
        contents = {TARGET: docs.to_bytes(), OUTCOMES: _json_lines(outcomes), REJECTS: _json_lines(rejects)}
        if not len(self._shards):
            # By now all files that settings name are there, also what a part writes when it estimates its statistics.
            self._shards.start(self._digest())
            if self.statistics is not None:
                contents[STATISTICS] = self.statistics
        self._shards.add(contents, run)

    def _finish(self) -> Run:
        run = self._shards.counts()
        if run.pairs == sum(run.rejects.values()):
            self._shards.remove()
            reasons = ", ".join(f"{reason} {count}" for reason, count in run.rejects.most_common())
            raise XprojError(f"{self.corpus.path}: the filter drops every sentence ({reasons}); relax [filter]")
        numbers = range(len(self._shards))
        with atomic_path(self.path) as temporary:
            temporary.mkdir()
            for name in (OUTCOMES, REJECTS):
                with (temporary / name).open("wb") as file:
                    file.writelines(self._shards.read(number, name) for number in numbers)
            docs = DocBin(store_user_data=True)
            for number in numbers:
                docs.merge(DocBin(store_user_data=True).from_bytes(self._shards.read(number, TARGET)))
            docs.to_disk(temporary / TARGET)
            write_json(temporary / SUMMARY, run.summary(self.corpus, self.config, self.licenses))
        self._shards.remove()
        return run


def _json_lines(rows: List[Dict[str, Any]]) -> bytes:
    return "".join(srsly.json_dumps(row) + "\n" for row in rows).encode("utf8")
