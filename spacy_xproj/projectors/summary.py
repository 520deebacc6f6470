"""A projected corpus on disk.

    OUTPUT_DIR/
      target.spacy          the labelled sentences, those that a filter dropped left out; if there are more than 10,000,
                            a directory of such files, which `spacy train` reads as it reads one
      outcomes.jsonl        what became of every source entity, dropped sentences included
      pairs.jsonl           the tokens of every pair, the links between them, and what was flagged
      rejects.jsonl         the sentences that a filter dropped, and why
      summary.json          counts, settings, provenance, licences

`writer` writes it.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, Optional

import numpy
from spacy.tokens import Span

from .. import __version__
from ..corpora.parallel import ParallelCorpus
from ..types import FLAGS, Outcome, Projection, WordAlignment

TARGET = "target.spacy"
OUTCOMES = "outcomes.jsonl"
PAIRS = "pairs.jsonl"
REJECTS = "rejects.jsonl"
SUMMARY = "summary.json"
#: Links that weigh less are not kept in `pairs.jsonl`: an aligner by probability has many.
LINK_WEIGHT = 0.05


@dataclass
class ProjectionCounts:
    """Counts of a projection, or of some of its pairs.

    pairs (int): pairs projected.
    entities (int): source entities.
    statuses (Counter): source entities by status; they add up to `entities`.
    labels (Dict[str, Counter]): for each label, source entities by status.
    flags (Counter): pairs for each of `FLAGS`.
    rejects (Counter): pairs that the filter dropped, by reason.
    counts (Counter): what the parts of the projector have counted.
    """

    pairs: int = 0
    entities: int = 0
    statuses: "Counter[str]" = field(default_factory=Counter)
    labels: "Dict[str, Counter[str]]" = field(default_factory=dict)
    flags: "Counter[str]" = field(default_factory=Counter)
    rejects: "Counter[str]" = field(default_factory=Counter)
    counts: "Counter[str]" = field(default_factory=Counter)

    def count(self, projection: Projection, reason: Optional[str]) -> None:
        """Count the result for a pair.

        projection (Projection): the result.
        reason (Optional[str]): why the filter dropped it, or None.
        """
        self.pairs += 1
        self.entities += len(projection.bitext.source.ents)
        self.flags.update(projection.flags)
        if reason is not None:
            self.rejects[reason] += 1
        for outcome in projection.outcomes:
            self.statuses[outcome.status] += 1
            self.labels.setdefault(outcome.label, Counter())[outcome.status] += 1

    def add(self, other: "ProjectionCounts") -> None:
        """Add the counts of other pairs.

        other (ProjectionCounts): their counts.
        """
        self.pairs += other.pairs
        self.entities += other.entities
        self.statuses.update(other.statuses)
        self.flags.update(other.flags)
        self.rejects.update(other.rejects)
        self.counts.update(other.counts)
        for label, statuses in other.labels.items():
            self.labels.setdefault(label, Counter()).update(statuses)

    def summary(self, corpus: ParallelCorpus, config: Dict[str, Any], licenses: Dict[str, str]) -> Dict[str, Any]:
        """Say what was done, for summary.json.

        corpus (ParallelCorpus): the corpus of the pairs.
        config (Dict[str, Any]): the settings of the projector and the filter.
        licenses (Dict[str, str]): of the corpus and the models, as far as they are known.
        RETURNS (Dict[str, Any]): the summary.
        """
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
            "licenses": licenses,
            "counts": dict(self.counts),
        }


def outcome_rows(pair: int, projection: Projection) -> Iterator[Dict[str, Any]]:
    """Describe the outcomes of one pair with both sentences and character offsets, which hold for any tokenisation.

    pair (int): the number of the pair, from 0.
    projection (Projection): its result.
    YIELDS (Dict[str, Any]): a row for every source entity.
    """
    source, target = projection.bitext.source, projection.bitext.target
    for outcome in projection.outcomes:
        yield {
            "pair": pair,
            "sent_id": source.user_data.get("sent_id"),
            "text": source.text,
            "translation": target.text,
            "entity": outcome.entity,
            "label": outcome.label,
            "status": outcome.status,
            "source": source_row(projection, outcome),
            "target": [
                _place_row(target[start:end], score, margin) for (start, end), score, margin in outcome.placed()
            ],
            "rivals": [_place_row(target[start:end], score, None) for (start, end), score in outcome.rivals],
        }


def pair_row(pair: int, projection: Projection, reason: Optional[str]) -> Dict[str, Any]:
    """Describe a pair for those who look at it.

    pair (int): the number of the pair, from 0.
    projection (Projection): its result.
    reason (Optional[str]): why the filter dropped it, or None.
    RETURNS (Dict[str, Any]): the tokens of both sides, each with the space after it; the links between them as a
        Pharaoh line, weights with two digits, or None if they were not aligned; what the translator and the
        projector have flagged; and the reason.
    """
    bitext = projection.bitext
    links = None
    if bitext.alignment is not None and bitext.source.ents:  # a pair without entities is not aligned
        chosen = bitext.alignment.weight >= LINK_WEIGHT
        weight = numpy.round(bitext.alignment.weight[chosen], 2)
        links = WordAlignment(bitext.alignment.source[chosen], bitext.alignment.target[chosen], weight).to_pharaoh()
    return {
        "pair": pair,
        "sent_id": bitext.source.user_data.get("sent_id"),
        "source": [token.text_with_ws for token in bitext.source],
        "target": [token.text_with_ws for token in bitext.target],
        "links": links,
        "translation_flags": list(bitext.target.user_data.get("flags", ())),
        "flags": list(projection.flags),
        "reject": reason,
    }


def source_row(projection: Projection, outcome: Outcome) -> Dict[str, Any]:
    """Give start and end character and text of the source entity of an outcome."""
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
