"""The corpora of a language, each made once for all methods and kept on disk.

OUTPUT_DIR/CODE/
  test.spacy               the test sentences without their labels
  translated/              these and their translations into the source language, a parallel corpus
  labelled/                the same, with the entities that the tagger finds in the translations
  labelled-SEED/           likewise, if the tagger is a student of the source corpus
  train/                   labelled source sentences and their translations
  parallel/                the same, of the corpus that has gold labels on both sides
  projected/METHOD.spacy   the translations in train/, with the labels that a method projects onto them
  projected/METHOD.json    what became of the source entities
"""

from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Callable, Dict, Iterable, Iterator, List, Tuple

from spacy.tokens import Doc
from thinc.api import Config

from ... import __version__
from ...config import resolve
from ...corpora.consistency import Consistency
from ...corpora.datasets import SOURCE
from ...corpora.docbin import read_docs, write_docs
from ...corpora.pairing import flag_pairs, pair_by_order, pair_by_sent_id
from ...corpora.parallel import MANIFEST, ParallelCorpus
from ...corpora.parallel_writer import Item
from ...storage.files import sha256
from ...storage.results import keep_result
from ...text.languages import LanguageRow
from ...text.tokenizers import blank_segmented
from ...translators.bitexts import translate_docs
from ...translators.quality import make_checks
from ...types import Tagger
from .config import PairSettings, Study, given
from .data import (
    keep_corpus,
    label_sources,
    path_digest,
    project,
    read_gold,
    read_sentences,
    respell,
    target_doc,
    translate_targets,
)

Progress = Callable[[Iterable[Any], int, str], Iterator[Any]]
#: In the user data of target sentences with gold labels: which one of its file it is.
NUMBER = "number"


class LanguageCorpora:
    """Make what is not on disk yet. What has failed once is not tried again for the next method.

    study (Study): the study in this language.
    row (LanguageRow): the language.
    code (str): what the study calls it.
    path (Path): the directory of the language.
    progress (Progress): shows how far a translation is; takes the pairs, their number, and what one is called.
    """

    def __init__(self, study: Study, row: LanguageRow, code: str, path: Path, progress: Progress):
        self.study = study
        self.row = row
        self.path = path
        self.progress = progress
        self.gold_path = study.settings.gold_path(code)
        self.checks = make_checks(study.config.get("translation", {}))
        self._made: Dict[Any, Any] = {}

    def make(self, name: str, block: Dict[str, Any]) -> Any:
        """Build what a block of the config describes."""
        return resolve({name: block}, name, "the config of the study")

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """Make something the first time, and give it, or raise the error that it ended in, each time."""
        if key not in self._made:
            try:
                self._made[key] = make()
            except Exception as error:
                self._made[key] = error
        found = self._made[key]
        if isinstance(found, Exception):
            raise found
        return found

    def gold(self) -> List[Doc]:
        """Read the test sentences with their labels."""
        return self.once("gold", lambda: read_gold(self.gold_path, self.study.settings, self._converter()))

    def gold_inputs(self) -> Dict[str, Any]:
        """List what the test sentences depend on."""
        return {
            "spacy_xproj": __version__,
            "gold": path_digest(self.gold_path),
            "converter": self.study.config["converter"],
            "limit": self.study.settings.limit,
        }

    def targets(self) -> List[Doc]:
        """Make the test sentences without labels."""
        return [target_doc(doc, self.row.spaced) for doc in self.gold()]

    def test_path(self) -> Path:
        """Write the test sentences without labels. RETURNS (Path): the file."""
        path = self.path / "test.spacy"
        self.once("test", lambda: write_docs(self.targets(), path))
        return path

    def labelled(self, name: str, tagger: Dict[str, Any], make_tagger: Callable[[], Tagger]) -> ParallelCorpus:
        """Translate the test sentences, and label the translations.

        name (str): the name of the directory.
        tagger (Dict[str, Any]): what identifies the tagger.
        make_tagger (Callable[[], Tagger]): makes it.
        RETURNS (ParallelCorpus): translations as source, labelled, and test sentences.
        """
        inputs = self.labelled_inputs(tagger)
        label_map = self.study.settings.label_map()

        def make() -> ParallelCorpus:
            translated = self.once("translated", self._translate)
            return keep_corpus(
                self.path / name,
                self.row.code,
                inputs,
                lambda done: label_sources(islice(translated, done, None), make_tagger(), label_map),
            )

        return self.once(name, make)

    def labelled_inputs(self, tagger: Dict[str, Any]) -> Dict[str, Any]:
        """List what the labelled translations depend on, with what identifies their tagger."""
        return {**self._translated_inputs(), **self.task_inputs(), **tagger}

    def source(self) -> List[Doc]:
        """Read the labelled source corpus."""
        settings = given(self.study.source)
        label_map = self.study.settings.label_map()
        converter = self.make("source.converter", settings.converter)

        def make() -> List[Doc]:
            files = (read_sentences(Path(path), converter, settings.limit, label_map) for path in settings.paths)
            return [doc for docs in files for doc in docs]

        return self.once("source", make)

    def source_inputs(self) -> Dict[str, Any]:
        """List what the labelled source corpus depends on."""
        settings = given(self.study.source)
        digests = [path_digest(Path(path)) for path in settings.paths]
        return {"spacy_xproj": __version__, **dict(settings), "paths": digests, **self.task_inputs()}

    def projected(self, method: str) -> Tuple[Path, Dict[str, Any]]:
        """Project the labels of the training pairs.

        method (str): the method.
        RETURNS (Tuple[Path, Dict[str, Any]]): the labelled target sentences, and what became of the source entities.
        """
        path = self.path / "projected" / f"{method}.spacy"
        if not path.is_file():
            path.with_suffix(".json").unlink(missing_ok=True)
        make = partial(self._project, method, path)
        kept = self.once(
            ("projected", method),
            lambda: keep_result(path.with_suffix(".json"), self.projected_inputs(method), make)[0],
        )
        return path, kept

    def projected_inputs(self, method: str) -> Dict[str, Any]:
        """List what projected training data depends on."""
        train = given(self.study.train)
        return {**self._pair_inputs(train), "method": self._train_block(method), "fill": train.fill}

    def parallel(self) -> Tuple[List[Doc], ParallelCorpus]:
        """Pair the corpus that has gold labels on both sides.

        RETURNS (Tuple[List[Doc], ParallelCorpus]): the labelled target sentences of its pairs, and the pairs.
        """
        settings = given(self.study.parallel)
        corpus = self.once("parallel", lambda: self._pair("parallel", settings))
        targets = self.once("parallel gold", lambda: self._read_targets(settings, gold=True))
        return [targets[doc.user_data[NUMBER]] for doc in corpus.docs("target")], corpus

    def parallel_inputs(self) -> Dict[str, Any]:
        """List what the corpus with gold labels on both sides depends on."""
        return self._pair_inputs(given(self.study.parallel))

    def task_inputs(self) -> Dict[str, str]:
        """List what the labels depend on."""
        return {"labels": self.study.settings.labels, "map": self.study.settings.map}

    def _converter(self) -> Any:
        return self.make("converter", self.study.config["converter"])

    def _translated_inputs(self) -> Dict[str, Any]:
        sections = {name: self.study.config.get(name, {}) for name in ("translator", "translation")}
        return {**self.gold_inputs(), **sections}

    def _translate(self) -> ParallelCorpus:
        def make(done: int) -> Iterator[Item]:
            translator = self.make("translator", self.study.config["translator"])
            nlp = blank_segmented(SOURCE, self.checks.segment, self.checks.tokenizer)
            todo = self.targets()[done:]
            return self.progress(translate_targets(todo, translator, nlp, self.checks), len(todo), "sentences")

        return keep_corpus(self.path / "translated", self.row.code, self._translated_inputs(), make)

    def _train_pairs(self) -> ParallelCorpus:
        train = given(self.study.train)
        return ParallelCorpus(Path(train.bitext)) if train.bitext else self._pair("train", train)

    def _project(self, method: str, path: Path) -> Dict[str, Any]:
        train = given(self.study.train)
        corpus = self.once("train", self._train_pairs)
        projector = self.make(method, self._train_block(method))
        start = perf_counter()
        docs, outcomes = project(projector, corpus, train.limit if train.bitext else 0)
        seconds = perf_counter() - start
        write_docs(docs, path)
        filled: Dict[str, int] = {}
        if train.fill:
            docs = read_docs(path)  # all on one vocabulary
            filled = dict(Consistency(docs).fill(train.fill))
            write_docs(docs, path)
        counts = {"flags": corpus.manifest["flags"], "rejects": corpus.manifest["rejects"]}
        return {
            "sentences": len(docs),
            "outcomes": dict(outcomes),
            "filled": filled,
            **counts,
            "seconds": round(seconds, 2),
        }

    def _train_block(self, method: str) -> Dict[str, Any]:
        """The block of a method, with what ``[train.methods]`` changes in it."""
        merged: Dict[str, Any] = Config(self.study.config["methods"]).merge(given(self.study.train).methods)
        return merged[method]

    def _pair(self, name: str, settings: PairSettings) -> ParallelCorpus:
        def make(done: int) -> Iterator[Item]:
            if settings.translator:
                return self._translate_source(settings, done)
            targets = self._read_targets(settings)
            sources = self._read_sources(settings)
            pair = pair_by_sent_id if settings.by == "sent_id" else pair_by_order
            items = pair(sources, targets, Path(settings.source), Path(settings.target))
            return islice(flag_pairs(items, self.checks), done, None)

        return keep_corpus(self.path / name, self.row.code, self._pair_inputs(settings), make)

    def _translate_source(self, settings: PairSettings, done: int) -> Iterator[Item]:
        translator = self.make("train.translator", settings.translator or {})
        nlp = blank_segmented(self.row.spacy, self.checks.segment, self.checks.tokenizer)
        todo = self.source()[: settings.limit or None][done:]
        return self.progress(translate_docs(todo, translator, nlp, self.checks), len(todo), "sentences")

    def _read_sources(self, settings: PairSettings) -> List[Doc]:
        converter = self.make("converter", settings.converter or {})
        return read_sentences(Path(settings.source), converter, settings.limit, self.study.settings.label_map())

    def _read_targets(self, settings: PairSettings, gold: bool = False) -> List[Doc]:
        converter = self.make("target_converter", settings.target_converter or self.study.config["converter"])
        label_map = self.study.settings.label_map() if gold else None
        limit = settings.limit if settings.by == "order" else 0
        docs = read_sentences(Path(settings.target), converter, limit, label_map)
        for number, doc in enumerate(docs):
            doc.user_data[NUMBER] = number
        if settings.like:
            docs = respell(docs, read_sentences(Path(settings.like), self._converter(), 0))
        return docs

    def _pair_inputs(self, settings: PairSettings) -> Dict[str, Any]:
        files = {
            key: path_digest(Path(getattr(settings, key)))
            for key in ("source", "target", "like")
            if getattr(settings, key)
        }
        if settings.bitext:
            files["bitext"] = sha256(Path(settings.bitext) / MANIFEST)
        own = {key: value for key, value in dict(settings).items() if key not in ("methods", "fill")}
        inputs = {**own, **files, "language": self.row.spacy, "translation": dict(self.checks), **self.task_inputs()}
        return {**inputs, **(self.source_inputs() if settings.translator else {"spacy_xproj": __version__})}
