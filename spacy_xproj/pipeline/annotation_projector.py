"""Translate-test in a pipeline: the component `annotation_projector`."""

import hashlib
import warnings
from itertools import chain, islice
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List, Optional, Union

from spacy import util
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example

from ..config import load_projector
from ..corpora.labels import LabelMap
from ..errors import XprojError
from ..parts import estimators
from ..projectors.apply import SPANS_KEY
from ..taggers.pipeline import load_pipeline
from ..text.docs import words_only
from ..text.forms import nfc
from ..text.languages import equivalent_codes
from ..types import Bitext, Initializable, Projector, Serializable, Translator
from .annotations import EntsFilter, SentenceProjection, on_given_text, span_group
from .batched import BatchedPipe
from .capitals import capitalized
from .sentences import sentences
from .source import SourcePipeline

#: Sentences below which statistics of a language are not worth keeping.
FEW_SENTENCES = 20
#: What saved statistics begin with if their SHA-256 comes next.
CHECKED = b"xproj1"
DAMAGED = (
    "annotation_projector: its saved statistics are damaged, or of other settings; restore the pipeline, or initialize "
    "the component again (nlp.initialize)"
)
#: How to give more. Labels are not needed: any text of the language will do.
EXAMPLES = "nlp.initialize(lambda: [Example.from_dict(nlp.make_doc(text), {}) for text in TEXTS]) takes any texts"


class AnnotationProjector(BatchedPipe):
    """Label a Doc by way of its translation: translate it, run the pipeline of the other language on the translation,
    and project the entities back. For the projector the translation is the source and the Doc is the target.

    `initialize` lets the projector estimate its corpus statistics; they are saved with the component. Without it the
    projector estimates them from the sentences of each call: good enough for a batch of some hundred, poor for one.

    source (SourcePipeline): labels the translations. The other settings are those of `make_annotation_projector`.
    """

    def __init__(
        self,
        name: str,
        translator: Translator,
        source: SourcePipeline,
        projector: Projector,
        *,
        spans_key: Optional[str],
        annotate_ents: bool,
        overwrite: bool,
        ents_filter: EntsFilter,
        max_length: int,
        capitals: bool,
        scorer: Optional[Callable],
    ):
        self.name = name
        self.translator = translator
        self.projector = projector
        self.spans_key = spans_key
        self.annotate_ents = annotate_ents
        self.overwrite = overwrite
        self.ents_filter = ents_filter
        self.max_length = max_length
        self.capitals = capitals
        self.scorer = scorer
        self.initialized = False
        self._source = source
        self._warned = False

    @property
    def source(self) -> Language:
        """The source pipeline. One that is set here is saved with the component."""
        return self._source.nlp

    @source.setter
    def source(self, nlp: Language) -> None:
        self._source.own = nlp

    def predict(self, docs: List[Doc]) -> List[List[SentenceProjection]]:
        """Project entities onto Docs, without changing them.

        docs (List[Doc]): the Docs. Their sentences are translated, labelled and projected as one stream.
        RETURNS (List[List[SentenceProjection]]): for each Doc, its sentences with their projections.
        RAISES (XprojError): if the projector makes a text of its own.
        """
        spans = [list(sentences(doc, self.max_length)) for doc in docs]
        stream = list(chain.from_iterable(spans))
        sources = self._source(self._translate(stream))
        bitexts = [Bitext(source, words_only(span)) for source, span in zip(sources, stream, strict=True)]
        self._warn_of_few(len(bitexts))
        found = zip(bitexts, self.projector(bitexts), strict=True)
        given = (on_given_text(bitext, projection) for bitext, projection in found)
        projections = iter([capitalized(projection) if self.capitals else projection for projection in given])
        return [[SentenceProjection(span.start, next(projections)) for span in own] for own in spans]

    def set_annotations(self, doc: Doc, prediction: List[SentenceProjection]) -> None:
        """Set entities and the span group.

        doc (Doc): the Doc.
        prediction (List[SentenceProjection]): its sentences with their projections.
        """
        group = span_group(doc, prediction, self.spans_key or SPANS_KEY)
        if self.spans_key:
            doc.spans[self.spans_key] = group
        if self.annotate_ents:
            new = list(group)
            doc.set_ents(sorted(new if self.overwrite else self.ents_filter(doc.ents, new)))

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Optional[Language] = None,
        source: Optional[str] = None,
        sample: int = 2000,
    ) -> None:
        """Let the projector estimate its corpus statistics from texts and their translations; labels are not read.

        get_examples (Callable[[], Iterable[Example]]): gives the texts. Fewer than 20 sentences are not used.
        nlp (Optional[Language]): the pipeline that the component is in.
        source (Optional[str]): a source pipeline that is to be saved with the component.
        sample (int): sentences to read at most.
        """
        if source is not None:
            self.source = load_pipeline(source)
        if not isinstance(self.projector, Initializable) or not estimators(self.projector):
            return
        spans = (span for example in get_examples() for span in sentences(example.predicted, self.max_length))
        read = list(islice(spans, sample))
        if len(read) < FEW_SENTENCES:
            warnings.warn(
                f"{self.name} has no corpus statistics: {len(read)} sentences to initialize from, and it takes "
                f"{FEW_SENTENCES}; {EXAMPLES}",
                stacklevel=2,
            )
            return
        sources = map(self.source.make_doc, self._translate(read))
        bitexts = [Bitext(source, words_only(span)) for source, span in zip(sources, read, strict=True)]
        self.projector.initialize(lambda: iter(bitexts))
        self.initialized = True

    def _translate(self, spans: List[Span]) -> List[str]:
        return [nfc(translation) for translation in self.translator(span.text for span in spans)]

    def _warn_of_few(self, n_sentences: int) -> None:
        poor = not self.initialized and bool(estimators(self.projector))
        if poor and 0 < n_sentences < FEW_SENTENCES and not self._warned:
            self._warned = True
            warnings.warn(
                f"{self.name} estimates statistics of the two languages from fewer than {FEW_SENTENCES} sentences; "
                f"call nlp.initialize once and save the pipeline, or label many Docs at a time (nlp.pipe): {EXAMPLES}",
                stacklevel=3,
            )

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Serialize the corpus statistics, and the source pipeline if it was given as an object.

        exclude (Iterable[str]): `statistics` or `source`.
        RETURNS (bytes): the data.
        """
        savers: Dict[str, Callable[[], Any]] = {"source": self._source.to_bytes, "statistics": self._statistics}
        return util.to_bytes(savers, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> "AnnotationProjector":
        """Load what `to_bytes` gave.

        bytes_data (bytes): the data.
        exclude (Iterable[str]): `statistics` or `source`.
        RETURNS (AnnotationProjector): the component.
        """
        loaders: Dict[str, Callable[[Any], Any]] = {
            "source": self._source.from_bytes,
            "statistics": self._load_statistics,
        }
        util.from_bytes(bytes_data, loaders, exclude)
        return self

    def to_disk(self, path: Union[str, Path], *, exclude: Iterable[str] = ()) -> None:
        """Save the corpus statistics, and the source pipeline if it was given as an object. If it has none of its
        own, those that are left in the directory from another component are removed.

        path (Union[str, Path]): the directory.
        exclude (Iterable[str]): `statistics` or `source`.
        """
        data = self._statistics()
        savers: Dict[str, Callable[[Path], Any]] = {
            "source": self._source.to_disk,
            "statistics": lambda file: file.write_bytes(data) if data else file.unlink(missing_ok=True),
        }
        util.to_disk(path, savers, exclude)

    def from_disk(self, path: Union[str, Path], *, exclude: Iterable[str] = ()) -> "AnnotationProjector":
        """Load what `to_disk` saved.

        path (Union[str, Path]): the directory.
        exclude (Iterable[str]): `statistics` or `source`.
        RETURNS (AnnotationProjector): the component.
        """
        loaders: Dict[str, Callable[[Path], Any]] = {
            "source": self._source.from_disk,
            "statistics": lambda file: self._load_statistics(file.read_bytes() if file.exists() else None),
        }
        util.from_disk(path, loaders, exclude)
        return self

    def _statistics(self) -> Optional[bytes]:
        if self.initialized and isinstance(self.projector, Serializable):
            data = self.projector.to_bytes()
            return CHECKED + hashlib.sha256(data).digest() + data
        return None

    def _load_statistics(self, data: Optional[bytes]) -> None:
        """Load statistics, whose beginning is their checksum; those of older versions have none."""
        if not data or not isinstance(self.projector, Serializable):
            return
        start = len(CHECKED)
        digest, content = data[start : start + 32], data[start + 32 :]
        if not data.startswith(CHECKED):
            content = data
        elif hashlib.sha256(content).digest() != digest:
            raise XprojError(DAMAGED)
        try:
            self.projector.from_bytes(content)
        except Exception:  # damaged ones end in errors of a dozen types
            raise XprojError(DAMAGED) from None
        self.initialized = True


@Language.factory(
    "annotation_projector",
    assigns=["doc.ents", "token.ent_iob", "token.ent_type", "doc.spans"],
    default_config={
        "source": None,
        "projector": None,  # a block here would be merged into those that users give
        "label_map": None,
        "spans_key": SPANS_KEY,
        "annotate_ents": True,
        "overwrite": True,
        "ents_filter": {"@misc": "spacy.prioritize_existing_ents_filter.v1"},
        "max_length": 200,
        "capitals": True,
        "scorer": {"@scorers": "spacy.ner_scorer.v1"},
    },
    default_score_weights={"ents_f": 1.0, "ents_p": 0.0, "ents_r": 0.0, "ents_per_type": None},
)
def make_annotation_projector(
    nlp: Language,
    name: str,
    translator: Translator,
    source: Optional[str],
    projector: Optional[Projector],
    label_map: Optional[str],
    spans_key: Optional[str],
    annotate_ents: bool,
    overwrite: bool,
    ents_filter: EntsFilter,
    max_length: int,
    capitals: bool,
    scorer: Optional[Callable],
) -> AnnotationProjector:
    """Make the component `annotation_projector`. It loads its models when it is first used.

    nlp (Language): the pipeline that it is added to.
    name (str): the component's name.
    translator (Translator): translates from the language of the pipeline.
    source (Optional[str]): the pipeline of the other language: an installed package, a directory or `english` (of the
        extra with that name), where the component will look for it wherever it is loaded. To save one with the
        component, set its attribute `source`, or name it in ``[initialize.components.annotation_projector]``.
    projector (Optional[Projector]): projects the entities; None for the default projector.
    label_map (Optional[str]): what becomes of the labels of the source pipeline: `ontonotes`, … or a JSON file (see
        `spacy_xproj.corpora.labels`); all are kept by default.
    spans_key (Optional[str]): the span group that receives entities, scores, translations and outcomes (see
        `span_group`), or None. What the group had before is replaced.
    annotate_ents (bool): whether `Doc.ents` receives the entities.
    overwrite (bool): whether they replace what `Doc.ents` has.
    ents_filter (EntsFilter): chooses among old and new entities if they do not replace them; by default, all old ones
        stay, and new ones where these leave room.
    max_length (int): tokens that are translated at a time; longer sentences, or Docs without sentences, are cut.
    capitals (bool): whether names begin with a capital or a digit, in scripts that have capitals: entities lose the
        lower-case words before it, and those that are lower-case words only have the outcome `no_capital`.
    scorer (Optional[Callable]): the scoring method of `spacy evaluate`.
    RETURNS (AnnotationProjector): the component.
    RAISES (XprojError): if the translator is for another language, or there is no such label map.
    """
    if nlp.lang != "xx" and nlp.lang not in equivalent_codes(translator.src_lang):
        raise XprojError(
            f"{name}: the pipeline's language is '{nlp.lang}', but the translator's src_lang is "
            f"'{translator.src_lang}'; it translates the text of the Docs"
        )
    if max_length < 1:
        raise XprojError(f"{name}: max_length is {max_length}; use a number of tokens above 0")
    return AnnotationProjector(
        name,
        translator,
        SourcePipeline(source, LabelMap.load(label_map) if label_map else LabelMap()),
        projector or load_projector(),
        spans_key=spans_key,
        annotate_ents=annotate_ents,
        overwrite=overwrite,
        ents_filter=ents_filter,
        max_length=max_length,
        capitals=capitals,
        scorer=scorer,
    )
