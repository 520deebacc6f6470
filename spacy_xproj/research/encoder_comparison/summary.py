"""All figures of a comparison, as they are written to JSON."""

from pathlib import Path
from typing import Any, Dict, List

from ...evaluation.strict import PROTOCOL
from .counts import Found
from .rows import contrast_rows, cost_rows, curve_rows, difference_rows, score_rows, slice_rows, student_rows, test_rows
from .run import Student
from .settings import Comparison


def make_summary(comparison: Comparison, students: List[Student], output_dir: Path) -> Dict[str, Any]:
    """Put the figures together.

    comparison (Comparison): the comparison.
    students (List[Student]): all its students, those that failed included.
    output_dir (Path): where their directories are.
    RETURNS (Dict[str, Any]): `protocol`; the names of the `encoders`, `modes`, `data`, `languages`, the `labels` and
        `seeds`, what of the `training` config was changed, for all and for one encoder (`encoder_training`); the rows
        of `scores`, `differences`, `students`, `tests`, `slices`, `contrasts`, `costs` and `curves` (see `rows`); and
        `failures`, with their reasons.
    """
    found = Found(comparison, students, output_dir)
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
        "scores": score_rows(found),
        "differences": difference_rows(found),
        "students": student_rows(found),
        "tests": test_rows(found),
        "slices": slice_rows(found),
        "contrasts": contrast_rows(found),
        "costs": cost_rows(students, found),
        "curves": curve_rows(students),
        "failures": [
            {"student": str(student.cell), "reason": student.reason} for student in students if student.result is None
        ],
    }
