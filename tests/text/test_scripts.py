"""Scripts without spaces, and running text in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.text.scripts import UNSPACED, group_unspaced, is_katakana, is_unspaced


@pytest.mark.parametrize("char", "กລཀကកខ々〆〇〵あアー㐀一ｱﾞ\U00020000")
def test_unspaced(char):
    assert is_unspaced(char)


@pytest.mark.parametrize("char", "aé1 .가अ。、「ＡＢ１ａ")
def test_spaced_and_punctuation(char):
    assert not is_unspaced(char)


def test_blocks_are_in_order():
    edges = [point for block in UNSPACED for point in block]
    assert edges == sorted(edges)


def test_katakana():
    assert all(is_katakana(char) for char in "アァヶーｱｰﾞｦ")
    assert not any(is_katakana(char) for char in "あ・一々aＡ")


@pytest.mark.parametrize(
    "words, expected",
    [
        ("Obama flew to Berlin .", ["Obama", "flew", "to", "Berlin", "."]),
        ("他 在 北京 。", ["他在北京。"]),
        ("NHK 放送 の 2 番", ["NHK", "放送の2番"]),
        ("บารัก โอบามา", ["บารักโอบามา"]),
        ("佐 々 木 さ ん", ["佐々木さん"]),
        ("山 々 〳 〵 〇 〆 切", ["山々〳〵〇〆切"]),
        ("ｵ ﾊﾞ ﾏ は NHK", ["ｵﾊﾞﾏは", "NHK"]),
        ("", []),
    ],
)
def test_words_that_are_written_together(words, expected):
    words = words.split()
    assert ["".join(words[i] for i in group) for group in group_unspaced(words)] == expected


@given(st.lists(st.sampled_from(["a", "Berlin", "北", "京都", "。", "\u0301", "", "ก"])))
def test_every_word_is_in_one_group(words):
    assert [i for group in group_unspaced(words) for i in group] == list(range(len(words)))
