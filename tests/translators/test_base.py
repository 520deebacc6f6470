"""What every translator inherits: order, batches, repeated, empty and long texts."""

from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.translators.base import BatchTranslator, Translation
from spacy_xproj.translators.split import split_text


class Upper(BatchTranslator):
    def __init__(self, **settings):
        super().__init__("en", "xx", **{"max_length": 20, "max_batch_length": 60, **settings})
        self.batches = []

    def _translate_batch(self, texts):
        self.batches.append(texts)
        return [Translation(text.upper(), ("odd",)) if "b" in text else text.upper() for text in texts]


TEXTS = st.text(alphabet="ab .,\n", max_size=20)


@given(st.lists(TEXTS, max_size=30), st.integers(1, 10), st.integers(1, 80), st.integers(0, 5))
def test_one_translation_each_in_order(texts, buffer, max_batch_length, cache_size):
    translator = Upper(buffer=buffer, max_batch_length=max_batch_length, cache_size=cache_size)
    assert list(translator(texts)) == [text.upper() if text.strip() else text for text in texts]
    for batch in translator.batches:
        assert all(text.strip() for text in batch)
        assert len(batch) == 1 or len(batch) * max(map(len, batch)) <= max_batch_length
    assert len(translator._cache) <= cache_size


def test_repeated_texts_are_translated_once():
    translator = Upper(buffer=2)
    assert list(translator(["a", "a", "b", "a", "b", "b"])) == ["A", "A", "B", "A", "B", "B"]
    assert sorted(text for batch in translator.batches for text in batch) == ["a", "b"]


def test_streams():
    def endless():
        while True:
            yield "a"

    translations = Upper(buffer=4)(endless())
    assert [next(translations) for _ in range(10)] == ["A"] * 10


def test_long_texts_are_split_not_cut():
    translator = Upper()
    text = "One is here. Two is there! And three, which is long, too."
    assert list(translator([text])) == [text.upper()]
    pieces = [piece for batch in translator.batches for piece in batch]
    assert max(map(len, pieces)) <= 20
    assert "One is here." in pieces


def test_what_there_is_to_say_of_a_translation():
    texts = ["a", "b", " ", "One is here. Two is there! And three, which is long, too.", "b. a, which is long too", "b"]
    assert [(made.text, made.flags) for made in Upper(buffer=2).translate_flagged(texts)] == [
        ("A", ()),
        ("B", ("odd",)),
        (" ", ()),
        (texts[3].upper(), ("split",)),
        (texts[4].upper(), ("odd", "split")),
        ("B", ("odd",)),
    ]


@given(st.text(alphabet="ab .,。\n", max_size=200), st.integers(1, 30))
def test_split_loses_nothing_but_white_space(text, limit):
    parts = split_text(text, lambda part: len(part) <= limit)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(part) <= limit for part in parts)


def test_split_prefers_sentences_to_clauses_to_words():
    def split(text):
        return split_text(text, lambda part: len(part) <= 30)

    assert split("She came, she saw. He left, we think.") == ["She came, she saw.", "He left, we think."]
    assert split("She came and saw it, he left, I think") == ["She came and saw it,", "he left, I think"]
    assert split("她昨天来了。" * 6) == ["她昨天来了。" * 3] * 2
