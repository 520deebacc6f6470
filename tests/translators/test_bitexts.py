"""Pairs of sentences and their translations: what the translator says of them is kept or counts against them."""

import pytest
import spacy

from spacy_xproj.corpora.parallel_writer import Reject, write_parallel_corpus
from spacy_xproj.translators.base import BatchTranslator, Translation
from spacy_xproj.translators.bitexts import translate_docs
from spacy_xproj.translators.quality import make_checks

EN, PT = spacy.blank("en"), spacy.blank("pt")
TEXTS = ["Short.", "It never ends", "It never says a thing", "A long one. It is in parts."]


class Endless(BatchTranslator):
    """Does not come to an end with "never", and has nothing to say of a thing."""

    def __init__(self):
        super().__init__("en", "pt", max_length=22, max_batch_length=99)

    def _translate_batch(self, texts):
        flags = [("not_ended",) if "never" in text else () for text in texts]
        return [Translation("" if "thing" in text else text[::-1], flag) for text, flag in zip(texts, flags)]


def run(on_flag):
    return list(translate_docs(map(EN, TEXTS), Endless(), PT, make_checks({"on_flag": on_flag})))


def test_flags_of_the_translator_are_kept(tmp_path):
    first, endless, empty, split = run("keep")
    assert "flags" not in first.target.user_data
    assert endless.target.user_data["flags"] == ["not_ended"]
    assert (empty.reason, empty.text) == ("empty", TEXTS[2])
    assert split.target.user_data["flags"] == ["split"]
    manifest = write_parallel_corpus(tmp_path / "bitext", run("keep"), "en", "pt", {}).manifest
    assert (manifest["flags"], manifest["rejects"]) == ({"not_ended": 1, "split": 1}, {"empty": 1})


def test_a_translation_that_did_not_end_is_dropped_where_flags_count():
    items = run("drop")
    assert [item.reason for item in items if isinstance(item, Reject)] == ["not_ended", "empty"]
    assert items[3].target.user_data["flags"] == ["split"]


@pytest.mark.parametrize("text", ["", " "])
def test_white_space_becomes_no_pair(text):
    (item,) = translate_docs([EN(text)], Endless(), PT, make_checks({}))
    assert item.reason == "empty"


def test_a_text_that_could_not_be_translated_is_rejected_for_that():
    class Failing(Endless):
        def _translate_batch(self, texts):
            return [Translation("", ("failed",)) for _ in texts]

    (item,) = translate_docs([EN("Short.")], Failing(), PT, make_checks({}))
    assert item.reason == "failed"
