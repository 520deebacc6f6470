"""Gold sentences, as they are read and as they are translated."""

import pytest
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_xproj.corpora.formats.wikiann import WikiannConverter
from spacy_xproj.errors import XprojError
from spacy_xproj.research.study.config import StudySettings
from spacy_xproj.research.study.data import read_gold, target_doc

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
