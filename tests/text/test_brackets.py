"""Brackets and quotation marks: pairs by hand, and balance against a plain reading of every span."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.text.brackets import are_balanced, asides, pairs


@pytest.mark.parametrize(
    "words, expected",
    [
        ("a ( b ) c", [(1, 3)]),
        ("a ( b [ c ] )", [(1, 6), (3, 5)]),
        ("a ( b ] )", [(1, 4), (3, None)]),
        ("( a [ b )", [(0, 4), (2, None)]),
        ("„ a “ und “ b ” och ” c ”", [(0, 2), (4, 6), (8, 10)]),
        ("» a « ‹ b ›", [(0, 2), (3, 5)]),
        ('" a " b "', [(0, 2), (4, None)]),
        ("`` a ''", [(0, 2)]),
        ("the boys ' d'Estaing ’s 5 )", [(6, None)]),
        ('צה"ל (a) x', [(1, 1)]),
        ("《 a 》 （ b ） 「 c", [(0, 2), (3, 5), (6, None)]),
        ("", []),
    ],
)
def test_pairs(words, expected):
    assert sorted(pairs(words.split()), key=str) == sorted(expected, key=str)


@given(st.lists(st.sampled_from(["(", ")", "[", "]", '"', "«", "a", "b"]), max_size=9))
def test_balanced_spans_hold_both_or_none(words):
    spans = ngrams(len(words), 9)
    found = pairs(words)
    marks = [mark for pair in found for mark in pair if mark is not None]
    assert sorted(marks) == [i for i, word in enumerate(words) if word not in "ab"]
    for (start, end), balanced in zip(spans.tolist(), are_balanced(words, spans)):
        expected = True
        for first, last in found:
            inside = [start <= mark < end for mark in (first, last) if mark is not None]
            expected = expected and (not any(inside) if last is None else len(set(inside)) == 1)
        assert balanced == expected


def test_asides_are_brackets_around_words():
    assert asides(["a", "(", "b", ")", "《", "c", "》", "[", "d", "e", "]", "(", ")", "(f)"]) == [(1, 3), (7, 10)]
    assert asides([]) == [] and are_balanced([], numpy.zeros((0, 2), dtype=int)).shape == (0,)
