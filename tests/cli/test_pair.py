"""`pair` as a user runs it: what is checked, and what is listed (`test_translate` has the plain cases)."""

import pytest
import spacy
import srsly

from spacy_xproj.corpora.docbin import write_docs
from spacy_xproj.corpora.parallel import ParallelCorpus

LONG = "They came home late in the old car with all the children."
SOURCES = {"a": LONG, "b": "Ana lives in Lisbon.", "c": "It rains.", "d": "Yes."}
TARGETS = {"a": LONG, "b": "Ana mora em Lisboa.", "d": "Sim.", "e": "Não."}


def save(path, texts, lang):
    nlp, docs = spacy.blank(lang), []
    for sent_id, text in texts:
        doc = nlp(text)
        doc.user_data.update({"sent_id": sent_id, "lang": lang})
        doc.set_ents([], default="outside")
        docs.append(doc)
    write_docs(docs, path)


@pytest.fixture
def pair(invoke, tmp_path):
    """Pairs the two files."""
    save(tmp_path / "en.spacy", SOURCES.items(), "en")
    save(tmp_path / "pt.spacy", TARGETS.items(), "pt")

    def run(*arguments):
        return invoke("pair", tmp_path / "en.spacy", tmp_path / "pt.spacy", tmp_path / "bitext", *arguments)

    return run


def test_pairs_are_flagged_and_others_listed(pair, tmp_path):
    result = pair("--by", "sent_id")
    assert result.exit_code == 0, result.output
    assert "flagged, kept: 1 (copied_source)" in result.text
    assert "not paired: 1 (no target sentence with this sent_id): c" in result.text
    assert "not paired: 1 (no source sentence with this sent_id): e" in result.text
    corpus = ParallelCorpus(tmp_path / "bitext")
    assert [list(item.target.user_data.get("flags", [])) for item in corpus] == [["copied_source"], [], []]
    assert corpus.manifest["provenance"]["settings"]["translation"]["on_flag"] == "keep"


def test_suspicious_pairs_are_dropped_on_request(pair, tmp_path):
    result = pair("--by", "sent_id", "--translation.on_flag", "drop")
    assert result.exit_code == 0 and "not paired: 1 (copied_source): a" in result.text, result.output
    (tmp_path / "pair.cfg").write_text("[translation]\ncopy_words = 20\n")
    result = pair("--by", "sent_id", "--config", tmp_path / "pair.cfg")
    assert result.exit_code == 0 and "copied_source" not in result.text


def test_a_table(pair, tmp_path):
    (tmp_path / "pairs.tsv").write_text("b\tb\nd\te\nx\td\n")
    result = pair("--table", tmp_path / "pairs.tsv")
    assert result.exit_code == 0, result.output
    pairs = [(item.source.text, item.target.text) for item in ParallelCorpus(tmp_path / "bitext")]
    assert pairs == [("Ana lives in Lisbon.", "Ana mora em Lisboa."), ("Yes.", "Não.")]
    assert "not paired: 1 (in the table, but not in the file): x" in result.text
    assert "not paired: 3 (not in the table): a, c" in result.text
    assert len(list(srsly.read_jsonl(tmp_path / "bitext" / "rejects.jsonl"))) == 4


def test_bad_input(pair, check_error, tmp_path):
    (tmp_path / "pairs.tsv").write_text("b b\n")
    check_error(pair("--table", tmp_path / "pairs.tsv"), "pairs.tsv, line 1: write the two sent_ids of a pair")
    check_error(pair("--by", "table"), "--by table and --table FILE belong together")
    check_error(pair("--by", "order", "--table", tmp_path / "pairs.tsv"), "belong together")
    check_error(pair("--by", "sent_id", "--translation.on_flag", "hide"), "[translation] on_flag")
    save(tmp_path / "pt.spacy", reversed(SOURCES.items()), "pt")
    check_error(pair(), "have the same sent_ids in another order (from sentence 1 on: 'a', 'd'); use --by sent_id")
    assert not list(tmp_path.glob("bitext*"))
