"""Choosing the thresholds of a projector on a small gold set, and how sure its scores are."""

from copy import copy
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy
from spacy.tokens import Doc

from ..errors import XprojError
from ..projectors.apply import apply_projection
from ..projectors.matching import CandidateMatching
from ..types import Bitext, Projection
from .bootstrap import Interval, bootstrap_interval
from .calibration import calibrate, fit_calibration
from .strict import strict_counts
from .tags import dense_positions, keep_labels, match_sentences

FOLDS = 5


class Trial(NamedTuple):
    """What a threshold is worth.

    value (float): the threshold.
    p (float): precision, a fraction of 1.
    r (float): recall.
    f (Interval): strict F1 and its interval.
    coverage (float): the share of the source entities that have a place.
    """

    value: float
    p: float
    r: float
    f: Interval
    coverage: float


class Recorded:
    """A part that works once: what it gave for the pairs of a corpus it gives again in their order.

    part (Any): the part.
    """

    def __init__(self, part: Any) -> None:
        self.part = part
        self.positional = getattr(part, "positional", False)
        self._results: Optional[List[Any]] = None

    def __call__(self, items: Iterable[Any]) -> Iterator[Any]:
        """Give a result for each item."""
        if self._results is not None:
            yield from (result for _, result in zip(items, self._results))
            return
        results = []
        for result in self.part(items):
            results.append(result)
            yield result
        self._results = results


class Tuner:
    """Projects a gold set again and again with other thresholds. Its words are aligned and its candidates scored once.

    projector (Any): the projector, prepared.
    bitexts (Sequence[Bitext]): the pairs; all in memory.
    gold (Sequence[Doc]): their target sentences with the right entities.
    labels (Optional[Sequence[str]]): the labels to score; all by default.
    RAISES (XprojError): if the projector has no thresholds, or the gold sentences are others.
    """

    def __init__(
        self, projector: Any, bitexts: Sequence[Bitext], gold: Sequence[Doc], labels: Optional[Sequence[str]] = None
    ) -> None:
        if not isinstance(projector, CandidateMatching):
            raise XprojError("has no min_score and min_margin to tune; take spacy-xproj.CandidateMatching.v1")
        self.bitexts = bitexts
        self.gold = match_sentences([_labelled(pair.target) for pair in bitexts], gold)
        self.labels = labels
        self.projector = copy(projector)
        self.projector.calibration = None
        for name in ("aligner", "extractor", "scorer"):
            if getattr(projector, name) is not None:
                setattr(self.projector, name, Recorded(getattr(projector, name)))

    def record(self) -> Iterator[Projection]:
        """Project once, sentence by sentence, so that the words are aligned and the candidates scored."""
        return self.projector(self.bitexts)

    def project(self, min_score: float, min_margin: float) -> List[Projection]:
        """Project with these thresholds."""
        self.projector.min_score, self.projector.min_margin = min_score, min_margin
        return list(self.projector(self.bitexts))

    def sweep(self, values: Iterable[float], project: Callable[[float], List[Projection]]) -> List[Trial]:
        """Try the values of a threshold.

        values (Iterable[float]): the values.
        project (Callable[[float], List[Projection]]): projects with one of them.
        RETURNS (List[Trial]): what each is worth.
        """
        return [self._trial(value, project(value)) for value in values]

    def places(self, projections: Iterable[Projection]) -> Tuple[List[float], List[bool]]:
        """Give the score of each place, and whether it is right."""
        scores: List[float] = []
        right: List[bool] = []
        for gold, projection in zip(self.gold, projections, strict=True):
            target = projection.bitext.target
            ends, positions = dense_positions(gold.text), dense_positions(target.text)
            ents = keep_labels(gold, self.labels)
            expected = {(ends[ent.start_char], ends[ent.end_char], ent.label_) for ent in ents}
            for outcome in projection.outcomes:
                if self.labels is None or outcome.label in self.labels:
                    for (start, end), score, _ in outcome.placed():
                        span = target[start:end]
                        place = (positions[span.start_char], positions[span.end_char], outcome.label)
                        scores.append(score)
                        right.append(place in expected)
        return scores, right

    def _trial(self, value: float, projections: List[Projection]) -> Trial:
        outcomes = [outcome for projection in projections for outcome in projection.outcomes]
        counts = strict_counts(self.gold, [apply_projection(one) for one in projections], self.labels)
        right, wrong, missed = counts.sum(axis=0).tolist()
        placed = sum(bool(outcome.spans) for outcome in outcomes)
        p, r = right / max(1, right + wrong), right / max(1, right + missed)
        return Trial(value, p, r, bootstrap_interval(counts), placed / max(1, len(outcomes)))


def best_trial(trials: Sequence[Trial]) -> Trial:
    """Choose the trial with the best F1; of several, the one with the lowest threshold, which keeps most."""
    return max(trials, key=lambda trial: (trial.f.estimate, -trial.value))


def cross_calibrate(method: str, scores: Sequence[float], right: Sequence[bool]) -> List[float]:
    """Calibrate each place by a map that was fitted without it, in five folds: what calibration is worth on places
    that it has not seen.

    method (str): see `fit_calibration`.
    scores (Sequence[float]): the scores.
    right (Sequence[bool]): which of the places are right.
    RETURNS (List[float]): the chances.
    RAISES (XprojError): if there are fewer places than folds.
    """
    values, hits = numpy.asarray(scores, dtype=float), numpy.asarray(right, dtype=bool)
    if len(values) < FOLDS:
        raise XprojError(f"{len(values)} places are too few to calibrate on; take a larger gold set")
    folds = numpy.random.default_rng(0).permutation(len(values)) % FOLDS
    chances = numpy.zeros(len(values))
    for fold in range(FOLDS):
        seen = folds != fold
        chances[~seen] = calibrate(fit_calibration(method, values[seen], hits[seen]), values[~seen])
    return chances.tolist()


def describe_trials(trials: Sequence[Trial]) -> List[Dict[str, float]]:
    """Give the trials as JSON."""
    return [{**trial._asdict(), "f": trial.f.estimate, "low": trial.f.low, "high": trial.f.high} for trial in trials]


def _labelled(doc: Doc) -> Doc:
    """The target as a sentence that was looked at for entities, as `match_sentences` asks for."""
    doc.set_ents([], default="outside")
    return doc
