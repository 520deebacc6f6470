import warnings

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xproj.encoders.towers.clip import cut_windows, word_sizes

NLP = spacy.blank("en")
WORDS = ["anna", "lives", "in", "berlin", ",", "(", ")", "don", "'t", "  ", "ünï", "annabelannabel", "安娜", "…"]


@pytest.fixture(scope="module")
def tokenizers(make_tiny_encoder, clip_tokenizer):
    """CLIP's byte-level BPE, and a Unigram one."""
    return [clip_tokenizer, make_tiny_encoder().tokenizer]


def room_of(tokenizer):
    return tokenizer.model_max_length - tokenizer.num_special_tokens_to_add()


def size_of(span, tokenizer):
    return len(tokenizer(span.text, add_special_tokens=False, verbose=False).input_ids)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    words=st.lists(st.tuples(st.sampled_from(WORDS), st.booleans()), min_size=1, max_size=60),
    length=st.integers(5, 30),
    overlap=st.integers(0, 40),
    kind=st.integers(0, 1),
)
def test_windows(tokenizers, words, length, overlap, kind):
    tokenizer = tokenizers[kind]
    tokenizer.model_max_length = length
    doc = Doc(NLP.vocab, words=[word for word, _ in words], spaces=[space for _, space in words])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        windows = cut_windows(doc[:], tokenizer, overlap)
    assert windows[0].start == 0 and windows[-1].end == len(doc)
    sizes = word_sizes(doc[:], tokenizer)
    for before, after in zip(windows, windows[1:]):
        assert before.start < after.start <= before.end < after.end
        assert sizes[after.start : before.end].sum() <= overlap
    for window in windows:
        assert len(window) == 1 or size_of(window, tokenizer) <= room_of(tokenizer)


def test_a_short_text_is_one_window(tokenizers):
    tokenizer = tokenizers[0]
    tokenizer.model_max_length = 77
    doc = NLP("anna lives in berlin")
    assert cut_windows(doc[1:4], tokenizer, 16) == [doc[1:4]]
    assert cut_windows(doc[0:0], tokenizer, 16) == []


def test_windows_by_hand(tokenizers):
    """`a`, `b`, … are one sub-token each; there is room for 4."""
    tokenizer = tokenizers[0]
    tokenizer.model_max_length = 6
    doc = NLP("a b c d e f g")
    assert word_sizes(doc[:], tokenizer).tolist() == [1] * 7
    assert [window.text for window in cut_windows(doc[:], tokenizer, 0)] == ["a b c d", "e f g"]
    assert [window.text for window in cut_windows(doc[:], tokenizer, 2)] == ["a b c d", "c d e f", "e f g"]
    assert [window.text for window in cut_windows(doc[2:], tokenizer, 1)] == ["c d e f", "f g"]


def test_sizes_in_context(tokenizers):
    doc = Doc(NLP.vocab, words=["can", "not", " ", "go"], spaces=[False, True, False, False])
    for tokenizer in tokenizers:
        assert word_sizes(doc[:], tokenizer).sum() == size_of(doc, tokenizer)


def test_a_word_that_does_not_fit_is_told(tokenizers):
    tokenizer = tokenizers[0]
    tokenizer.model_max_length = 6
    doc = NLP("a bcdefgh i j")
    with pytest.warns(UserWarning, match="the word 'bcdefgh…' has 7 sub-tokens, 4 of which the encoder reads"):
        windows = cut_windows(doc[:], tokenizer, 2)
    assert [window.text for window in windows] == ["a", "bcdefgh", "i j"]
