"""How near predicted entities come that are not right: the measures of SemEval-2013 task 9.1, as nervaluate has them.

nervaluate itself needs Python 3.11, and counts tokens, which the two sides may not share.
"""

from dataclasses import dataclass
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from spacy.tokens import Doc

from .tags import dense_positions, keep_labels, match_sentences

#: The measures, with what makes a predicted entity right.
MEASURES = {
    "exact": "both boundaries, whatever the label",
    "partial": "both boundaries, half if it overlaps, whatever the label",
    "type": "the label, if it overlaps",
}


class Place(NamedTuple):
    """An entity: its start and end, counted in characters that are not white space, and its label."""

    start: int
    end: int
    label: str


@dataclass
class MatchCounts:
    """What became of the entities, by one of `MEASURES`.

    correct (int): predicted entities that are right.
    partial (int): predicted entities that are half right.
    incorrect (int): predicted entities that are wrong, but overlap a gold one.
    missed (int): gold entities that nothing was found of.
    spurious (int): predicted entities that overlap no gold one that is left.
    """

    correct: int = 0
    partial: int = 0
    incorrect: int = 0
    missed: int = 0
    spurious: int = 0

    def scores(self) -> Dict[str, Any]:
        """Give precision, recall and F1, fractions of 1, and the counts."""
        points = self.correct + 0.5 * self.partial
        found = self.correct + self.partial + self.incorrect
        predicted, gold = found + self.spurious, found + self.missed
        p = points / predicted if predicted else 0.0
        r = points / gold if gold else 0.0
        return {"p": p, "r": r, "f": 2 * p * r / (p + r) if points else 0.0, **vars(self)}


def partial_scores(
    gold: Sequence[Doc], predicted: Sequence[Doc], labels: Optional[Sequence[str]] = None
) -> Dict[str, Dict[str, Any]]:
    """Score predicted entities also if they are nearly right.

    From left to right, each predicted entity takes a gold one that overlaps it and is not taken: one that makes it
    right, or else the first. Of several with its label, it takes the one with the nearest boundaries.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the same sentences, with predicted entities; white space and tokens may differ.
    labels (Optional[Sequence[str]]): the labels to look at; all by default.
    RETURNS (Dict[str, Dict[str, Any]]): for each of `MEASURES`: `p`, `r`, `f` and the `MatchCounts`.
    RAISES (XprojError): if the two do not hold the same sentences, or entities were never set.
    """
    counts = PartialTotals(labels)
    for a, b in zip(gold, match_sentences(gold, predicted), strict=True):
        counts.add(a, b)
    return counts.scores()


class PartialTotals:
    """What became of entities by each of `MEASURES`, counted a sentence at a time.

    labels (Optional[Sequence[str]]): the labels to look at; all by default.
    """

    def __init__(self, labels: Optional[Sequence[str]] = None) -> None:
        self.labels = labels
        self.counts = {measure: MatchCounts() for measure in MEASURES}

    def add(self, gold: Doc, predicted: Doc) -> None:
        """Count the entities of two sentences that belong together."""
        right, found = _places(gold, self.labels), _places(predicted, self.labels)
        _count(right, found, self.counts["exact"], _same_place, "incorrect")
        _count(right, found, self.counts["partial"], _same_place, "partial")
        _count(right, found, self.counts["type"], _same_label, "incorrect")

    def scores(self) -> Dict[str, Dict[str, Any]]:
        """Compute the scores of all sentences so far: see `partial_scores`."""
        return {measure: count.scores() for measure, count in self.counts.items()}


#: What can become of an entity, as nervaluate's five categories of error have it.
FAULTS = {
    "exact": "both boundaries and the label are right",
    "boundary": "the label is right, a boundary is not",
    "type": "both boundaries are right, the label is not",
    "both": "it overlaps a gold entity, but label and a boundary are wrong",
    "missed": "a gold entity that nothing was found of",
    "invented": "a predicted entity that overlaps no gold one",
}


def count_faults(
    gold: Sequence[Doc], predicted: Sequence[Doc], labels: Optional[Sequence[str]] = None
) -> Dict[str, Dict[str, int]]:
    """Sort entities by kind of fault. Each gold and each predicted entity is counted once: together, if they overlap.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the same sentences, with predicted entities; white space and tokens may differ.
    labels (Optional[Sequence[str]]): the labels to look at; all by default.
    RETURNS (Dict[str, Dict[str, int]]): for each label, the number of entities of each of `FAULTS`. The label is the
        gold one; that of the prediction if it is invented.
    RAISES (XprojError): if the two do not hold the same sentences, or entities were never set.
    """
    counts: Dict[str, Dict[str, int]] = {}
    for a, b in zip(gold, match_sentences(gold, predicted), strict=True):
        for label, fault in _faults(_places(a, labels), _places(b, labels)):
            counts.setdefault(label, dict.fromkeys(FAULTS, 0))[fault] += 1
    return dict(sorted(counts.items()))


def _faults(gold: List[Place], predicted: List[Place]) -> Iterator[Tuple[str, str]]:
    """Give the label and the fault of each entity of a sentence. What is right is taken out first."""
    left = [place for place in gold if place not in predicted]
    yield from ((place.label, "exact") for place in gold if place in predicted)
    for place in (place for place in predicted if place not in gold):
        near = [other for other in left if place.start < other.end and other.start < place.end]
        if not near:
            yield place.label, "invented"
            continue
        other = _same_label(place, near) or _same_place(place, near) or near[0]
        left.remove(other)
        if other.label == place.label:
            yield other.label, "boundary"
        else:
            yield other.label, "type" if other[:2] == place[:2] else "both"
    yield from ((place.label, "missed") for place in left)


def _count(
    gold: List[Place],
    predicted: List[Place],
    counts: MatchCounts,
    choose: Callable[[Place, List[Place]], Optional[Place]],
    otherwise: str,
) -> None:
    left = list(gold)
    for place in predicted:
        near = [other for other in left if place.start < other.end and other.start < place.end]
        if not near:
            counts.spurious += 1
            continue
        chosen = choose(place, near)
        if chosen is not None:
            counts.correct += 1
        else:
            setattr(counts, otherwise, getattr(counts, otherwise) + 1)
        left.remove(chosen or near[0])
    counts.missed += len(left)


def _same_place(place: Place, near: List[Place]) -> Optional[Place]:
    return next((other for other in near if other[:2] == place[:2]), None)


def _same_label(place: Place, near: List[Place]) -> Optional[Place]:
    same = [other for other in near if other.label == place.label]
    return min(same, key=lambda o: abs(o.start - place.start) + abs(o.end - place.end), default=None)


def _places(doc: Doc, labels: Optional[Sequence[str]]) -> List[Place]:
    positions = dense_positions(doc.text)
    ents = [Place(positions[e.start_char], positions[e.end_char], e.label_) for e in keep_labels(doc, labels)]
    return [place for place in ents if place.start < place.end]  # white space alone is nothing
