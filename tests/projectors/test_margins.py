"""How sure a place is: margins, what they leave out, and what the solver has to say."""

import numpy
import pytest
from spacy.tokens import DocBin

from spacy_xproj.api import apply_projection
from spacy_xproj.extractors.ngram import NgramCandidates, ngrams
from spacy_xproj.projectors.matching import CandidateMatching, best_places, free_scores, margins
from spacy_xproj.projectors.summary import outcome_rows
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.solvers.milp import MilpSolver
from spacy_xproj.types import Candidates, Match, Matches


class Scores:
    """A scorer that gives the scores of single tokens that it was made with, and of longer spans 0."""

    def __init__(self, rows):
        self.rows = numpy.asarray(rows, dtype=numpy.float32)

    def __call__(self, pairs):
        for _, candidates in pairs:
            scores = numpy.zeros((len(self.rows), len(candidates)), dtype=numpy.float32)
            scores[:, : self.rows.shape[1]] = self.rows
            yield scores


def project(make_bitext, rows, solver=None, max_length=1, **settings):
    ents = [(i, i + 1, "PER") for i in range(len(rows))]
    source, target = (" ".join("abcdefgh"[:n]) for n in (len(rows), len(rows[0])))
    extractor = NgramCandidates(max_length)
    projector = CandidateMatching(extractor, Scores(rows), solver or ExactSolver(), **settings)
    (projection,) = projector([make_bitext(source, target, ents)])
    return projection


def margins_of(matches, scores, candidates):
    return margins(matches, free_scores(matches, scores, candidates))


def test_a_rival_is_another_place(make_bitext):
    (outcome,) = project(make_bitext, [[0.9, 0.0, 0.6, 0.5]]).outcomes
    assert outcome.spans == ((0, 1),)
    assert outcome.margins == pytest.approx((0.3,))


def test_spans_that_overlap_the_match_are_no_rivals():
    candidates = Candidates(numpy.asarray([[1, 3], [0, 3], [2, 4], [1, 2], [3, 4], [0, 1]], dtype=numpy.int32))
    scores = numpy.asarray([[0.9, 0.8, 0.8, 0.8, 0.3, 0.4]], dtype=numpy.float32)
    assert margins_of([Match(0, 0, 0.9)], scores, candidates) == pytest.approx([0.5])


def test_places_given_to_others_are_no_rivals(make_bitext):
    """Two mentions of one name: each entity scores nearly as much on the other's place."""
    first, second = project(make_bitext, [[0.9, 0.8, 0.1], [0.8, 0.9, 0.2]]).outcomes
    assert first.margins == pytest.approx((0.8,)) and second.margins == pytest.approx((0.7,))


def test_without_a_rival_the_margin_is_the_score(make_bitext):
    (outcome,) = project(make_bitext, [[0.7]]).outcomes
    assert outcome.margins == pytest.approx((0.7,))


def test_a_rival_below_the_least_score_is_one(make_bitext):
    (outcome,) = project(make_bitext, [[0.5, 0.4]], min_score=0.45).outcomes
    assert outcome.margins == pytest.approx((0.1,))


def test_several_places_of_one_entity_are_no_rivals_of_each_other(make_bitext):
    (outcome,) = project(make_bitext, [[0.9, 0.8, 0.3]], ExactSolver(2)).outcomes
    assert outcome.margins == pytest.approx((0.6, 0.5))


def test_a_better_place_left_free_makes_0():
    candidates = Candidates(ngrams(2, 1))
    scores = numpy.asarray([[0.2, 0.9]], dtype=numpy.float32)
    assert margins_of([Match(0, 0, 0.2)], scores, candidates) == [0.0]


def test_margins_equal_a_plain_reference():
    random = numpy.random.default_rng(0)
    for _ in range(200):
        candidates = Candidates(random.permutation(ngrams(int(random.integers(1, 9)), 4)))
        scores = random.random((random.integers(1, 5), len(candidates))).astype(numpy.float32)
        matches = ExactSolver(int(random.integers(1, 3)))(scores, candidates)
        tokens = [set(range(*span)) for span in candidates.spans.tolist()]
        taken = set().union(*(tokens[match.candidate] for match in matches))
        expected = []
        for match in matches:
            rivals = [scores[match.entity, c] for c in range(len(candidates)) if not tokens[c] & taken]
            expected.append(match.score - max(rivals, default=0))
        assert margins_of(matches, scores, candidates) == pytest.approx(expected)
        assert min(expected) >= 0  # an optimal solution leaves no better place free


def test_rivals_are_told_best_first(make_bitext):
    (outcome,) = project(make_bitext, [[0.9, 0.0, 0.6, 0.5, 0.005]]).outcomes
    assert [span for span, _ in outcome.rivals] == [(2, 3), (3, 4)]
    assert [score for _, score in outcome.rivals] == pytest.approx([0.6, 0.5])
    (row,) = outcome_rows(0, project(make_bitext, [[0.9, 0.0, 0.6]]))
    assert row["rivals"] == [{"start": 4, "end": 5, "text": "c", "score": 0.6}]


def test_what_is_lost_has_its_best_places_as_rivals(make_bitext):
    (outcome,) = project(make_bitext, [[0.2, 0.3]], min_score=0.5).outcomes
    assert outcome.status == "below_threshold"
    assert [span for span, _ in outcome.rivals] == [(1, 2), (0, 1)]


def test_rivals_do_not_overlap_a_better_one():
    candidates = Candidates(ngrams(6, 3))
    scores = numpy.random.default_rng(0).random(len(candidates)).astype(numpy.float32)
    places = best_places(scores, candidates)
    tokens = [set(range(*span)) for span, _ in places]
    assert places[0][1] == scores.max() and len(places) > 1
    assert len(set().union(*tokens)) == sum(map(len, tokens))


def test_a_small_margin_is_ambiguous(make_bitext):
    rows = [[0.9, 0.0, 0.0, 0.0], [0.0, 0.5, 0.4, 0.0]]
    sure, doubtful = project(make_bitext, rows, min_margin=0.2).outcomes
    assert (sure.status, doubtful.status) == ("projected", "ambiguous")
    assert (doubtful.spans, doubtful.scores, doubtful.margins) == ((), (), ())
    assert [o.status for o in project(make_bitext, rows, min_margin=0.05).outcomes] == ["projected"] * 2


def test_of_several_places_the_clear_ones_stay(make_bitext):
    (outcome,) = project(make_bitext, [[0.9, 0.5, 0.4]], ExactSolver(2), min_margin=0.3).outcomes
    assert outcome.status == "projected" and outcome.spans == ((0, 1),)
    assert len(outcome.scores) == len(outcome.margins) == 1


def test_ties_are_kept_by_default(make_bitext):
    (outcome,) = project(make_bitext, [[0.5, 0.5]]).outcomes
    assert (outcome.status, outcome.margins) == ("projected", (0.0,))


def test_flags_of_the_solver_are_passed_on(make_bitext):
    projection = project(make_bitext, [[0.5, 0.0], [0.4, 0.0]], MilpSolver(1, "="))
    assert projection.flags == ("constraint_relaxed",)
    assert [outcome.status for outcome in projection.outcomes] == ["projected", "lost_overlap"]
    assert project(make_bitext, [[0.5]]).flags == ()


def test_a_solver_may_return_a_plain_list(make_bitext):
    projection = project(make_bitext, [[0.5]], lambda scores, candidates: [Match(0, 0, 0.5)])
    assert projection.flags == () and projection.outcomes[0].spans == ((0, 1),)


def test_margins_and_flags_are_written(make_bitext):
    def solver(scores, candidates):
        return Matches([Match(0, 0, float(scores[0, 0]))], ["not_proved_optimal"])

    projection = project(make_bitext, [[0.75, 0.5]], solver)
    (row,) = outcome_rows(0, projection)
    assert (row["target"][0]["score"], row["target"][0]["margin"]) == (0.75, 0.25)
    doc = apply_projection(projection)
    (read,) = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes()).get_docs(doc.vocab)
    attrs = read.spans["projected"].attrs
    assert (attrs["scores"], attrs["margins"], attrs["flags"]) == ([0.75], [0.25], ["not_proved_optimal"])
