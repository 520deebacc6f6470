"""Projection by matching source entities with target candidates."""

from dataclasses import replace
from itertools import tee
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc

from ..config import check_fraction
from ..errors import XprojError
from ..evaluation.calibration import calibrate, read_calibration
from ..parts import Composite
from ..text.forms import continues
from ..types import (
    Bitext,
    CandidateExtractor,
    Candidates,
    Floats1d,
    Floats2d,
    Ints2d,
    Match,
    Matches,
    MatchScorer,
    Outcome,
    Projection,
    ScoredSpan,
    Solver,
    WordAligner,
    is_positional,
)
from .align import align
from .asides import original_names, with_asides, without_asides

_Match = Tuple[Tuple[int, int], float, float]  # span, score, margin
#: So many rivals of a match are told, of those that score as much.
RIVALS, RIVAL_SCORE = 3, 0.01


class CandidateMatching(Composite):
    """Match source entities with target candidates so that the sum of the match scores is greatest
    (Politov et al. 2025, §3.3; registered as `spacy-xproj.CandidateMatching.v1`).

    extractor (CandidateExtractor): proposes target spans.
    scorer (MatchScorer): scores each entity against each candidate.
    solver (Solver): chooses the matches.
    aligner (Optional[WordAligner]): aligns the words, if the extractor or the scorer reads alignments.
    min_score (float): matches that score less are not considered.
    min_margin (float): matches whose margin (see `margins`) is smaller are given up after the matching; 0 keeps all.
    original_names (bool): if a name is followed by its spelling in the source language in brackets, label both: see
        `spacy_xproj.projectors.asides`. Not if the aligner tells pairs by their place in a corpus.
    calibration (Optional[str]): a JSON file of `xproj tune --calibrate`, which turns the scores that are told into
        chances of being right. The settings above are compared with the match scores, and margins are differences of
        these, with or without it.
    RAISES (XprojError): if one of the two is not in [0, 1], or the file is none of these.
    """

    def __init__(
        self,
        extractor: CandidateExtractor,
        scorer: MatchScorer,
        solver: Solver,
        aligner: Optional[WordAligner] = None,
        min_score: float = 0.0,
        min_margin: float = 0.0,
        original_names: bool = False,
        calibration: Optional[str] = None,
    ):
        check_fraction("min_score", min_score)
        check_fraction("min_margin", min_margin)
        self.aligner = aligner
        self.extractor = extractor
        self.scorer = scorer
        self.solver = solver
        self.min_score = min_score
        self.min_margin = min_margin
        self.calibration = None if calibration is None else read_calibration(Path(calibration))
        self.original_names = original_names and not (aligner and is_positional(aligner))

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]:
        """Project pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (Projection): the result for each.
        """
        if not self.original_names:
            yield from self._match(bitexts)
            return
        wholes, parts = tee((bitext, original_names(bitext)) for bitext in bitexts)
        matched = self._match(without_asides(bitext, found) for bitext, found in parts)
        for (bitext, found), projection in zip(wholes, matched, strict=True):
            yield with_asides(bitext, projection, found)

    def _match(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]:
        aligned = align(bitexts, self.aligner) if self.aligner else iter(bitexts)
        pairs, for_extractor = tee(aligned)
        with_candidates, for_scorer = tee(zip(pairs, self.extractor(for_extractor), strict=True))
        for (bitext, candidates), scores in zip(with_candidates, self.scorer(for_scorer), strict=True):
            projection = match_candidates(bitext, candidates, scores, self.solver, self.min_score, self.min_margin)
            yield projection if self.calibration is None else calibrated(projection, self.calibration)


def match_candidates(
    bitext: Bitext,
    candidates: Candidates,
    scores: Floats2d,
    solver: Solver,
    min_score: float = 0.0,
    min_margin: float = 0.0,
) -> Projection:
    """Choose the matches of one pair, and say what became of each entity.

    bitext (Bitext): the pair.
    candidates (Candidates): spans of its target.
    scores (Floats2d): each entity with each candidate. *Shape:* ``(entities, candidates)``
    solver (Solver): chooses the matches.
    min_score (float): matches that score less are not considered.
    min_margin (float): matches whose margin is smaller are given up after the matching.
    RETURNS (Projection): the result.
    RAISES (XprojError): if the matrix has another shape.
    """
    expected = (len(bitext.source.ents), len(candidates))
    if scores.shape != expected:
        raise XprojError(f"the scorer gave a matrix of shape {scores.shape}, not {expected}; correct the scorer")
    valid = numpy.where(entity_edges(bitext.target, candidates.spans), scores, 0)
    considered = numpy.where(valid >= min_score, valid, 0)
    matches = solver(considered, candidates)
    flags = matches.flags if isinstance(matches, Matches) else ()
    places: List[List[_Match]] = [[] for _ in bitext.source.ents]
    free = free_scores(matches, valid, candidates)
    for match, margin in zip(matches, margins(matches, free)):
        start, end = candidates.spans[match.candidate].tolist()
        places[match.entity].append(((start, end), match.score, margin))
    outcomes = []
    for i, ent in enumerate(bitext.source.ents):
        clear = [place for place in places[i] if place[2] >= min_margin]
        spans, values, differences = zip(*clear) if clear else ((), (), ())
        status = "projected" if clear else "ambiguous" if places[i] else _reason(scores[i], valid[i], considered[i])
        others = best_places((free if places[i] else valid)[i], candidates)
        outcomes.append(Outcome(i, ent.label_, status, spans, values, differences, others))
    return Projection(bitext, outcomes, flags)


def calibrated(projection: Projection, calibration: Dict[str, Any]) -> Projection:
    """Tell chances in place of the match scores.

    projection (Projection): the result for a pair.
    calibration (Dict[str, Any]): see `spacy_xproj.evaluation.calibration`.
    RETURNS (Projection): the same places, their scores and those of their rivals turned into chances.
    """
    outcomes = []
    for outcome in projection.outcomes:
        scores = calibrate(calibration, outcome.scores).tolist()
        rivals = calibrate(calibration, [score for _, score in outcome.rivals]).tolist()
        places = tuple((span, score) for (span, _), score in zip(outcome.rivals, rivals))
        outcomes.append(replace(outcome, scores=tuple(scores), rivals=places))
    return replace(projection, outcomes=outcomes)


def entity_edges(doc: Doc, spans: Ints2d) -> NDArray:
    """Tell which spans can be entities: not those that begin or end with white space, which spaCy cannot learn, nor
    those that cut a word at a combining mark.

    doc (Doc): the target.
    spans (Ints2d): token spans [start, end), none empty. *Shape:* ``(spans, 2)``
    RETURNS (NDArray): booleans. *Shape:* ``(spans,)``
    """
    space = numpy.fromiter((token.text.isspace() for token in doc), dtype=bool, count=len(doc))
    cut = numpy.append(continues(doc), False)
    return ~(space[spans[:, 0]] | space[spans[:, 1] - 1] | cut[spans[:, 0]] | cut[spans[:, 1]])


def free_scores(matches: List[Match], scores: Floats2d, candidates: Candidates) -> Floats2d:
    """Set the scores of all candidates that are no rivals of a match to 0.

    A rival overlaps no span that was chosen: neither its own, as neighbours that share tokens with it always score
    nearly as much, nor another, as two mentions of one name are no rivals if each has its entity.

    matches (List[Match]): the chosen matches.
    scores (Floats2d): all scores. *Shape:* ``(entities, candidates)``
    candidates (Candidates): the spans of the columns.
    RETURNS (Floats2d): the scores of the rivals. *Shape:* ``(entities, candidates)``
    """
    starts, ends = candidates.spans.T
    taken = numpy.zeros(ends.max(initial=0), dtype=int)
    for match in matches:
        taken[starts[match.candidate] : ends[match.candidate]] = 1
    before = numpy.concatenate([[0], numpy.cumsum(taken)])
    return numpy.where(before[starts] == before[ends], scores, 0)


def margins(matches: List[Match], free: Floats2d) -> List[float]:
    """By how much each match scores more than the best rival place of its entity. An entity without a rival has its
    whole score as margin.

    matches (List[Match]): the chosen matches.
    free (Floats2d): the scores of the rivals, see `free_scores`. *Shape:* ``(entities, candidates)``
    RETURNS (List[float]): the margins, in the order of the matches; 0 if a better place was left free.
    """
    return [max(0.0, match.score - float(free[match.entity].max(initial=0))) for match in matches]


def best_places(scores: Floats1d, candidates: Candidates) -> Tuple[ScoredSpan, ...]:
    """List the best places of an entity, none of which overlaps a better one.

    scores (Floats1d): the score of each candidate. *Shape:* ``(candidates,)``
    candidates (Candidates): the candidates.
    RETURNS (Tuple[ScoredSpan, ...]): three at most, best first; those that score almost nothing are left out.
    """
    starts, ends = candidates.spans.T
    left = numpy.where(scores >= RIVAL_SCORE, scores, 0)
    places: List[ScoredSpan] = []
    while len(places) < RIVALS and left.any():
        best = left.argmax()
        start, end = int(starts[best]), int(ends[best])
        places.append(((start, end), float(left[best])))
        left[(starts < end) & (ends > start)] = 0
    return tuple(places)


def _reason(scores: Floats1d, valid: Floats1d, considered: Floats1d) -> str:
    """Which step left an entity without a place: the first after which no score is above 0."""
    steps = {"unaligned": scores, "invalid_span": valid, "below_threshold": considered}
    return next((status for status, row in steps.items() if row.max(initial=0) <= 0), "lost_overlap")
