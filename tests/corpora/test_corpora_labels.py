import pytest
import spacy
from spacy.tokens import Doc

from spacy_xproj import XprojError
from spacy_xproj.corpora.labels import LabelMap


def make_doc(*labels: str) -> Doc:
    ents = [f"B-{label}" for label in labels]
    doc = Doc(spacy.blank("en").vocab, words=[f"w{i}" for i in range(len(ents) + 1)], ents=[*ents, "O"])
    doc.user_data["line"] = 7
    return doc


def test_rename_and_drop() -> None:
    doc = make_doc("PERSON", "DATE", "LOC")
    changes = LabelMap.parse("PER, LOC", "PERSON=PER, DATE=").apply(doc)
    assert changes == [("PERSON", "PER"), ("DATE", ""), ("LOC", "LOC")]
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("w0", "PER"), ("w2", "LOC")]
    assert doc.has_annotation("ENT_IOB")


def test_nothing_given_changes_nothing() -> None:
    doc = make_doc("X", "Y")
    assert LabelMap.parse("", "").apply(doc) == [("X", "X"), ("Y", "Y")]
    assert [ent.label_ for ent in doc.ents] == ["X", "Y"]


@pytest.mark.parametrize("renames", ["", "LOC=GPE"])
def test_unknown_labels(renames: str) -> None:
    doc = make_doc("PER", "LOC")
    with pytest.raises(XprojError, match=r"line 7: label '(LOC|GPE)' is not among ORG, PER; .*--map LOC="):
        LabelMap.parse("PER,ORG", renames).apply(doc)
    assert [ent.label_ for ent in doc.ents] == ["PER", "LOC"]


@pytest.mark.parametrize("renames", ["DATE", "=LOC", "A=B,A=C", "A =B,A=C", "A=B,A="])
def test_bad_maps(renames: str) -> None:
    with pytest.raises(XprojError, match="bad label map"):
        LabelMap.parse("", renames)
