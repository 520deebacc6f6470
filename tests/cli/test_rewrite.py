"""`rewrite` as a user runs it."""

import pytest
import spacy
from spacy.tokens import Doc, Span

from spacy_xproj.corpora.docbin import read_docs, write_docs


@pytest.fixture
def corpora(tmp_path):
    vocab = spacy.blank("xx").vocab
    corpus = Doc(vocab, words=["i-ANC", "il\u1eb9", "\u0300"])
    corpus.set_ents([Span(corpus, 1, 2, "LOC")])
    write_docs([corpus], tmp_path / "corpus.spacy")
    write_docs([Doc(vocab, words=["i", "-", "ANC"])] * 20, tmp_path / "like.spacy")
    return tmp_path / "corpus.spacy", tmp_path / "like.spacy"


def test_rewrite(corpora, invoke, tmp_path):
    corpus, like = corpora
    result = invoke("rewrite", corpus, tmp_path / "new.spacy", "--like", like)
    assert result.exit_code == 0, result.output
    (doc,) = read_docs(tmp_path / "new.spacy")
    assert [token.text for token in doc] == ["i", "-", "ANC", "il\u1eb9\u0300"]
    assert "1 entities were widened" in result.text
    assert "1 sentences, 1 tokens joined to others, 2 cut off" in result.text


def test_inputs_are_not_written_over(corpora, invoke, check_error):
    corpus, like = corpora
    for output in corpora:
        check_error(invoke("rewrite", corpus, output, "--like", like), "is an input too")
