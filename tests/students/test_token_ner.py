"""The head `token_ner`: what it learns from, what it finds, and that it can be saved."""

import numpy
import pytest
import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example
from thinc.api import Adam

from spacy_xproj.errors import XprojError
from spacy_xproj.students.token_ner import TokenNer
from spacy_xproj.taggers.pipeline import SpacyTagger

TEXTS = ["anna lives in new york", "ben knows anna", "nobody lives in berlin"]
LABELS = {"anna": "PER", "ben": "PER", "berlin": "LOC", "new york": "LOC"}
LISTENER = {
    "@architectures": "spacy.Tagger.v2",
    "normalize": True,
    "tok2vec": {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    },
}


def make_example(nlp, text):
    places = {(text.index(name), text.index(name) + len(name)): label for name, label in LABELS.items() if name in text}
    entities = [(*place, label) for place, label in places.items()]
    return Example.from_dict(nlp.make_doc(text), {"entities": entities})


def entities(doc):
    return [(ent.text, ent.label_) for ent in doc.ents]


@pytest.fixture
def untrained():
    nlp = spacy.blank("en")
    nlp.add_pipe("token_ner")
    nlp.initialize(lambda: [make_example(nlp, text) for text in TEXTS])
    return nlp


@pytest.fixture(scope="module")
def trained():
    nlp = spacy.blank("en")
    nlp.add_pipe("token_ner", name="names")
    examples = [make_example(nlp, text) for text in TEXTS]
    nlp.initialize(lambda: examples)
    losses = []
    for _ in range(40):
        losses.append(nlp.update(examples, sgd=Adam(0.01))["names"])
    assert losses[-1] < 0.1 * losses[0]
    return nlp


def test_it_learns_and_scores_what_it_finds(trained):
    doc = trained("ben lives in new york")
    assert entities(doc) == [("ben", "PER"), ("new york", "LOC")]
    group = doc.spans["token_ner"]
    assert [(span.text, span.label_) for span in group] == entities(doc)
    assert all(0.5 < score <= 1 for score in group.attrs["scores"]) and len(group.attrs["scores"]) == 2
    assert trained.evaluate([make_example(trained, text) for text in TEXTS])["ents_f"] == 1


def test_batches_give_what_single_texts_give(trained):
    texts = [*TEXTS, "", "ben", *TEXTS, " "]
    alone = [trained(text) for text in texts]
    for batch_size in (1, 2, 100):
        together = list(trained.pipe(texts, batch_size=batch_size))
        assert [entities(doc) for doc in together] == [entities(doc) for doc in alone]
        for one, other in zip(together, alone, strict=True):
            scores = [doc.spans["token_ner"].attrs["scores"] for doc in (one, other)]
            numpy.testing.assert_allclose(*scores, atol=1e-5)
    assert [doc.text for doc in trained.pipe(["", " "])] == ["", " "]


def test_round_trip_through_bytes_and_disk(trained, tmp_path):
    trained.to_disk(tmp_path / "student")
    from_bytes = spacy.blank("en")
    from_bytes.add_pipe("token_ner", name="names")
    from_bytes.from_bytes(trained.to_bytes())
    for nlp in (spacy.load(tmp_path / "student"), from_bytes):
        assert nlp.get_pipe("names").labels == ("LOC", "PER")
        for text in TEXTS:
            assert nlp(text).to_json() == trained(text).to_json()
            assert nlp(text).spans["token_ner"].attrs == trained(text).spans["token_ner"].attrs


def test_labels_of_the_corpus_or_given(untrained):
    assert untrained.get_pipe("token_ner").labels == untrained.get_pipe("token_ner").label_data == ("LOC", "PER")
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("token_ner")
    assert (pipe.add_label("ORG"), pipe.add_label("ORG")) == (1, 0)
    pipe.initialize(lambda: [make_example(nlp, TEXTS[0])], nlp=nlp, labels=["PER"])
    assert pipe.labels == ("ORG", "PER") and pipe.output.get_dim("nO") == 5
    with pytest.raises(XprojError, match="label 'MISC' cannot be added to a model of 2 labels; initialize it again"):
        pipe.add_label("MISC")


def test_a_corpus_without_entities():
    nlp = spacy.blank("en")
    nlp.add_pipe("token_ner")
    with pytest.raises(XprojError, match="there is no entity in the training corpus"):
        nlp.initialize(lambda: [make_example(nlp, "nobody")])


def test_a_model_without_probabilities():
    with pytest.raises(XprojError, match=r"set normalize = true in \[components.ner.model\]"):
        spacy.blank("en").add_pipe("token_ner", name="ner", config={"model": {"normalize": False}})


def gradient_of(pipe, example):
    """The loss at equal probabilities, and its gradient."""
    n_tags = 1 + 2 * len(pipe.labels)
    scores = numpy.full((len(example.predicted), n_tags), 1 / n_tags, dtype="float32")
    loss, (gradient,) = pipe.get_loss([example], [scores])
    return loss, gradient


def test_missing_annotation_teaches_nothing_and_no_entities_do(untrained):
    pipe = untrained.get_pipe("token_ner")
    doc = untrained.make_doc(TEXTS[0])
    loss, gradient = gradient_of(pipe, Example(doc, untrained.make_doc(TEXTS[0])))
    assert loss == 0 and not gradient.any()
    none = untrained.make_doc(TEXTS[0])
    none.ents = []
    loss, gradient = gradient_of(pipe, Example(doc, none))
    assert loss == pytest.approx(numpy.log(5), abs=1e-5)
    assert (gradient[:, 0] < 0).all() and (gradient[:, 1:] > 0).all()
    partly = untrained.make_doc(TEXTS[0])
    partly.set_ents([Span(partly, 3, 5, "LOC")], missing=[partly[1:3]], default="outside")
    loss, gradient = gradient_of(pipe, Example(doc, partly))
    assert gradient.any(axis=1).tolist() == [True, False, False, True, True]
    assert gradient.argmin(axis=1)[[0, 3, 4]].tolist() == [0, 1, 3]


def test_tokens_that_do_not_align_teach_nothing(untrained):
    words, spaces = ["anna", "lives", "in", "new y", "ork"], [True, True, True, False, False]
    reference = Doc(untrained.vocab, words=words, spaces=spaces)
    reference.ents = [Span(reference, 0, 1, "PER"), Span(reference, 3, 4, "LOC")]
    example = Example(untrained.make_doc(TEXTS[0]), reference)
    _, gradient = gradient_of(untrained.get_pipe("token_ner"), example)
    assert gradient.any(axis=1).tolist() == [True, True, True, False, False]


def test_the_gradient_is_that_of_the_loss(untrained):
    pipe = untrained.get_pipe("token_ner")
    examples = [make_example(untrained, text) for text in TEXTS]
    chance = numpy.random.default_rng(0)
    logits = [chance.normal(size=(len(example.predicted), 5)) for example in examples]

    def loss():
        rows = [numpy.exp(x) / numpy.exp(x).sum(axis=1, keepdims=True) for x in logits]
        return pipe.get_loss(examples, rows)

    _, gradient = loss()
    for doc, token, tag in [(0, 0, 2), (0, 4, 3), (1, 1, 0), (2, 3, 4)]:
        values = []
        for step in (1e-3, -1e-3):
            logits[doc][token, tag] += step
            values.append(loss()[0])
            logits[doc][token, tag] -= step
        assert (values[0] - values[1]) / 2e-3 == pytest.approx(gradient[doc][token, tag], abs=1e-5)


def test_on_a_transformer(tiny_encoder_dir, tmp_path):
    nlp = spacy.blank("en")
    model = {
        "@architectures": "spacy-transformers.TransformerModel.v3",
        "name": tiny_encoder_dir,
        "get_spans": {"@span_getters": "spacy-transformers.strided_spans.v1", "window": 4, "stride": 3},
        "tokenizer_config": {"use_fast": True},
    }
    nlp.add_pipe("transformer", config={"model": model})
    nlp.add_pipe("token_ner", config={"model": LISTENER})
    examples = [make_example(nlp, text) for text in TEXTS]
    nlp.initialize(lambda: examples)
    before = nlp.get_pipe("transformer").model.to_bytes()
    optimizer = Adam(0.01)
    for _ in range(3):  # the head begins at zero, and the encoder moves a step after its gradient
        losses = nlp.update(examples, sgd=optimizer)
    assert losses["token_ner"] > 0 and nlp.get_pipe("transformer").model.to_bytes() != before
    nlp.to_disk(tmp_path / "student")
    loaded = spacy.load(tmp_path / "student")
    texts = [*TEXTS, "", "\n"]
    assert [doc.to_json() for doc in loaded.pipe(texts)] == [nlp(text).to_json() for text in texts]


def test_as_a_tagger(trained):
    tagger = SpacyTagger(trained, beam_width=1)
    docs = [trained.make_doc(text) for text in TEXTS]
    assert isinstance(trained.get_pipe("names"), TokenNer)
    for doc, tags in zip(docs, tagger.probabilities(docs), strict=True):
        assert tags.labels == ("LOC", "PER")
        total = tags.outside + tags.begin.sum(axis=1) + tags.inside.sum(axis=1)
        numpy.testing.assert_allclose(total, numpy.ones(len(doc)), atol=1e-5)
    assert tags.begin[3, 0] > 0.5
