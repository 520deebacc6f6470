"""Mixtures of aligners: sums by hand, what they ask of their terms, and their blocks in a config."""

import numpy
import pytest
from thinc.api import Config

from spacy_xproj.aligners.mixture import MixtureAligner
from spacy_xproj.aligners.pharaoh import PharaohAligner
from spacy_xproj.errors import XprojError
from spacy_xproj.registry import registry
from spacy_xproj.types import WordAlignment, is_positional


class Fixed:
    """Every pair has the same links; it counts what it was initialised with, and what it has read."""

    def __init__(self, line):
        self.line = line
        self.read = 0

    def initialize(self, get_bitexts):
        self.seen = len(list(get_bitexts()))

    def __call__(self, bitexts):
        for _ in bitexts:
            self.read += 1
            yield WordAlignment.from_pharaoh(self.line)


def test_weights_are_summed_and_cut_off(make_bitext):
    bitexts = [make_bitext("a b", "x y z")] * 2
    first, second = Fixed("1-0 0-0 0-2:0.5"), Fixed("0-0:0.5 1-1")
    mixture = MixtureAligner(first, second, weights=[0.75, 0.25])
    assert [links.to_pharaoh() for links in mixture(bitexts)] == ["0-0:0.875 0-2:0.375 1-0:0.75 1-1:0.25"] * 2
    (links, _) = MixtureAligner(first, second)(bitexts)
    assert links.to_pharaoh() == "0-0 0-2:0.5 1-0 1-1"
    mixture = MixtureAligner(first, second, weights=[0.75, 1], threshold=0.375)
    assert next(mixture(bitexts)).to_pharaoh() == "0-0 1-0:0.75 1-1"


def test_shares_of_one_give_no_more_than_one(make_bitext):
    terms = [Fixed("0-0") for _ in range(10)]
    (links,) = MixtureAligner(*terms, weights=[0.1] * 10)([make_bitext("a", "x")])
    assert links.weight.dtype == numpy.float32 and links.weight[0] == pytest.approx(1) and links.weight[0] <= 1


def test_terms_are_initialised_and_read_together(make_bitext):
    bitexts = [make_bitext("a", "x")] * 3
    terms = [Fixed("0-0"), Fixed("0-0:0.5")]
    mixture = MixtureAligner(*terms, weights=[0.5, 1])
    mixture.initialize(lambda: bitexts)
    assert [term.seen for term in terms] == [3, 3]
    next(mixture(iter(bitexts)))
    assert [term.read for term in terms] == [1, 1]


def test_an_aligner_that_needs_all_pairs_makes_the_mixture_need_them(tmp_path):
    by_place = PharaohAligner(tmp_path / "links.txt")
    assert is_positional(MixtureAligner(Fixed("0-0"), by_place))
    assert not is_positional(MixtureAligner(Fixed("0-0"), Fixed("0-0")))


def test_in_a_config(make_bitext, tmp_path):
    (tmp_path / "a.txt").write_text("0-0 0-1\n")
    (tmp_path / "b.txt").write_text("0-1:0.5\n")
    config = Config().from_str(f"""
    [aligner]
    @xproj_aligners = "spacy-xproj.MixtureAligner.v1"
    threshold = 0.3
    weights = [0.25, 1.0]

    [aligner.*.second]
    @xproj_aligners = "spacy-xproj.PharaohAligner.v1"
    path = "{(tmp_path / "a.txt").as_posix()}"

    [aligner.*.first]
    @xproj_aligners = "spacy-xproj.PharaohAligner.v1"
    path = "{(tmp_path / "b.txt").as_posix()}"
    """)
    (links,) = registry.resolve(config)["aligner"]([make_bitext("a", "x y")])
    assert links.to_pharaoh() == "0-1:0.75"


@pytest.mark.parametrize("weight", [0, -0.5, 1.5, float("nan")])
def test_bad_weights(weight):
    with pytest.raises(XprojError, match="give one in"):
        MixtureAligner(Fixed("0-0"), Fixed("0-0"), weights=[1, weight])


def test_nothing_to_mix():
    with pytest.raises(XprojError, match="no terms"):
        MixtureAligner()
    with pytest.raises(XprojError, match="MixtureAligner has 2 terms and 1 weights; give each term one"):
        MixtureAligner(Fixed("0-0"), Fixed("0-0"), weights=[0.5])


def test_a_threshold_out_of_range():
    with pytest.raises(XprojError, match=r"threshold is 2.0: use a number in \[0, 1\]"):
        MixtureAligner(Fixed("0-0"), threshold=2.0)
