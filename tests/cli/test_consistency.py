"""`consistency` as a user runs it."""

from functools import partial

import pytest
import spacy
import srsly
from spacy.tokens import Doc

from spacy_xproj.corpora.docbin import read_docs, write_docs

CORPUS = {
    "Amani lives in South Africa": "B-PER O O B-LOC I-LOC",
    "Africa and South Africa met Amani": "B-LOC O O O O O",
    "the Bank of Kenya in Kenya": "O B-ORG I-ORG I-ORG O B-LOC",
    "the Bank of Kenya left Kenya": "O O O O O O",
    "Washington said": "B-PER O",
    "in Washington": "O B-LOC",
    "Washington again": "O O",
}


@pytest.fixture
def run(invoke, tmp_path):
    vocab = spacy.blank("xx").vocab
    docs = [Doc(vocab, words=text.split(), ents=tags.split()) for text, tags in CORPUS.items()]
    write_docs(docs, tmp_path / "corpus.spacy")
    return partial(invoke, "consistency", tmp_path / "corpus.spacy")


def test_the_command(run, tmp_path):
    result = run("--json", str(tmp_path / "list.json"))
    assert result.exit_code == 0, result.output
    assert "5 strings are" in result.text and "LOC 1, PER 1" in result.output
    rows = srsly.read_json(tmp_path / "list.json")
    assert {"text": "Bank of Kenya", "labels": {"ORG": 1}, "unlabelled": 1} in rows and len(rows) == 5

    result = run("--fill", "LOC", "--output", str(tmp_path / "filled.spacy"))
    assert result.exit_code == 0, result.output
    assert "2 of the 5 places filled (LOC 2)" in result.text
    docs = read_docs(tmp_path / "filled.spacy")
    assert [span.text for doc in docs for span in doc.spans["filled"]] == ["South Africa", "Kenya"]
    assert read_docs(tmp_path / "corpus.spacy")[3].ents == ()


def test_wrong_use(run, tmp_path):
    for arguments, message in [
        (["--fill", "LOC"], "belong together"),
        (["--output", str(tmp_path / "filled.spacy")], "belong together"),
        (["--fill", "PLACE", "--output", str(tmp_path / "filled.spacy")], "no entity is labelled PLACE"),
        (["--fill", "LOC", "--output", str(tmp_path / "corpus.spacy")], "is an input too"),
        (["--json", str(tmp_path / "corpus.spacy")], "is an input too"),
    ]:
        result = run(*arguments)
        assert result.exit_code == 1 and message in result.stderr
    assert not (tmp_path / "filled.spacy").exists()
