"""One language under every method.

OUTPUT_DIR/CODE/
  translated/           the test sentences and their translations into English, a parallel corpus
  labelled/             the same, with the entities that the tagger finds in the translations
  METHOD.json           the scores of a method, and the digest of all that they depend on
  METHOD.spacy          its entities on the test sentences
  METHOD.error.txt      the traceback, if it failed
"""

from collections import Counter
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from spacy.tokens import Doc

from ... import __version__
from ...cli.app import resolve
from ...corpora.datasets import SOURCE, dataset_code
from ...corpora.docbin import write_docs
from ...corpora.parallel import ParallelCorpus
from ...evaluation.strict import score
from ...projectors.apply import apply_projection, count_statuses
from ...storage.files import sha256
from ...storage.results import attempt, keep_result
from ...text.languages import LanguageRow
from ...text.tokenizers import blank_segmented
from ...translators.quality import make_checks
from ...types import Bitext, Initializable
from .config import read_study
from .data import keep_corpus, label_sources, read_gold, tag_docs, target_doc, translate_targets
from .results import MethodResult

Progress = Callable[[Iterable[Bitext], int, str], Iterator[Bitext]]


class LanguageStudy:
    """Translate and label the test sentences of a language once, then apply each method to them and score it.

    What is on disk is taken as it is, as long as all that it depends on is the same: version, settings and gold file.
    (The files of a model that is named by its path are not looked into.) A translation that was interrupted goes on
    after its last shard.

    row (LanguageRow): the language.
    config (Dict[str, Any]): the config of the study, interpolated for this language.
    path (Path): the directory of the language.
    progress (Progress): shows how far the translation is; takes the pairs, their number, and what one is called.
    """

    def __init__(self, row: LanguageRow, config: Dict[str, Any], path: Path, progress: Progress):
        self.row = row
        self.config = config
        self.path = path
        self.settings = read_study(config)
        self.code = dataset_code(row, self.settings.dataset)
        self.gold_path = self.settings.gold_path(row)
        self.progress = progress
        self.failure: Optional[Exception] = None

    def results(self) -> Iterator[MethodResult]:
        """Apply and score each method. One that fails does not keep the others from running."""
        for method in self.config["methods"]:
            made, reason = attempt(self.path / f"{method}.error.txt", partial(self._result, method))
            scores, fresh = made or (None, True)
            yield MethodResult(self.code, self.row.name, method, scores, reason, fresh)

    def _result(self, method: str) -> Tuple[Dict[str, Any], bool]:
        """Score a method; tell also whether it had to be done."""
        _ = self.gold  # its errors are clearer than that of a digest
        return keep_result(
            self.path / f"{method}.json", self._method_inputs(method), partial(self._make_result, method)
        )

    def _make_result(self, method: str) -> Dict[str, Any]:
        corpus = self._corpus() if self._reads_source(method) else None
        start = perf_counter()
        predicted, outcomes = self._tag(method) if corpus is None else self._project(method, corpus)
        seconds = perf_counter() - start
        scores = score(self.gold, predicted, self.settings.scored())
        write_docs(predicted, self.path / f"{method}.spacy")
        return {
            "language": self.code,
            "method": method,
            "sentences": len(self.gold),
            "repairs": sum(len(doc.user_data.get("repairs", ())) for doc in self.gold),
            "flags": corpus.manifest["flags"] if corpus else {},
            "outcomes": dict(outcomes),
            "seconds": round(seconds, 2),
            **scores,
        }

    @cached_property
    def gold(self) -> List[Doc]:
        """The gold sentences."""
        converter = self._make("converter", self.config["converter"])
        return read_gold(self.gold_path, self.settings, converter)

    def _targets(self) -> List[Doc]:
        return [target_doc(doc, self.row.spaced) for doc in self.gold]

    def _tag(self, method: str) -> Tuple[List[Doc], "Counter[str]"]:
        tagger = self._make(method, self.config["methods"][method])
        return list(tag_docs(self._targets(), tagger, self.settings.label_map())), Counter()

    def _project(self, method: str, corpus: ParallelCorpus) -> Tuple[List[Doc], "Counter[str]"]:
        projector = self._make(method, self.config["methods"][method])
        if isinstance(projector, Initializable):
            projector.initialize(lambda: iter(corpus))
        outcomes: Counter[str] = Counter()
        docs = []
        for projection in projector(corpus):
            outcomes.update(count_statuses(projection.outcomes))
            docs.append(apply_projection(projection))
        return docs, outcomes

    def _corpus(self) -> ParallelCorpus:
        """Take the labelled pairs. If that failed once, it is not tried again for the next method."""
        if self.failure is not None:
            raise self.failure
        try:
            return self._label(self._translate())
        except Exception as error:
            self.failure = error
            raise

    def _translate(self) -> ParallelCorpus:
        checks = make_checks(self.config.get("translation", {}))

        def make(done: int) -> Iterator[Bitext]:
            translator = self._make("translator", self.config["translator"])
            nlp = blank_segmented(SOURCE, checks.segment, checks.tokenizer)
            todo = self._targets()[done:]
            return self.progress(translate_targets(todo, translator, nlp, checks), len(todo), "sentences")

        return keep_corpus(self.path / "translated", self.row.code, self._translated_inputs(), make)

    def _label(self, translated: ParallelCorpus) -> ParallelCorpus:
        def make(done: int) -> Iterator[Bitext]:
            tagger = self._make("tagger", self.config["tagger"])
            return label_sources(islice(translated, done, None), tagger, self.settings.label_map())

        return keep_corpus(self.path / "labelled", self.row.code, self._labelled_inputs(), make)

    def _reads_source(self, method: str) -> bool:
        return "@xproj_taggers" not in self.config["methods"][method]

    def _gold_inputs(self) -> Dict[str, Any]:
        """List what the gold sentences depend on."""
        return {
            "spacy_xproj": __version__,
            "gold": sha256(self.gold_path),
            "converter": self.config["converter"],
            "limit": self.settings.limit,
        }

    def _translated_inputs(self) -> Dict[str, Any]:
        sections = {name: self.config.get(name, {}) for name in ("translator", "translation")}
        return {**self._gold_inputs(), **sections}

    def _labelled_inputs(self) -> Dict[str, Any]:
        return {**self._translated_inputs(), **self._task(), "tagger": self.config["tagger"]}

    def _method_inputs(self, method: str) -> Dict[str, Any]:
        inputs = self._labelled_inputs() if self._reads_source(method) else self._gold_inputs()
        return {**inputs, **self._task(), "method": self.config["methods"][method]}

    def _task(self) -> Dict[str, str]:
        return {"labels": self.settings.labels, "map": self.settings.map}

    def _make(self, name: str, block: Dict[str, Any]) -> Any:
        return resolve({name: block}, name, "the config of the study")
