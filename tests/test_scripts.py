"""Scripts that put no space between words."""

import pytest

from spacy_xproj.scripts import UNSPACED, is_katakana, is_unspaced


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
