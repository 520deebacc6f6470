"""The students of a comparison: one for each encoder, mode, training data and seed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

from ... import __version__
from ...encoders.texts import corpus_files
from ...storage.files import sha256
from .settings import LANG, Comparison, DataSettings

#: Of an encoder's directory, what does not change the student: its card, and the record of its training.
NOT_READ = ("README.md", "pretrain.json")


@dataclass(frozen=True)
class Cell:
    """A student.

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
        """RETURNS (Path): the directory of what it leaves behind."""
        own = self.languages if len(self.languages) == 1 else ("all",)
        return output_dir.joinpath("students", self.encoder, self.mode, self.data, *own, str(self.seed))

    def __str__(self) -> str:
        return f"{self.encoder}, {self.mode}, {self.data} to {'/'.join(self.languages)}, seed {self.seed}"


def list_cells(comparison: Comparison) -> Iterator[Cell]:
    """YIELDS (Cell): the students. All encoders come with a seed before the next seed, so that they can be compared
    early."""
    for seed in comparison.settings.seeds:
        for data, corpora in comparison.data.items():
            languages = [(lang,) for lang in comparison.tests] if LANG in corpora.train else [tuple(comparison.tests)]
            for own in languages:
                for mode in comparison.modes:
                    for encoder in comparison.encoders:
                        yield Cell(encoder, mode, data, seed, own, corpora.for_language(own[0]))


def training_overrides(cell: Cell, comparison: Comparison) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): what the training config is changed to for a student: values by dotted name."""
    return {
        **own_settings(cell, comparison),
        "paths.train": cell.corpora.train,
        "paths.dev": cell.corpora.dev,
        "paths.encoder": str(comparison.encoders[cell.encoder]),
        "nlp.lang": cell.corpora.lang,
        "system.seed": cell.seed,
    }


def own_settings(cell: Cell, comparison: Comparison) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): what the comparison's config changes for a student; what is more special wins."""
    own = comparison.encoder_training.get(cell.encoder, {})
    return {**comparison.training, **comparison.modes[cell.mode], **own}


class Inputs:
    """All that a student depends on. Files are read once, whatever the number of students, and may be moved.

    comparison (Comparison): the comparison.
    """

    def __init__(self, comparison: Comparison):
        self.comparison = comparison
        self.digests: Dict[Path, Dict[str, str]] = {}

    def of(self, cell: Cell) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): the inputs of a student, as `keep_result` takes them."""
        files = [self.comparison.encoders[cell.encoder], Path(cell.corpora.train), Path(cell.corpora.dev)]
        files += [self.comparison.tests[lang] for lang in cell.languages]
        return {
            "version": __version__,
            "config": self._digest(Path(self.comparison.settings.train_config)),
            "overrides": own_settings(cell, self.comparison),
            "lang": cell.corpora.lang,
            "seed": cell.seed,
            "gpu": self.comparison.settings.gpu_id >= 0,
            "languages": cell.languages,
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
