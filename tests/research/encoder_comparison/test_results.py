"""Slices of entities."""

import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin, Span

from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.research.encoder_comparison.results import SEEN, UNSEEN, entity_strings, slice_counts

VOCAB = spacy.blank("xx").vocab
WORDS = ["Ana", "Rio", "x", "Bo"]
LABELS = ["PER", "LOC"]
tag_lists = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "B-ORG"]), min_size=4, max_size=4)


def make(*ents, words=WORDS):
    doc = Doc(VOCAB, words=words)
    doc.set_ents([Span(doc, start, end, label) for start, end, label in ents], default="outside")
    return doc


def from_tags(tags):
    fixed = [
        "B-PER" if tag == "I-PER" and not (i and tags[i - 1].endswith("PER")) else tag for i, tag in enumerate(tags)
    ]
    return Doc(VOCAB, words=WORDS, ents=fixed)


def test_strings_of_a_corpus(tmp_path):
    docs = [make((0, 2, "PER"), words=["New", "York", "x", "x"]), make((1, 2, "LOC"))]
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    assert entity_strings(tmp_path / "train.spacy") == entity_strings(tmp_path) == {"New York", "Rio"}


def test_by_hand():
    gold = [make((0, 1, "PER"), (1, 2, "LOC")), make((3, 4, "PER"))]
    predicted = [make((0, 1, "PER"), (1, 2, "PER")), make((2, 4, "LOC"), (0, 1, "ORG"))]
    counts = slice_counts(gold, predicted, LABELS, frozenset({"Ana", "Bo"}))
    assert counts[:, 0, SEEN].tolist() == [[1, 0, 0], [0, 0, 1]]  # Ana right, Bo missed
    assert counts[:, 0, UNSEEN].tolist() == [[0, 1, 0], [0, 0, 0]]  # Rio as PER
    assert counts[:, 1, SEEN].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert counts[:, 1, UNSEEN].tolist() == [[0, 0, 1], [0, 1, 0]]  # Rio missed, "x Bo" made up; ORG is not counted


@given(st.lists(st.tuples(tag_lists, tag_lists), min_size=1, max_size=5), st.frozensets(st.sampled_from(WORDS)))
def test_slices_add_up_to_the_whole(pairs, seen):
    gold, predicted = ([from_tags(tags) for tags in side] for side in zip(*pairs))
    counts = slice_counts(gold, predicted, LABELS, seen)
    assert counts.sum(axis=(1, 2)).tolist() == strict_counts(gold, predicted, LABELS).tolist()
    for i, label in enumerate(LABELS):
        assert counts[:, i].sum(axis=1).tolist() == strict_counts(gold, predicted, [label]).tolist()
