"""Two texts of one language that write it differently."""

import unicodedata

import pytest
import spacy
from spacy.tokens import Doc

from spacy_xproj.corpora.text_comparison import compare_texts, figures, text_statistics, text_warnings, unknown_share

VOCAB = spacy.blank("xx").vocab
YORUBA = unicodedata.normalize("NFC", "Gómìnà ìpínlẹ̀ Ọ̀yọ́ dé sí Èkó ní àná .")
SPLIT = YORUBA.replace("ìpínlẹ\u0300", "ìpínlẹ \u0300")


def docs(*texts):
    return [Doc(VOCAB, words=text.split()) for text in texts]


def statistics(*texts):
    return text_statistics(docs(*texts))


def test_like_texts_give_no_warning():
    text = statistics(YORUBA)
    assert compare_texts(text, statistics(YORUBA, YORUBA), "A", "B") == []
    assert text_warnings("A", text) == []
    assert figures(text, text)["unknown words, as they are"] == [None, 0]


def test_decomposed_text():
    known, other = statistics(YORUBA), statistics(unicodedata.normalize("NFD", YORUBA))
    assert unknown_share(known, other, "as_is") == 1
    assert unknown_share(known, other, "nfc") == 0
    nfc_line, words_line = compare_texts(known, other, "A", "B")
    assert nfc_line.startswith("B: 8 of 9 (88.9%) of the tokens are not in NFC")
    assert words_line.startswith("words of B that never occur in A: 100.0% as they are, 0.0% after NFC")


def test_marks_that_were_split_off():
    known, other = statistics(YORUBA), statistics(SPLIT)
    marks_line, words_line = compare_texts(known, other, "A", "B")
    assert marks_line.startswith("B: 1 of 10 (10.0%) of the tokens are combining marks alone")
    assert "12.5% as they are, 12.5% after NFC, 0.0% with split marks rejoined" in words_line
    assert figures(known, other)["combining marks alone"] == [0, 1 / 10]


@pytest.mark.parametrize("joiner", ["-", "'", "’"])
def test_joiners_split_in_one_text(joiner):
    whole = statistics(*[f"al{joiner}Shabaab kwa N{joiner}Djamena"] * 10)
    split = statistics(*[f"al {joiner} Shabaab kwa N {joiner} Djamena"] * 10)
    name = "hyphens" if joiner == "-" else "apostrophes"
    lines = compare_texts(whole, split, "A", "B")
    assert lines[0].startswith(f"{name} inside words are tokens of their own in 0% of the cases in A and in 100% in B")
    assert not compare_texts(split, split, "A", "B")


def test_dashes_between_words_are_no_hyphens():
    spaced = Doc(VOCAB, words=["Lagos", "-", "Abuja", "."], spaces=[True, True, False, False])
    glued = Doc(VOCAB, words=["Lagos", "-", "Abuja", "."], spaces=[False, False, False, False])
    unknown = Doc(VOCAB, words=["Lagos", "-", "Abuja", "."])
    assert [text_statistics([doc]).split["hyphens"] for doc in (spaced, glued, unknown)] == [0, 1, 1]


def test_another_language_has_other_words():
    (line,) = compare_texts(statistics("the rain in Spain"), statistics("mvua nchini Hispania"), "A", "B")
    assert "100.0% as they are" in line and line.endswith("are they of one language and script?")
