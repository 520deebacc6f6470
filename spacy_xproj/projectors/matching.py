"""Projection by matching source entities with target candidates."""

from itertools import tee
from typing import Any, Iterable, Iterator, List, Optional, Tuple

import numpy

from ..errors import XprojError
from ..types import (
    Bitext,
    CandidateExtractor,
    Candidates,
    Floats1d,
    Floats2d,
    GetBitexts,
    Initializable,
    Match,
    MatchScorer,
    Outcome,
    Projection,
    Projector,
    Solver,
    WordAligner,
)
from .align import align
from .apply import entity_edges


class CandidateMatching:
    """Match source entities with target candidates so that the sum of the match scores is greatest
    (Politov et al. 2025, §3.3).

    aligner (Optional[WordAligner]): aligns the words, where the extractor or the scorer reads alignments.
    extractor (CandidateExtractor): proposes target spans.
    scorer (MatchScorer): scores each entity against each candidate.
    solver (Solver): chooses the matches.
    min_score (float): matches that score less are not considered.
    """

    def __init__(
        self,
        aligner: Optional[WordAligner],
        extractor: CandidateExtractor,
        scorer: MatchScorer,
        solver: Solver,
        min_score: float = 0.0,
    ):
        self.aligner = aligner
        self.extractor = extractor
        self.scorer = scorer
        self.solver = solver
        self.min_score = min_score

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Let every part that needs it estimate its corpus statistics.

        get_bitexts (GetBitexts): gives pairs; their labels are not read.
        """
        parts: List[Any] = [self.aligner, self.extractor, self.scorer]
        for part in parts:
            if isinstance(part, Initializable):
                part.initialize(get_bitexts)

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]:
        """Project pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (Projection): the result for each.
        """
        aligned = align(bitexts, self.aligner) if self.aligner else iter(bitexts)
        pairs, for_extractor = tee(aligned)
        with_candidates, for_scorer = tee(zip(pairs, self.extractor(for_extractor), strict=True))
        for (bitext, candidates), scores in zip(with_candidates, self.scorer(for_scorer), strict=True):
            yield self._project(bitext, candidates, scores)

    def _project(self, bitext: Bitext, candidates: Candidates, scores: Floats2d) -> Projection:
        expected = (len(bitext.source.ents), len(candidates))
        if scores.shape != expected:
            raise XprojError(f"the scorer gave a matrix of shape {scores.shape}, not {expected}; correct the scorer")
        valid = numpy.where(entity_edges(bitext.target, candidates.spans), scores, 0)
        considered = numpy.where(valid >= self.min_score, valid, 0)
        matches = self.solver(considered, candidates)
        outcomes = []
        for i, ent in enumerate(bitext.source.ents):
            spans, values = _placed([match for match in matches if match.entity == i], candidates)
            status = "projected" if spans else _reason(scores[i], valid[i], considered[i])
            outcomes.append(Outcome(i, ent.label_, status, spans, values))
        return Projection(bitext, outcomes)


def _reason(scores: Floats1d, valid: Floats1d, considered: Floats1d) -> str:
    """Which step left an entity without a place: the first after which no score is above 0."""
    steps = {"unaligned": scores, "invalid_span": valid, "below_threshold": considered}
    return next((status for status, row in steps.items() if row.max(initial=0) <= 0), "lost_overlap")


def _placed(matches: List[Match], candidates: Candidates) -> Tuple[Tuple[Tuple[int, int], ...], Tuple[float, ...]]:
    spans = tuple((int(start), int(end)) for start, end in (candidates.spans[match.candidate] for match in matches))
    return spans, tuple(match.score for match in matches)


def make_candidate_matching(
    extractor: CandidateExtractor,
    scorer: MatchScorer,
    solver: Solver,
    aligner: Optional[WordAligner] = None,
    min_score: float = 0.0,
) -> Projector:
    """Make a `CandidateMatching` projector (registered as `spacy-xproj.CandidateMatching.v1`).

    extractor (CandidateExtractor): proposes target spans.
    scorer (MatchScorer): scores each entity against each candidate.
    solver (Solver): chooses the matches.
    aligner (Optional[WordAligner]): aligns the words, where the extractor or the scorer reads alignments.
    min_score (float): matches that score less are not considered.
    RETURNS (Projector): the projector.
    """
    return CandidateMatching(aligner, extractor, scorer, solver, min_score)
