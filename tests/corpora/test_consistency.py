"""Strings that are labelled in one place and not in another, and filling them in."""

import unicodedata

import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from spacy_xproj.corpora.consistency import Consistency

VOCAB = spacy.blank("xx").vocab


def make(*sentences):
    """Make Docs of texts with (start, end, label) entities."""
    docs = []
    for text, ents in sentences:
        doc = Doc(VOCAB, words=text.split())
        doc.set_ents([Span(doc, *ent) for ent in ents])
        docs.append(doc)
    return docs


def corpus():
    return make(
        ("Amani lives in South Africa", [(0, 1, "PER"), (3, 5, "LOC")]),
        ("Africa and South Africa met Amani", [(0, 1, "LOC")]),
        ("the Bank of Kenya in Kenya", [(1, 4, "ORG"), (5, 6, "LOC")]),
        ("the Bank of Kenya left Kenya", []),
        ("Washington said", [(0, 1, "PER")]),
        ("in Washington", [(1, 2, "LOC")]),
        ("Washington again", []),
    )


def entities(docs):
    return [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]


def test_what_is_listed():
    found = {" ".join(words): (dict(u.labels), u.unlabelled) for words, u in Consistency(corpus()).inconsistent()}
    assert found == {
        "South Africa": ({"LOC": 1}, 1),
        "Amani": ({"PER": 1}, 1),
        "Bank of Kenya": ({"ORG": 1}, 1),
        "Kenya": ({"LOC": 1}, 1),
        "Washington": ({"PER": 1, "LOC": 1}, 1),
    }


def test_fill_adds_the_labels_asked_for():
    docs = corpus()
    before = entities(docs)
    assert Consistency(docs).fill(["LOC"]) == {"LOC": 2}
    after = entities(docs)
    assert after[1] == [("Africa", "LOC"), ("South Africa", "LOC")]
    assert after[3] == [("Kenya", "LOC")]  # the last word; the bank's Kenya belongs to a longer name
    assert docs[3].ents[0].start == 5
    assert after[6] == []  # as often a person as a place
    assert [a for i, a in enumerate(after) if i not in (1, 3)] == [b for i, b in enumerate(before) if i not in (1, 3)]
    assert [[span.text for span in doc.spans["filled"]] for doc in docs] == [
        [],
        ["South Africa"],
        [],
        ["Kenya"],
        [],
        [],
        [],
    ]
    assert Consistency(docs).fill(["LOC"]) == {}


def test_rare_strings_are_not_looked_for():
    docs = make(("Kenya Kenya Mali", [(0, 1, "LOC"), (1, 2, "LOC"), (2, 3, "LOC")]), ("Kenya Mali", []))
    assert Consistency(docs, min_count=2).fill(["LOC"]) == {"LOC": 1}
    assert entities(docs)[1] == [("Kenya", "LOC")]


def test_strings_are_compared_in_one_form():
    name = unicodedata.normalize("NFC", "Ọ̀yọ́")
    docs = make((name, [(0, 1, "LOC")]), (unicodedata.normalize("NFD", name), []))
    assert Consistency(docs).fill(["LOC"]) == {"LOC": 1}
    assert docs[1].ents[0].text == unicodedata.normalize("NFD", name)


@given(st.data())
def test_filling_never_changes_an_entity(data):
    docs = []
    for words in data.draw(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), min_size=1, max_size=5)):
        doc = Doc(VOCAB, words=words)
        cuts = sorted(data.draw(st.sets(st.integers(0, len(words)), max_size=5)))
        spans = list(zip(cuts[::2], cuts[1::2]))
        doc.set_ents([Span(doc, *span, label=data.draw(st.sampled_from(["LOC", "PER"]))) for span in spans])
        docs.append(doc)
    before = [set(doc.ents) for doc in docs]
    known = {ent.text for doc in docs for ent in doc.ents if ent.label_ == "LOC"}
    consistency = Consistency(docs)
    n_unlabelled = sum(usage.unlabelled for _, usage in consistency.inconsistent())
    added = consistency.fill(["LOC"])
    new = [set(doc.ents) - old for doc, old in zip(docs, before)]
    assert all(old <= set(doc.ents) for doc, old in zip(docs, before))
    assert all(ent.label_ == "LOC" and ent.text in known for ents in new for ent in ents)
    assert [{(s.start, s.end) for s in doc.spans["filled"]} for doc in docs] == [
        {(ent.start, ent.end) for ent in ents} for ents in new
    ]
    assert sum(map(len, new)) == added.total() <= n_unlabelled
