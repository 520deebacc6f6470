"""Original names in brackets: found, taken out before the matching, and labelled beside the name that has its label."""

import pytest

from spacy_xproj.extractors.ngram import NgramCandidates
from spacy_xproj.projectors.asides import original_names, with_asides, without_asides
from spacy_xproj.projectors.matching import CandidateMatching
from spacy_xproj.scores.soft_alignment import SoftAlignmentScore
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.types import Outcome, Projection, WordAlignment


@pytest.mark.parametrize(
    "source, ents, target, expected",
    [
        ("Michel Aoun met Ana", [(0, 2), (3, 4)], "奧恩 （ Michel Aoun ） x Ana", [(1, 4, 0)]),
        ("Michel Aoun met Ana", [(0, 2), (3, 4)], "奧恩 ( Aoun ) x Y ( Ana )", [(1, 3, 0), (6, 8, 1)]),
        ("Michel Aoun met Ana", [(0, 2), (3, 4)], "奧恩 ( Aoun ) x Y ( Aoun )", [(1, 3, 0)]),
        ("Michel Aoun met Ana", [(0, 2)], "奧恩 ( Ana )", []),
        ("Michel Aoun ( Aoun )", [(0, 2)], "奧恩 ( Aoun )", []),
        ("Munich", [(0, 1)], "Monaco ( München )", [(1, 3, 0)]),
        ("Ana", [(0, 1)], "( Ana ) x", []),
        ("DFB", [(0, 1)], "X ( Deutscher Bund , DFB )", []),
        ("Ana", [], "X ( Ana )", []),
        ("Ana", [(0, 1)], "", []),
    ],
)
def test_original_names(make_bitext, source, ents, target, expected):
    bitext = make_bitext(source, target, [(*ent, "PER") for ent in ents])
    assert [(a.first, a.last, a.entity) for a in original_names(bitext)] == expected


def test_spans_come_back_to_the_whole_sentence(make_bitext):
    bitext = make_bitext("Michel Aoun met Ana", "奧恩 « » ( Aoun ) x Ana y", [(0, 2, "PER"), (3, 4, "PER")])
    found = original_names(bitext)
    part = without_asides(bitext, found)
    assert [token.text for token in part.target] == ["奧恩", "«", "»", "x", "Ana", "y"]
    placed = [
        Outcome(0, "PER", "projected", ((0, 1),), (0.5,), (0.4,)),
        Outcome(1, "PER", "projected", ((4, 5),), (1,)),
    ]
    whole = with_asides(bitext, Projection(part, placed, ("not_proved_optimal",)), found)
    assert whole.bitext.target is bitext.target and whole.flags == ("not_proved_optimal",)
    assert [outcome.spans for outcome in whole.outcomes] == [((0, 1), (4, 5)), ((7, 8),)]
    assert whole.outcomes[0].scores == (0.5, 1.0) and whole.outcomes[0].margins == (0.4, 1.0)
    lost = [Outcome(0, "PER", "unaligned"), placed[1]]
    assert with_asides(bitext, Projection(part, lost), found).outcomes[0].spans == ((4, 5),)
    elsewhere = [Outcome(0, "PER", "projected", ((5, 6),), (0.5,), (0.4,)), placed[1]]
    assert with_asides(bitext, Projection(part, elsewhere), found).outcomes[0].spans == ((8, 9),)


def test_links_and_rivals_come_back_too(make_bitext):
    bitext = make_bitext("Aoun spoke", "奧恩 （ Aoun ） x y", [(0, 1, "PER")])
    part = without_asides(bitext, original_names(bitext)).aligned(WordAlignment.from_pharaoh("0-0 1-2:0.5"))
    placed = [Outcome(0, "PER", "projected", ((0, 1),), (0.5,), (0.4,), (((1, 3), 0.1),))]
    whole = with_asides(bitext, Projection(part, placed), original_names(bitext))
    assert whole.bitext.links().to_pharaoh() == "0-0 1-5:0.5"
    assert whole.outcomes[0].rivals == (((4, 6), 0.1),)


class FirstToFirst:
    """Link the first words."""

    positional = False

    def __call__(self, bitexts):
        for bitext in bitexts:
            self.seen = len(bitext.target)
            yield WordAlignment.from_pharaoh("0-0")


@pytest.mark.parametrize("positional", [False, True])
def test_matching(make_bitext, positional):
    """An aligner that tells pairs by their place in a corpus gets them as they are."""
    bitext = make_bitext("Aoun spoke", "奧恩 （ Aoun ） x", [(0, 1, "PER")])
    aligner = FirstToFirst()
    aligner.positional = positional
    projector = CandidateMatching(NgramCandidates(), SoftAlignmentScore(), ExactSolver(), aligner, original_names=True)
    (projection,) = projector([bitext])
    assert projection.bitext.target is bitext.target
    assert projection.outcomes[0].spans == (((0, 1),) if positional else ((0, 1), (2, 3)))
    assert aligner.seen == (5 if positional else 2)
