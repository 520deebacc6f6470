"""What is killed is run again as if nothing had been: some moments of `benchmarks/kills.py`, which tries all."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parent.parent / "benchmarks" / "kills.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc")


@pytest.fixture(scope="module")
def kills():
    spec = importlib.util.spec_from_file_location("kills", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_kill_at_any_moment_changes_nothing():
    """In a process of its own, since it forks. Two names of scenarios have an output that is there before."""
    names = ["convert, again", "consistency", "evaluate", "label in place"]
    command = [sys.executable, str(PATH), "--step", "19", *names]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert all(name in run.stdout for name in names)


def test_every_command_that_writes_is_tried(kills):
    from spacy_xproj.cli import app

    words = {scenario.command.split()[0] for scenario in kills.SCENARIOS.values()}
    without = {"verify", "doctor", "train-candidates"}
    assert words - {"research"} >= {command.name for command in app.registered_commands} - without


def test_the_harness_finds_a_window(kills, tmp_path, monkeypatch):
    """A command that writes in place, and syncs nothing, does not pass."""
    (tmp_path / "inputs").mkdir()

    def execute(command):
        with (Path.cwd() / "out").open("a") as file:
            file.write("line")
        (Path.cwd() / "done").touch()
        return 0

    monkeypatch.setattr(kills, "execute", execute)
    result = kills.try_scenario(kills.Scenario("command"), tmp_path / "inputs", power=False)
    assert (result.operations, result.kills) == (2, 2)
    assert result.faults == ["operation 2: exit codes -9, 0; differs: out"]
