"""The students of a comparison: which there are, and what became of each.

OUTPUT_DIR/students/ENCODER/MODE/DATA/LANGUAGE/SEED/     LANGUAGE is "all" if one student is tested on several
  LANG.spacy       the test set of a language with the student's entities
  result.json      cost and learning curve, and the digest of all that they depend on
  model/           the student, if models are kept
  error.txt        the traceback, if it failed

The directory is written under another name and moved into place when the student is complete, without result.json,
which comes last: what it holds is of one student, and what stopped in between is made anew.
"""

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Dict, Iterator, Optional, Tuple

from ... import __version__
from ...encoders.texts import corpus_files
from ...storage.atomic import atomic_path
from ...storage.files import sha256
from ...storage.results import attempt, keep_result
from ..isolate import run_alone
from ..training import label_tests, train_student
from .config import LANG, Comparison, DataSettings

#: Of an encoder's directory, what does not change the student: its card, and the record of its training.
NOT_READ = ("README.md", "pretrain.json")


@dataclass(frozen=True)
class StudentSpec:
    """Which student it is.

    encoder (str): the name of its encoder.
    mode (str): how it is trained.
    data (str): the name of its training data.
    seed (int): the seed.
    languages (Tuple[str, ...]): the languages that it is tested on.
    corpora (DataSettings): its training data.
    """

    encoder: str
    mode: str
    data: str
    seed: int
    languages: Tuple[str, ...]
    corpora: DataSettings

    def path(self, output_dir: Path) -> Path:
        """Name the directory of what the student leaves behind."""
        own = self.languages if len(self.languages) == 1 else ("all",)
        return output_dir.joinpath("students", self.encoder, self.mode, self.data, *own, str(self.seed))

    def __str__(self) -> str:
        return f"{self.encoder}, {self.mode}, {self.data} to {'/'.join(self.languages)}, seed {self.seed}"


@dataclass(frozen=True)
class Student:
    """What became of a student.

    spec (StudentSpec): which one it is.
    result (Optional[Dict[str, Any]]): as in result.json; None if it failed.
    reason (str): why it failed.
    fresh (bool): whether this run has trained it.
    """

    spec: StudentSpec
    result: Optional[Dict[str, Any]]
    reason: str = ""
    fresh: bool = True


def list_specs(comparison: Comparison) -> Iterator[StudentSpec]:
    """List the students. All encoders come with a seed before the next seed, so that they can be compared early."""
    for seed in comparison.settings.seeds:
        for data, corpora in comparison.data.items():
            languages = [(lang,) for lang in comparison.tests] if LANG in corpora.train else [tuple(comparison.tests)]
            for own in languages:
                for mode in comparison.modes:
                    for encoder in comparison.encoders:
                        yield StudentSpec(encoder, mode, data, seed, own, corpora.for_language(own[0]))


def training_overrides(spec: StudentSpec, comparison: Comparison) -> Dict[str, Any]:
    """List what the training config is changed to for a student: values by dotted name."""
    return {
        **own_settings(spec, comparison),
        "paths.train": spec.corpora.train,
        "paths.dev": spec.corpora.dev,
        "paths.encoder": str(comparison.encoders[spec.encoder]),
        "nlp.lang": spec.corpora.lang,
        "system.seed": spec.seed,
    }


def own_settings(spec: StudentSpec, comparison: Comparison) -> Dict[str, Any]:
    """List what the comparison's config changes for a student; what is more special wins."""
    own = comparison.encoder_training.get(spec.encoder, {})
    return {**comparison.training, **comparison.modes[spec.mode], **own}


class Inputs:
    """All that a student depends on. Files are read once, whatever the number of students, and may be moved.

    comparison (Comparison): the comparison.
    """

    def __init__(self, comparison: Comparison):
        self.comparison = comparison
        self.digests: Dict[Path, Dict[str, str]] = {}

    def of(self, spec: StudentSpec) -> Dict[str, Any]:
        """List the inputs of a student, as `keep_result` takes them."""
        files = [self.comparison.encoders[spec.encoder], Path(spec.corpora.train), Path(spec.corpora.dev)]
        files += [self.comparison.tests[lang] for lang in spec.languages]
        return {
            "version": __version__,
            "config": self._digest(Path(self.comparison.settings.train_config)),
            "overrides": own_settings(spec, self.comparison),
            "lang": spec.corpora.lang,
            "seed": spec.seed,
            "gpu": self.comparison.settings.gpu_id >= 0,
            "languages": spec.languages,
            "files": [self._digest(file) for file in files],
        }

    def _digest(self, path: Path) -> Dict[str, str]:
        if path not in self.digests:
            if (path / "config.json").is_file():
                files = sorted(file for file in path.iterdir() if file.is_file() and file.name not in NOT_READ)
            else:
                files = corpus_files(path) if path.is_dir() else [path]
            root = path if path.is_dir() else path.parent
            self.digests[path] = {file.relative_to(root).as_posix(): sha256(file) for file in files}
        return self.digests[path]


def run_comparison(comparison: Comparison, output_dir: Path) -> Iterator[Student]:
    """Train and test what is not done yet. A student that fails does not keep the others from running.

    comparison (Comparison): the comparison.
    output_dir (Path): the directory that holds those of the students.
    YIELDS (Student): each student.
    """
    inputs = Inputs(comparison)
    for spec in list_specs(comparison):
        path = spec.path(output_dir)
        model = [path / "model"] if comparison.settings.keep_models else []
        if not all(file.exists() for file in [*model, *(path / f"{lang}.spacy" for lang in spec.languages)]):
            (path / "result.json").unlink(missing_ok=True)
        make = partial(make_student, spec, comparison, path)
        made, reason = attempt(path / "error.txt", partial(keep_result, path / "result.json", inputs.of(spec), make))
        result, fresh = made or (None, True)
        yield Student(spec, result, reason, fresh)


def make_student(spec: StudentSpec, comparison: Comparison, path: Path) -> Dict[str, Any]:
    """Train a student and label the test sets, in a process each.

    spec (StudentSpec): which one.
    comparison (Comparison): the comparison.
    path (Path): its directory, replaced when all is done. If the student fails, what was there before stays.
    RETURNS (Dict[str, Any]): what it is, and cost and learning curve: `training` and `labelling`.
    """
    settings = comparison.settings
    overrides = training_overrides(spec, comparison)
    tests = {lang: comparison.tests[lang] for lang in spec.languages}
    with atomic_path(path) as unfinished:
        model = unfinished / "model"
        training = run_alone(train_student, Path(settings.train_config), overrides, model, settings.gpu_id)
        labelling = run_alone(label_tests, model, tests, unfinished, settings.gpu_id)
        if not settings.keep_models:
            shutil.rmtree(model, ignore_errors=True)
    what = {"encoder": spec.encoder, "mode": spec.mode, "data": spec.data, "seed": spec.seed}
    return {**what, "training": training, "labelling": labelling}
