"""The gold corpora of the study, and which languages they have."""

from dataclasses import dataclass
from typing import Dict, List, Sequence

from ..errors import XprojError
from ..text.languages import LanguageRow, language_table

#: The language that all others are translated into.
SOURCE = "en"


@dataclass(frozen=True)
class Dataset:
    """A gold corpus in many languages. Nothing is downloaded: the user fetches it.

    title (str): what it is called.
    license (str): of its annotation; that of the text may differ.
    url (str): where it comes from.
    """

    title: str
    license: str
    url: str


#: By the name of their column in the table of languages.
DATASETS: Dict[str, Dataset] = {
    "wikiann": Dataset(
        "WikiANN (PAN-X of XTREME)",
        "none stated; the text is Wikipedia's, CC BY-SA",
        "https://github.com/google-research/xtreme",
    ),
    "masakhaner2": Dataset("MasakhaNER 2.0", "CC BY-NC 4.0", "https://github.com/masakhane-io/masakhane-ner"),
}


def get_dataset(name: str) -> Dataset:
    """Get a dataset.

    name (str): its name.
    RETURNS (Dataset): the dataset.
    RAISES (XprojError): if there is none of that name.
    """
    if name not in DATASETS:
        raise XprojError(f"unknown dataset '{name}'; take one of: {', '.join(DATASETS)}")
    return DATASETS[name]


def dataset_rows(dataset: str) -> List[LanguageRow]:
    """List the languages of a dataset, its English included, in the order of their codes."""
    get_dataset(dataset)
    rows = (row for row in language_table() if dataset_code(row, dataset))
    return sorted(rows, key=lambda row: dataset_code(row, dataset))


def dataset_code(row: LanguageRow, dataset: str) -> str:
    """Get what a dataset calls a language; it is empty if the dataset does not have it."""
    return getattr(row, dataset)


def study_languages(dataset: str, codes: Sequence[str] = ()) -> List[LanguageRow]:
    """List the languages that the study translates: those that NLLB-200 has, without English.

    dataset (str): the dataset's name.
    codes (Sequence[str]): only these, as the dataset calls them; all by default.
    RETURNS (List[LanguageRow]): the languages, in the order of `codes`; else in that of the alphabet.
    RAISES (XprojError): if the dataset is unknown, or has no such language.
    """
    rows = {dataset_code(row, dataset): row for row in dataset_rows(dataset) if row.nllb and row.code != SOURCE}
    for code in codes:
        if code not in rows:
            raise XprojError(f"{dataset}: no language '{code}' in the study; take some of: {', '.join(rows)}")
    return [rows[code] for code in codes] if codes else list(rows.values())
