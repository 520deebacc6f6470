"""A projected corpus on disk.

OUTPUT_DIR/
  target.spacy          the labelled sentences, those that a filter dropped left out
  outcomes.jsonl        what became of every source entity, dropped sentences included
  rejects.jsonl         the sentences that a filter dropped, and why
  summary.json          counts, settings, provenance
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, Optional, TextIO

import srsly
from spacy.tokens import DocBin, Span

from .. import __version__
from ..corpora.parallel import ParallelCorpus
from ..errors import XprojError
from ..files import atomic_path
from ..types import FLAGS, Outcome, Projection, Projector, SentenceFilter, all_counts
from .apply import apply_projection

SUMMARY = "summary.json"


@dataclass
class Run:
    """Counts of a projection run.

    pairs (int): pairs projected.
    entities (int): source entities.
    statuses (Counter): source entities by status; they add up to `entities`.
    labels (Dict[str, Counter]): for each label, source entities by status.
    flags (Counter): pairs for each of `FLAGS`.
    rejects (Counter): pairs that the filter dropped, by reason.
    """

    pairs: int = 0
    entities: int = 0
    statuses: "Counter[str]" = field(default_factory=Counter)
    labels: Dict[str, "Counter[str]"] = field(default_factory=dict)
    flags: "Counter[str]" = field(default_factory=Counter)
    rejects: "Counter[str]" = field(default_factory=Counter)

    def write(
        self,
        projections: Iterable[Projection],
        path: Path,
        corpus: ParallelCorpus,
        config: Dict[str, Any],
        sentence_filter: Optional[SentenceFilter] = None,
        projector: Optional[Projector] = None,
    ) -> None:
        """Write the directory, or nothing.

        projections (Iterable[Projection]): the results for all pairs of the corpus, in its order.
        path (Path): the directory; what is there before is replaced.
        corpus (ParallelCorpus): where the pairs came from.
        config (Dict[str, Any]): the settings of the projector and the filter, for the summary.
        sentence_filter (Optional[SentenceFilter]): says which sentences to drop; by default all are kept.
        projector (Optional[Projector]): what makes the results; its counts, if it has any, go to the summary.
        RAISES (XprojError): where the corpus has no pair, where the filter drops all, or where the directory holds
            something else than such a result.
        """
        if path.is_dir() and any(path.iterdir()) and not (path / SUMMARY).is_file():
            raise XprojError(f"{path}: exists and is not the result of a projection; give another path or remove it")
        docs = DocBin(store_user_data=True)
        with atomic_path(path) as temporary:
            temporary.mkdir()
            outcomes_path, rejects_path = temporary / "outcomes.jsonl", temporary / "rejects.jsonl"
            with (
                outcomes_path.open("w", encoding="utf8") as outcomes,
                rejects_path.open("w", encoding="utf8") as rejects,
            ):
                for pair, projection in enumerate(projections):
                    self._count(projection)
                    _write_rows(outcomes, outcome_rows(pair, projection))
                    reason = sentence_filter(projection) if sentence_filter else None
                    if reason is None:
                        docs.add(apply_projection(projection))
                    else:
                        self.rejects[reason] += 1
                        _write_rows(rejects, [reject_row(pair, projection, reason)])
            if not self.pairs:
                raise XprojError(f"{corpus.path}: no pair to project; check what made the corpus and its rejects")
            if not len(docs):
                reasons = ", ".join(f"{reason} {count}" for reason, count in self.rejects.most_common())
                raise XprojError(f"{corpus.path}: the filter drops every sentence ({reasons}); relax [filter]")
            docs.to_disk(temporary / "target.spacy")
            summary = {**self._summary(corpus, config), "counts": all_counts([projector])}
            srsly.write_json(temporary / SUMMARY, summary)

    def _count(self, projection: Projection) -> None:
        self.pairs += 1
        self.flags.update(projection.flags)
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
            "flags": {flag: self.flags[flag] for flag in FLAGS},
            "rejects": dict(self.rejects),
            "src_lang": corpus.src_lang,
            "tgt_lang": corpus.tgt_lang,
            **config,
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
        yield {
            "pair": pair,
            "sent_id": source.user_data.get("sent_id"),
            "entity": outcome.entity,
            "label": outcome.label,
            "status": outcome.status,
            "source": source_row(projection, outcome),
            "target": [
                _place_row(target[start:end], score, margin) for (start, end), score, margin in outcome.placed()
            ],
        }


def source_row(projection: Projection, outcome: Outcome) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): start and end character and text of the source entity of an outcome."""
    ent = projection.bitext.source.ents[outcome.entity]
    return {"start": ent.start_char, "end": ent.end_char, "text": ent.text}


def reject_row(pair: int, projection: Projection, reason: str) -> Dict[str, Any]:
    """Describe a pair that a filter dropped.

    pair (int): the number of the pair, from 0.
    projection (Projection): its result.
    reason (str): why it was dropped.
    RETURNS (Dict[str, Any]): the row.
    """
    source, target = projection.bitext.source, projection.bitext.target
    return {
        "pair": pair,
        "sent_id": source.user_data.get("sent_id"),
        "reason": reason,
        "text": source.text,
        "translation": target.text,
    }


def _place_row(span: Span, score: float, margin: Optional[float]) -> Dict[str, Any]:
    row = {"start": span.start_char, "end": span.end_char, "text": span.text, "score": round(score, 4)}
    return row if margin is None else {**row, "margin": round(margin, 4)}


def _write_rows(file: TextIO, rows: Iterable[Dict[str, Any]]) -> None:
    file.writelines(srsly.json_dumps(row) + "\n" for row in rows)
