"""The results of a study, and their table: a row for each setup and method, a column for each language."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Dict, List, Optional, Sequence, Tuple

import numpy

from ...evaluation.bootstrap import bootstrap_mean
from ...evaluation.strict import PROTOCOL
from ...types import Ints3d
from ...view.tables import NO_FIGURE, interval, markdown_row, markdown_text, percent, signed
from .cells import Cell
from .config import SETUPS, StudySettings


@dataclass(frozen=True)
class CellResult:
    """What a cell is worth.

    language (str): as the study calls it.
    name (str): its English name.
    cell (Cell): setup, method and seed.
    scores (Optional[Dict[str, Any]]): scores and counts, as in METHOD.json; None if it failed.
    reason (str): why it failed.
    fresh (bool): whether this run has made the result.
    """

    language: str
    name: str
    cell: Cell
    scores: Optional[Dict[str, Any]]
    reason: str = ""
    fresh: bool = True


def make_table(results: Sequence[CellResult], settings: StudySettings) -> Dict[str, Any]:
    """Put the results together. Fractions of 1; `low` and `high` are the ends of intervals of 95%.

    A score is the mean over seeds. Its interval comes from drawing sentences, the same ones for all seeds, and for two
    rows that are compared (`bootstrap_mean`): how much seeds differ is in `seeds`.

    results (Sequence[CellResult]): a result for each language and cell, in the order of the table.
    settings (StudySettings): the settings of the study.
    RETURNS (Dict[str, Any]): `protocol`, `title`, `license`, `labels`, `languages` (the name of each), and `rows`: of
        each its `setup` and `method`; `scores`, by language `p`, `r`, `f`, `low`, `high` and `seeds`, the F1 of each;
        `mean`, with `f`, `low`, `high` and `over`, the languages on which all rows of the setup have a score; and
        `gain`, the mean of what it has more than the `baseline`, over the languages on which both have a score.
        `failures`, with their reasons.
    """
    grouped: Dict[str, Dict[str, List[CellResult]]] = {}
    for result in results:
        grouped.setdefault(result.cell.row, {}).setdefault(result.language, []).append(result)
    grouped = dict(sorted(grouped.items(), key=lambda item: SETUPS.index(item[0].partition("/")[0])))
    counts = {
        row: {code: _counts(seeds) for code, seeds in found.items() if all(one.scores for one in seeds)}
        for row, found in grouped.items()
    }
    baseline = settings.baseline or next(iter(counts), "")
    rows = []
    for row, found in grouped.items():
        setup, _, method = row.partition("/")
        others = [codes for other, codes in counts.items() if other.partition("/")[0] == setup]
        over = [code for code in found if all(code in codes for codes in others)]
        rows.append(
            {
                "setup": setup,
                "method": method,
                "scores": {code: _scores(found[code], own, settings) for code, own in counts[row].items()},
                "mean": _mean(counts[row], over, settings),
                "gain": None if row == baseline else _gain(counts[row], counts.get(baseline, {}), setup, settings),
            }
        )
    return {
        "protocol": PROTOCOL,
        "title": settings.named(),
        "license": settings.licensed(),
        "labels": settings.scored(),
        "languages": {result.language: result.name for result in results},
        "baseline": baseline,
        "rows": rows,
        "failures": [
            {"language": result.language, "cell": str(result.cell), "reason": result.reason}
            for result in results
            if result.scores is None
        ],
    }


def _counts(seeds: Sequence[CellResult]) -> Ints3d:
    """The counts of the sentences with each seed. *Shape:* ``(seeds, sentences, 3)``"""
    rows = [[list(map(int, row.split())) for row in one.scores["counts"]] for one in seeds if one.scores]
    return numpy.asarray(rows, dtype=numpy.int32)


def _scores(seeds: Sequence[CellResult], counts: Ints3d, settings: StudySettings) -> Dict[str, Any]:
    strict = [one.scores["strict"] for one in seeds if one.scores]
    found = bootstrap_mean([counts], [_weights(counts)], settings.resamples)
    means = {key: _round(numpy.mean([score[key] for score in strict])) for key in "pr"}
    ends = {"f": _round(found.estimate), "low": _round(found.low), "high": _round(found.high)}
    return {**means, **ends, "seeds": [_round(score["f"]) for score in strict]}


def _mean(counts: Dict[str, Ints3d], over: List[str], settings: StudySettings) -> Optional[Dict[str, Any]]:
    if not over:
        return None
    chosen = [counts[code] for code in over]
    found = bootstrap_mean(chosen, list(map(_weights, chosen)), settings.resamples)
    return {"f": _round(found.estimate), "low": _round(found.low), "high": _round(found.high), "over": over}


def _gain(
    own: Dict[str, Ints3d], others: Dict[str, Ints3d], setup: str, settings: StudySettings
) -> Optional[Dict[str, Any]]:
    over = [code for code in own if code in others]
    if not over or setup == "projection":  # it is scored on other sentences
        return None
    both = [numpy.concatenate([own[code], others[code]]) for code in over]
    weights = [[*_weights(own[code]), *(-_weights(others[code]))] for code in over]
    found = bootstrap_mean(both, weights, settings.resamples)
    return {"f": _round(found.estimate), "low": _round(found.low), "high": _round(found.high), "over": over}


def _weights(counts: Ints3d) -> numpy.ndarray:
    return numpy.full(len(counts), 1 / len(counts))


def _round(value: Any) -> float:
    return round(float(value), 6)


def to_markdown(table: Dict[str, Any]) -> str:
    """Write a table as Markdown, in percent, the best of each setup and language in bold; then its intervals.

    table (Dict[str, Any]): as `make_table` gives it.
    RETURNS (str): the text.
    """
    codes: List[str] = list(table["languages"])
    baseline = row_name(*table["baseline"].split("/", 1)) if table["baseline"] else "the baseline"
    names = [f"{code} {name}" for code, name in table["languages"].items()]
    lines = [
        f"{table['title']}: {table['protocol']}, in percent; labels {', '.join(table['labels'])}. Intervals of 95% are "
        "those of the sentences; the mean is over the languages on which all rows of a setup have a figure.",
        "",
        markdown_row(["setup, method", *names, "mean", f"− {baseline}"]),
        markdown_row(["---", *("---:" for _ in range(len(codes) + 2))]),
    ]
    for _, group in groupby(table["rows"], key=lambda row: row["setup"]):
        rows = list(group)
        best = {
            code: max((row["scores"][code]["f"] for row in rows if code in row["scores"]), default=0) for code in codes
        }
        lines += [
            markdown_row([_name(row), *_figures(row, codes, best), _mean_text(row), _gain_text(row)]) for row in rows
        ]
    lines += ["", "Intervals:", "", markdown_row(["setup, method", *names])]
    lines.append(markdown_row(["---", *("---:" for _ in codes)]))
    for row in table["rows"]:
        ends = (row["scores"].get(code, {"low": None, "high": None}) for code in codes)
        lines.append(markdown_row([_name(row), *(interval(end["low"], end["high"]) for end in ends)]))
    return "\n".join([*lines, *_failure_lines(table)]) + "\n"


def row_name(setup: str, method: str) -> str:
    """Name a row for people: `translate-train, default`."""
    return f"{setup.replace('_', '-' if setup.startswith('translate') else ' ')}, {method.replace('_', ' ')}"


def _name(row: Dict[str, Any]) -> str:
    return row_name(row["setup"], row["method"])


def _figures(row: Dict[str, Any], codes: Sequence[str], best: Dict[str, float]) -> List[str]:
    texts = []
    for code in codes:
        found = row["scores"].get(code)
        text = percent(found["f"]) if found else NO_FIGURE
        texts.append(f"**{text}**" if found and found["f"] == best[code] else text)
    return texts


def _mean_text(row: Dict[str, Any]) -> str:
    mean = row["mean"]
    if mean is None:
        return NO_FIGURE
    return f"{percent(mean['f'])} ({interval(mean['low'], mean['high'])}; {len(mean['over'])})"


def _gain_text(row: Dict[str, Any]) -> str:
    gain = row["gain"]
    if gain is None:
        return NO_FIGURE
    return f"{signed(gain['f'])} ({signed(gain['low'])} to {signed(gain['high'])}; {len(gain['over'])})"


def _failure_lines(table: Dict[str, Any]) -> List[str]:
    if not table["failures"]:
        return []
    failures: Dict[Tuple[str, str], List[str]] = {}
    for row in table["failures"]:
        failures.setdefault((row["language"], row["reason"]), []).append(row["cell"])
    lines = [f"- {code} ({', '.join(names)}): {markdown_text(reason)}" for (code, reason), names in failures.items()]
    return ["", "Without a figure:", "", *lines]
