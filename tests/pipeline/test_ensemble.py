"""The ensemble: hand-worked sums of a student's probabilities and match scores."""

import numpy
import pytest
import spacy
from spacy.tokens import DocBin, Span, SpanGroup
from spacy.vocab import Vocab

from spacy_xproj.errors import XprojError
from spacy_xproj.pipeline.ensemble import Ensemble
from spacy_xproj.taggers.probabilities import span_probabilities
from spacy_xproj.types import TagProbabilities

SETTINGS = {"student_weight": 0.5, "projection_weight": 0.5, "threshold": 0.3}


class Student:
    """Gives each entity (start, end, label) its probability, whatever the Doc."""

    def __init__(self, **entities):
        self.labels = ("LOC", "PER")
        self.entities = entities

    def probabilities(self, docs):
        found = []
        for doc in docs:
            begin, inside = numpy.zeros((2, len(doc), 2), dtype=numpy.float32)
            for (start, end, label), probability in self.entities.get(doc.text, {}).items():
                begin[start, self.labels.index(label)] += probability
                inside[start + 1 : end, self.labels.index(label)] += probability
            found.append(TagProbabilities(self.labels, 1 - begin.sum(axis=1) - inside.sum(axis=1), begin, inside))
        return found


@pytest.fixture
def choose():
    """Make a function that runs the ensemble over `a b c d` with what both sides say."""
    nlp = spacy.blank("pt")

    def run(student, projected, **settings):
        doc = nlp.make_doc("a b c d")
        spans = [Span(doc, *entity) for entity in projected]
        doc.spans["projected"] = SpanGroup(doc, spans=spans, attrs={"scores": list(projected.values())})
        tagger = Student(**{"a b c d": student})
        ensemble = Ensemble(
            "ensemble", tagger, projected_key="projected", spans_key="ensemble", scorer=None, **{**SETTINGS, **settings}
        )
        return ensemble(doc)

    return run


def entities(doc):
    return [(ent.start, ent.end, ent.label_) for ent in doc.ents]


def test_both_agree(choose):
    doc = choose({(0, 2, "PER"): 0.9}, {(0, 2, "PER"): 0.8})
    assert entities(doc) == [(0, 2, "PER")]
    attrs = doc.spans["ensemble"].attrs
    assert attrs["scores"] == pytest.approx([0.5 * 0.9 + 0.5 * 0.8])
    assert attrs["student"] == pytest.approx([0.9]) and attrs["projection"] == [0.8]


@pytest.mark.parametrize(
    "student, projected, expected",
    [
        ({}, {(0, 1, "LOC"): 0.7}, [(0, 1, "LOC")]),  # .35
        ({}, {(0, 1, "LOC"): 0.5}, []),  # .25
        ({(0, 1, "LOC"): 0.9}, {}, [(0, 1, "LOC")]),  # .45
        ({(0, 1, "LOC"): 0.55}, {}, []),  # .275
        ({(0, 1, "LOC"): 0.4}, {(0, 1, "LOC"): 0.4}, [(0, 1, "LOC")]),  # .4, though neither alone is enough
        ({(0, 1, "LOC"): 0.7}, {(0, 1, "PER"): 0.9}, [(0, 1, "PER")]),  # .35 or .45
        ({(0, 1, "LOC"): 0.7}, {(0, 1, "ORG"): 0.9}, [(0, 1, "ORG")]),  # a label that the student does not know
        ({(0, 2, "LOC"): 1.0}, {(0, 1, "LOC"): 0.9}, [(0, 2, "LOC")]),  # .5 or .45; part of a sure entity is none
        ({(0, 3, "LOC"): 0.9}, {(0, 1, "PER"): 0.7, (2, 3, "PER"): 0.7}, [(0, 3, "LOC")]),  # .15 or .05 + .05 above .3
        ({(0, 1, "LOC"): 0.9}, {(2, 4, "PER"): 0.9}, [(0, 1, "LOC"), (2, 4, "PER")]),
    ],
)
def test_choices(choose, student, projected, expected):
    assert entities(choose(student, projected)) == expected


def test_weights_and_threshold(choose):
    student, projected = {(0, 1, "LOC"): 0.8}, {(0, 2, "PER"): 0.9}
    assert entities(choose(student, projected, student_weight=1, projection_weight=0)) == [(0, 1, "LOC")]
    assert entities(choose(student, projected, student_weight=0, projection_weight=1)) == [(0, 2, "PER")]
    assert entities(choose(student, projected, threshold=0.9)) == []


def test_weights_of_one_side_give_that_side(choose):
    projected = {(0, 1, "PER"): 0.5, (1, 3, "LOC"): 0.4}
    doc = choose({(0, 3, "LOC"): 1.0}, projected, student_weight=0, projection_weight=1)
    assert entities(doc) == list(projected)


def test_in_a_pipeline(make_nlp, found, tmp_path):
    student = spacy.blank("pt")
    student.add_pipe("ner").add_label("PER")
    student.initialize()
    student.to_disk(tmp_path / "student")
    nlp = make_nlp()
    tagger = {"@xproj_taggers": "spacy-xproj.SpacyTagger.v1", "model": str(tmp_path / "student")}
    nlp.add_pipe("xproj_ensemble", config={"tagger": tagger, "student_weight": 0.0})
    texts = ["Rui mora em Lisboa", "", " ", "nada"]
    docs = list(nlp.pipe(texts))
    assert [found(doc) for doc in docs] == [[("Rui", "PER"), ("Lisboa", "LOC")], [], [], []]
    (copy, *_) = DocBin().from_bytes(DocBin(docs=docs).to_bytes()).get_docs(Vocab())
    assert copy.spans["ensemble"].attrs == docs[0].spans["ensemble"].attrs
    nlp.to_disk(tmp_path / "pipeline")
    assert spacy.load(tmp_path / "pipeline").get_pipe("xproj_ensemble").student_weight == 0


def test_errors():
    nlp = spacy.blank("pt")
    with pytest.raises(XprojError, match="add the component annotation_projector before"):
        Ensemble("e", Student(), projected_key="projected", spans_key=None, scorer=None, **SETTINGS)(nlp("a b"))


def test_span_probabilities():
    (tags,) = Student(**{"a b c d": {(0, 2, "PER"): 0.6, (0, 3, "PER"): 0.3}}).probabilities(
        [spacy.blank("pt")("a b c d")]
    )
    spans = numpy.asarray([[0, 1], [0, 2], [0, 3], [1, 2], [3, 4]])
    # [0, 2): begins .9, goes on .9, ends before the third with .7: an upper bound of its .6
    expected = [0.1, 0.7, 0.3, 0, 0]
    numpy.testing.assert_allclose(span_probabilities(tags, spans)[:, 1], expected, atol=1e-6)
    assert not span_probabilities(tags, spans)[:, 0].any()
    assert span_probabilities(tags, spans[:0]).shape == (0, 2)
