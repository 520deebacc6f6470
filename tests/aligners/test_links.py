"""Operations on links against dense matrices."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.aligners.links import check_reduction, common, compose, merge, unlinked
from spacy_xproj.errors import XprojError
from spacy_xproj.types import WordAlignment

N = 4
cells = st.sampled_from([0, 0, 0.25, 0.5, 1])
matrices = st.lists(cells, min_size=N * N, max_size=N * N).map(
    lambda values: numpy.asarray(values, dtype=numpy.float32).reshape(N, N)
)
EMPTY = WordAlignment.from_pharaoh("")


def shuffled(matrix):
    """List the links of a matrix in another order than that of the matrix."""
    links = WordAlignment.from_matrix(matrix)
    order = numpy.random.default_rng(0).permutation(len(links))
    return WordAlignment(links.source[order], links.target[order], links.weight[order])


def check_form(links):
    assert (links.source.dtype, links.target.dtype, links.weight.dtype) == ("int32", "int32", "float32")
    assert ((links.weight > 0) & (links.weight <= 1)).all()
    pairs = list(zip(links.source.tolist(), links.target.tolist()))
    assert pairs == sorted(set(pairs))


def test_compose_by_hand():
    first = WordAlignment.from_pharaoh("0-0:0.5 0-1:0.5 1-2 2-2:0.25")
    second = WordAlignment.from_pharaoh("2-0:0.5 0-1 1-1:0.75 3-3")
    assert compose(first, second).to_pharaoh() == "0-1:0.5 1-0:0.5 2-0:0.125"
    assert compose(first, second, "sum").to_pharaoh() == "0-1:0.875 1-0:0.5 2-0:0.125"
    assert compose(first, second, threshold=0.125).to_pharaoh() == "0-1:0.5 1-0:0.5"


@pytest.mark.parametrize("first, second", [("", ""), ("0-0", ""), ("", "0-0"), ("0-1", "0-0")])
def test_nothing_to_compose(first, second):
    assert len(compose(WordAlignment.from_pharaoh(first), WordAlignment.from_pharaoh(second))) == 0


@given(matrices, matrices)
def test_compose_is_the_matrix_product(a, b):
    for reduction, products in (("sum", a @ b), ("max", (a[:, :, None] * b[None, :, :]).max(axis=1))):
        found = compose(shuffled(a), shuffled(b), reduction)
        check_form(found)
        numpy.testing.assert_allclose(found.to_matrix(N, N), numpy.minimum(products, 1), rtol=1e-6)
    hard = compose(shuffled(a > 0), shuffled(b > 0))
    numpy.testing.assert_array_equal(hard.to_matrix(N, N), (a > 0) @ (b > 0))


@given(matrices, matrices, st.sampled_from([0.0, 0.25, 0.6]))
def test_merge_is_the_sum_or_maximum_of_matrices(a, b, threshold):
    for reduction, expected in (("sum", numpy.minimum(a + b, 1)), ("max", numpy.maximum(a, b))):
        found = merge([shuffled(a), shuffled(b)], reduction, threshold)
        check_form(found)
        numpy.testing.assert_allclose(found.to_matrix(N, N), numpy.where(expected > threshold, expected, 0))


@given(matrices, matrices)
def test_common_and_unlinked(a, b):
    first, second = common(shuffled(a), shuffled(b))
    check_form(first)
    both = (a > 0) & (b > 0)
    numpy.testing.assert_array_equal(first.to_matrix(N, N), a * both)
    numpy.testing.assert_array_equal(second.to_matrix(N, N), b * both)
    left = unlinked(shuffled(a), shuffled(b))
    numpy.testing.assert_array_equal(left.to_matrix(N, N), a * ~(b > 0).any(axis=1, keepdims=True))


def test_far_positions():
    far = WordAlignment.from_pharaoh("2147483647-2147483646 2147483646-2147483647")
    assert merge([far, far]).to_pharaoh() == "2147483646-2147483647 2147483647-2147483646"
    assert merge([EMPTY, EMPTY]).to_pharaoh() == ""


def test_unknown_reduction():
    with pytest.raises(XprojError, match="no reduction 'mean': use one of sum, max"):
        check_reduction("mean")
