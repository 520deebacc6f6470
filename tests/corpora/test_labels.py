from collections import Counter

import pytest
import spacy
from spacy.tokens import Doc

from spacy_xproj import XprojError
from spacy_xproj.corpora.labels import MAPS, LabelMap, label_summary


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


#: The labels of the schemes, as their authors list them.
SCHEMES = {
    "ontonotes": "PERSON NORP FAC ORG GPE LOC PRODUCT EVENT WORK_OF_ART LAW LANGUAGE DATE TIME PERCENT MONEY QUANTITY "
    "ORDINAL CARDINAL",
    "conll2003": "PER ORG LOC MISC",
    "masakhaner": "PER ORG LOC DATE",
    "wnut2017": "corporation creative-work group location person product",
}


def test_every_label_of_a_scheme_is_named() -> None:
    assert {file.stem for file in MAPS.iterdir()} == set(SCHEMES)
    for name, labels in SCHEMES.items():
        label_map = LabelMap.load(name)
        assert set(label_map.renames) == set(labels.split())
        assert label_map.labels == {"PER", "ORG", "LOC"}


def test_map_of_a_scheme() -> None:
    doc = make_doc("GPE", "DATE", "PERSON", "PER")
    assert LabelMap.load("ontonotes").apply(doc) == [("GPE", "LOC"), ("DATE", ""), ("PERSON", "PER"), ("PER", "PER")]
    with pytest.raises(
        XprojError, match="label 'MISC' is not among LOC, ORG, PER; name it in the label map 'ontonotes'"
    ):
        LabelMap.load("ontonotes").apply(make_doc("MISC"))


def test_map_in_a_file(tmp_path) -> None:
    file = tmp_path / "map.json"
    file.write_text('{"CITY": "LOC", "DATE": null}')
    doc = make_doc("CITY", "DATE")
    LabelMap.load(str(file)).apply(doc)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("w0", "LOC")]


def test_words_that_entities_lose(tmp_path) -> None:
    words = ["The", "United", "Nations", "'s", "day", "in", "the", "The", "Hague", "'s"]
    tags = ["B-ORG", "I-ORG", "I-ORG", "I-ORG", "B-DATE", "O", "B-GPE", "I-GPE", "I-GPE", "B-GPE"]
    label_map = LabelMap.load("ontonotes")
    doc = Doc(spacy.blank("en").vocab, words=words, ents=tags)
    assert label_map.trimmed(doc) == 2
    label_map.apply(doc)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("United Nations", "ORG"), ("Hague", "LOC"), ("'s", "LOC")]
    file = tmp_path / "map.json"
    file.write_text('{"ORG": "ORG", "DATE": null, "GPE": "LOC", "trim": {"trailing": ["Nations"]}}')
    doc = Doc(spacy.blank("en").vocab, words=words[:3], ents=tags[:3])
    LabelMap.load(str(file)).apply(doc)
    assert [ent.text for ent in doc.ents] == ["The United"]
    file.write_text('{"trim": "PER"}')  # a label of that name
    assert LabelMap.load(str(file)).renames == {"trim": "PER"}


@pytest.mark.parametrize("trim", ['{"lead": ["the"]}', '{"leading": "the"}', '{"leading": [1]}', '{"leading": [""]}'])
def test_bad_words(tmp_path, trim: str) -> None:
    file = tmp_path / "map.json"
    file.write_text(f'{{"PERSON": "PER", "trim": {trim}}}')
    with pytest.raises(XprojError, match='map.json: bad "trim"; write'):
        LabelMap.load(str(file))


@pytest.mark.parametrize("text", ['["PER"]', '{"PERSON": 1}', '{"PERSON": ""}', "{", '"PER"'])
def test_bad_map_files(tmp_path, text: str) -> None:
    file = tmp_path / "map.json"
    file.write_text(text)
    with pytest.raises(XprojError, match="map.json: not (a label map|JSON)"):
        LabelMap.load(str(file))
    with pytest.raises(XprojError, match="no label map 'onto': use conll2003, masakhaner, ontonotes, wnut2017, or"):
        LabelMap.load("onto")


def test_summary() -> None:
    changes = Counter({("PERSON", "PER"): 3, ("PER", "PER"): 1, ("DATE", ""): 2})
    assert list(label_summary(changes)) == ["entities: PER 4", "renamed: PERSON=PER 3", "dropped: DATE 2"]
    assert list(label_summary(Counter())) == ["entities: none", "renamed: none", "dropped: none"]
