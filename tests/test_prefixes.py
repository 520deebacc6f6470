"""Prefixes that are glued to names."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.prefixes import PrefixTokenizer, cut_prefix

CONFIG = {"nlp": {"tokenizer": {"@tokenizers": "spacy-xproj.PrefixTokenizer.v1"}}}
NLP = spacy.blank("xx", config=CONFIG)


@pytest.mark.parametrize(
    "word, expected",
    [
        ("eThekwini", ("e", "Thekwini")),
        ("kwaSoweto", ("kwa", "Soweto")),
        ("e-Afrika", ("e-", "Afrika")),
        ("kuÉmile", ("ku", "Émile")),
        ("Soweto", ("Soweto",)),
        ("McDonald", ("McDonald",)),
        ("ngoMEC", ("ngoMEC",)),
        ("abantu", ("abantu",)),
        ("3D", ("3D",)),
        ("-Abc", ("-Abc",)),
        ("pH", ("pH",)),
    ],
)
def test_cut_prefix(word, expected):
    assert cut_prefix(word) == expected


@given(st.text(alphabet="abAB -.'é3"))
def test_tokens_hold_the_text(text):
    assert NLP.make_doc(text).text == text


def test_the_tokenizer_survives(tmp_path):
    NLP.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    assert isinstance(loaded.tokenizer, PrefixTokenizer)
    copy = spacy.blank("xx", config=CONFIG).from_bytes(loaded.to_bytes())
    assert [token.text for token in copy("uNelson eThekwini.")] == ["u", "Nelson", "e", "Thekwini", "."]
