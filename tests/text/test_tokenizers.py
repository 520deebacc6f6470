"""Tokens that are parts of words."""

import re

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.text import tokenizers
from spacy_xproj.text.tokenizers import (
    MAX_WORD,
    BoundedTokenizer,
    CharacterTokenizer,
    PrefixTokenizer,
    blank_segmented,
    characters,
)

EN = spacy.blank("en")
BOUNDED = blank_segmented("en", "words")


@pytest.mark.parametrize(
    "word, expected",
    [
        ("word", ["word"]),
        ("北京大学", ["北", "京", "大", "学"]),
        ("NHK放送", ["NHK", "放", "送"]),
        ("東京2020年", ["東", "京", "2020", "年"]),
        ("がぎ", ["が", "ぎ"]),
        ("か\u3099き", ["か\u3099", "き"]),
        ("佐々木さん", ["佐", "々", "木", "さ", "ん"]),
        ("二〇〆切", ["二", "〇", "〆", "切"]),
        ("ｶﾞﾝﾀﾞﾑ", ["ｶﾞ", "ﾝ", "ﾀﾞ", "ﾑ"]),
        ("กรุงเทพฯ", ["ก", "รุ", "ง", "เท", "พฯ"]),
        ("น้ำตา", ["น้ำ", "ตา"]),
        ("မြန်မာ", ["မြ", "န်", "မာ"]),
        ("ខ្មែរ", ["ខ្មែ", "រ"]),
        ("Ọ\u0300yọ\u0301", ["Ọ\u0300yọ\u0301"]),
    ],
)
def test_characters(word, expected):
    assert list(characters(word)) == expected


@given(st.text(alphabet="ab 北京。กรุเท\u0e34-.\u0301"))
def test_tokens_hold_the_text(text):
    doc = TOKENIZER(text)
    assert doc.text == text
    assert [token.text for token in TOKENIZER("Obama vai a 北京。")] == ["Obama", "vai", "a", "北", "京", "。"]


TOKENIZER = blank_segmented("xx", "characters").tokenizer


@pytest.mark.parametrize("lang, expected", [("ja", "ja"), ("th", "th"), ("zh", "zh"), ("my", "xx"), ("km", "xx")])
def test_no_segmenter_is_needed(lang, expected, tmp_path):
    nlp = blank_segmented(lang, "characters")
    assert nlp.lang == expected
    nlp.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    assert isinstance(loaded.tokenizer, CharacterTokenizer)
    assert [token.text for token in loaded("กทม 東京")] == ["ก", "ท", "ม", "東", "京"]


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
    assert NLP.tokenizer.cut(word) == expected


@given(st.text(alphabet="abAB -.'é3"))
def test_parts_hold_the_text(text):
    assert NLP.make_doc(text).text == text


def test_the_tokenizer_survives(tmp_path):
    NLP.to_disk(tmp_path / "model")
    loaded = spacy.load(tmp_path / "model")
    assert isinstance(loaded.tokenizer, PrefixTokenizer)
    copy = spacy.blank("xx", config=CONFIG).from_bytes(loaded.to_bytes())
    assert [token.text for token in copy("uNelson eThekwini.")] == ["u", "Nelson", "e", "Thekwini", "."]


@pytest.mark.parametrize("segment", ["words", "characters"])
@pytest.mark.parametrize(
    "text", ["'s" * 50_000, "a 's " + "x" * 2500 + " 's 's", "x" * MAX_WORD, "x" * MAX_WORD + "y", ""]
)
def test_the_time_for_a_long_word_is_linear(segment, text):
    """`'s` a hundred times five thousand times took 11 seconds, and takes four times as long if it is twice as long."""
    doc = blank_segmented("en", segment)(text)
    assert doc.text == text
    assert max((len(token) for token in doc), default=0) <= MAX_WORD


@given(st.text("a's-. 9", max_size=60))
def test_words_that_are_not_long_are_those_of_spacy(text):
    assert [token.text for token in BOUNDED(text)] == [token.text for token in EN(text)]


@given(st.text("a's-. ", max_size=60))
def test_pieces_hold_all_of_the_text(text):
    tokenizer = BoundedTokenizer(EN.tokenizer)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokenizers, "LONG_WORD", re.compile(r"\S{5}(?=\S)"))
        doc = tokenizer(text)
    assert doc.text == text and all(len(token) <= 5 or token.is_space for token in doc)
