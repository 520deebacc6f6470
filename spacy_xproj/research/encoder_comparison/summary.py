"""All figures of a comparison, as they are written to JSON. Scores are fractions of 1; intervals are at 95%."""

from itertools import combinations, product
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy
from numpy.typing import NDArray

from ...evaluation.bootstrap import Interval, bootstrap_contrast, f1
from ...evaluation.significance import holm, paired_test
from ...evaluation.strict import PROTOCOL
from ...types import Ints3d
from .config import Comparison
from .results import SEEN, UNSEEN, Group, StudentResults
from .students import Student

Summary = Dict[str, Any]
Row = Dict[str, Any]
#: The two slices of each contrast, the one that images should help first.
CONTRASTS = (("concrete", "abstract"), ("unseen", "seen"))


def make_summary(comparison: Comparison, students: List[Student], output_dir: Path) -> Summary:
    """Put the figures together.

    comparison (Comparison): the comparison.
    students (List[Student]): all its students, those that failed included.
    output_dir (Path): the directory that holds those of the students.
    RETURNS (Summary): `protocol`; the names of the `encoders`, `modes`, `data`, `languages`, the `labels` and `seeds`,
        what of the `training` config was changed, for all and for one encoder (`encoder_training`); the rows of
        `scores`, `differences`, `students`, `tests`, `slices`, `contrasts`, `costs` and `curves` (see the functions);
        and `failures`, with their reasons.
    """
    results = StudentResults(comparison, students, output_dir)
    return {
        "protocol": PROTOCOL,
        "encoders": {name: str(path) for name, path in comparison.encoders.items()},
        "modes": comparison.modes,
        "encoder_training": comparison.encoder_training,
        "data": {name: data.train for name, data in comparison.data.items()},
        "languages": {lang: str(path) for lang, path in comparison.tests.items()},
        "labels": comparison.settings.scored(),
        "groups": comparison.settings.groups(),
        "seeds": comparison.settings.seeds,
        "train_config": comparison.settings.train_config,
        "training": comparison.training,
        "scores": score_rows(results),
        "differences": difference_rows(results),
        "students": student_rows(results),
        "tests": test_rows(results),
        "slices": slice_rows(results),
        "contrasts": contrast_rows(results),
        "costs": cost_rows(students, results),
        "curves": curve_rows(students),
        "failures": [
            {"student": str(student.spec), "reason": student.reason} for student in students if student.result is None
        ],
    }


def score_rows(results: StudentResults) -> List[Row]:
    """Score each encoder, mode, training data and language.

    RETURNS (List[Row]): F1 of each seed in `seeds`, their `mean` and `sd`; precision and recall `p` and `r`, and F1
        `per_label`, as means over seeds; and the interval `low`, `high` of the mean under the bootstrap over sentences.
    """
    rows = []
    for group, scores in results.scores.items():
        values = {seed: scores[seed]["f"] for seed in results.seeds(group)}
        interval = _mean_of_seeds(results, [_whole(results.stacked(group, list(values)))], [1])
        labels = results.comparison.settings.scored()
        rows.append(
            {
                **group._asdict(),
                "seeds": values,
                "mean": fmean(values.values()),
                "sd": stdev(values.values()) if len(values) > 1 else None,
                "low": interval.low,
                "high": interval.high,
                "p": fmean(score["p"] for score in scores.values()),
                "r": fmean(score["r"] for score in scores.values()),
                "per_label": {
                    label: fmean(score["per_type"][label]["f"] for score in scores.values()) for label in labels
                },
            }
        )
    return rows


def difference_rows(results: StudentResults) -> List[Row]:
    """Compare each pair of encoders, for each mode, training data and language.

    RETURNS (List[Row]): how much higher the F1 of `encoder` is than that of `baseline`, the mean over seeds `mean`,
        with the interval `low`, `high` of the paired bootstrap over sentences.
    """
    rows = []
    for baseline, encoder, mode, data in encoder_pairs(results.comparison):
        for lang in results.comparison.tests:
            groups = Group(encoder, mode, data, lang), Group(baseline, mode, data, lang)
            seeds = results.seeds(*groups)
            if seeds:
                counts = [_whole(results.stacked(group, seeds)) for group in groups]
                interval = _mean_of_seeds(results, counts, [1, -1])
                names = {"encoder": encoder, "baseline": baseline, "mode": mode, "data": data, "language": lang}
                rows.append({**names, "mean": interval.estimate, "low": interval.low, "high": interval.high})
    return rows


def test_rows(results: StudentResults) -> List[Row]:
    """Test each pair of encoders, for each mode and training data.

    RETURNS (List[Row]): the figures of `PairedTest` over all languages and seeds, and both p corrected by Holm's method
        over all rows, as `t_holm` and `wilcoxon_holm`.
    """
    rows: List[Row] = []
    for baseline, encoder, mode, data in encoder_pairs(results.comparison):
        scores: List[Tuple[float, float]] = []
        for lang in results.comparison.tests:
            groups = Group(encoder, mode, data, lang), Group(baseline, mode, data, lang)
            for seed in results.seeds(*groups):
                ours, theirs = (results.scores[group][seed]["f"] for group in groups)
                scores.append((ours, theirs))
        if scores:
            names = {"encoder": encoder, "baseline": baseline, "mode": mode, "data": data}
            rows.append({**names, **paired_test(*zip(*scores))._asdict()})
    return _corrected(rows)


def student_rows(results: StudentResults) -> List[Row]:
    """Test each pair of encoders over students, each with its mean F1 over languages, for each mode.

    RETURNS (List[Row]): the figures of `PairedTest` over a pair for each training data and seed, and both p corrected
        by Holm's method over all rows, as `t_holm` and `wilcoxon_holm`.
    """
    rows: List[Row] = []
    modes, data, encoders = axes(results.comparison)
    for mode, (baseline, encoder) in product(modes, combinations(encoders, 2)):
        scores: List[Tuple[float, float]] = []
        for corpora in data:
            ours, theirs = (
                [Group(name, mode, corpora, lang) for lang in results.comparison.tests] for name in (encoder, baseline)
            )
            for seed in results.seeds(*ours, *theirs):
                first, second = (
                    fmean(results.scores[group][seed]["f"] for group in groups) for groups in (ours, theirs)
                )
                scores.append((first, second))
        if scores:
            names = {"encoder": encoder, "baseline": baseline, "mode": mode}
            rows.append({**names, **paired_test(*zip(*scores))._asdict()})
    return _corrected(rows)


def _corrected(rows: List[Row]) -> List[Row]:
    """Correct both p over all rows, in place."""
    for test in ("t", "wilcoxon"):
        for row, p in zip(rows, holm([row[f"{test}_p"] for row in rows])):
            row[f"{test}_holm"] = p
    return rows


def slice_rows(results: StudentResults) -> List[Row]:
    """Score each encoder, mode, training data and slice, the sentences of all languages put together.

    The seeds are those that all encoders have which have any: an encoder whose students all failed has no rows, and
    takes none from the others.

    RETURNS (List[Row]): F1 as the mean over seeds, `f`, and the number of gold entities, `gold`.
    """
    rows = []
    modes, corpora, encoders = axes(results.comparison)
    for mode, data in product(modes, corpora):
        present = [encoder for encoder in encoders if _seeds(results, mode, data, [encoder])]
        for encoder, counts in zip(present, _all_languages(results, mode, data, present)):
            for name, part in slices(counts, results.comparison).items():
                totals = part.sum(axis=1)
                names = {"encoder": encoder, "mode": mode, "data": data, "slice": name}
                rows.append({**names, "gold": int(totals[0, 0] + totals[0, 2]), "f": float(f1(totals).mean())})
    return rows


def contrast_rows(results: StudentResults) -> List[Row]:
    """Compare the gains of each pair of encoders on two slices, for each mode, training data and contrast.

    RETURNS (List[Row]): how much more `encoder` gains on the first slice than on the second, `mean`, with the interval
        `low`, `high` of the paired bootstrap.
    """
    rows = []
    for baseline, encoder, mode, data in encoder_pairs(results.comparison):
        counts = _all_languages(results, mode, data, [encoder, baseline])
        parts = [slices(part, results.comparison) for part in counts]
        for first, second in CONTRASTS if parts else ():
            stacks = [part[name] for name in (first, second) for part in parts]
            interval = _mean_of_seeds(results, stacks, [1, -1, -1, 1])
            names = {"encoder": encoder, "baseline": baseline, "mode": mode, "data": data}
            figures = {"mean": interval.estimate, "low": interval.low, "high": interval.high}
            rows.append({**names, "contrast": f"{first} against {second}", **figures})
    return rows


def cost_rows(students: List[Student], results: StudentResults) -> List[Row]:
    """Measure each encoder, mode and training data: sentences a second in training and in labelling, the peak memory of
    both in MB, and the mean F1 over all languages and seeds."""
    rows = []
    for mode, data, encoder in product(*axes(results.comparison)):
        kept = [
            student.result
            for student in students
            if student.result is not None
            and (student.spec.mode, student.spec.data, student.spec.encoder) == (mode, data, encoder)
        ]
        if not kept:
            continue
        row: Row = {"encoder": encoder, "mode": mode, "data": data}
        for work in ("training", "labelling"):
            costs = [result[work] for result in kept]
            row[f"{work}_speed"] = sum(cost["sentences"] for cost in costs) / sum(cost["seconds"] for cost in costs)
            for memory in ("memory", "gpu_memory"):
                peaks = [cost[memory] for cost in costs if cost[memory] is not None]
                row[f"{work}_{memory}"] = max(peaks, default=None)
        row["mean"] = fmean(
            score["f"]
            for group, scores in results.scores.items()
            if group[:3] == (encoder, mode, data)
            for score in scores.values()
        )
        rows.append(row)
    return rows


def curve_rows(students: List[Student]) -> List[Row]:
    """Draw the learning curve of each student on the development corpus, `points`: `step`, `losses` and `f`."""
    return [
        {
            "encoder": student.spec.encoder,
            "mode": student.spec.mode,
            "data": student.spec.data,
            "languages": student.spec.languages,
            "seed": student.spec.seed,
            "points": student.result["training"]["curve"],
        }
        for student in students
        if student.result is not None
    ]


def encoder_pairs(comparison: Comparison) -> Iterator[Tuple[str, str, str, str]]:
    """List baseline and encoder, mode and training data: each pair of encoders, the one that is named first as the
    baseline."""
    modes, data, encoders = axes(comparison)
    for mode, corpora, (baseline, encoder) in product(modes, data, combinations(encoders, 2)):
        yield baseline, encoder, mode, corpora


def axes(comparison: Comparison) -> Tuple[List[str], List[str], List[str]]:
    """Name the modes, the training data and the encoders."""
    return list(comparison.modes), list(comparison.data), list(comparison.encoders)


def slices(counts: NDArray, comparison: Comparison) -> Dict[str, Ints3d]:
    """Put counts together: by seen and unseen strings, by groups of labels, and each label by seen and unseen.

    counts (NDArray): as `StudentResults.stacked` gives them. *Shape:* ``(seeds, sentences, labels, 2, 3)``
    comparison (Comparison): has the labels.
    RETURNS (Dict[str, Ints3d]): the counts of each seed and sentence, by slice. *Shape:* ``(seeds, sentences, 3)``
    """
    labels = comparison.settings.scored()
    found = {"seen": counts[:, :, :, SEEN].sum(axis=2), "unseen": counts[:, :, :, UNSEEN].sum(axis=2)}
    for group, members in comparison.settings.groups().items():
        found[group] = counts[:, :, [labels.index(label) for label in members]].sum(axis=(2, 3))
    for i, label in enumerate(labels):
        found[f"{label} seen"] = counts[:, :, i, SEEN]
        found[f"{label} unseen"] = counts[:, :, i, UNSEEN]
    return found


def _seeds(results: StudentResults, mode: str, data: str, encoders: List[str]) -> List[int]:
    """List the seeds that all of some encoders have in all languages."""
    return results.seeds(*(Group(*names) for names in product(encoders, [mode], [data], results.comparison.tests)))


def _all_languages(results: StudentResults, mode: str, data: str, encoders: List[str]) -> List[NDArray]:
    """Put the counts of all languages together, for the seeds that all of some encoders have in all languages.

    RETURNS (List[NDArray]): the counts of each encoder; nothing if there is no such seed.
    """
    languages = list(results.comparison.tests)
    seeds = _seeds(results, mode, data, encoders)
    if not seeds:
        return []
    return [
        numpy.concatenate([results.stacked(Group(encoder, mode, data, lang), seeds) for lang in languages], axis=1)
        for encoder in encoders
    ]


def _mean_of_seeds(results: StudentResults, counts: Sequence[Ints3d], weights: Sequence[float]) -> Interval:
    """Add up some means of F1 over seeds, which all have the same ones, with weights; tell the interval of the sum."""
    n_seeds = len(counts[0])
    each = numpy.repeat(numpy.asarray(weights, dtype=float) / n_seeds, n_seeds)
    return bootstrap_contrast(numpy.concatenate(counts), each, results.comparison.settings.resamples)


def _whole(counts: NDArray) -> Ints3d:
    """Add up the counts of all slices. *Shape:* ``(seeds, sentences, 3)``"""
    return counts.sum(axis=(2, 3))
