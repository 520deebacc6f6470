"""The results of a study, and their table: a row for each language, a column for each method."""

from dataclasses import dataclass
from statistics import fmean
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ...corpora.datasets import DATASETS
from ...evaluation.strict import PROTOCOL
from ...view.tables import NO_FIGURE, markdown_row, markdown_text, percent
from .config import StudySettings


@dataclass(frozen=True)
class MethodResult:
    """What a method is worth on a language.

    language (str): as the dataset calls it.
    name (str): its English name.
    method (str): the name of its block.
    scores (Optional[Dict[str, Any]]): scores and counts, as in METHOD.json; None if it failed.
    reason (str): why it failed.
    fresh (bool): whether this run has made the result.
    """

    language: str
    name: str
    method: str
    scores: Optional[Dict[str, Any]]
    reason: str = ""
    fresh: bool = True


def make_table(results: Sequence[MethodResult], settings: StudySettings) -> Dict[str, Any]:
    """Put the results together.

    results (Sequence[MethodResult]): a result for each language and method, in the order of the table.
    settings (StudySettings): the settings of the study.
    RETURNS (Dict[str, Any]): `protocol`, `dataset` and its `license`, `labels`, `methods`; `languages`, with name, and
        precision, recall and F1 of each method; `mean`, the mean F1 of each method over the languages on which all
        methods have one, and `mean_over`, these languages; `failures`, with their reasons. Fractions of 1.
    """
    methods = list(dict.fromkeys(result.method for result in results))
    languages: Dict[str, Dict[str, Any]] = {}
    for result in results:
        row = languages.setdefault(result.language, {"name": result.name, "scores": {}})
        if result.scores is not None:
            row["scores"][result.method] = {key: round(result.scores["strict"][key], 6) for key in "prf"}
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
            {"language": result.language, "method": result.method, "reason": result.reason}
            for result in results
            if result.scores is None
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
        lines += [
            f"- {code} ({', '.join(names)}): {markdown_text(reason)}" for (code, reason), names in failures.items()
        ]
    return "\n".join(lines) + "\n"


def _figures(scores: Dict[str, float], methods: Sequence[str]) -> List[str]:
    texts = {method: percent(score) for method, score in scores.items()}
    best = max(scores.values(), default=None)
    bold = {method: f"**{text}**" if scores[method] == best else text for method, text in texts.items()}
    return [bold.get(method, NO_FIGURE) for method in methods]
