"""Data shapes: matrices and Pharaoh lines there and back."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.types import WordAlignment, token_spans

positions = st.integers(0, 2**31 - 1)
weights = st.floats(0, 1, width=32, exclude_min=True)
alignments = st.lists(st.tuples(positions, positions, weights), unique_by=lambda link: link[:2]).map(
    lambda links: WordAlignment(
        numpy.asarray([source for source, _, _ in links], dtype=numpy.int32),
        numpy.asarray([target for _, target, _ in links], dtype=numpy.int32),
        numpy.asarray([weight for _, _, weight in links], dtype=numpy.float32),
    )
)

BAD_LINKS = [
    "٣-1",
    "0-1_0",
    "0-1:٠.٥",
    "0",
    "0-",
    "-0",
    "a-b",
    "0-1:0",
    "0-1:-1",
    "0-1:1.5",
    "0-1:nan",
    "0-1:x",
    "1--1",
    "0-1-2",
    "0_1",
    "0-1:1e-60",
    "0-4294967296",
    "9999999999-0",
    "0:0.5",
]


@given(alignments)
def test_pharaoh_round_trip(alignment):
    line = alignment.to_pharaoh()
    again = WordAlignment.from_pharaoh(line)
    assert (again.source.dtype, again.target.dtype, again.weight.dtype) == ("int32", "int32", "float32")
    numpy.testing.assert_array_equal(again.source, alignment.source)
    numpy.testing.assert_array_equal(again.target, alignment.target)
    numpy.testing.assert_array_equal(again.weight, alignment.weight)
    assert again.to_pharaoh() == line and "\n" not in line


def test_pharaoh_lines():
    alignment = WordAlignment.from_pharaoh(" 0-1  12-3:0.25\t4-0:1\n")
    assert alignment.source.tolist() == [0, 12, 4]
    assert alignment.target.tolist() == [1, 3, 0]
    assert alignment.weight.tolist() == [1, 0.25, 1]
    assert alignment.to_pharaoh() == "0-1 12-3:0.25 4-0"
    assert len(alignment) == 3
    assert len(WordAlignment.from_pharaoh("")) == 0 and WordAlignment.from_pharaoh("").to_pharaoh() == ""


@pytest.mark.parametrize("link", BAD_LINKS)
def test_malformed_links(link):
    with pytest.raises(XprojError, match=f"bad link '{link}'") as error:
        WordAlignment.from_pharaoh(f"0-0 {link} 1-1")
    assert "\n" not in str(error.value)


def test_a_link_twice():
    with pytest.raises(XprojError, match="each link must appear once: '0-0:0.9 0-0:0.2'"):
        WordAlignment.from_pharaoh("0-0:0.9 0-0:0.2\n")


@given(st.integers(0, 6), st.integers(0, 6), st.randoms(use_true_random=False))
def test_matrix_round_trip(n_source, n_target, random):
    matrix = numpy.zeros((n_source, n_target), dtype=numpy.float32)
    for cell in numpy.ndindex(n_source, n_target):
        matrix[cell] = random.choice([0, 0, 0.25, 0.5, 1])
    alignment = WordAlignment.from_matrix(matrix)
    numpy.testing.assert_array_equal(alignment.to_matrix(n_source, n_target), matrix)
    cells = list(zip(alignment.source.tolist(), alignment.target.tolist()))
    assert cells == sorted(cell for cell in numpy.ndindex(n_source, n_target) if matrix[cell] > 0)


def test_cells_at_the_threshold_are_no_links():
    alignment = WordAlignment.from_matrix(numpy.asarray([[0.5, 0.6], [0.4, 0.0]]), threshold=0.5)
    assert alignment.to_pharaoh() == "0-1:0.6"


def test_a_pair_and_its_alignment(make_bitext):
    bare = make_bitext("Ana sleeps", "Ana dorme")
    with pytest.raises(XprojError, match="give the projector an 'aligner'"):
        bare.links()
    alignment = WordAlignment.from_pharaoh("0-0")
    aligned = bare.aligned(alignment)
    assert aligned.links() is alignment and bare.alignment is None
    assert (aligned.source, aligned.target) == (bare.source, bare.target)


def test_token_spans(make_bitext):
    bitext = make_bitext("Ana Silva visits Porto", "x", [(0, 2, "PER"), (3, 4, "LOC")])
    assert token_spans(bitext.source.ents).tolist() == [[0, 2], [3, 4]]
    assert token_spans([]).shape == (0, 2)
