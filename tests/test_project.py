"""The workflow file: what it names exists, and every step finds what it needs."""

from pathlib import Path

from weasel.util.config import load_project_config

ROOT = Path(__file__).parent.parent
CONFIG = load_project_config(ROOT)
COMMANDS = {command["name"]: command for command in CONFIG["commands"]}


def test_every_dependency_is_in_the_repository_or_made_by_an_earlier_step():
    made = set()
    for name in CONFIG["workflows"]["all"]:
        for dependency in COMMANDS[name]["deps"]:
            assert dependency in made or (ROOT / dependency).is_file(), f"{name} needs {dependency}"
        made.update(COMMANDS[name].get("outputs", []))


def test_every_step_says_what_it_does_and_needs():
    assert set(CONFIG["workflows"]["all"]) == set(COMMANDS)
    for command in COMMANDS.values():
        assert command["help"] and command["deps"] and command["outputs"]  # without outputs it would always run again
