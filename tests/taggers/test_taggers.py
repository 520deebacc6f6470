"""Taggers: the model's own probabilities, computed without them, are the reference."""

import json

import numpy
import pytest
import spacy
import torch
from spacy.tokens import Doc
from spacy.training import Example
from spacy.vocab import Vocab
from transformers import AutoModelForTokenClassification, AutoTokenizer

from spacy_xproj.errors import XprojError
from spacy_xproj.taggers.pipeline import make_spacy_tagger, tag_marginals
from spacy_xproj.taggers.probabilities import best_entities, best_spans
from spacy_xproj.taggers.transformer import TransformerTagger, tag_columns
from spacy_xproj.types import TagProbabilities

VOCAB = Vocab()


def make_docs(*sentences):
    return [Doc(VOCAB, words=sentence.split()) for sentence in sentences]


def reference(path, doc, temperature=1.0):
    """Compute the probabilities of each sub-token's tags, and the word of each."""
    tokenizer, model = AutoTokenizer.from_pretrained(path), AutoModelForTokenClassification.from_pretrained(path).eval()
    inputs = tokenizer([token.text for token in doc], is_split_into_words=True, return_tensors="pt")
    with torch.inference_mode():
        rows = (model(**inputs).logits[0] / temperature).softmax(-1).numpy()
    return rows[1:-1], inputs.word_ids(0)[1:-1]


@pytest.mark.parametrize("pooling, temperature", [("first", 1.0), ("mean", 1.0), ("first", 2.5)])
@pytest.mark.parametrize("max_batch_tokens", [1, 4096])
def test_probabilities_are_those_of_the_model(classifier, pooling, temperature, max_batch_tokens):
    docs = make_docs("anna lives in berlin", "nobody knows annabel zoo", "don't")
    tagger = TransformerTagger(
        classifier, pooling=pooling, temperature=temperature, max_batch_tokens=max_batch_tokens, device="cpu"
    )
    for doc, table in zip(docs, tagger.probabilities(docs), strict=True):
        rows, words = reference(classifier, doc, temperature)
        assert table.labels == ("LOC", "PER")
        for token in range(len(doc)):
            own = [row for row, word in zip(rows, words) if word == token]
            expected = own[0] if pooling == "first" else sum(own) / len(own)
            numpy.testing.assert_allclose(table.outside[token], expected[1], atol=1e-5)
            numpy.testing.assert_allclose(table.begin[token], expected[[3, 2]], atol=1e-5)
            numpy.testing.assert_allclose(table.inside[token], expected[[0, 4]], atol=1e-5)


def test_word_without_subtokens_is_outside(classifier):
    (table,) = TransformerTagger(classifier, device="cpu").probabilities(make_docs("anna \u200b berlin"))
    assert table.outside[1] == 1 and not table.begin[1].any() and not table.inside[1].any()


def test_long_sentences_are_read_in_windows(classifier):
    docs = make_docs("anna knows nobody in berlin " * 12, "")
    tagger = TransformerTagger(classifier, device="cpu")
    assert tagger.window == 38
    long, empty = tagger.probabilities(docs)
    assert long.begin.shape == (60, 2) and empty.begin.shape == (0, 2)
    total = long.outside + long.begin.sum(axis=1) + long.inside.sum(axis=1)
    numpy.testing.assert_allclose(total, 1, atol=1e-5)


def test_label_without_a_begin_tag():
    labels, begin, inside, outside = tag_columns({0: "I-PER", 1: "O", 2: "I-LOC", 3: "B-LOC"}, "m")
    assert (labels, begin, inside, outside) == (("LOC", "PER"), [3, 0], [2, 0], 1)


@pytest.mark.parametrize("tags", [["LABEL_0", "LABEL_1"], ["O", "B-PER", "E-PER"], ["B-PER", "I-PER"]])
def test_other_tags_are_refused(tags):
    with pytest.raises(XprojError, match="not O, B-… and I-…"):
        tag_columns(dict(enumerate(tags)), "m")


@pytest.mark.parametrize(
    "settings, message", [({"pooling": "last"}, "no pooling 'last'"), ({"temperature": 0}, "not above 0")]
)
def test_bad_settings(settings, message):
    with pytest.raises(XprojError, match=message):
        TransformerTagger("anything", **settings)


def test_model_that_cannot_be_loaded(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(XprojError, match="NER model .* cannot be loaded"):
        TransformerTagger(str(tmp_path))
    with pytest.raises(XprojError, match="spaCy pipeline .* cannot be loaded"):
        make_spacy_tagger(str(tmp_path / "none"))


def test_entities_of_the_most_probable_tags():
    tags = ["B-A", "I-A", "B-A", "I-B", "I-B", "O", "I-A", "B-B"]
    columns = {"O": 0, "I-A": 1, "I-B": 2, "B-A": 3, "B-B": 4}
    rows = numpy.eye(5, dtype=numpy.float32)[[columns[tag] for tag in tags]]
    table = TagProbabilities(("A", "B"), rows[:, 0], rows[:, 3:], rows[:, 1:3])
    assert best_spans(table).tolist() == [[0, 2], [2, 3], [3, 5], [6, 7], [7, 8]]
    assert best_entities(table) == [(0, 2, "A"), (2, 3, "A"), (3, 5, "B"), (6, 7, "A"), (7, 8, "B")]
    tied = TagProbabilities(("A",), numpy.zeros(2), numpy.ones((2, 1)), numpy.ones((2, 1)))
    assert best_spans(tied).tolist() == [[0, 2]]  # one column for begin and inside: a run is one entity


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory):
    """A spaCy pipeline that has learnt three sentences, as a directory."""
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx")
    nlp.add_pipe("ner")
    data = [
        ("Anna lives in Berlin", [(0, 4, "PER"), (14, 20, "LOC")]),
        ("Ben sees New York", [(0, 3, "PER"), (9, 17, "LOC")]),
        ("nobody lives in town", []),
    ]
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": entities}) for text, entities in data]
    nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples)
    path = tmp_path_factory.mktemp("spacy") / "pipeline"
    nlp.to_disk(path)
    return path


def test_spacy_pipeline(pipeline):
    tagger = make_spacy_tagger(str(pipeline))
    docs = make_docs("Anna lives in Berlin", "", "Ben sees New York")
    docs[0].set_ents([docs[0][1:2]], default="outside")  # what is on the Doc is not what the pipeline says
    assert [spans.tolist() for spans in tagger.spans(docs)] == [[[0, 1], [3, 4]], [], [[0, 1], [2, 4]]]
    assert tagger.entities(docs) == [[(0, 1, "PER"), (3, 4, "LOC")], [], [(0, 1, "PER"), (2, 4, "LOC")]]
    first, empty, last = tagger.probabilities(docs)
    assert first.labels == ("LOC", "PER") and empty.begin.shape == (0, 2)
    assert first.begin[0, 1] > 0.5 and first.begin[3, 0] > 0.5 and last.begin[2, 0] > 0.5 and last.inside[3, 0] > 0.5
    for table in (first, last):
        total = table.outside + table.begin.sum(axis=1) + table.inside.sum(axis=1)
        numpy.testing.assert_allclose(total, 1, atol=1e-4)


def test_spacy_pipeline_without_ner_gives_spans_only(tmp_path):
    nlp = spacy.blank("xx")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "New York"}])
    nlp.to_disk(tmp_path / "ruler")
    tagger = make_spacy_tagger(str(tmp_path / "ruler"))
    docs = make_docs("Ben sees New York")
    assert tagger.spans(docs)[0].tolist() == [[2, 4]]
    with pytest.raises(XprojError, match=r"\(entity_ruler\) has no transition-based 'ner'"):
        tagger.probabilities(docs)


def test_marginals_are_sums_over_entities():
    table = tag_marginals({(0, 2, "A"): 0.5, (0, 1, "A"): 0.25, (1, 3, "B"): 0.125}, ("A", "B"), 4)
    assert table.begin.tolist() == [[0.75, 0], [0, 0.125], [0, 0], [0, 0]]
    assert table.inside.tolist() == [[0, 0], [0.5, 0], [0, 0.125], [0, 0]]
    assert table.outside.tolist() == [0.25, 0.375, 0.875, 1]
