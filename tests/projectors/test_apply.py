"""What a projection leaves on the Doc, in memory and in a DocBin."""

import numpy
import pytest
from spacy.tokens import DocBin, Span
from spacy.vocab import Vocab

from spacy_xproj.projectors.apply import SPANS_KEY, apply_projection, count_statuses
from spacy_xproj.projectors.matching import entity_edges
from spacy_xproj.types import Outcome, Projection


@pytest.fixture
def projection(make_bitext):
    ents = [(0, 1, "PER"), (2, 3, "LOC"), (4, 5, "ORG")]
    bitext = make_bitext("Ana in Porto with Acme", "Em Porto , Ana e Ana", ents)
    outcomes = [
        Outcome(0, "PER", "projected", ((5, 6), (3, 4)), (0.25, 0.5)),
        Outcome(1, "LOC", "projected", ((1, 2),), (0.75,)),
        Outcome(2, "ORG", "unaligned"),
    ]
    return Projection(bitext, outcomes)


def check(doc, key=SPANS_KEY):
    assert [(ent.text, ent.label_, ent.start) for ent in doc.ents] == [
        ("Porto", "LOC", 1),
        ("Ana", "PER", 3),
        ("Ana", "PER", 5),
    ]
    group = doc.spans[key]
    assert [(span.start, span.end, span.label_) for span in group] == [(1, 2, "LOC"), (3, 4, "PER"), (5, 6, "PER")]
    assert list(group.attrs["scores"]) == [0.75, 0.5, 0.25]
    assert list(group.attrs["entities"]) == [1, 0, 0]
    assert group.attrs["outcomes"] == {"projected": 2, "unaligned": 1}
    assert all(token.ent_iob_ != "" for token in doc)


@pytest.mark.parametrize("key", [SPANS_KEY, "other"])
def test_apply(projection, key):
    doc = apply_projection(projection, key)
    assert doc is projection.bitext.target
    check(doc, key)


def test_survives_a_doc_bin(projection):
    data = DocBin(docs=[apply_projection(projection)], store_user_data=True).to_bytes()
    (doc,) = DocBin().from_bytes(data).get_docs(Vocab())
    check(doc)


def test_labels_that_were_there_before_go(projection):
    doc = projection.bitext.target
    doc.ents = [Span(doc, 0, 2, label="OLD")]
    check(apply_projection(projection))
    check(apply_projection(projection))


def test_nothing_projected(make_bitext):
    empty = apply_projection(Projection(make_bitext("", ""), []))
    assert list(empty.ents) == [] and empty.spans[SPANS_KEY].attrs["outcomes"] == {}
    doc = apply_projection(Projection(make_bitext("a", "x y", [(0, 1, "A")]), [Outcome(0, "A", "lost_overlap")]))
    assert [token.ent_iob_ for token in doc] == ["O", "O"]
    assert doc.spans[SPANS_KEY].attrs["outcomes"] == {"lost_overlap": 1}


def test_entity_edges(make_bitext):
    doc = make_bitext("", ["x", "\n", "y", " "]).target
    spans = numpy.asarray([(0, 1), (0, 2), (1, 3), (0, 3), (1, 2), (3, 4), (2, 4)])
    assert entity_edges(doc, spans).tolist() == [True, False, False, True, False, False, False]


def test_count_statuses(projection):
    assert count_statuses(projection.outcomes) == {"projected": 2, "unaligned": 1}
    assert count_statuses([]) == {}
