"""Stretches of a Doc: every word is in exactly one of them, and none is too long."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xproj.pipeline.sentences import sentences

VOCAB = spacy.blank("xx").vocab
WORDS = st.lists(st.tuples(st.sampled_from(["a", ".", " ", "\n", "。"]), st.booleans()), max_size=30)


@given(WORDS, st.integers(1, 8), st.booleans())
def test_every_word_is_in_one_stretch(tokens, max_length, with_sentences):
    starts = [i == 0 or start for i, (_, start) in enumerate(tokens)] if with_sentences else None
    doc = Doc(VOCAB, words=[word for word, _ in tokens], sent_starts=starts)
    spans = list(sentences(doc, max_length))
    covered = [token.i for span in spans for token in span]
    assert covered == sorted(set(covered))
    assert set(covered) >= {token.i for token in doc if not token.is_space}
    assert all(len(span) <= max_length and not span[0].is_space and not span[-1].is_space for span in spans)
    if with_sentences:
        assert all(span.end <= span[0].sent.end for span in spans)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a b . c d e f", ["a b .", "c d e f"]),  # after the mark
        ("a . b c d e f", ["a . b c d", "e f"]),  # a mark in the first half is no place to cut
        ("a b c d e f", ["a b c d e", "f"]),
        ("a b c d e", ["a b c d e"]),
    ],
)
def test_cuts(text, expected):
    assert [span.text for span in sentences(Doc(VOCAB, words=text.split()), 5)] == expected
