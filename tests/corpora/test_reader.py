"""The reader for `spacy train`."""

import pytest
import spacy
from spacy.tokens import Span

from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.corpora.reader import make_parallel_corpus_reader
from spacy_xproj.errors import XprojError
from spacy_xproj.types import Bitext

EN, PT = spacy.blank("en"), spacy.blank("pt")


@pytest.fixture
def path(tmp_path):
    def pairs():
        for number in range(7):
            source, target = EN(f"Ana didn't go {number}."), PT(f"Ana não foi {number}.")
            source.ents = [Span(source, 0, 1, label="PER")]
            yield Bitext(source, target)

    write_parallel_corpus(tmp_path / "bitext", pairs(), "en", "pt", {}, shard_size=3)
    return tmp_path / "bitext"


def test_sides(path):
    nlp = spacy.blank("xx")
    examples = list(make_parallel_corpus_reader(path, side="source")(nlp))
    assert len(examples) == 7
    for example in examples:
        assert example.predicted.vocab is nlp.vocab
        assert example.predicted.text == example.reference.text
        assert len(example.predicted) == len(example.reference)
        assert not example.predicted.ents
        assert [ent.label_ for ent in example.reference.ents] == ["PER"]


def test_a_side_that_was_never_labelled(path):
    with pytest.raises(XprojError, match=r'bitext, target sentence 1: .* never set; .*or set side = "source"'):
        next(make_parallel_corpus_reader(path)(PT))


def test_sentences_without_entities_or_words_are_read(tmp_path):
    def pairs():
        for text in ("Ana", ""):
            target = PT(text)
            target.ents = []
            yield Bitext(EN("Ana"), target)

    write_parallel_corpus(tmp_path / "bitext", pairs(), "en", "pt", {})
    examples = list(make_parallel_corpus_reader(tmp_path / "bitext")(PT))
    assert [example.reference.text for example in examples] == ["Ana", ""]


def test_limit_and_bad_side(path):
    assert len(list(make_parallel_corpus_reader(path, side="source", limit=4)(EN))) == 4
    with pytest.raises(XprojError, match="source, target"):
        make_parallel_corpus_reader(path, side="left")


def test_found_by_name(path):
    reader = spacy.registry.resolve(
        {"corpus": {"@readers": "spacy-xproj.ParallelCorpus.v1", "path": str(path), "side": "source", "limit": 2}}
    )["corpus"]
    assert len(list(reader(EN))) == 2
