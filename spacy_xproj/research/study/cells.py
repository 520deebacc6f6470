"""The cells of the table: what is measured in a language."""

from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Iterator, List, Optional, Sequence

from .config import SETUPS, STUDENT, Study


@dataclass(frozen=True)
class Cell:
    """A measurement in a language.

    setup (str): one of `SETUPS`. *model_transfer* labels the target text as it is. *translate_test* labels its
        translation and projects back. *translate_train* trains a student on projected labels, *union* on these and
        the source corpus. *ensemble* has translate-test and the student of translate-train choose together.
        *projection* projects gold labels of a parallel corpus, and is scored on its other side.
    method (str): the name of its block in ``[methods]``; `STUDENT` for model transfer by a student.
    seed (Optional[int]): that of the student in it, if there is one.
    """

    setup: str
    method: str
    seed: Optional[int] = None

    @property
    def row(self) -> str:
        """Name the row of the table, which has all seeds: SETUP/METHOD."""
        return f"{self.setup}/{self.method}"

    def __str__(self) -> str:
        return self.row if self.seed is None else f"{self.row}-{self.seed}"


def list_cells(study: Study, code: str) -> List[Cell]:
    """List the cells of a language, in the order of the table.

    study (Study): the study in this language; a setup is left out if a section is missing that it needs.
    code (str): what the study calls the language.
    RETURNS (List[Cell]): the cells.
    """
    cells = [cell for cell in _possible(study, code) if cell.setup in study.settings.setups]
    return sorted(cells, key=lambda cell: SETUPS.index(cell.setup))


def _possible(study: Study, code: str) -> Iterator[Cell]:
    config, settings = study.config, study.settings
    tagger_seeds: Sequence[Optional[int]] = [None] if "tagger" in config else settings.seeds

    def seeds(setup: str, method: str) -> List[int]:
        chosen = study.student and any(fnmatch(f"{code}/{setup}/{method}", item) for item in settings.students)
        return settings.seeds if chosen else []

    if study.source:
        yield from (Cell("model_transfer", STUDENT, seed) for seed in seeds("model_transfer", STUDENT))
    for method, block in config["methods"].items():
        if "@xproj_taggers" in block:
            yield Cell("model_transfer", method)
            continue
        if "translator" in config:
            yield from (Cell("translate_test", method, seed) for seed in tagger_seeds)
        if study.train:
            yield from (Cell("translate_train", method, seed) for seed in seeds("translate_train", method))
            if study.source:
                yield from (Cell("union", method, seed) for seed in seeds("union", method))
            if "translator" in config:
                yield from (Cell("ensemble", method, seed) for seed in seeds("ensemble", method))
        if study.parallel:
            yield Cell("projection", method)
