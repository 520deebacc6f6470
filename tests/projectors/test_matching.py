"""Projection by matching: outcomes of every kind, and the contract between the steps."""

from collections import Counter

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.aligned import AlignedCandidates
from spacy_xproj.extractors.ngram import NgramCandidates
from spacy_xproj.projectors.align import align
from spacy_xproj.projectors.matching import CandidateMatching
from spacy_xproj.scores.alignment import AlignmentScore
from spacy_xproj.scores.soft_alignment import SoftAlignmentScore
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.solvers.greedy import GreedySolver
from spacy_xproj.types import STATUSES


class Linked:
    """An aligner that hands out the links that a pair already has, and counts how far it has read."""

    read = 0

    def __call__(self, bitexts):
        for bitext in bitexts:
            self.read += 1
            yield bitext.links()


def make_projector(aligner=None, extractor=None, scorer=None, solver=None, **settings):
    return CandidateMatching(
        extractor or NgramCandidates(),
        scorer or AlignmentScore(),
        solver or ExactSolver(),
        aligner or Linked(),
        **settings,
    )


def project(bitext, **parts):
    (projection,) = make_projector(**parts)([bitext])
    return projection.outcomes


def test_a_pair(make_bitext):
    ents = [(0, 2, "PER"), (4, 5, "LOC")]
    bitext = make_bitext("Ana Silva lives in Lisbon", "Em Lisboa mora Ana Silva", ents, "0-3 1-4 2-2 3-0 4-1")
    first, second = project(bitext)
    assert (first.entity, first.label, first.status, first.spans) == (0, "PER", "projected", ((3, 5),))
    assert (second.entity, second.label, second.status, second.spans) == (1, "LOC", "projected", ((1, 2),))
    assert first.scores == (0.5,) and second.scores == (0.5,)


def test_statuses(make_bitext):
    """Entities a-e: placed; beaten by the first; on white space only; hardly aligned; not aligned."""
    ents = [(0, 1, "A"), (1, 2, "B"), (2, 3, "C"), (3, 6, "D"), (6, 7, "E")]
    links = "0-0 1-0:0.9 2-1 3-2:0.4"
    bitext = make_bitext("a b c d d d e", ["x", "\n", "y"], ents, links)
    outcomes = project(bitext, scorer=AlignmentScore(hard=False), extractor=NgramCandidates(1), min_score=0.2)
    assert [outcome.status for outcome in outcomes] == [
        "projected",
        "lost_overlap",
        "invalid_span",
        "below_threshold",
        "unaligned",
    ]
    assert [len(outcome.spans) for outcome in outcomes] == [1, 0, 0, 0, 0]


def test_a_score_at_the_threshold_counts(make_bitext):
    bitext = make_bitext("a", "x", [(0, 1, "A")], "0-0")
    assert [o.status for o in project(bitext, min_score=0.5)] == ["projected"]
    assert [o.status for o in project(bitext, min_score=0.501)] == ["below_threshold"]


def test_several_places_for_an_entity(make_bitext):
    bitext = make_bitext("Ana", "Ana , Ana", [(0, 1, "PER")], "0-0 0-2")
    (outcome,) = project(bitext, solver=ExactSolver(2))
    assert outcome.spans == ((0, 1), (2, 3)) and outcome.scores == (0.5, 0.5)


@pytest.mark.parametrize("source, target", [("", ""), ("a", ""), ("", "x"), ("a", "x"), ("a", ["\n"])])
@pytest.mark.parametrize("solver", [ExactSolver(), GreedySolver(2)])
def test_empty_sides(make_bitext, source, target, solver):
    ents = [(0, 1, "A")] if source else []
    outcomes = project(make_bitext(source, target, ents, ""), solver=solver)
    assert [outcome.status for outcome in outcomes] == ["unaligned"] * len(ents)


words = st.lists(st.sampled_from(["Ana", "de", ",", "\n", "x"]), max_size=7)


@st.composite
def pairs(draw):
    source, target = draw(words), draw(words)
    cuts = sorted(draw(st.sets(st.integers(0, len(source)), max_size=5)))
    ents = [
        (start, end, "X")
        for start, end in list(zip(cuts, cuts[1:]))[:: draw(st.integers(1, 2))]
        if not (source[start].isspace() or source[end - 1].isspace())
    ]
    cells = [(s, t) for s in range(len(source)) for t in range(len(target))]
    links = draw(st.sets(st.sampled_from(cells), max_size=8)) if cells else set()
    return source, target, ents, " ".join(f"{s}-{t}" for s, t in links)


@given(
    st.lists(pairs(), max_size=3),
    st.sampled_from([ExactSolver(), ExactSolver(3, 2.0), GreedySolver(2)]),
    st.sampled_from([NgramCandidates(3), AlignedCandidates(4, "spanning")]),
    st.sampled_from([AlignmentScore(), SoftAlignmentScore()]),
    st.sampled_from([0.0, 0.3]),
)
def test_one_outcome_for_every_entity(make_bitext, pairs, solver, extractor, scorer, min_score):
    bitexts = [make_bitext(*pair) for pair in pairs]
    projections = list(make_projector(Linked(), extractor, scorer, solver, min_score=min_score)(bitexts))
    for bitext, projection in zip(bitexts, projections, strict=True):
        ents, target = bitext.source.ents, bitext.target
        outcomes = projection.outcomes
        assert [(o.entity, o.label) for o in outcomes] == [(i, ent.label_) for i, ent in enumerate(ents)]
        assert all(o.status in STATUSES and (o.status == "projected") == bool(o.spans) for o in outcomes)
        assert all(len(o.scores) == len(o.spans) and min(o.scores, default=1) >= min_score for o in outcomes)
        tokens = [token for o in outcomes for span in o.spans for token in range(*span)]
        assert len(tokens) == len(set(tokens))
        edges = [edge for o in outcomes for start, end in o.spans for edge in (start, end - 1)]
        assert not any(target[edge].is_space for edge in edges)
        linked = set(projection.bitext.links().source.tolist())
        for o, ent in zip(outcomes, ents):
            if not linked & set(range(ent.start, ent.end)):
                assert o.status == "unaligned"


def short(parts):
    """A step that stops after the first item."""
    yield next(iter(parts))


@pytest.mark.parametrize("step", ["aligner", "extractor", "scorer"])
def test_a_step_that_gives_too_few_results_is_reported(make_bitext, step):
    bitexts = [make_bitext("a", "x", [(0, 1, "A")], "0-0")] * 3
    whole = {"aligner": Linked(), "extractor": NgramCandidates(), "scorer": AlignmentScore()}[step]
    with pytest.raises(ValueError, match="shorter"):
        list(make_projector(**{step: lambda items: short(whole(items))})(bitexts))


@pytest.mark.parametrize("shape", [(1, 5), (2, 2), (3, 1), (3,)])
def test_a_matrix_of_the_wrong_shape_is_reported(make_bitext, shape):
    bitext = make_bitext("a b", "x y", [(0, 1, "A"), (1, 2, "B")], "0-0")
    projector = make_projector(scorer=lambda items: (numpy.ones(shape) for _ in items))
    with pytest.raises(XprojError, match="scorer gave a matrix of shape .*, not .2, 3."):
        list(projector([bitext]))


def test_scores_below_zero_are_no_matches(make_bitext):
    bitext = make_bitext("a", "x y", [(0, 1, "A")], "0-0")
    (projection,) = make_projector(scorer=lambda items: (numpy.full((1, 3), -1.0) for _ in items))([bitext])
    assert [outcome.status for outcome in projection.outcomes] == ["unaligned"]


def test_reads_no_further_than_it_has_to(make_bitext):
    """2,000 pairs stream through; none is read before it is needed, and those behind are let go."""
    alive = Counter()

    def generate():
        for i in range(2000):
            alive["made"] = i + 1
            yield make_bitext("a b", "x y", [(0, 1, "A")], "0-0 1-1")

    aligner = Linked()
    stream = make_projector(aligner)(generate())
    assert alive["made"] == 0
    for consumed, projection in enumerate(stream, start=1):
        assert projection.outcomes[0].status == "projected"
        assert alive["made"] <= consumed + 2 and aligner.read <= consumed + 2
    assert consumed == 2000


def test_align_keeps_pairs_and_alignments_together(make_bitext):
    bitexts = [make_bitext("a b c", "x y z", [(0, 1, "PER")], links=f"{i}-0") for i in range(3)]
    for i, (before, after) in enumerate(zip(bitexts, align(iter(bitexts), Linked()), strict=True)):
        assert (after.source, after.target) == (before.source, before.target)
        assert after.links().to_pharaoh() == f"{i}-0"


def test_without_an_aligner(make_bitext):
    bitext = make_bitext("Ana", "Ana", [(0, 1, "PER")])
    overlap = CandidateMatching(NgramCandidates(), lambda items: (numpy.ones((1, 1)) for _ in items), ExactSolver())
    (projection,) = overlap([bitext])
    assert projection.outcomes[0].status == "projected" and projection.bitext.alignment is None
    missing = CandidateMatching(NgramCandidates(), AlignmentScore(), ExactSolver())
    with pytest.raises(XprojError, match="give the projector an 'aligner'"):
        list(missing([bitext]))


def test_initialize_reaches_every_part(make_bitext):
    class Part:
        pairs = 0

        def initialize(self, get_bitexts):
            self.pairs += len(list(get_bitexts()))

        def __call__(self, items):
            return iter(())

    parts = [Part() for _ in range(3)]
    projector = CandidateMatching(parts[1], parts[2], ExactSolver(), parts[0])
    projector.initialize(lambda: iter([make_bitext("a", "x")] * 4))
    assert [part.pairs for part in parts] == [4, 4, 4]


@pytest.mark.parametrize(("positional", "expected"), [(False, [1]), (True, [0, 1, 2])])
def test_pairs_without_entities_go_to_positional_aligners_only(make_bitext, positional, expected):
    bitexts = [make_bitext("a b", "x y", [(0, 1, "PER")] if i == 1 else [], links="0-0") for i in range(3)]
    seen = []

    class Recorder:
        def __call__(self, pairs):
            for pair in pairs:
                seen.append(bitexts.index(pair))
                yield pair.links()

    Recorder.positional = positional
    aligned = list(align(iter(bitexts), Recorder()))
    assert seen == expected
    assert [len(pair.links()) for pair in aligned] == [1 if i in expected else 0 for i in range(3)]


@pytest.mark.parametrize("setting", ["min_score", "min_margin"])
def test_scores_out_of_range(setting):
    with pytest.raises(XprojError, match=rf"{setting} is 1.5: use a number in \[0, 1\]"):
        CandidateMatching(NgramCandidates(), AlignmentScore(), ExactSolver(), **{setting: 1.5})
