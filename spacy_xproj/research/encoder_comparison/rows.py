"""The figures of a comparison, as lists of rows. Scores are fractions of 1; intervals are at 95%."""

from itertools import combinations, product
from statistics import fmean, stdev
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import numpy
from numpy.typing import NDArray

from ...evaluation.bootstrap import Interval, bootstrap_contrast, f1
from ...evaluation.significance import holm, paired_test
from ...types import Ints3d
from .counts import Found, Group, whole
from .run import Student
from .settings import Comparison
from .slices import SEEN, UNSEEN

Row = Dict[str, Any]
#: The two slices of each contrast, the one that images should help first.
CONTRASTS = (("concrete", "abstract"), ("unseen", "seen"))


def score_rows(found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each encoder, mode, training data and language, F1 of each seed in `seeds`, their `mean`
    and `sd`; precision and recall `p` and `r`, and F1 `per_label`, as means over seeds; and the interval `low`, `high`
    of the mean under the bootstrap over sentences."""
    rows = []
    for group, scores in found.scores.items():
        values = {seed: scores[seed]["f"] for seed in found.seeds(group)}
        interval = _mean_of_seeds(found, [whole(found.stacked(group, list(values)))], [1])
        labels = found.comparison.settings.scored()
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


def difference_rows(found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each pair of encoders, mode, training data and language, how much higher the F1 of
    `encoder` is than that of `baseline`, the mean over seeds `mean`, with the interval `low`, `high` of the paired
    bootstrap over sentences."""
    rows = []
    for baseline, encoder, mode, data in pairs(found.comparison):
        for lang in found.comparison.tests:
            groups = Group(encoder, mode, data, lang), Group(baseline, mode, data, lang)
            seeds = found.seeds(*groups)
            if seeds:
                counts = [whole(found.stacked(group, seeds)) for group in groups]
                interval = _mean_of_seeds(found, counts, [1, -1])
                names = {"encoder": encoder, "baseline": baseline, "mode": mode, "data": data, "language": lang}
                rows.append({**names, "mean": interval.estimate, "low": interval.low, "high": interval.high})
    return rows


def test_rows(found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each pair of encoders, mode and training data, the figures of `PairedTest` over all
    languages and seeds, and both p corrected by Holm's method over all rows, as `t_holm` and `wilcoxon_holm`."""
    rows: List[Row] = []
    for baseline, encoder, mode, data in pairs(found.comparison):
        scores: List[Tuple[float, float]] = []
        for lang in found.comparison.tests:
            groups = Group(encoder, mode, data, lang), Group(baseline, mode, data, lang)
            for seed in found.seeds(*groups):
                ours, theirs = (found.scores[group][seed]["f"] for group in groups)
                scores.append((ours, theirs))
        if scores:
            names = {"encoder": encoder, "baseline": baseline, "mode": mode, "data": data}
            rows.append({**names, **paired_test(*zip(*scores))._asdict()})
    return _corrected(rows)


def student_rows(found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each pair of encoders and mode, the figures of `PairedTest` over students, of which each
    counts once, with its mean F1 over languages: a pair for each training data and seed. Both p are corrected by Holm's
    method over all rows, as `t_holm` and `wilcoxon_holm`."""
    rows: List[Row] = []
    modes, data, encoders = axes(found.comparison)
    for mode, (baseline, encoder) in product(modes, combinations(encoders, 2)):
        scores: List[Tuple[float, float]] = []
        for corpora in data:
            ours, theirs = (
                [Group(name, mode, corpora, lang) for lang in found.comparison.tests] for name in (encoder, baseline)
            )
            for seed in found.seeds(*ours, *theirs):
                first, second = (fmean(found.scores[group][seed]["f"] for group in groups) for groups in (ours, theirs))
                scores.append((first, second))
        if scores:
            names = {"encoder": encoder, "baseline": baseline, "mode": mode}
            rows.append({**names, **paired_test(*zip(*scores))._asdict()})
    return _corrected(rows)


def _corrected(rows: List[Row]) -> List[Row]:
    """RETURNS (List[Row]): the same rows, with both p corrected over all of them."""
    for test in ("t", "wilcoxon"):
        for row, p in zip(rows, holm([row[f"{test}_p"] for row in rows])):
            row[f"{test}_holm"] = p
    return rows


def slice_rows(found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each encoder, mode, training data and slice, F1 as the mean over seeds, `f`, and the
    number of gold entities, `gold`; the sentences of all languages are put together. The seeds are those that all
    encoders have which have any: an encoder whose students all failed has no rows, and takes none from the others."""
    rows = []
    modes, corpora, encoders = axes(found.comparison)
    for mode, data in product(modes, corpora):
        present = [encoder for encoder in encoders if _seeds(found, mode, data, [encoder])]
        for encoder, counts in zip(present, _all_languages(found, mode, data, present)):
            for name, part in slices(counts, found.comparison).items():
                totals = part.sum(axis=1)
                names = {"encoder": encoder, "mode": mode, "data": data, "slice": name}
                rows.append({**names, "gold": int(totals[0, 0] + totals[0, 2]), "f": float(f1(totals).mean())})
    return rows


def contrast_rows(found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each pair of encoders, mode, training data and contrast, how much more `encoder` gains
    on the first slice than on the second, `mean`, with the interval `low`, `high` of the paired bootstrap."""
    rows = []
    for baseline, encoder, mode, data in pairs(found.comparison):
        counts = _all_languages(found, mode, data, [encoder, baseline])
        parts = [slices(part, found.comparison) for part in counts]
        for first, second in CONTRASTS if parts else ():
            stacks = [part[name] for name in (first, second) for part in parts]
            interval = _mean_of_seeds(found, stacks, [1, -1, -1, 1])
            names = {"encoder": encoder, "baseline": baseline, "mode": mode, "data": data}
            figures = {"mean": interval.estimate, "low": interval.low, "high": interval.high}
            rows.append({**names, "contrast": f"{first} against {second}", **figures})
    return rows


def cost_rows(students: List[Student], found: Found) -> List[Row]:
    """RETURNS (List[Row]): for each encoder, mode and training data, sentences a second in training and in labelling,
    the peak memory of both in MB, and the mean F1 over all languages and seeds."""
    rows = []
    for mode, data, encoder in product(*axes(found.comparison)):
        kept = [
            student.result
            for student in students
            if student.result is not None
            and (student.cell.mode, student.cell.data, student.cell.encoder) == (mode, data, encoder)
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
            for group, scores in found.scores.items()
            if group[:3] == (encoder, mode, data)
            for score in scores.values()
        )
        rows.append(row)
    return rows


def curve_rows(students: List[Student]) -> List[Row]:
    """RETURNS (List[Row]): for each student, its learning curve on the development corpus, `points`: `step`,
    `losses` and `f`."""
    return [
        {
            "encoder": student.cell.encoder,
            "mode": student.cell.mode,
            "data": student.cell.data,
            "languages": student.cell.languages,
            "seed": student.cell.seed,
            "points": student.result["training"]["curve"],
        }
        for student in students
        if student.result is not None
    ]


def pairs(comparison: Comparison) -> Iterator[Tuple[str, str, str, str]]:
    """YIELDS (Tuple[str, str, str, str]): baseline and encoder, mode and training data: each pair of encoders, the one
    that is named first as the baseline."""
    modes, data, encoders = axes(comparison)
    for mode, corpora, (baseline, encoder) in product(modes, data, combinations(encoders, 2)):
        yield baseline, encoder, mode, corpora


def axes(comparison: Comparison) -> Tuple[List[str], List[str], List[str]]:
    """RETURNS (Tuple[List[str], List[str], List[str]]): the names of the modes, the training data and the encoders."""
    return list(comparison.modes), list(comparison.data), list(comparison.encoders)


def slices(counts: NDArray, comparison: Comparison) -> Dict[str, Ints3d]:
    """Put counts together: by seen and unseen strings, by groups of labels, and each label by seen and unseen.

    counts (NDArray): as `Found.stacked` gives them. *Shape:* ``(seeds, sentences, labels, 2, 3)``
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


def _seeds(found: Found, mode: str, data: str, encoders: List[str]) -> List[int]:
    """The seeds that all of some encoders have in all languages."""
    return found.seeds(*(Group(*names) for names in product(encoders, [mode], [data], found.comparison.tests)))


def _all_languages(found: Found, mode: str, data: str, encoders: List[str]) -> List[NDArray]:
    """The counts of each of some encoders, the sentences of all languages put together, for the seeds that all of them
    have in all languages; nothing where there is no such seed."""
    languages = list(found.comparison.tests)
    seeds = _seeds(found, mode, data, encoders)
    if not seeds:
        return []
    return [
        numpy.concatenate([found.stacked(Group(encoder, mode, data, lang), seeds) for lang in languages], axis=1)
        for encoder in encoders
    ]


def _mean_of_seeds(found: Found, counts: Sequence[Ints3d], weights: Sequence[float]) -> Interval:
    """The weighted sum of some means of F1 over seeds, which all have the same ones, and its interval."""
    n_seeds = len(counts[0])
    each = numpy.repeat(numpy.asarray(weights, dtype=float) / n_seeds, n_seeds)
    return bootstrap_contrast(numpy.concatenate(counts), each, found.comparison.settings.resamples)
