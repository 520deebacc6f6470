"""Train and test the students of a comparison.

OUTPUT_DIR/students/ENCODER/MODE/DATA/LANGUAGE/SEED/     LANGUAGE is "all" where one student is tested on several
  LANG.spacy       the test set of a language with the student's entities
  result.json      cost and learning curve, and the digest of all that they depend on
  model/           the student, where models are kept
  error.txt        the traceback, where it failed

The directory is written under another name and moved into place when the student is complete, without result.json,
which comes last: what it holds is of one student, and what stopped in between is made anew.
"""

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

from ...storage.files import atomic_path
from ...storage.results import attempt, keep_result
from .cells import Cell, Inputs, list_cells, training_overrides
from .isolate import run_alone
from .settings import Comparison
from .student import label_tests, train_student


@dataclass(frozen=True)
class Student:
    """What became of a cell.

    cell (Cell): the cell.
    result (Optional[Dict[str, Any]]): as in result.json; None where it failed.
    reason (str): why it failed.
    fresh (bool): whether this run has trained it.
    """

    cell: Cell
    result: Optional[Dict[str, Any]]
    reason: str = ""
    fresh: bool = True


def run_comparison(comparison: Comparison, output_dir: Path) -> Iterator[Student]:
    """Train and test what is not done yet. A student that fails does not keep the others from running.

    comparison (Comparison): the comparison.
    output_dir (Path): where the students' directories are.
    YIELDS (Student): each student.
    """
    inputs = Inputs(comparison)
    for cell in list_cells(comparison):
        path = cell.path(output_dir)
        if not all(file.exists() for file in files_of(cell, comparison, path)):
            (path / "result.json").unlink(missing_ok=True)
        work = partial(
            keep_result, path / "result.json", inputs.of(cell), partial(make_student, cell, comparison, path)
        )
        made, reason = attempt(path / "error.txt", work)
        result, fresh = made or (None, True)
        yield Student(cell, result, reason, fresh)


def files_of(cell: Cell, comparison: Comparison, path: Path) -> List[Path]:
    """RETURNS (List[Path]): what a finished student has left in its directory beside the result."""
    model = [path / "model"] if comparison.settings.keep_models else []
    return [path / f"{lang}.spacy" for lang in cell.languages] + model


def make_student(cell: Cell, comparison: Comparison, path: Path) -> Dict[str, Any]:
    """Train a student and label the test sets, in a process each.

    cell (Cell): which one.
    comparison (Comparison): the comparison.
    path (Path): its directory, replaced when all is done. Where the student fails, what was there before stays.
    RETURNS (Dict[str, Any]): what it is, and cost and learning curve: `training` and `labelling`.
    """
    settings = comparison.settings
    overrides = training_overrides(cell, comparison)
    tests = {lang: comparison.tests[lang] for lang in cell.languages}
    with atomic_path(path) as unfinished:
        model = unfinished / "model"
        training = run_alone(train_student, Path(settings.train_config), overrides, model, settings.gpu_id)
        labelling = run_alone(label_tests, model, tests, unfinished, settings.gpu_id)
        if not settings.keep_models:
            shutil.rmtree(model, ignore_errors=True)
    what = {"encoder": cell.encoder, "mode": cell.mode, "data": cell.data, "seed": cell.seed}
    return {**what, "training": training, "labelling": labelling}
