"""Extraction methods: the static methods of `simalign` and plain loops are the references."""

import math

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spacy_xproj.aligners.similarity import argmax, entmax, get_extraction, itermax, match, soft, softmax
from spacy_xproj.errors import XprojError

SHAPES = [(1, 1), (1, 6), (7, 1), (2, 2), (2, 9), (3, 3), (3, 8), (12, 4), (10, 10), (17, 23)]


def cosines(shape, seed):
    """Make similarities of random vectors, all different."""
    random = numpy.random.default_rng(seed)
    rows, columns = (random.normal(size=(n, 6)) + 0.5 * random.normal(size=6) for n in shape)
    unit = [side / numpy.linalg.norm(side, axis=1, keepdims=True) for side in (rows, columns)]
    return unit[0] @ unit[1].T


@pytest.fixture(scope="module")
def reference():
    aligner = pytest.importorskip("simalign").SentenceAligner

    def inter(similarity):
        forward, backward = aligner.get_alignment_matrix(similarity)
        return forward * backward

    return {argmax: inter, itermax: aligner.iter_max, match: aligner.get_max_weight_match}


@pytest.mark.parametrize("method", [argmax, itermax, match], ids=lambda method: method.__name__)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_links_are_those_of_simalign(reference, method, shape):
    for seed in range(40 if max(shape) < 15 else 5):
        similarity = cosines(shape, seed)
        numpy.testing.assert_array_equal(method(similarity), reference[method]((similarity + 1) / 2))


def test_itermax_more_rounds(reference):
    aligner = pytest.importorskip("simalign").SentenceAligner
    for seed in range(40):
        similarity = cosines((9, 12), seed)
        numpy.testing.assert_array_equal(itermax(similarity, 4), aligner.iter_max((similarity + 1) / 2, 4))


def test_itermax_links_what_argmax_leaves():
    similarity = numpy.asarray([[0.9, 0.1, 0.0], [0.8, 0.2, 0.1], [0.1, 0.3, 0.7]])
    assert argmax(similarity).nonzero()[0].tolist() == [0, 2]
    assert set(zip(*itermax(similarity).nonzero())) > set(zip(*argmax(similarity).nonzero()))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_match_links_every_word_of_the_shorter_side_once(shape):
    links = match(cosines(shape, 0))
    assert links.sum() == min(shape)
    assert links.sum(axis=0).max() == links.sum(axis=1).max() == 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("temperature", [1.0, 0.1])
def test_softmax_is_the_plain_loop(shape, temperature):
    similarity = 8 * cosines(shape, 1)
    n_rows, n_columns = shape
    expected = numpy.zeros(shape)
    for i in range(n_rows):
        for j in range(n_columns):
            cell = math.exp(similarity[i, j] / temperature)
            forward = cell / sum(math.exp(similarity[i, k] / temperature) for k in range(n_columns))
            backward = cell / sum(math.exp(similarity[k, j] / temperature) for k in range(n_rows))
            if forward > 0.001 and backward > 0.001:
                expected[i, j] = forward * backward
    numpy.testing.assert_allclose(softmax(similarity, temperature=temperature), expected, rtol=1e-9)


def test_softmax_of_large_dot_products():
    weights = softmax(numpy.asarray([[2000.0, 0.0], [0.0, 1500.0]], dtype=numpy.float32))
    numpy.testing.assert_array_equal(weights, numpy.eye(2))


def bisected_entmax(row):
    """Compute 1.5-entmax by its definition, τ found by bisection."""
    low, high = row.max() / 2 - 1, row.max() / 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if (numpy.maximum(row / 2 - middle, 0) ** 2).sum() > 1 else (low, middle)
    return numpy.maximum(row / 2 - low, 0) ** 2


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("scale", [0.1, 3, 300])
def test_entmax_is_its_definition(shape, scale):
    similarity = scale * cosines(shape, 1)
    forward = numpy.asarray([bisected_entmax(row) for row in similarity])
    backward = numpy.asarray([bisected_entmax(column) for column in similarity.T]).T
    numpy.testing.assert_allclose(forward.sum(axis=1), 1)
    expected = forward * backward
    numpy.testing.assert_allclose(entmax(similarity), expected, atol=1e-9)
    numpy.testing.assert_allclose(entmax(similarity / 5, temperature=0.2), expected, atol=1e-9)


def test_entmax_by_hand():
    # two cells: √p − √q = (z₁ − z₂) / 2 and p + q = 1
    weights = entmax(numpy.asarray([[0.4, 0.0]]))
    numpy.testing.assert_allclose(weights, [[(0.1 + math.sqrt(0.49)) ** 2, (math.sqrt(0.49) - 0.1) ** 2]])
    numpy.testing.assert_array_equal(entmax(numpy.full((3, 3), 7.0)) > 0, numpy.ones((3, 3)))
    numpy.testing.assert_array_equal(entmax(1e4 * numpy.eye(3, dtype=numpy.float32)), numpy.eye(3))


matrices = st.tuples(st.integers(1, 8), st.integers(1, 8)).flatmap(
    lambda shape: arrays(numpy.float64, shape, elements=st.floats(-1, 1, width=32))
)


@given(matrices)
def test_soft_weights_are_finite_shares(similarity):
    weights = soft(similarity)
    assert weights.shape == similarity.shape
    assert numpy.isfinite(weights).all() and weights.min() >= 0 and weights.max() <= 1


@given(matrices)
def test_soft_sums_converge_to_one_at_most(similarity):
    weights = soft(similarity, iterations=1000)
    assert weights.sum(axis=0).max() <= 1.02 and weights.sum(axis=1).max() <= 1.02


@given(matrices)
def test_soft_is_symmetric(similarity):
    numpy.testing.assert_allclose(soft(similarity.T), soft(similarity).T, rtol=1e-9, atol=1e-12)


@given(matrices, st.randoms(use_true_random=False))
def test_soft_follows_permutations(similarity, random):
    rows, columns = (random.sample(range(n), n) for n in similarity.shape)
    shuffled = similarity[rows][:, columns]
    numpy.testing.assert_allclose(soft(shuffled), soft(similarity)[rows][:, columns], rtol=1e-9, atol=1e-12)


@given(matrices, st.data())
def test_soft_grows_with_the_similarity(similarity, data):
    cell = tuple(data.draw(st.integers(0, n - 1)) for n in similarity.shape)
    raised = similarity.copy()
    raised[cell] = min(1.0, raised[cell] + 0.2)
    assert soft(raised)[cell] >= soft(similarity)[cell] - 1e-9


def test_soft_gives_little_to_a_word_without_counterpart():
    similarity = numpy.full((3, 3), -0.2)
    similarity[0, 0] = similarity[1, 1] = 0.7
    weights = soft(similarity)
    assert weights[0, 0] > 0.9 and weights[1, 1] > 0.9
    assert weights[2].max() < 0.1 and weights[:, 2].max() < 0.1
    lone = soft(numpy.asarray([[0.7], [-0.2]]))
    assert lone[0, 0] > 0.9 and lone[1, 0] < 0.1


def test_soft_prefers_a_counterpart_where_it_exceeds_twice_null():
    assert soft(numpy.asarray([[0.15]]), null=0.05, iterations=100)[0, 0] > 0.5
    assert soft(numpy.asarray([[0.05]]), null=0.05, iterations=100)[0, 0] < 0.5


def test_soft_splits_a_word_between_equal_counterparts():
    (weights,) = soft(numpy.asarray([[0.6, 0.6]]), iterations=100)
    assert weights[0] == weights[1] and 0.4 < weights[0] <= 0.501


@pytest.mark.parametrize("value", [-1.0, 1.0])
@pytest.mark.parametrize("dtype", [numpy.float32, numpy.float64])
def test_soft_does_not_overflow(value, dtype):
    with numpy.errstate(all="raise"):
        weights = soft(numpy.full((40, 60), value, dtype=dtype))
    assert numpy.isfinite(weights).all()


def test_get_extraction():
    similarity = cosines((5, 6), 3)
    for name, method in {"argmax": argmax, "itermax": itermax, "match": match}.items():
        numpy.testing.assert_array_equal(get_extraction(name)(similarity), method(similarity))
    numpy.testing.assert_array_equal(get_extraction("softmax", 0.2)(similarity), softmax(similarity, temperature=0.2))
    numpy.testing.assert_array_equal(get_extraction("entmax", 0.2)(similarity), entmax(similarity, temperature=0.2))
    weights = soft(similarity, 0.2, 0.1)
    assert (weights < 0.01).any()
    numpy.testing.assert_array_equal(get_extraction("soft", 0.2, 0.1)(similarity), weights * (weights > 0.01))
    with pytest.raises(XprojError, match="no extraction method 'best'.*argmax"):
        get_extraction("best")
