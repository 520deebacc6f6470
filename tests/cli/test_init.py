"""`init` writes projects that run."""

from pathlib import Path

import catalogue
import pytest
from weasel.util.config import load_project_config as load_workflows

from spacy_xproj.cli.init import SCRIPTS
from spacy_xproj.config import load_config, load_project_config
from spacy_xproj.registry import loaded_code, registry
from spacy_xproj.text.languages import language_table


@pytest.fixture
def init(invoke, tmp_path):
    """Makes a project and gives its directory."""

    def run(*options, source="en", target="es"):
        result = invoke("init", tmp_path / "project", "--source", source, "--target", target, *options)
        assert result.exit_code == 0, result.output
        return tmp_path / "project"

    return run


def steps(folder):
    workflows = load_workflows(folder)
    commands = {command["name"]: command for command in workflows["commands"]}
    return [commands[name] for name in workflows["workflows"]["all"]]


OPTIONS = {
    "nllb": ([], "sw", ["train.jsonl", "dev.jsonl"]),
    "gold": (["--gold"], "sw", ["train.jsonl", "dev.jsonl", "test.jsonl"]),
    "table": (["--translator", "table"], "es", ["train.jsonl", "dev.jsonl", "translations.tsv"]),
    "bundled": (["--translator", "bundled", "--labels", "PER, LOC", "--encoder", "my/model"], "pt", []),
    "characters": (["--gold"], "ja", ["test.jsonl"]),
    "own": (["--own", "--gold"], "sw", ["train.jsonl", "dev.jsonl", "own.txt", "test.jsonl"]),
    "script": (["--script", "Latin"], "is", []),
}


@pytest.mark.parametrize("options, target, files", OPTIONS.values(), ids=OPTIONS)
def test_every_step_finds_what_it_needs(init, options, target, files):
    folder = init(*options, target=target)
    made = {"project.cfg", "transformer.cfg"}
    assets = set()
    for step in steps(folder):
        for needed in step.get("deps", []):
            assert needed in made or needed.startswith("assets/")
            assets |= {needed} if needed.startswith("assets/") else set()
        made.update(step["outputs"])
    assert {f"assets/{file}" for file in files} <= assets
    readme = (folder / "README.md").read_text("utf8")
    assert all(f"`{file.removeprefix('assets/')}`" in readme for file in assets)
    for text in ((folder / name).read_text("utf8") for name in ("project.yml", "project.cfg", "README.md")):
        assert "{%" not in text and "{{" not in text and "\n\n\n" not in text
    config = load_project_config(folder / "project.cfg")
    assert (config["translator"]["src_lang"], config["translator"]["tgt_lang"]) == ("en", target)


def test_without_gold_text_nothing_needs_it(init):
    folder = init()
    assert [step["name"] for step in steps(folder)] == [
        "convert",
        "translate",
        "project",
        "encoder",
        "train",
        "package",
    ]
    assert "test.jsonl" not in "".join(file.read_text("utf8") for file in folder.iterdir() if file.is_file())


def test_with_gold_text_the_student_is_scored(init):
    assert "evaluate" in [step["name"] for step in steps(init("--gold"))]


def test_text_of_your_own_is_labelled_and_learned_from(init):
    """What the last student learns from is what is below the directory that is named: the projected corpus, and text
    that the other two have labelled."""
    found = {step["name"]: step for step in steps(init("--own", "--gold"))}
    assert [*found][4:] == ["train", "train-source", "label-own", "train-second", "evaluate", "package"]
    (label,) = found["label-own"]["script"]
    assert label.endswith("--model training/model-best --model training/source/model-best")
    (second,) = found["train-second"]["script"]
    folder = second.split("--paths.train ")[1].split()[0]
    learned = [path for step in found.values() for path in step["outputs"] if Path(folder) in Path(path).parents]
    assert learned == ["projected/train/projected", "projected/train/own.spacy"]
    for name in ("evaluate", "package"):
        assert "training/second/model-best" in found[name]["deps"] and "training/model-best" not in found[name]["deps"]


def test_scripts_without_spaces(init):
    folder = init("--gold", target="ja")
    assert load_config(folder / "project.cfg")["translation"]["segment"] == "characters"
    lines = {step["name"]: " ".join(step["script"]) for step in steps(folder)}
    assert "--segment characters" in lines["convert"]
    assert "--nlp.tokenizer.@tokenizers spacy-xproj.CharacterTokenizer.v1" in lines["train"]
    assert "--script CJK --script Hiragana --script Katakana" in lines["encoder"]


def test_languages_that_spacy_does_not_know(init):
    assert load_workflows(init(target="sw"))["vars"]["spacy_lang"] == "xx"


def test_every_script_of_the_table_has_a_name():
    assert {row.script for row in language_table()} <= set(SCRIPTS)


CODE = """
from spacy_xproj.registry import registry

class Same:
    def __init__(self, src_lang: str, tgt_lang: str): ...
    def __call__(self, texts): ...

registry.xproj_translators.register("same.v1", func=Same)
"""


def test_a_translator_of_your_own(init, invoke, check_error, tmp_path):
    (tmp_path / "same.py").write_text(CODE)
    try:
        folder = init("--translator", "same.v1", "--code", tmp_path / "same.py")
    finally:
        loaded_code.clear()
        catalogue._remove((*registry.xproj_translators.namespace, "same.v1"))
    assert (folder / "same.py").read_text() == CODE
    assert load_config(folder / "project.cfg")["translator"]["@xproj_translators"] == "same.v1"
    translate, project = steps(folder)[1:3]
    assert all(line.endswith("--code same.py") for line in translate["script"] + project["script"])
    assert "same.py" in translate["deps"]


def test_bad_input(invoke, check_error, tmp_path):
    languages = ["--source", "en", "--target"]
    check_error(invoke("init", tmp_path / "a", *languages, "english"), "unknown language 'english'")
    check_error(invoke("init", tmp_path / "a", *languages, "ga"), "no script is known for the language 'ga'; name it")
    check_error(invoke("init", tmp_path / "a", *languages, "es", "--translator", "nllb2"), "'nllb2': not registered")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("")
    check_error(invoke("init", tmp_path / "full", *languages, "es"), "full: is not an empty directory")
    check_error(invoke("init", tmp_path / "full" / "mine", *languages, "es"), "cannot be written")
    assert not (tmp_path / "a").exists()


def test_what_a_killed_run_left_is_completed(invoke, check_error, tmp_path):
    arguments = ("init", tmp_path / "p", "--source", "en", "--target", "sw")
    assert invoke(*arguments).exit_code == 0
    whole = {path.name: path.read_bytes() for path in (tmp_path / "p").iterdir() if path.is_file()}
    (tmp_path / "p" / "README.md").unlink()
    assert invoke(*arguments).exit_code == 0
    assert {path.name: path.read_bytes() for path in (tmp_path / "p").iterdir() if path.is_file()} == whole
    (tmp_path / "p" / "project.yml").write_text("mine")
    check_error(invoke(*arguments), "is not an empty directory")
    assert (tmp_path / "p" / "project.yml").read_text() == "mine"
