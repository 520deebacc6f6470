import weakref
import zlib
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.training import Corpus
from spacy.vocab import Vocab

from spacy_xproj import XprojError
from spacy_xproj.corpora import docbin
from spacy_xproj.corpora.docbin import DocCorpus, corpus_files, doc_lang, read_docs, write_docs


@pytest.fixture
def doc() -> Doc:
    doc = Doc(spacy.blank("pt").vocab, words=["Ana", "Luz", "(", "Rio", ")"], spaces=[True, True, False, False, False])
    doc.set_ents([Span(doc, 0, 1, "PER"), Span(doc, 1, 2, "PER"), Span(doc, 3, 4, "LOC")], default="outside")
    doc.spans["projected"] = SpanGroup(doc, spans=[Span(doc, 3, 4, "LOC")], attrs={"scores": [0.75]})
    doc.user_data.update({"lang": "pt", "sent_id": "s-1", "line": 3})
    return doc


def test_everything_survives(doc: Doc, tmp_path: Path) -> None:
    assert write_docs(iter([doc]), tmp_path / "a.spacy") == 1
    (back,) = read_docs(tmp_path / "a.spacy")
    assert back.text == "Ana Luz (Rio)"
    assert [(e.start, e.end, e.label_) for e in back.ents] == [(0, 1, "PER"), (1, 2, "PER"), (3, 4, "LOC")]
    assert [(s.text, s.label_) for s in back.spans["projected"]] == [("Rio", "LOC")]
    assert back.spans["projected"].attrs == {"scores": [0.75]}
    assert back.user_data == {"lang": "pt", "sent_id": "s-1", "line": 3}
    assert back.vocab.lang == doc_lang(back) == "pt"


def test_no_entities_is_not_the_same_as_not_annotated(tmp_path: Path) -> None:
    vocab = spacy.blank("en").vocab
    none, missing = Doc(vocab, words=["a"]), Doc(vocab, words=["b"])
    none.set_ents([], default="outside")
    write_docs([none, missing], tmp_path / "a.spacy")
    assert [d.has_annotation("ENT_IOB") for d in read_docs(tmp_path / "a.spacy")] == [True, False]


def test_docs_are_read_into_the_vocab_given(doc: Doc, tmp_path: Path) -> None:
    vocab = Vocab()
    write_docs([doc], tmp_path / "a.spacy")
    (back,) = read_docs(tmp_path / "a.spacy", vocab)
    assert back.vocab is vocab
    assert doc_lang(back) == "pt"


def test_language_falls_back_on_the_vocab() -> None:
    assert doc_lang(Doc(spacy.blank("de").vocab, words=["a"])) == "de"


@pytest.mark.parametrize("data", [b"", b"text", zlib.compress(b"\x80"), zlib.compress(b"\x01"), zlib.compress(b"\xc1")])
def test_corrupt_file(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    path.write_bytes(data)
    with pytest.raises(XprojError, match=r"a\.spacy: not a readable \.spacy file"):
        read_docs(path)


def test_truncated_file(doc: Doc, tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    write_docs([doc] * 50, path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(XprojError, match="not a readable"):
        read_docs(path)


def test_missing_and_empty_files(tmp_path: Path) -> None:
    with pytest.raises(XprojError, match="no such file"):
        read_docs(tmp_path / "a.spacy")
    DocBin().to_disk(tmp_path / "a.spacy")
    with pytest.raises(XprojError, match="no sentence"):
        read_docs(tmp_path / "a.spacy")


def test_nothing_to_write_leaves_the_old_file(doc: Doc, tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    write_docs([doc], path)
    with pytest.raises(XprojError, match="no sentence to write"):
        write_docs([], path)
    assert len(read_docs(path)) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["a.spacy"]


def make_docs(number: int) -> list:
    vocab = spacy.blank("pt").vocab
    ids = [{"lang": "pt", "sent_id": f"s-{i}"} for i in range(number)]
    return [Doc(vocab, words=["Ana", f"w{i}"], ents=["B-PER", "O"], user_data=ids[i]) for i in range(number)]


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docbin, "FILE_SIZE", 4)


@pytest.mark.usefixtures("small_files")
def test_a_large_corpus_is_a_directory_that_spacy_train_reads(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    docs = make_docs(11)
    assert write_docs(iter(docs), path, "convert") == 11
    assert [file.name for file in corpus_files(path)] == ["00000.spacy", "00001.spacy", "00002.spacy"]
    nlp = spacy.blank("pt")
    examples = list(Corpus(path)(nlp))
    assert [example.reference.text for example in examples] == [doc.text for doc in docs]
    assert [[ent.text for ent in example.reference.ents] for example in examples] == [["Ana"]] * 11
    assert [doc.to_json() for doc in read_docs(path)] == [doc.to_json() for doc in docs]


@pytest.mark.usefixtures("small_files")
def test_a_corpus_is_read_again_and_again(tmp_path: Path) -> None:
    write_docs(make_docs(9), tmp_path / "a.spacy")
    corpus = DocCorpus(tmp_path / "a.spacy")
    assert len(corpus) == 9 and corpus.lang == "pt"
    for _ in range(2):
        assert [doc.user_data["sent_id"] for doc in corpus] == [f"s-{i}" for i in range(9)]
    assert corpus[8].user_data["sent_id"] == corpus[-1].user_data["sent_id"] == "s-8"
    assert len({id(doc.vocab) for doc in read_docs(tmp_path / "a.spacy")}) == 1
    assert [*corpus.user_data()] == [doc.user_data for doc in corpus]


@pytest.mark.usefixtures("small_files")
@pytest.mark.parametrize(("first", "second"), [(3, 9), (9, 3), (9, 11)])
def test_file_and_directory_take_the_place_of_each_other(tmp_path: Path, first: int, second: int) -> None:
    path = tmp_path / "a.spacy"
    write_docs(make_docs(first), path, "convert", overwrite=False)
    write_docs(make_docs(second), path, "convert", overwrite=False)
    assert len(read_docs(path)) == second
    assert [file.name for file in tmp_path.iterdir()] == ["a.spacy"]


@pytest.mark.usefixtures("small_files")
def test_what_is_of_others_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.spacy"
    path.write_text("mine")
    with pytest.raises(XprojError, match="exists, with other content"):
        write_docs(make_docs(9), path, "convert", overwrite=False)
    assert path.read_text() == "mine" and len(read_docs(tmp_path / "a.spacy.new")) == 9
    path.unlink()
    path.mkdir()
    (path / "thesis.txt").write_text("mine")
    for number in (3, 9):
        with pytest.raises(XprojError, match="is a directory; name a file"):
            write_docs(make_docs(number), path, "convert")
    write_docs(make_docs(9), tmp_path / "b.spacy", "convert")
    with pytest.raises(XprojError, match="is a directory; name a file"):
        write_docs(make_docs(3), tmp_path / "b.spacy", "label")
    (tmp_path / "b.spacy" / "thesis.txt").write_text("mine")
    with pytest.raises(XprojError, match=r"thesis\.txt"):
        write_docs(make_docs(3), tmp_path / "b.spacy", "convert")


def test_directories_that_are_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(XprojError, match=r"no \.spacy file in this directory"):
        read_docs(tmp_path)
    write_docs(make_docs(1), tmp_path / "source-00000.spacy")
    with pytest.raises(XprojError, match="a parallel corpus"):
        read_docs(tmp_path)


@pytest.mark.parametrize("data", [b"", b"\xc1", b"\x93\x01\x02\x03", b"\x01"])
def test_damaged_user_data_ends_in_one_line(tmp_path: Path, data: bytes) -> None:
    doc_bin = DocBin(docs=make_docs(3), store_user_data=True)
    doc_bin.user_data[1] = data
    (tmp_path / "a.spacy").write_bytes(doc_bin.to_bytes())
    corpus = DocCorpus(tmp_path / "a.spacy")
    for read in (corpus.user_data, corpus.__iter__):
        with pytest.raises(XprojError, match=r"a.spacy, sentence 2: damaged; write the file again"):
            list(read())


@pytest.mark.usefixtures("small_files")
def test_a_damaged_file_is_found_before_the_work(tmp_path: Path) -> None:
    write_docs(make_docs(9), tmp_path / "a.spacy")
    (tmp_path / "a.spacy" / "00002.spacy").write_bytes(b"text")
    with pytest.raises(XprojError, match=r"00002\.spacy: not a readable"):
        DocCorpus(tmp_path / "a.spacy")


def test_one_docbin_is_in_memory_at_a_time(doc: Doc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is filled, what went into the one before it is gone."""
    alive: weakref.WeakSet[DocBin] = weakref.WeakSet()

    class Watched(DocBin):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            assert not alive
            alive.add(self)
            super().__init__(*args, **kwargs)

    monkeypatch.setattr(docbin, "FILE_SIZE", 2)
    monkeypatch.setattr(docbin, "DocBin", Watched)
    assert write_docs((doc for _ in range(7)), tmp_path / "many") == 7
    assert len(list((tmp_path / "many").glob("*.spacy"))) == 4
