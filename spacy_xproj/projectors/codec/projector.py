"""Projection by the most probable placement of markers in a given target (CODEC)."""

from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional

import numpy
from spacy.util import minibatch

from ...errors import XprojError
from ...models.loading import DType
from ...models.probability import Ids, TranslationProbability
from ...models.seq2seq import Seq2SeqModel
from ...parts import Composite
from ...text.languages import check_language
from ...types import (
    Bitext,
    CandidateExtractor,
    Candidates,
    Floats2d,
    Ints1d,
    Outcome,
    Projection,
    Solver,
)
from ..marking import CLOSE, OPEN, mark
from ..matching import entity_edges, match_candidates
from .placements import PlacementSearch


class EntitySearch(NamedTuple):
    """The search for the places of one entity.

    source (Ids): the sentence with the entity marked, as the model reads it.
    search (PlacementSearch): the search among the marked targets.
    order (Ints1d): the candidate of each of them.
    """

    source: Ids
    search: PlacementSearch
    order: Ints1d


class SentenceSearch(NamedTuple):
    """A pair and the searches for the places of its entities.

    bitext (Bitext): the pair.
    candidates (Candidates): where its entities may be placed.
    searches (List[EntitySearch]): one for each entity; none if there is nothing to search.
    too_long (bool): whether it is too long for the model.
    """

    bitext: Bitext
    candidates: Candidates
    searches: List[EntitySearch]
    too_long: bool


class ConstrainedProjector(Composite):
    """Mark an entity in the source, and find out where in the target a translation model would put the markers
    (Le, Chen, Ritter and Xu 2024): the placement for which log P(marked target | marked source) is greatest.

    As published, each entity is marked by itself, and its `n_best` most probable places are kept; the solver then
    chooses among the places of all entities, scored by their share of the probability of the entity's n best. The
    search is exact, or, with a `lookahead`, about as the published code has it: see `PlacementSearch`. The published
    selection of openings and the re-ranking of places are left out.

    transformers runs the model: CTranslate2 does not tell the probabilities of tokens that a target does not have.

    Markers stand between spaces on both sides, which makes them tokens of their own, the same wherever they are put.

    model (str): a directory, or a name on the hub, of NLLB-200, M2M100 or MarianMT. It is loaded when first used.
    src_lang (str): language of the source, as an ISO code or as the model writes it.
    tgt_lang (str): language of the target, likewise.
    extractor (CandidateExtractor): proposes the places; those that cannot be entities are not considered.
    solver (Solver): chooses between places of several entities that overlap.
    revision (Optional[str]): the revision of a model of the hub.
    n_best (int): places of an entity to keep.
    min_score (float): places with a smaller share of the probability of these are not considered.
    lookahead (Optional[int]): give up places that fall behind the best within so many tokens: faster, and not exact.
    width (int): places of an entity that are scored at a time; more of them fill a GPU better and score some in vain.
    buffer (int): pairs that are searched at a time.
    max_batch_tokens (int): padded tokens in a batch. Each takes as many numbers as the vocabulary has pieces.
    device (str): `auto`, `cpu`, `cuda`, …
    dtype (DType): number format of the weights, as in `Seq2SeqTranslator`.
    RAISES (XprojError): if a number is out of range.
    """

    def __init__(
        self,
        model: str,
        src_lang: str,
        tgt_lang: str,
        extractor: CandidateExtractor,
        solver: Solver,
        revision: Optional[str] = None,
        n_best: int = 5,
        min_score: float = 0.0,
        lookahead: Optional[int] = None,
        width: int = 4,
        buffer: int = 16,
        max_batch_tokens: int = 1024,
        device: str = "auto",
        dtype: DType = "auto",
    ):
        if min(n_best, width) < 1:
            raise XprojError(f"n_best {n_best}, width {width}: both are at least 1")
        for lang in (src_lang, tgt_lang):
            check_language(lang)
        self.model = TranslationProbability(Seq2SeqModel(model, revision, device, dtype), max_batch_tokens)
        self.src_lang = src_lang
        self.tgt_lang = tgt_lang
        self.extractor = extractor
        self.solver = solver
        self.n_best = n_best
        self.min_score = min_score
        self.lookahead = lookahead
        self.width = width
        self.buffer = buffer
        self.placements = 0
        self.scored = 0

    def counts(self) -> Dict[str, int]:
        """Count the places that there were so far, for each entity anew, and those that the model had to score."""
        return {"placements": self.placements, "placements_scored": self.scored}

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]:
        """Project pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (Projection): the result for each.
        RAISES (XprojError): if the model does not know the markers or a language.
        """
        for pairs in minibatch(bitexts, self.buffer):
            sentences = [self._prepare(*item) for item in zip(pairs, self.extractor(iter(pairs)), strict=True)]
            self._run([search for sentence in sentences for search in sentence.searches])
            yield from map(self._project, sentences)

    def _prepare(self, bitext: Bitext, candidates: Candidates) -> SentenceSearch:
        valid = Candidates(candidates.spans[entity_edges(bitext.target, candidates.spans)])
        ents = bitext.source.ents
        if not ents or not len(valid):
            return SentenceSearch(bitext, valid, [], False)
        closing = self._closing_id()
        marked = [mark(bitext.source.text, [(ent.start_char, ent.end_char)], apart=True) for ent in ents]
        sources = self.model.source_ids(marked, self.src_lang, self.tgt_lang)
        places = [bitext.target[start:end] for start, end in valid.spans.tolist()]
        marked = [mark(bitext.target.text, [(place.start_char, place.end_char)], apart=True) for place in places]
        targets = self.model.target_ids(marked, self.tgt_lang)
        if max(map(len, [*sources, *targets])) > self.model.model.limit:
            return SentenceSearch(bitext, valid, [], True)
        settled = [len(ids) - ids[::-1].index(closing) if closing in ids else len(ids) for ids in targets]
        searches = [self._search(source, targets, settled, valid, len(ent)) for source, ent in zip(sources, ents)]
        return SentenceSearch(bitext, valid, searches, False)

    def _search(
        self, source: Ids, targets: List[Ids], settled: List[int], candidates: Candidates, length: int
    ) -> EntitySearch:
        """The placement that opens last comes first: passing over it tells how probable all other openings are. Of
        those that open together, the one of about the entity's length does."""
        starts, ends = candidates.spans.T
        order = numpy.lexsort((abs(ends - starts - length), -starts)).astype(numpy.int32)
        sequences, ends_of_marking = ([rows[i] for i in order.tolist()] for rows in (targets, settled))
        start = int(self.model.is_multilingual)  # the language token is given, not predicted
        search = PlacementSearch(sequences, start, self.n_best, self.lookahead, ends_of_marking)
        return EntitySearch(source, search, order)

    def _run(self, searches: List[EntitySearch]) -> None:
        states = self.model.encode([one.source for one in searches])
        while True:
            asked = [(one, request) for one in searches for request in one.search.requests(self.width)]
            if not asked:
                break
            rows = [(one.source, one.search.sequences[request.sequence], request.steps) for one, request in asked]
            for (one, request), values in zip(asked, self.model.step_log_probabilities(rows, states), strict=True):
                one.search.receive(request, values)
        self.placements += sum(len(one.search.sequences) for one in searches)
        self.scored += sum(one.search.scored for one in searches)

    def _project(self, sentence: SentenceSearch) -> Projection:
        bitext, candidates, searches, too_long = sentence
        if too_long:
            outcomes = [Outcome(i, ent.label_, "too_long") for i, ent in enumerate(bitext.source.ents)]
            return Projection(bitext, outcomes)
        scores: Floats2d = numpy.zeros((len(bitext.source.ents), len(candidates)), dtype=numpy.float32)
        for row, one in zip(scores, searches):
            values = numpy.asarray([placement.total for placement in one.search.found])
            weights = numpy.exp(values - values.max())
            row[one.order[[placement.sequence for placement in one.search.found]]] = weights / weights.sum()
        return match_candidates(bitext, candidates, scores, self.solver, self.min_score)

    def _closing_id(self) -> int:
        """Find the token of the closing marker."""
        opening, closing = self.model.target_ids([OPEN, CLOSE], self.tgt_lang)
        if opening == closing:
            raise XprojError(f"model '{self.model.name}' cannot tell '{OPEN}' from '{CLOSE}'; use another model")
        return closing[-2]  # before the end of the sentence
