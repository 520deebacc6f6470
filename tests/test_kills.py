"""What is killed is run again as if nothing had been: some moments of `benchmarks/kills.py`, which tries all."""

import importlib.util
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

PATH = Path(__file__).parent.parent / "benchmarks" / "kills.py"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and looks into /proc")


@pytest.fixture(scope="module")
def kills():
    spec = importlib.util.spec_from_file_location("kills", PATH)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PATH.parent))
        patch.setenv("SPACY_XPROJ_CACHE", os.environ["SPACY_XPROJ_CACHE"])  # it names another
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
    import spacy_xproj.research.cli  # noqa: F401  (its commands join the group)
    from spacy_xproj.cli import app

    groups = [(group.name or group.typer_instance.info.name, group.typer_instance) for group in app.registered_groups]
    commands = {command.name for command in app.registered_commands}
    commands |= {f"{name} {command.name}" for name, group in groups for command in group.registered_commands}
    tried = [scenario.command for scenario in kills.SCENARIOS.values()]
    without = {command for command in commands if not any(f"{line} ".startswith(f"{command} ") for line in tried)}
    assert without == {"verify", "doctor", "cache stats"}


def test_a_database_is_killed_between_statements(kills, tmp_path):
    """In a process of its own, whose hook stays."""
    import sqlite3

    (tmp_path / "file").touch()
    script = (
        "import sqlite3, sys; from pathlib import Path; from kills import Killer; "
        "killer = Killer(Path(sys.argv[1]), 3, False); killer.start(); "
        "database = sqlite3.connect(sys.argv[1] + '/a.sqlite'); "
        "[database.execute(f'CREATE TABLE {name} (x)') for name in 'abc']"
    )
    environment = {**os.environ, "PYTHONPATH": str(PATH.parent)}
    run = subprocess.run([sys.executable, "-c", script, str(tmp_path)], env=environment, check=False)
    assert run.returncode == -9
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("a",), ("b",)]


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
