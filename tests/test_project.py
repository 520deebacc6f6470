"""The workflow file: what it names exists, and every step finds what it needs."""

import shlex
from pathlib import Path

import pytest
import srsly
from weasel.util.config import load_project_config

from spacy_xproj.corpora.datasets import dataset_code, study_languages

ROOT = Path(__file__).parent.parent
CONFIG = load_project_config(ROOT)
COMMANDS = {command["name"]: command for command in CONFIG["commands"]}


def test_every_dependency_is_in_the_repository_or_made_by_an_earlier_step():
    for steps in CONFIG["workflows"].values():
        made = set()
        for name in steps:
            for dependency in COMMANDS[name].get("deps", []):
                assert dependency in made or (ROOT / dependency).is_file(), f"{name} needs {dependency}"
            made.update(COMMANDS[name].get("outputs", []))


def test_every_step_says_what_it_does_and_needs():
    assert {name for steps in CONFIG["workflows"].values() for name in steps} == set(COMMANDS)
    for command in COMMANDS.values():
        assert command["help"] and command["outputs"]  # without outputs it would always run again
        assert command.get("deps") or command["name"] == "encoder"  # which comes with a package


def test_assets_are_the_test_sets_of_the_study():
    lines = (ROOT / "configs" / "study" / "masakhaner2.sha256").read_text().splitlines()
    names = [f"{row.masakhaner2}.test.txt" for row in study_languages("masakhaner2")]
    assert [line.split()[1] for line in lines] == names
    assert [asset["dest"] for asset in CONFIG["assets"]] == [f"data/masakhaner2/{name}" for name in names]
    for asset in CONFIG["assets"]:
        code = asset["dest"].split("/")[-1].split(".")[0]
        assert asset["url"].endswith(f"/{code}/test.txt") and len(asset["checksum"]) == 32


@pytest.mark.parametrize("workflow, dataset", [("masakhaner", "masakhaner2"), ("xtreme", "wikiann")])
def test_studies(invoke, workflow, dataset, tmp_path, monkeypatch):
    """A file that is missing in each language is reported with its path, before any model is loaded."""
    (name,) = CONFIG["workflows"][workflow]
    (line,) = COMMANDS[name]["script"]
    python, *command = shlex.split(line)
    assert python == "python"
    assert command[:5] == ["-m", "spacy", "xproj", "research", "study"]
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "out"
    arguments = [
        "research",
        "study",
        str(ROOT / command[5]),
        str(out),
        *command[7:],
        "--paths.data",
        str(tmp_path / "no"),
    ]
    result = invoke(*arguments)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    table = srsly.read_json(out / "table.json")
    assert list(table["languages"]) == [dataset_code(row, dataset) for row in study_languages(dataset)]
    for failure in table["failures"]:
        assert failure["language"] in failure["reason"] and "no such file; get " in failure["reason"]
