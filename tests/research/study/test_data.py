"""Gold sentences, as they are read and as they are translated."""

import hashlib

import pytest
from spacy import blank
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_xproj.corpora.formats.datasets import DatasetsConverter
from spacy_xproj.corpora.formats.wikiann import WikiannConverter
from spacy_xproj.errors import XprojError
from spacy_xproj.research.study.config import StudySettings
from spacy_xproj.research.study.data import read_gold, target_doc, without_white_space

SETTINGS = StudySettings(dataset="wikiann", path="{code}", labels="PER,ORG,LOC")


@pytest.mark.parametrize(
    "words, spaced, text",
    [
        (["Ana", "yuko", "Lagos", "."], True, "Ana yuko Lagos ."),
        (["北", "京", "。"], False, "北京。"),
        (["在", "BBC", "News", "上"], False, "在BBC News上"),
        (["กรุงเทพ", "มหานคร", "(", "Bangkok", ")"], False, "กรุงเทพมหานคร( Bangkok )"),
        (["中", "国"], True, "中 国"),
    ],
)
def test_text_that_is_translated(words, spaced, text):
    gold = Doc(Vocab(), words=words)
    gold.ents = [Span(gold, 0, 1, label="LOC")]
    target = target_doc(gold, spaced)
    assert target.text.rstrip() == text
    assert [token.text for token in target] == words
    assert not target.ents and len(gold.ents) == 1


def test_gold_of_a_language_whose_segmenter_is_not_needed(tmp_path):
    path = tmp_path / "test"
    path.write_text("ja:東\tB-LOC\nja:京\tI-LOC\n\nja:彼\tO\n", encoding="utf8")
    first, second = read_gold(path, SETTINGS, WikiannConverter("ja"))
    assert [(ent.text, ent.label_) for ent in first.ents] == [("東京", "LOC")]
    assert not second.ents
    (only,) = read_gold(path, SETTINGS.copy(update={"limit": 1}), WikiannConverter("ja"))
    assert only.text == first.text


def test_bad_files(tmp_path):
    path = tmp_path / "test"
    with pytest.raises(XprojError, match=r"test: no such file; get WikiANN .* from https://github.com/.*xtreme"):
        read_gold(path, SETTINGS, WikiannConverter("sw"))
    for text, message in (
        ("", "no sentence"),
        ("sw:Ana\n", "line 1: 1 columns"),
        ("sw:Ana\tB-DATE\n", "'DATE' is not"),
    ):
        path.write_text(text, encoding="utf8")
        with pytest.raises(XprojError, match=f"test.*{message}"):
            read_gold(path, SETTINGS, WikiannConverter("sw"))


def test_checksums(tmp_path):
    path, checksums = tmp_path / "test", tmp_path / "sums"
    path.write_text("sw:Ana\tB-PER\n", encoding="utf8")
    checksums.write_text(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  test\n")
    settings = SETTINGS.copy(update={"checksums": str(checksums)})
    assert len(read_gold(path, settings, WikiannConverter("sw"))) == 1
    path.write_text("sw:Ana\tB-LOC\n", encoding="utf8")
    with pytest.raises(XprojError, match="test: not the file that .*sums means .*fetch it again"):
        read_gold(path, settings, WikiannConverter("sw"))
    checksums.write_text("")
    with pytest.raises(XprojError, match="test: not named in .*sums"):
        read_gold(path, settings, WikiannConverter("sw"))


def test_data_sets_of_the_library(tmp_path):
    """Of `datasets`: from Parquet, whose tags are numbers."""
    datasets = pytest.importorskip("datasets")
    names = datasets.ClassLabel(names=["O", "B-LOC", "I-LOC"])
    features = datasets.Features({"tokens": [datasets.Value("string")], "ner_tags": [names]})
    data = datasets.Dataset.from_dict({"tokens": [["Dar", "es", "Salaam"]], "ner_tags": [[1, 2, 2]]}, features)
    data.to_parquet(str(tmp_path / "test.parquet"))
    data.save_to_disk(str(tmp_path / "test"))
    for name in ("test.parquet", "test"):
        (doc,) = read_gold(tmp_path / name, SETTINGS, DatasetsConverter("sw"))
        assert [(ent.text, ent.label_) for ent in doc.ents] == [("Dar es Salaam", "LOC")]


def test_white_space_in_translations():
    doc = blank("en").make_doc("Ana  was\nhere ")
    doc.user_data["lang"] = "en"
    found = without_white_space(doc)
    assert ([token.text for token in found], found.text) == (["Ana", "was", "here"], "Ana was here ")
    assert found.user_data == {"lang": "en"} and without_white_space(found) is found
