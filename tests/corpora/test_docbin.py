import zlib
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.vocab import Vocab

from spacy_xproj import XprojError
from spacy_xproj.corpora.docbin import doc_lang, read_docs, write_docs


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
