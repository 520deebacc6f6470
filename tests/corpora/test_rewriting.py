"""Writing a text as another is written."""

import unicodedata

import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from spacy_xproj.corpora.rewriting import Spelling, rewrite
from spacy_xproj.corpora.text_comparison import text_statistics

VOCAB = spacy.blank("xx").vocab
HYPHENS = Spelling(frozenset("-"), frozenset())


def make(text, *ents):
    doc = Doc(VOCAB, words=text.split())
    doc.set_ents([Span(doc, *ent) for ent in ents])
    return doc


def words(doc):
    return [token.text for token in doc]


def test_marks_go_back_into_their_words():
    doc, counts = rewrite(make("il\u1eb9 \u0300 Olu\u0301"), Spelling(frozenset(), frozenset()))
    assert words(doc) == ["il\u1eb9\u0300", "Ol\u00fa"]  # the second was one token, but not composed
    assert counts["joined"] == 1


def test_the_rest_of_a_word_is_joined_if_the_other_text_has_the_word():
    known = frozenset({unicodedata.normalize("NFC", "o\u0323\u0300do\u0323\u0301")})
    doc, _ = rewrite(make("\u1ecd \u0300 d\u1ecd \u0301 \u1ecd \u0300 d\u1ecd"), Spelling(frozenset(), known))
    assert words(doc) == ["\u1ecd\u0300d\u1ecd\u0301", "\u1ecd\u0300", "d\u1ecd"]


def test_words_that_were_cut_are_told_from_the_corpus_itself():
    names = [
        make("G\u1eb9 \u0300 \u1eb9 \u0301 s\u00ec l\u1ecd"),
        make("il\u1eb9 \u0300 G\u1eb9 \u0300 \u1eb9 \u0301 s\u00ec"),
    ] * 2
    others = [make(f"il\u1eb9 \u0300 {other}") for other in "abcdefgh"]
    spelling = Spelling(frozenset(), frozenset()).with_words_of(names + others)
    english = unicodedata.normalize("NFC", "G\u1eb9\u0300\u1eb9\u0301s\u00ec")
    land = unicodedata.normalize("NFC", "il\u1eb9\u0300")
    assert [words(rewrite(doc, spelling)[0]) for doc in names[:2]] == [[english, "l\u1ecd"], [land, english]]
    assert words(rewrite(others[0], spelling)[0]) == [land, "a"]


def test_hyphens_inside_words_are_cut_off():
    doc, counts = rewrite(make("i-ANC - COVID-19 -x y- e-New-York"), HYPHENS)
    assert words(doc) == ["i", "-", "ANC", "-", "COVID", "-", "19", "-x", "y-", "e", "-", "New", "-", "York"]
    assert doc.text.strip() == "i-ANC - COVID-19 -x y- e-New-York"
    assert counts["split"] == 8


def test_entities_keep_their_characters():
    doc, counts = rewrite(make("i-ANC ya Ana", (0, 1, "ORG"), (2, 3, "PER")), HYPHENS)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("i-ANC", "ORG"), ("Ana", "PER")]
    assert counts["widened"] == 0
    assert doc[3].ent_iob_ == "O"


def test_an_entity_edge_inside_a_word_is_widened_and_counted():
    doc, counts = rewrite(make("G\u1eb9 \u0300 ati", (0, 1, "LOC")), HYPHENS)
    assert [ent.text for ent in doc.ents] == ["G\u1eb9\u0300"]
    assert (counts["widened"], counts["lost"]) == (1, 0)
    doc, counts = rewrite(make("G\u1eb9 \u0300", (0, 1, "LOC"), (1, 2, "PER")), HYPHENS)
    assert [ent.label_ for ent in doc.ents] == ["LOC"]
    assert counts["lost"] == 1


def test_unlabelled_text_stays_unlabelled():
    doc = Doc(VOCAB, words=["a", "b"], user_data={"sent_id": "7"})
    new, _ = rewrite(doc, HYPHENS)
    assert not new.has_annotation("ENT_IOB")
    assert new.user_data["sent_id"] == "7"


def test_the_spelling_is_told_from_the_text():
    split = [make("i - ANC ya")] * 30
    kept = [make("i-ANC ya")] * 30
    few = [make("i - ANC ya")] * 3
    assert "-" in Spelling.of(text_statistics(split)).split
    assert Spelling.of(text_statistics(kept)).split == frozenset()
    assert Spelling.of(text_statistics(few)).split == frozenset()


@given(
    st.lists(st.text(st.sampled_from("aB1-'\u1eb9\u0300\u0301 "), min_size=1, max_size=5), min_size=1, max_size=8),
    st.data(),
)
def test_characters_and_labels_survive(tokens, data):
    tokens = ["".join(token.split()) or "x" for token in tokens]
    doc = Doc(VOCAB, words=tokens)
    start = data.draw(st.integers(0, len(doc) - 1))
    end = data.draw(st.integers(start + 1, len(doc)))
    doc.set_ents([Span(doc, start, end, "LOC")])
    known = frozenset(unicodedata.normalize("NFC", "".join(tokens[i : i + 3])) for i in range(len(tokens)))
    new, counts = rewrite(doc, Spelling(frozenset("-'"), known))
    old_text, new_text = ("".join(map(str, d)) for d in (doc, new))
    # a mark that begins a token may compose with the letter before it
    assert unicodedata.normalize("NFC", new_text) == unicodedata.normalize("NFC", old_text)
    (ent,) = new.ents
    inside = unicodedata.normalize("NFC", "".join(token.text for token in ent))
    if not counts["widened"]:
        assert inside == unicodedata.normalize("NFC", "".join(tokens[start:end]))
    again, counts = rewrite(new, Spelling(frozenset("-'"), frozenset()))
    assert words(again) == words(new)
