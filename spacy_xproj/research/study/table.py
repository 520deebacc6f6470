"""The table of the study: a row for each language, a column for each method."""

from statistics import fmean
from typing import Any, Dict, List, Sequence, Tuple

from ...corpora.datasets import DATASETS
from ...evaluation.strict import PROTOCOL
from ..report.tables import NO_FIGURE, markdown_row, percent
from .language import Cell
from .settings import StudySettings


def make_table(cells: Sequence[Cell], settings: StudySettings) -> Dict[str, Any]:
    """Put the results together.

    cells (Sequence[Cell]): a cell for each language and method, in the order of the table.
    settings (StudySettings): the settings of the study.
    RETURNS (Dict[str, Any]): `protocol`, `dataset` and its `license`, `labels`, `methods`; `languages`, with name, and
        precision, recall and F1 of each method; `mean`, the mean F1 of each method over the languages where all methods
        have one, and `mean_over`, these languages; `failures`, with their reasons. Fractions of 1.
    """
    methods = list(dict.fromkeys(cell.method for cell in cells))
    languages: Dict[str, Dict[str, Any]] = {}
    for cell in cells:
        row = languages.setdefault(cell.language, {"name": cell.name, "scores": {}})
        if cell.result is not None:
            row["scores"][cell.method] = {key: round(cell.result["strict"][key], 6) for key in "prf"}
    complete = [code for code, row in languages.items() if len(row["scores"]) == len(methods)]
    columns = {method: [languages[code]["scores"][method]["f"] for code in complete] for method in methods}
    return {
        "protocol": PROTOCOL,
        "dataset": settings.dataset,
        "license": DATASETS[settings.dataset].license,
        "labels": settings.scored(),
        "methods": methods,
        "languages": languages,
        "mean": {method: round(fmean(values), 6) for method, values in columns.items() if values},
        "mean_over": complete,
        "failures": [
            {"language": cell.language, "method": cell.method, "reason": cell.reason}
            for cell in cells
            if cell.result is None
        ],
    }


def to_markdown(table: Dict[str, Any]) -> str:
    """Write a table as Markdown, in percent, the best of each row in bold.

    table (Dict[str, Any]): as `make_table` gives it.
    RETURNS (str): the text.
    """
    methods: List[str] = table["methods"]
    mean = f"mean of {len(table['mean_over'])}"
    lines = [
        f"{DATASETS[table['dataset']].title}: {table['protocol']}, in percent; labels {', '.join(table['labels'])}.",
        "",
        markdown_row(["language", *(method.replace("_", " ") for method in methods)]),
        markdown_row(["---", *("---:" for _ in methods)]),
    ]
    for code, row in table["languages"].items():
        scores = {method: score["f"] for method, score in row["scores"].items()}
        lines.append(markdown_row([f"{code} {row['name']}", *_figures(scores, methods)]))
    lines.append(markdown_row([mean, *_figures(table["mean"], methods)]))
    if table["failures"]:
        lines += ["", "Without a figure, and left out of the mean with all of their row:", ""]
        failures: Dict[Tuple[str, str], List[str]] = {}
        for row in table["failures"]:
            failures.setdefault((row["language"], row["reason"]), []).append(row["method"])
        lines += [f"- {code} ({', '.join(names)}): {reason}" for (code, reason), names in failures.items()]
    return "\n".join(lines) + "\n"


def _figures(scores: Dict[str, float], methods: Sequence[str]) -> List[str]:
    texts = {method: percent(score) for method, score in scores.items()}
    best = max(scores.values(), default=None)
    bold = {method: f"**{text}**" if scores[method] == best else text for method, text in texts.items()}
    return [bold.get(method, NO_FIGURE) for method in methods]
