"""The best tags, against all sequences that obey the scheme."""

from itertools import product

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spacy_xproj.students.viterbi import best_tags


def is_valid(tags, spaces, n_labels):
    """Read the scheme off its definition: columns are O, B of each label, I of each label."""
    for i, tag in enumerate(tags):
        inside = tag > n_labels
        before = tags[i - 1] if i else 0
        if inside and before not in (tag, tag - n_labels):
            return False
        if 0 < tag <= n_labels and spaces[i]:
            return False
        last_of_entity = tag and (i + 1 == len(tags) or tags[i + 1] != (tag if inside else tag + n_labels))
        if last_of_entity and spaces[i]:
            return False
    return True


def brute_force(scores, spaces):
    n_labels = scores.shape[1] // 2
    sums = {
        tags: sum(scores[i, tag] for i, tag in enumerate(tags))
        for tags in product(range(scores.shape[1]), repeat=len(scores))
        if is_valid(tags, spaces, n_labels)
    }
    return max(sums.values())


@st.composite
def sentences(draw):
    n_labels = draw(st.integers(1, 2))
    lengths = draw(st.lists(st.integers(0, 5), max_size=4))
    values = st.floats(-10, 0, width=32)
    scores = draw(arrays("float32", (sum(lengths), 1 + 2 * n_labels), elements=values))
    spaces = draw(arrays(bool, sum(lengths)))
    return scores, numpy.asarray(lengths, dtype="int32"), spaces


@given(sentences())
def test_no_valid_sequence_scores_more(sample):
    scores, lengths, spaces = sample
    tags = best_tags(scores, lengths, spaces)
    assert tags.shape == (len(scores),)
    end = 0
    for length in lengths.tolist():
        start, end = end, end + length
        part = slice(start, end)
        assert is_valid(tags[part].tolist(), spaces[part], scores.shape[1] // 2)
        found = sum(scores[i, tags[i]] for i in range(start, end))
        assert found == pytest.approx(brute_force(scores[part], spaces[part]), abs=1e-4)


@pytest.mark.parametrize(
    "best, expected",
    [
        ([0, 3, 0], [0, 0, 0]),  # O I-A O: an inside tag that follows nothing
        ([1, 4, 0], [1, 3, 0]),  # B-A I-B O
        ([1, 3, 3], [1, 3, 3]),
        ([1, 1, 2], [1, 1, 2]),  # neighbours
        ([4, 4, 4], [2, 4, 4]),
    ],
)
def test_what_greedy_tags_become(best, expected):
    scores = numpy.full((3, 5), -3.0, dtype="float32")
    scores[numpy.arange(3), best] = -0.1
    scores[numpy.arange(3), expected] = numpy.maximum(scores[numpy.arange(3), expected], -1.0)
    tags = best_tags(scores, numpy.asarray([3]), numpy.zeros(3, dtype=bool))
    assert tags.tolist() == expected


def test_white_space_may_be_within_an_entity_only():
    scores = numpy.full((4, 3), -5.0, dtype="float32")
    scores[numpy.arange(4), [1, 2, 2, 2]] = 0.0
    inner, last = [False, True, False, False], [False, False, False, True]
    assert best_tags(scores, numpy.asarray([4]), numpy.asarray(inner)).tolist() == [1, 2, 2, 2]
    assert best_tags(scores, numpy.asarray([4]), numpy.asarray(last)).tolist() == [1, 2, 2, 0]


def test_a_long_sentence_among_short_ones():
    chance = numpy.random.default_rng(0)
    lengths = numpy.asarray([3, 5000, 0, 1])
    scores = chance.normal(size=(lengths.sum(), 9)).astype("float32")
    spaces = numpy.zeros(len(scores), dtype=bool)
    together = best_tags(scores, lengths, spaces)
    ends = numpy.cumsum(lengths)
    alone = [
        best_tags(scores[end - length : end], numpy.asarray([length]), spaces[end - length : end])
        for length, end in zip(lengths, ends, strict=True)
    ]
    assert together.tolist() == numpy.concatenate(alone).tolist()
