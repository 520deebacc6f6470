"""Names that go through translation untouched, whatever the translator does to words."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.translators.base import Translation
from spacy_xproj.translators.bitexts import translate_docs
from spacy_xproj.translators.protection import _letters, translate_protected
from spacy_xproj.translators.quality import make_checks

EN = spacy.blank("en")


class Upper:
    """Translates by capital letters, and loses every word that begins in one of some ways."""

    src_lang, tgt_lang = "en", "pt"

    def __init__(self, *lost):
        self.lost = lost
        self.seen = []

    def __call__(self, texts):
        for text in texts:
            self.seen.append(text)
            words = [word for word in text.split(" ") if not word.startswith(self.lost)]
            yield " ".join(words).upper()


class Keeping(Upper):
    """Leaves alone what is in brackets."""

    def keep(self, name):
        return f"<{name}>"

    def __call__(self, texts):
        for text in super().__call__(texts):
            yield "".join(
                part.lower().capitalize() if i % 2 else part for i, part in enumerate(text.replace(">", "<").split("<"))
            )


def make_doc(text, *names, label="PER"):
    doc = EN(text)
    starts = [text.index(name) for name in names]
    doc.ents = [doc.char_span(start, start + len(name), label) for start, name in zip(starts, names)]
    return doc


def protect(translator, *docs):
    return [(one.text, one.flags) for one in translate_protected(docs, translator, ["PER"])]


DOC = make_doc("then Bush met Hall .", "Bush", "Hall")


@pytest.mark.parametrize("translator", [Upper(), Keeping(), Upper("Xqz"), Upper("Xqzb", "Xa"), Upper("X")])
def test_names_stay_as_they_are(translator):
    assert protect(translator, DOC) == [("THEN Bush MET Hall .", ("protected",))]
    assert all("Bush" not in text for text in translator.seen) or isinstance(translator, Keeping)


def test_a_name_that_cannot_be_protected_is_reported():
    assert protect(Upper("X", "Z"), DOC) == [("THEN BUSH MET HALL .", ("not_protected",))]
    assert protect(Upper("X", "Z"), make_doc("it was JFK", "JFK")) == [("IT WAS JFK", ("protected",))]


def test_texts_without_names_are_translated_as_they_are():
    translator = Upper()
    assert protect(translator, EN("then rain"), make_doc("in Rome", "Rome", label="LOC")) == [
        ("THEN RAIN", ()),
        ("IN ROME", ()),
    ]
    assert translator.seen == ["then rain", "in Rome"]


def test_a_text_that_has_the_placeholder_itself_gets_another():
    translator = Upper()
    assert protect(translator, make_doc("XQZA saw Bush", "Bush")) == [("XQZA SAW Bush", ("protected",))]
    assert translator.seen == ["XQZA saw Xa"]


def test_what_the_translator_says_is_kept():
    class Flagging(Upper):
        def translate_flagged(self, texts):
            return (Translation(text, ("split",)) for text in self(texts))

    assert protect(Flagging(), DOC, EN("rain")) == [
        ("THEN Bush MET Hall .", ("split", "protected")),
        ("RAIN", ("split",)),
    ]


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_order_and_number(have_names):
    docs = [DOC if has else EN("rain") for has in have_names]
    texts = [text for text, _ in protect(Upper(), *docs)]
    assert texts == ["THEN Bush MET Hall ." if has else "RAIN" for has in have_names]


def test_placeholders_are_different():
    assert len({_letters(number) for number in range(2000)}) == 2000


def test_translate_docs_protects_what_the_config_names(tmp_path):
    items = list(
        translate_docs(
            [DOC, EN("rain")], Upper(), EN, make_checks({"protect": ["PER"], "on_flag": "drop", "copy_words": 9})
        )
    )
    assert [item.target.text for item in items] == ["THEN Bush MET Hall .", "RAIN"]
    manifest = write_parallel_corpus(tmp_path / "bitext", items, "en", "pt", {}).manifest
    assert manifest["flags"] == {"protected": 1}
    plain, _ = translate_docs([DOC, EN("rain")], Upper(), EN, make_checks({"copy_words": 9}))
    assert plain.target.text == "THEN BUSH MET HALL ."
