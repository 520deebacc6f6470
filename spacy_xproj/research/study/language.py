"""One language under every method.

OUTPUT_DIR/CODE/SETUP/
  METHOD.json           the scores of a method, and the digest of all that they depend on
  METHOD.spacy          its entities on the test sentences
  METHOD.error.txt      the traceback, if it failed
  METHOD-SEED.…         likewise, if there is a student in it
"""

from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Dict, Iterator, List, Optional, Tuple

import spacy
from spacy.tokens import Doc

from ...corpora.datasets import SOURCE
from ...corpora.docbin import read_docs, write_docs
from ...evaluation.strict import score, strict_counts
from ...storage.results import attempt, keep_result
from ...taggers.pipeline import make_spacy_tagger
from ...text.languages import LanguageRow
from ...types import Tagger
from .cells import Cell, list_cells
from .config import STUDENT, Study
from .corpora import LanguageCorpora, Progress
from .data import project, tag_docs
from .results import CellResult
from .students import Students

#: Gold, predicted, and what else there is to say.
Prediction = Tuple[List[Doc], List[Doc], Dict[str, Any]]


class LanguageStudy:
    """Translate and label the test sentences of a language once, then apply each method to them and score it; project
    onto the training data, and train a student of what comes out.

    What is on disk is taken as it is, as long as all that it depends on is the same: version, settings and files.
    (The files of a model that is named by its path are not looked into.) A translation that was interrupted goes on
    after its last shard.

    study (Study): the study in this language.
    row (LanguageRow): the language.
    code (str): what the study calls it.
    output_dir (Path): the directory of the study.
    progress (Progress): shows how far the translation is; takes the pairs, their number, and what one is called.
    """

    def __init__(self, study: Study, row: LanguageRow, code: str, output_dir: Path, progress: Progress):
        self.study = study
        self.row = row
        self.code = code
        self.path = output_dir / code
        self.corpora = LanguageCorpora(study, row, code, self.path, progress)
        self.students = Students(study, output_dir)

    def results(self) -> Iterator[CellResult]:
        """Make each cell. One that fails does not keep the others from being made."""
        failed = False
        for cell in list_cells(self.study, self.code):
            base = self._base(cell)
            made, reason = attempt(base.with_name(f"{base.name}.error.txt"), partial(self._result, cell))
            scores, fresh = made or (None, True)
            failed = failed or scores is None
            yield CellResult(self.code, self.row.name, cell, scores, reason, fresh)
        if not failed:
            self.students.discard(self.code)

    def _base(self, cell: Cell) -> Path:
        return self.path / str(cell)

    def _result(self, cell: Cell) -> Tuple[Dict[str, Any], bool]:
        """Score a cell; tell also whether it had to be made."""
        _ = self.corpora.gold()  # its errors are clearer than that of a digest
        base = self._base(cell)
        return keep_result(base.with_name(f"{base.name}.json"), self._inputs(cell), partial(self._make_result, cell))

    def _make_result(self, cell: Cell) -> Dict[str, Any]:
        start = perf_counter()
        gold, predicted, details = getattr(self, f"_{cell.setup}")(cell)
        seconds = perf_counter() - start
        labels = self.study.settings.scored()
        scores = score(gold, predicted, labels)
        counts = strict_counts(gold, predicted, labels)
        base = self._base(cell)
        write_docs(predicted, base.with_name(f"{base.name}.spacy"))
        return {
            "language": self.code,
            "setup": cell.setup,
            "method": cell.method,
            "seed": cell.seed,
            "sentences": len(gold),
            "repairs": sum(len(doc.user_data.get("repairs", ())) for doc in gold),
            **details,
            "seconds": round(seconds, 2),
            **scores,
            "counts": [" ".join(map(str, row)) for row in counts.tolist()],
        }

    def _inputs(self, cell: Cell) -> Dict[str, Any]:
        corpora = self.corpora
        block = self.study.config["methods"].get(cell.method)
        inputs = {**corpora.gold_inputs(), **corpora.task_inputs(), "method": block, "seed": cell.seed}
        if cell.setup == "projection":
            return {**corpora.parallel_inputs(), "method": block}
        if cell.setup in ("translate_test", "ensemble"):
            inputs["labelled"] = corpora.labelled_inputs(self._tagger_inputs(cell))
        if cell.setup == "ensemble":
            inputs["ensemble"] = self.study.config.get("ensemble", {})
        if cell.setup in ("translate_train", "union", "ensemble"):
            inputs["student"] = self._student_path(cell).name
        if cell.method == STUDENT:
            inputs["student"] = self._source_student_path(cell).name
        return inputs

    def _tagger_seed(self, cell: Cell) -> Optional[int]:
        """The seed of the student that labels translations, if there is no other tagger."""
        return None if "tagger" in self.study.config else cell.seed

    def _tagger_inputs(self, cell: Cell) -> Dict[str, Any]:
        if self._tagger_seed(cell) is None:
            return {"tagger": self.study.config["tagger"]}
        return {"student": self._source_student_path(cell).name}

    def _model_transfer(self, cell: Cell) -> Prediction:
        if cell.method == STUDENT:
            return self._label(self._source_student(cell.seed or 0), {})
        tagger = self.corpora.make(cell.method, self.study.config["methods"][cell.method])
        docs = list(tag_docs(self.corpora.targets(), tagger, self.study.settings.label_map()))
        return self.corpora.gold(), docs, {}

    def _translate_test(self, cell: Cell) -> Prediction:
        seed = self._tagger_seed(cell)
        name = "labelled" if seed is None else f"labelled-{seed}"
        corpus = self.corpora.labelled(name, self._tagger_inputs(cell), partial(self._tagger, seed))
        docs, outcomes = project(self._projector(cell), corpus)
        return self.corpora.gold(), docs, {"flags": corpus.manifest["flags"], "outcomes": dict(outcomes)}

    def _projection(self, cell: Cell) -> Prediction:
        gold, corpus = self.corpora.parallel()
        docs, outcomes = project(self._projector(cell), corpus)
        return gold, docs, {"flags": corpus.manifest["flags"], "outcomes": dict(outcomes)}

    def _translate_train(self, cell: Cell) -> Prediction:
        _, projected = self.corpora.projected(cell.method)
        details = {key: projected[key] for key in ("flags", "outcomes", "filled")}
        return self._label(self._student(cell), details)

    _union = _translate_train

    def _ensemble(self, cell: Cell) -> Prediction:
        other = Cell("translate_test", cell.method, self._tagger_seed(cell))
        self._result(other)
        student = self._student(Cell("translate_train", cell.method, cell.seed))
        nlp = spacy.blank("xx")
        tagger = {"@xproj_taggers": "spacy-xproj.SpacyTagger.v1", "model": str(student / "model")}
        nlp.add_pipe("xproj_ensemble", config={**self.study.config.get("ensemble", {}), "tagger": tagger})
        base = self._base(other)
        docs = list(nlp.pipe(read_docs(base.with_name(f"{base.name}.spacy"), nlp.vocab)))
        return self.corpora.gold(), docs, {}

    def _label(self, student: Path, details: Dict[str, Any]) -> Prediction:
        docs = self.students.label(student, self.corpora.test_path())
        return self.corpora.gold(), docs, {**details, "training": self.students.training(student)}

    def _projector(self, cell: Cell) -> Any:
        return self.corpora.make(cell.method, self.study.config["methods"][cell.method])

    def _tagger(self, seed: Optional[int]) -> Tagger:
        if seed is None:
            return self.corpora.make("tagger", self.study.config["tagger"])
        return make_spacy_tagger(str(self._source_student(seed) / "model"))

    def _student(self, cell: Cell) -> Path:
        """Take or train the student of projected labels; that of an ensemble is the one of translate-train."""

        def make_docs() -> Iterator[Doc]:
            path, _ = self.corpora.projected(cell.method)
            yield from read_docs(path)
            if cell.setup == "union":
                yield from self.corpora.source()

        name, seed, inputs = self._student_name(cell)
        return self.students.keep(name, seed, self.row.spacy, inputs, make_docs)

    def _student_path(self, cell: Cell) -> Path:
        name, seed, inputs = self._student_name(cell)
        return self.students.path(name, seed, self.row.spacy, inputs)

    def _student_name(self, cell: Cell) -> Tuple[str, int, Dict[str, Any]]:
        setup = "translate_train" if cell.setup == "ensemble" else cell.setup
        inputs = self.corpora.projected_inputs(cell.method)
        if setup == "union":
            inputs["source corpus"] = self.corpora.source_inputs()
        return f"{self.code}-{setup}-{cell.method}", cell.seed or 0, inputs

    def _source_student(self, seed: int) -> Path:
        """Take or train the student of the source corpus. Languages with the same one share it."""
        inputs = self.corpora.source_inputs()
        return self.students.keep("source", seed, SOURCE, inputs, self.corpora.source)

    def _source_student_path(self, cell: Cell) -> Path:
        return self.students.path("source", cell.seed or 0, SOURCE, self.corpora.source_inputs())
