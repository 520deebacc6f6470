"""Projection by markers that a translator carries over (EasyProject)."""

from itertools import tee
from typing import Iterable, Iterator, List, Literal, NamedTuple, Optional, Sequence, Tuple

import numpy
from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist
from scipy.optimize import linear_sum_assignment
from spacy.language import Language
from spacy.tokens import Doc

from ..config import check_fraction
from ..parts import Composite
from ..scores.string import Romanized, romanize, similarities
from ..text.forms import nfc
from ..text.tokenizers import blank_segmented
from ..translators.bitexts import make_target
from ..types import (
    Bitext,
    CandidateExtractor,
    Candidates,
    Floats2d,
    Outcome,
    Projection,
    Projector,
    Solver,
    Translator,
    token_spans,
)
from .marking import Range, is_markable, is_taggable, mark, read_marked, read_tagged, tag
from .matching import entity_edges, match_candidates

Markers = Literal["brackets", "xml"]
#: Of places that are equally similar, entities take those in the order of the sentence.
ORDER = 1e-6


class Marked(NamedTuple):
    """A translation that kept its markers.

    text (str): the translation without them.
    spans (List[Range]): for each entity, the characters [start, end) that were marked.
    scores (List[float]): the similarity by which each was recognised.
    """

    text: str
    spans: List[Range]
    scores: List[float]


class MarkerProjector(Composite):
    """Translate the source with markers around its entities (Chen, Jiang, Ritter and Xu 2023).

    Each entity is translated alone as well, and the marked parts of the translation are assigned to the entities one
    to one, so that the sum of their similarities is greatest (`scipy.optimize.linear_sum_assignment`); the published
    code goes through the parts in their order and takes the first entity above a threshold. The similarity is the
    normalised edit similarity of romanized texts, with the entity's own translation or with the entity, whichever is
    greater.

    What becomes of it depends on whether there is an `nlp`:

    - With one, the marked translation, without its markers, is made the target in place of the given one.
    - Without, the target is kept, and the marked parts are looked for in it: the solver matches the entities with the
      candidates by the similarity of marked part and candidate. This is the form for translate-test.

    With the markers `xml`, each entity has a tag of its own, such as ``<a>…</a>``, and is recognised by it, as in
    LabelPigeon (Thennal, Biemann and Hatzel 2026), whose model is NLLB-200 fine-tuned on such text
    (`thennal/nllb-200-3.3B-labelpigeon`). Tags may nest in the translation; the outer entity has the place then.

    A sentence with such markers of its own cannot be marked; and translators lose markers. Both are flagged, and both
    keep the given target, a translation that was made without markers, where the entities' own translations are looked
    for.

    translator (Translator): translates from the source to the target language.
    extractor (CandidateExtractor): proposes spans of the given target.
    solver (Solver): chooses the matches with them.
    min_score (float): less similar candidates are not considered.
    nlp (Optional[Language]): tokenizes the targets that are made; None to keep the given ones.
    markers (Markers): `brackets`, as in EasyProject, or `xml`.
    """

    def __init__(
        self,
        translator: Translator,
        extractor: CandidateExtractor,
        solver: Solver,
        min_score: float,
        nlp: Optional[Language] = None,
        markers: Markers = "brackets",
    ):
        self.translator = translator
        self.extractor = extractor
        self.solver = solver
        self.min_score = min_score
        self.nlp = nlp
        self.markers = markers

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]:
        """Project pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (Projection): the result for each; its pair has another target than the given one if it was made.
        """
        pairs, for_extractor, for_translator = tee(bitexts, 3)
        translations = self.translator(text for pair in for_translator for text in self._texts(pair.source))
        for bitext, candidates in zip(pairs, self.extractor(for_extractor), strict=True):
            texts = [nfc(next(translations)) for _ in self._texts(bitext.source)]
            yield self._project(bitext, candidates, texts)

    def _texts(self, source: Doc) -> List[str]:
        return texts_to_translate(source, self.markers)

    def _project(self, bitext: Bitext, candidates: Candidates, translations: List[str]) -> Projection:
        n_sentences = len(translations) - len(bitext.source.ents)
        sentence, alone = translations[:n_sentences], translations[n_sentences:]
        marked = _read_translation(bitext.source, sentence[0], alone, self.markers) if sentence else None
        if marked and self.nlp:
            return _place_marked(bitext.source, marked, self.nlp, self.translator.tgt_lang)
        parts = [marked.text[start:end] for start, end in marked.spans] if marked else alone
        scores = similarities(list(map(romanize, parts)), Romanized(bitext.target), candidates, threshold=0)
        projection = match_candidates(bitext, candidates, scores, self.solver, self.min_score)
        if marked or not alone:
            return projection
        flag = "markers_changed" if sentence else "markers_in_text"
        return Projection(bitext, projection.outcomes, (*projection.flags, flag))


def texts_to_translate(source: Doc, markers: Markers = "brackets") -> List[str]:
    """List the marked sentence, if it can be marked, and each of its entities; nothing without entities."""
    entities = [ent.text for ent in source.ents]
    is_possible, write = (is_taggable, tag) if markers == "xml" else (is_markable, mark)
    if not entities or not is_possible(source.text):
        return entities
    return [write(source.text, [(ent.start_char, ent.end_char) for ent in source.ents]), *entities]


def _read_translation(source: Doc, translation: str, alone: Sequence[str], markers: Markers) -> Optional[Marked]:
    """Find out which part of a marked translation belongs to which entity, given the translation of each entity alone.
    None if the markers are not one pair for each entity."""
    if markers == "xml":
        tagged = read_tagged(translation, len(source.ents))
        return tagged and Marked(*tagged, [1.0] * len(source.ents))
    read = read_marked(translation)
    if read is None or len(read[1]) != len(source.ents):
        return None
    text, spans = read
    parts = [text[start:end] for start, end in spans]
    chosen, scores = assign(parts, alone, [ent.text for ent in source.ents])
    return Marked(text, [spans[i] for i in chosen], scores)


def assign(parts: Sequence[str], *names: Sequence[str]) -> Tuple[List[int], List[float]]:
    """Assign parts of a text to entities, one to one, by the greatest sum of similarities.

    parts (Sequence[str]): the parts.
    *names (Sequence[str]): one or several names of each entity; the most similar counts.
    RETURNS (Tuple[List[int], List[float]]): the part of each entity, and how similar it is.
    """
    columns = list(map(romanize, parts))
    tables = [cdist(list(map(romanize, rows)), columns, scorer=Indel.normalized_similarity) for rows in names]
    similarity: Floats2d = numpy.maximum.reduce(tables)
    moved = numpy.abs(numpy.subtract.outer(numpy.arange(len(parts)), numpy.arange(len(parts))))
    rows, chosen = linear_sum_assignment(similarity - ORDER * moved, maximize=True)
    return chosen.tolist(), similarity[rows, chosen].tolist()


def _place_marked(source: Doc, marked: Marked, nlp: Language, lang: str) -> Projection:
    """Make the target of a marked translation and put the entities where the markers were. An entity that does not end
    with its tokens is an `invalid_span`."""
    target = make_target(source, marked.text, nlp, lang)
    outcomes = []
    for i, (ent, part, score) in enumerate(zip(source.ents, marked.spans, marked.scores)):
        span = target.char_span(*part)
        if any(_is_within(part, i, other, j) for j, other in enumerate(marked.spans)):
            outcomes.append(Outcome(i, ent.label_, "lost_overlap"))
            continue
        if span is None or not entity_edges(target, token_spans([span])).all():
            outcomes.append(Outcome(i, ent.label_, "invalid_span"))
        else:
            outcomes.append(Outcome(i, ent.label_, "projected", ((span.start, span.end),), (score,)))
    return Projection(Bitext(source, target), outcomes)


def _is_within(part: Range, i: int, other: Range, j: int) -> bool:
    """Tell whether the part of entity i lies within that of entity j; of equal ones, the second does."""
    return i != j and other[0] <= part[0] and part[1] <= other[1] and (part != other or j < i)


def make_marker_projector(
    translator: Translator,
    extractor: CandidateExtractor,
    solver: Solver,
    target: Literal["given", "made"] = "given",
    min_score: float = 0.5,
    segment: Literal["words", "characters"] = "words",
    markers: Markers = "brackets",
) -> Projector:
    """Make a `MarkerProjector`, which documents the other settings (registered as `spacy-xproj.MarkerProjector.v1`).

    target (str): `given` to label the given targets, `made` to make them of the marked translations.
    segment (str): how targets that are made are cut into tokens: `words`, or `characters` for scripts without spaces.
    RETURNS (Projector): the projector.
    """
    check_fraction("min_score", min_score)
    nlp = blank_segmented(translator.tgt_lang, segment) if target == "made" else None
    return MarkerProjector(translator, extractor, solver, min_score, nlp, markers)
