"""`init` writes projects that run."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import catalogue
import pytest
import spacy
import srsly
from spacy.training import Corpus
from weasel.util.config import load_project_config as load_workflows

from spacy_xproj.cli.init import SCRIPTS, TEMPLATES
from spacy_xproj.config import load_config, load_project_config
from spacy_xproj.registry import loaded_code, registry
from spacy_xproj.text.languages import language_table

ROOT = Path(__file__).parents[2]


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


PAIRS = [
    ("Ana lives in Lisbon.", "Ana vive en Lisboa.", [("Ana", "PER"), ("Lisbon", "LOC")]),
    ("Ben knows Berlin.", "Ben conoce Berlín.", [("Ben", "PER"), ("Berlin", "LOC")]),
    ("Nobody lives in Berlin.", "Nadie vive en Berlín.", [("Berlin", "LOC")]),
]


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


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Install the wheel of this package into a directory of its own."""
    if not (find_spec("pip") and find_spec("setuptools")):
        pytest.skip("pip and setuptools build the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "spacy_xproj", folder / "tree" / "spacy_xproj")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "tree")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = [*pip, "wheel", "./tree", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", "."]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    names = zipfile.ZipFile(file).namelist()
    assert {f"spacy_xproj/templates/{path.name}" for path in TEMPLATES.iterdir()} <= set(names)
    subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "--target", "site", file],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder / "site"


@pytest.mark.parametrize("own", [False, True], ids=["projected", "and text of its own"])
def test_from_an_installed_wheel_to_a_pipeline(wheel, tiny_encoder_dir, bundled_encoder, tmp_path, own):
    """In an empty directory, from a parallel file, with students that hardly learn."""
    environment = {**os.environ, "PYTHONPATH": str(wheel)}

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, "-m", "spacy", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    where = subprocess.run(
        [sys.executable, "-c", "import spacy_xproj; print(spacy_xproj.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(wheel)
    run("xproj", "init", ".", "--source", "en", "--target", "es", "--translator", "table", *["--own"] * own)
    rows = []
    for text, _, names in PAIRS:
        ents = [
            {"start": text.index(name), "end": text.index(name) + len(name), "label": label} for name, label in names
        ]
        rows.append({"text": text, "ents": ents})
    for file in ("train.jsonl", "dev.jsonl"):
        srsly.write_jsonl(tmp_path / "assets" / file, rows)
    table = "".join(f"{source}\t{target}\n" for source, target, _ in PAIRS)
    (tmp_path / "assets" / "translations.tsv").write_text(table, encoding="utf8")
    (tmp_path / "assets" / "own.txt").write_text("Ana conoce Berlín.\nNadie.\n", encoding="utf8")
    small = {"encoder": tiny_encoder_dir, "layers": 1, "steps": 2, "warmup": 1, "eval_frequency": 1}
    variables = [argument for name, value in small.items() for argument in (f"--vars.{name}", str(value))]
    run("project", "run", "all", ".", *variables)
    nlp = spacy.load(tmp_path / "training" / ("second" if own else "") / "model-best")
    assert nlp.lang == "es" and nlp("Ana vive en Lisboa.").has_annotation("ENT_IOB")
    projected = tmp_path / "projected" / "train" / ("projected" if own else "")
    outcomes = [json.loads(line) for line in (projected / "outcomes.jsonl").open(encoding="utf8")]
    assert len(outcomes) == 5 and {"Ana", "Berlín"} <= {place["text"] for row in outcomes for place in row["target"]}
    assert (tmp_path / "packages" / "es_xproj_ner-0.1.0" / "setup.py").is_file()
    if own:
        corpus = Corpus(tmp_path / "projected" / "train")
        texts = [example.reference.text for example in corpus(nlp)]
        assert sorted(texts) == sorted([*(target for _, target, _ in PAIRS), "Ana conoce Berlín.", "Nadie."])
