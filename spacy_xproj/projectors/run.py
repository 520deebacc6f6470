"""A projected corpus on disk: the labelled Docs, what became of every source entity, and the counts."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator

import srsly
from spacy.tokens import DocBin

from .. import __version__
from ..corpora.parallel import ParallelCorpus
from ..errors import XprojError
from ..files import atomic_path
from ..types import Projection
from .apply import apply_projection

SUMMARY = "summary.json"


@dataclass
class Run:
    """Counts of a projection run.

    pairs (int): pairs projected.
    entities (int): source entities.
    statuses (Counter): source entities by status; they add up to `entities`.
    labels (Dict[str, Counter]): for each label, source entities by status.
    """

    pairs: int = 0
    entities: int = 0
    statuses: "Counter[str]" = field(default_factory=Counter)
    labels: Dict[str, "Counter[str]"] = field(default_factory=dict)

    def write(
        self, projections: Iterable[Projection], path: Path, corpus: ParallelCorpus, config: Dict[str, Any]
    ) -> None:
        """Write a directory with ``target.spacy``, ``outcomes.jsonl`` and ``summary.json``, or nothing.

        projections (Iterable[Projection]): the results for all pairs of the corpus, in its order.
        path (Path): the directory; what is there before is replaced.
        corpus (ParallelCorpus): where the pairs came from.
        config (Dict[str, Any]): the projector's settings, for the summary.
        RAISES (XprojError): where the corpus has no pair, or the directory holds something else than such a result.
        """
        if path.is_dir() and any(path.iterdir()) and not (path / SUMMARY).is_file():
            raise XprojError(f"{path}: exists and is not the result of a projection; give another path or remove it")
        docs = DocBin(store_user_data=True)
        with atomic_path(path) as temporary:
            temporary.mkdir()
            with (temporary / "outcomes.jsonl").open("w", encoding="utf8") as outcomes:
                for pair, projection in enumerate(projections):
                    self._count(projection)
                    docs.add(apply_projection(projection))
                    outcomes.writelines(srsly.json_dumps(row) + "\n" for row in outcome_rows(pair, projection))
            if not self.pairs:
                raise XprojError(f"{corpus.path}: no pair to project; check what made the corpus and its rejects")
            docs.to_disk(temporary / "target.spacy")
            srsly.write_json(temporary / SUMMARY, self._summary(corpus, config))

    def _count(self, projection: Projection) -> None:
        self.pairs += 1
        self.entities += len(projection.bitext.source.ents)
        for outcome in projection.outcomes:
            self.statuses[outcome.status] += 1
            self.labels.setdefault(outcome.label, Counter())[outcome.status] += 1

    def _summary(self, corpus: ParallelCorpus, config: Dict[str, Any]) -> Dict[str, Any]:
        return {
            "pairs": self.pairs,
            "entities": self.entities,
            "outcomes": dict(self.statuses),
            "outcomes_by_label": {label: dict(counts) for label, counts in sorted(self.labels.items())},
            "src_lang": corpus.src_lang,
            "tgt_lang": corpus.tgt_lang,
            "projector": config,
            "version": __version__,
            "corpus": corpus.manifest.get("provenance", {}),
        }


def outcome_rows(pair: int, projection: Projection) -> Iterator[Dict[str, Any]]:
    """Describe the outcomes of one pair with character offsets, which hold for any tokenisation.

    pair (int): the number of the pair, from 0.
    projection (Projection): its result.
    YIELDS (Dict[str, Any]): a row for every source entity.
    """
    source, target = projection.bitext.source, projection.bitext.target
    for outcome in projection.outcomes:
        ent = source.ents[outcome.entity]
        spans = [target[start:end] for start, end in outcome.spans]
        yield {
            "pair": pair,
            "sent_id": source.user_data.get("sent_id"),
            "entity": outcome.entity,
            "label": outcome.label,
            "status": outcome.status,
            "source": {"start": ent.start_char, "end": ent.end_char, "text": ent.text},
            "target": [
                {"start": span.start_char, "end": span.end_char, "text": span.text, "score": round(score, 4)}
                for span, score in zip(spans, outcome.scores)
            ],
        }
