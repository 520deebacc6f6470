"""`xproj describe`: a pipeline says what it is made from, whatever wrote that down."""

import subprocess
import sys

import pytest
import spacy
import srsly
from spacy.schemas import ModelMetaSchema, validate

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.students.description import join_licenses

SUMMARY = {
    "src_lang": "en",
    "tgt_lang": "pt",
    "pairs": 12,
    "corpus": {"command": "translate", "translator_license": "MIT (toy)"},
    "licenses": {"corpus.translator_license": "MIT (toy)", "projector.scorer.model": "cc-by-nc-4.0"},
}
SCORES = {
    "strict": {"p": 0.9, "r": 0.8, "f": 0.85, "per_type": {"PER": {"p": 0.9, "r": 0.8, "f": 0.85, "support": 7}}},
    "spacy": {"p": 1.0, "r": 1.0, "f": 1.0, "per_type": {}},
}


@pytest.fixture
def files(tmp_path, make_tiny_encoder):
    """What the steps of a project have left."""
    nlp = spacy.blank("pt")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Lisboa"}])
    nlp.meta["performance"] = {"ents_f": 0.5}
    nlp.to_disk(tmp_path / "student")
    write_encoder(make_tiny_encoder(), tmp_path / "encoder")
    (tmp_path / "projected").mkdir()
    srsly.write_json(tmp_path / "projected" / "summary.json", SUMMARY)
    srsly.write_json(tmp_path / "scores.json", SCORES)
    return tmp_path


@pytest.fixture
def run(invoke, files):
    def describe(*options):
        return invoke("describe", files / "student", files / "described", *options)

    return describe


def all_options(files):
    options = ["--data", files / "projected", "--encoder", files / "encoder", "--scores", files / "scores.json"]
    return [*options, "--source", "a = b=CC0-1.0"]


def test_all_that_is_known(run, files):
    result = run(*all_options(files))
    assert result.exit_code == 0, result.output
    assert "described: CC-BY-NC-4.0 AND CC0-1.0 AND MIT".lower() in result.text.lower()
    meta = srsly.read_json(files / "described" / "meta.json")
    assert not validate(ModelMetaSchema, meta)
    assert meta["license"] == "cc-by-nc-4.0 AND CC0-1.0 AND MIT"
    assert meta["description"].startswith(
        "Named-entity recognition for Portuguese, learned from labels projected from Eng"
    )
    assert meta["sources"] == [
        {"name": "encoder: tiny", "license": "mit", "origin": "a test"},
        {"name": "corpus.translator", "license": "MIT (toy)"},
        {"name": "projector.scorer.model", "license": "cc-by-nc-4.0"},
        {"name": "a = b", "license": "CC0-1.0"},
    ]
    assert meta["performance"] == {
        "ents_f": 0.85,
        "ents_p": 0.9,
        "ents_r": 0.8,
        "ents_per_type": {"PER": {"p": 0.9, "r": 0.8, "f": 0.85}},
    }
    provenance = meta["spacy_xproj"]
    assert provenance["performance_in_training"] == {"ents_f": 0.5}
    assert list(provenance["data"].values()) == [SUMMARY]
    assert provenance["encoder"] == (files / "encoder" / "README.md").read_text(encoding="utf8")
    text = (files / "described" / "LICENSES_SOURCES").read_text(encoding="utf8")
    assert "- encoder: tiny, a test: mit" in text and "- a = b: CC0-1.0" in text and "## How it was made" in text


def test_the_pipeline_is_the_same_otherwise(run, files):
    before = srsly.read_json(files / "student" / "meta.json")
    assert run("--license", "MIT", "--description", "Mine.").exit_code == 0
    assert srsly.read_json(files / "student" / "meta.json") == before
    nlp = spacy.load(files / "described")
    assert [(ent.text, ent.label_) for ent in nlp("em Lisboa").ents] == [("Lisboa", "LOC")]
    assert (nlp.meta["license"], nlp.meta["description"]) == ("MIT", "Mine.")
    assert nlp.meta["performance"] == {"ents_f": 0.5} and nlp.meta["sources"] == []
    assert run().exit_code == 0
    meta = srsly.read_json(files / "described" / "meta.json")
    assert meta["license"] == "unknown" and meta["description"].startswith("Named-entity recognition for Portuguese (")


def test_a_package_says_so_in_both_its_meta_files(run, files):
    assert run(*all_options(files)).exit_code == 0
    (files / "packages").mkdir()
    command = [sys.executable, "-m", "spacy", "package", "described", "packages", "--name", "toy", "--build", "none"]
    subprocess.run([*command, "--version", "0.1.0"], cwd=files, check=True, capture_output=True)
    package = files / "packages" / "pt_toy-0.1.0"
    for path in (package, package / "pt_toy" / "pt_toy-0.1.0"):
        meta = srsly.read_json(path / "meta.json")
        assert meta["license"] == "cc-by-nc-4.0 AND CC0-1.0 AND MIT" and meta["spacy_xproj"]["data"]
        assert "encoder: tiny" in (path / "LICENSES_SOURCES").read_text(encoding="utf8")
    assert "encoder: tiny" in (package / "README.md").read_text(encoding="utf8")


@pytest.mark.parametrize(
    "options, error",
    [
        (["--source", "text"], "--source 'text': write it as NAME=LICENCE"),
        (["--data", "encoder"], "no such file"),
        (["--encoder", "projected"], "no such file"),
        (["--scores", "projected/summary.json"], "has no strict scores; write it with `xproj evaluate --json`"),
    ],
)
def test_what_cannot_be_read(run, files, monkeypatch, options, error):
    monkeypatch.chdir(files)
    result = run(*options)
    assert result.exit_code == 1 and error in result.text
    assert not (files / "described").exists()


@pytest.mark.parametrize("scores", [[], {"strict": 5}, {"strict": {"p": 1, "r": 1, "f": 1, "per_type": {"A": {}}}}])
def test_scores_that_are_none(run, files, scores):
    srsly.write_json(files / "scores.json", scores)
    result = run("--scores", files / "scores.json")
    assert result.exit_code == 1 and "has no strict scores" in result.text


def test_data_without_licences(run, files):
    srsly.write_json(files / "projected" / "summary.json", {"pairs": 1})
    result = run("--data", files / "projected")
    assert result.exit_code == 1 and "says nothing of licences" in result.text


def test_not_in_place(invoke, files):
    result = invoke("describe", files / "student", files / "student")
    assert result.exit_code == 1 and "is an input too" in result.text


@pytest.mark.parametrize(
    "licenses, joined",
    [
        ([], "unknown"),
        (["mit", "MIT (toy)", "MIT"], "MIT"),
        (["mit"], "mit"),
        (["unknown", "CC0-1.0"], "CC0-1.0 AND unknown"),
    ],
)
def test_licences_are_joined(licenses, joined):
    assert join_licenses(licenses) == joined
