"""Entity-level precision, recall and F1 under two protocols, both named: strict (seqeval) and spaCy's own."""

from collections import Counter
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example

from ..corpora.formats.schemes import parse_tag, read_entities
from ..types import Ints2d
from .tags import TagPair, keep_labels, match_sentences, tag_pair

Scores = Dict[str, Any]
#: Sentences that seqeval sees at a time.
BATCH = 1000
PROTOCOL = "strict entity F1 (seqeval, mode strict, IOB2, micro-averaged, on the gold tokens)"


def score(gold: Sequence[Doc], predicted: Sequence[Doc], labels: Optional[Sequence[str]] = None) -> Dict[str, Scores]:
    """Score predicted entities.

    `strict` is micro-averaged entity F1 as seqeval computes it with ``mode="strict"`` and IOB2, on the gold tokens. An
    entity counts if label, first and last token are right. A predicted one with a boundary inside a gold token is
    never moved to a near one: it counts as predicted and wrong (see `TagPair`). `spacy` is `Scorer.score_spans`, which
    aligns the two tokenisations itself. Both give 0 if there is nothing to divide by.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the same sentences, with predicted entities; white space and tokens may differ.
    labels (Optional[Sequence[str]]): the labels to score, others being left out on both sides; all by default.
    RETURNS (Dict[str, Scores]): for `strict` and for `spacy`: `p`, `r`, `f` and `per_type`, which has the same for each
        label, and for `strict` its `support`, the number of gold entities. Fractions of 1. `strict` also has
        `misplaced`, the number of predicted entities with a boundary inside a gold token.
    RAISES (XprojError): if the two do not hold the same sentences, or entities were never set.
    """
    predicted = match_sentences(gold, predicted)
    return {"strict": strict_scores(gold, predicted, labels), "spacy": spacy_scores(zip(gold, predicted), labels)}


def strict_scores(gold: Sequence[Doc], predicted: Sequence[Doc], labels: Optional[Sequence[str]] = None) -> Scores:
    """Compute the strict scores of sentences that `match_sentences` has matched."""
    counts = StrictTotals(labels)
    for a, b in zip(gold, predicted, strict=True):
        counts.add(a, b)
    return counts.scores()


class StrictTotals:
    """What strict scores are made of, counted as seqeval does, some sentences at a time.

    labels (Optional[Sequence[str]]): the labels to score; all by default.
    """

    def __init__(self, labels: Optional[Sequence[str]] = None) -> None:
        self.labels = labels
        self.misplaced = 0
        self._right, self._found, self._correct = Counter[str](), Counter[str](), Counter[str]()
        self._pairs: List[TagPair] = []

    def add(self, gold: Doc, predicted: Doc) -> None:
        """Count the entities of two sentences that belong together."""
        self._pairs.append(tag_pair(gold, predicted, self.labels))
        if len(self._pairs) == BATCH:
            self._count()

    def scores(self) -> Scores:
        """Compute the scores of all sentences so far: see `score`."""
        self._count()
        per_type = {
            label: {**self._rates([label]), "support": self._right[label]}
            for label in self.labels or sorted(self._right)
        }
        return {
            **self._rates(self._right.keys() | self._found.keys()),
            "misplaced": self.misplaced,
            "per_type": per_type,
        }

    def _count(self) -> None:
        from seqeval.scheme import IOB2, Entities

        self.misplaced += sum(pair.misplaced for pair in self._pairs)
        a, b = (Entities([getattr(pair, side) for pair in self._pairs], IOB2) for side in ("gold", "predicted"))
        for label in a.unique_tags | b.unique_tags:
            ours, theirs = a.filter(label), b.filter(label)
            self._right[label] += len(ours)
            self._found[label] += len(theirs)
            self._correct[label] += len(ours & theirs)
        self._pairs = []

    def _rates(self, labels: Iterable[str]) -> Dict[str, float]:
        """Compute precision, recall and F1 as seqeval does, 0 if there is nothing to divide by."""
        correct, found, right = (
            sum(counts[label] for label in labels) for counts in (self._correct, self._found, self._right)
        )
        p, r = correct / found if found else 0.0, correct / right if right else 0.0
        return {"p": p, "r": r, "f": 2 * p * r / (p + r) if p + r else 0.0}


def strict_counts(gold: Sequence[Doc], predicted: Sequence[Doc], labels: Optional[Sequence[str]] = None) -> Ints2d:
    """Count the entities of each sentence, as the strict scores do for all of them.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the same sentences, with predicted entities.
    labels (Optional[Sequence[str]]): the labels to count; all by default.
    RETURNS (Ints2d): true positives, false positives and false negatives. *Shape:* ``(sentences, 3)``
    RAISES (XprojError): if the two do not hold the same sentences, or entities were never set.
    """
    predicted = match_sentences(gold, predicted)
    rows = []
    for a, b in zip(gold, predicted, strict=True):
        pair = tag_pair(a, b, labels)
        right, found = (set(read_entities([parse_tag(t, "BI") for t in tags])) for tags in (pair.gold, pair.predicted))
        rows.append((len(right & found), len(found - right), len(right - found)))
    return numpy.asarray(rows, dtype=numpy.int32).reshape(-1, 3)


def spacy_scores(pairs: Iterable[Tuple[Doc, Doc]], labels: Optional[Sequence[str]] = None) -> Scores:
    """Compute spaCy's scores of gold and predicted sentences that `match_sentences` has matched, in one pass."""

    def examples() -> Iterator[Example]:
        for gold, predicted in pairs:
            for ent in predicted.ents:
                gold.vocab.strings.add(ent.label_)  # the two may have vocabularies of their own
            yield Example(predicted, gold)

    found = Scorer.score_spans(examples(), "ents", getter=lambda doc, _: keep_labels(doc, labels))
    per_type = found["ents_per_type"] or {}
    zeros = {"p": 0.0, "r": 0.0, "f": 0.0}
    return {
        **{key: found[f"ents_{key}"] or 0.0 for key in "prf"},
        "per_type": {label: per_type.get(label, zeros) for label in labels or sorted(per_type)},
    }
