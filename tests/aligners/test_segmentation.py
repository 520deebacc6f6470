"""Words out of characters."""

from itertools import product

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spacy_xproj.aligners.segmentation import HUBNESS, STAY, find_units, join, unit_means
from spacy_xproj.models.subtokens import SentenceVectors
from spacy_xproj.text.tokenizers import are_characters


@pytest.mark.parametrize(
    "words, expected",
    [("他 在 北 京 。", True), ("他 在 北京 。", False), ("เท พฯ", True), ("Obama in Berlin", False), ("", False)],
)
def test_are_characters(words, expected):
    assert are_characters(words.split()) is expected


def test_units_prefer_one_word():
    similarity = numpy.asarray([[0.8, 0.5, 0.1, 0.1], [0.1, 0.2, 0.1, 0.7], [0.0, 0.0, 0.0, 0.0]], dtype=numpy.float32)
    assert find_units(similarity, list("北京我。")).tolist() == [0, 0, 0, 1]
    assert find_units(similarity, ["a", "b", "c", "d"]).tolist() == [0, 1, 2, 3]
    assert find_units(similarity, ["北京", "我", "我", "。"]).tolist() == [0, 1, 2, 3]


@given(arrays(numpy.float32, (3, 5), elements=st.floats(-1, 1, width=16)))
def test_units_are_those_of_the_best_path(similarity):
    """Against every path there is."""
    hubs = numpy.sort(similarity, axis=1).astype(float)[:, -3:].mean(axis=1)
    gain = similarity - HUBNESS * hubs[:, None]

    def value(path):
        return sum(gain[row, i] for i, row in enumerate(path)) + STAY * sum(a == b for a, b in zip(path, path[1:]))

    values = {path: value(path) for path in product(range(3), repeat=5)}
    best = max(values.values())
    optimal = [[int(a != b) for a, b in zip(path, path[1:])] for path in values if values[path] > best - 1e-5]
    units = find_units(similarity, list("北京我他在"))
    assert numpy.diff(units).tolist() in optimal


def test_join_and_means():
    vectors = numpy.asarray([[1, 0], [3, 0], [0, 5]], dtype=numpy.float32)
    units = numpy.asarray([0, 0, 1, 1], dtype=numpy.int32)
    joined = join(SentenceVectors(vectors, numpy.asarray([0, 1, 3], dtype=numpy.int32), 4), units)
    assert joined.vectors.tolist() == [[2, 0], [0, 5]]
    assert (joined.word.tolist(), joined.n_words) == ([0, 1], 2)
    assert unit_means(numpy.asarray([[1.0, 3, 0, 4]]), units).tolist() == [[2, 2]]
