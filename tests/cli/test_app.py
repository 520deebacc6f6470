"""What all commands share."""

import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from spacy_xproj.cli import app
from spacy_xproj.cli.app import progress
from spacy_xproj.errors import XprojError

COMMANDS = [
    "convert",
    "translate",
    "pair",
    "export",
    "project",
    "label",
    "evaluate",
    "encoder",
    "describe",
    "compare-text",
    "consistency",
    "rewrite",
]


def test_spacy_finds_the_commands():
    done = subprocess.run([sys.executable, "-m", "spacy", "xproj", "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(f" {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help(name):
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0 and "Usage" in result.output


def test_errors_are_one_line(monkeypatch):
    shell, module = typer.Typer(), sys.modules["spacy_xproj.cli.app"]  # the package's attribute `app` is the group
    monkeypatch.setattr(module, "app", shell)

    @module.command("fail")
    def fail(kind: str):
        raise XprojError("file.txt, line 3:\n  bad  tag") if kind == "user" else KeyError("bug")

    result = CliRunner().invoke(shell, ["user"])
    assert (result.exit_code, result.stderr.strip()) == (1, "✘ file.txt, line 3: bad tag")
    assert isinstance(CliRunner().invoke(shell, ["program"]).exception, KeyError)


def test_errors_of_the_system_are_one_line(monkeypatch):
    shell, module = typer.Typer(), sys.modules["spacy_xproj.cli.app"]
    monkeypatch.setattr(module, "app", shell)

    @module.command("fail")
    def fail(kind: str):
        raise OSError("no link") if kind == "bare" else FileNotFoundError(2, "No such file", "a.txt")

    remedy = "check the path, its permissions and the space left"
    assert CliRunner().invoke(shell, ["bare"]).stderr.strip() == f"✘ no link; {remedy}"
    assert CliRunner().invoke(shell, ["named"]).stderr.strip() == f"✘ a.txt: No such file; {remedy}"


def test_a_reader_that_stops_reading():
    """As `xproj languages | head -1` does."""
    command = [sys.executable, "-m", "spacy", "xproj", "languages"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        run.stdout.close()
        assert "Broken" not in run.stderr.read()


def test_progress_passes_items_on(capsys):
    assert list(progress(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")
