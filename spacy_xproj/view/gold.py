"""How right projected entities are, if it is known which are: for the report."""

from pathlib import Path
from typing import Dict, Iterator, List, Optional, Sequence, Set, Tuple

import numpy
from spacy.tokens import Doc

from ..corpora.docbin import read_docs
from ..errors import XprojError
from ..evaluation.bootstrap import bootstrap_difference, bootstrap_interval
from ..evaluation.calibration import calibration_error, reliability
from ..evaluation.partial import FAULTS, count_faults
from ..evaluation.strict import PROTOCOL, strict_counts
from ..evaluation.tags import check_same_sentences, count_labels, dense_positions, keep_labels
from .runs import PairRecord
from .tables import NO_FIGURE, Table, interval, number, percent, signed


class GoldScores:
    """What a gold file says of a run.

    gold (Sequence[Doc]): the target sentences with the right entities, one for each pair, in order.
    labels (Optional[Sequence[str]]): the labels to look at; all by default.
    """

    def __init__(self, gold: Sequence[Doc], labels: Optional[Sequence[str]] = None) -> None:
        self.labels = labels
        #: For each place: its score, and whether it is right.
        self.scores: List[float] = []
        self.right: List[bool] = []
        self.gold: List[Doc] = []
        self.predicted: List[Doc] = []
        self.kept: List[int] = []
        self._all_gold = gold

    def add(self, record: PairRecord) -> None:
        """Compare a pair. RAISES (XprojError): if there is no such gold sentence."""
        pair, text = record.pair["pair"], "".join(record.pair["target"])
        gold = self._all_gold[pair] if pair < len(self._all_gold) else None
        if gold is None or "".join(gold.text.split()) != "".join(text.split()):
            raise XprojError(f"pair {pair} (counted from 0) is not that of the gold file; give one for each pair")
        if record.pair["reject"] is None:
            self.kept.append(pair)
        expected, positions = gold_places(gold, self.labels), dense_positions(text)
        for row in record.outcomes:
            if self.labels is None or row["label"] in self.labels:
                for place in row["target"]:
                    self.scores.append(place["score"])
                    self.right.append((positions[place["start"]], positions[place["end"]], row["label"]) in expected)

    def finish(self, target: Path) -> None:
        """Read the projected sentences: those that a filter dropped count for nothing.

        target (Path): `target.spacy`.
        RAISES (XprojError): if they are not those of the pairs.
        """
        self.gold = [self._all_gold[pair] for pair in self.kept]
        self.predicted = read_docs(target, self._all_gold[0].vocab)
        check_same_sentences(self.gold, self.predicted)

    def counts(self, label: Optional[str] = None) -> numpy.ndarray:
        """Count right, wrong and missed entities of each sentence, of one label or of all."""
        return strict_counts(self.gold, self.predicted, self.labels if label is None else [label])

    def all_labels(self) -> List[str]:
        """List the labels that are scored."""
        found = set(count_labels(self.gold)) | set(count_labels(self.predicted))
        return sorted(found if self.labels is None else found & set(self.labels))


def gold_places(gold: Doc, labels: Optional[Sequence[str]] = None) -> Set[Tuple[int, int, str]]:
    """Give start, end and label of the gold entities, in characters that are not white space."""
    positions = dense_positions(gold.text)
    return {(positions[e.start_char], positions[e.end_char], e.label_) for e in keep_labels(gold, labels)}


def gold_tables(scores: Dict[str, GoldScores]) -> Iterator[Table]:
    """Make the tables of a report that a gold file allows.

    scores (Dict[str, GoldScores]): of each run, by its name.
    YIELDS (Table): F1 by label, faults by label, calibration; and how the runs differ.
    """
    rows = []
    for name, one in scores.items():
        for label in [None, *one.all_labels()]:
            counts = one.counts(label)
            right, wrong, missed = counts.sum(axis=0).tolist()
            ends = bootstrap_interval(counts)
            p, r = right / max(1, right + wrong), right / max(1, right + missed)
            texts = [percent(p), percent(r), percent(ends.estimate), interval(ends.low, ends.high)]
            rows.append([name, label or "all", *texts, str(right + missed)])
    note = f"In percent: {PROTOCOL}, with the interval in which 95% of 1,000 resamples of the sentences lie."
    yield Table("F1 by label", note, 2, ["run", "label", "P", "R", "F1", "interval", "gold"], rows)
    if len(scores) > 1:
        note = "F1 in points, over that of the first run, on the same resamples of the sentences."
        yield Table("Differences", note, 1, ["run", "F1", "interval"], _difference_rows(scores))
    rows = []
    for name, one in scores.items():
        for label, faults in count_faults(one.gold, one.predicted, one.labels).items():
            rows.append([name, label, *(str(faults[kind]) for kind in FAULTS)])
    note = "; ".join(f"{kind}: {meaning}" for kind, meaning in FAULTS.items())
    yield Table("Spans by kind of fault", f"{note[0].upper()}{note[1:]}.", 2, ["run", "label", *FAULTS], rows)
    rows = [
        [name, f"{bin_.low:.1f} to {bin_.high:.1f}", str(bin_.places), number(bin_.score, 3), number(bin_.right, 3)]
        for name, one in scores.items()
        for bin_ in reliability(one.scores, one.right)
    ]
    errors = ", ".join(f"{name} {calibration_error(one.scores, one.right):.3f}" for name, one in scores.items())
    note = f"Whether a score is the chance that the place is right. Expected calibration error: {errors}."
    yield Table("Calibration", note, 2, ["run", "score", "places", "mean score", "share that is right"], rows)


def gold_figures(scores: Dict[str, GoldScores]) -> Dict[str, str]:
    """Draw the figures of a report that a gold file allows: SVG by caption."""
    if not scores:
        return {}
    from .figures import reliability_figure

    rows = {name: reliability(one.scores, one.right) for name, one in scores.items()}
    return {"Share of places that is right, by score": reliability_figure(rows)}


def _difference_rows(scores: Dict[str, GoldScores]) -> List[List[str]]:
    """How much higher the F1 of each further run is. Runs whose filters kept other sentences cannot be compared."""
    (_, first), *others = scores.items()
    rows = []
    for name, one in others:
        if one.kept == first.kept:
            difference = bootstrap_difference(one.counts(), first.counts())
            rows.append([name, signed(difference.estimate), interval(difference.low, difference.high)])
        else:
            rows.append([name, NO_FIGURE, NO_FIGURE])
    return rows
