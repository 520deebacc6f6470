"""``xproj languages``: the languages of the study."""

from pathlib import Path
from typing import Any, Dict, List, Optional

import typer
from wasabi import msg

from ..corpora.datasets import DATASETS, dataset_code, dataset_rows, study_languages
from ..storage.files import write_json
from ..storage.outputs import check_paths
from .app import OVERWRITE, command

#: The columns that are printed, with their headings: all but the first two are attributes of `LanguageRow`.
COLUMNS = {
    "dataset": "dataset",
    "code": "code",
    "name": "language",
    "iso_639_1": "639-1",
    "iso_639_3": "639-3",
    "nllb": "NLLB-200",
    "spacy": "spaCy",
    "script": "script",
    "spaced": "spaced",
}


@command("languages")
def languages_cli(
    dataset: str = typer.Option("", "--dataset", "-d", help=f"Only one of: {', '.join(DATASETS)}"),
    json_path: Optional[Path] = typer.Option(None, "--json", dir_okay=False, help="Where to write the table"),
    overwrite: bool = OVERWRITE,
) -> None:
    """List the languages of the study, a line for each language of each dataset."""
    check_paths("languages", [], [json_path])
    names = [dataset] if dataset else list(DATASETS)
    rows = [row for name in names for row in describe(name)]
    if json_path is not None:
        write_json(json_path, rows, overwrite)
    msg.table([[show(row[key]) for key in COLUMNS] for row in rows], header=tuple(COLUMNS.values()), divider=True)
    for name in names:
        msg.text(f"{DATASETS[name].title}: {len(study_languages(name))} languages; licence: {DATASETS[name].license}")
    msg.text("The study leaves out English, the source, and what NLLB-200 does not have.")


def describe(dataset: str) -> List[Dict[str, Any]]:
    """Describe the languages of a dataset.

    dataset (str): the dataset's name.
    RETURNS (List[Dict[str, Any]]): what is known of each language, and whether the study has it.
    RAISES (XprojError): if there is no such dataset.
    """
    in_study = study_languages(dataset)
    return [
        {
            "dataset": dataset,
            "code": dataset_code(row, dataset),
            **{column: getattr(row, column) for column in list(COLUMNS)[2:]},
            "study": row in in_study,
            "license": DATASETS[dataset].license,
        }
        for row in dataset_rows(dataset)
    ]


def show(value: Any) -> str:
    """Write a value as a cell of the table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value or "–"
