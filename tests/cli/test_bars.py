"""What long commands show while they work: bars on a terminal, nothing elsewhere or if the user wants none, and in the
end the time of each stage."""

import json
from typing import NamedTuple

import pytest

from spacy_xproj import progress as bars


class Case(NamedTuple):
    """A command with its bars.

    line (str): the command.
    shown (list): what its bars and its loading are called.
    stages (list): the stages in its --json; none if that option is for something else.
    """

    line: str
    shown: list
    stages: list


CASES = {
    "convert": Case("convert a.conll new.spacy --lang en", ["sentences"], ["converting"]),
    "pair": Case("pair a.spacy b.spacy new", ["sentences"], ["pairing"]),
    "translate": Case("translate a.spacy new -c a.cfg", ["sentences"], ["translating"]),
    "align": Case("align bitext new.txt -c a.cfg", ["pairs"], ["aligning"]),
    "project": Case(
        "project bitext new -c a.cfg --no-pages", ["sentences"], ["preparing", "reading all pairs first", "projecting"]
    ),
    "label": Case("label a.spacy new.spacy -m model", ["loading model", "sentences"], ["loading models", "labelling"]),
    "label_bitext": Case("label bitext new -m model", ["loading model", "pairs"], ["loading models", "labelling"]),
    "evaluate": Case("evaluate a.spacy b.spacy", ["sentences"], []),
    "consistency": Case("consistency a.spacy --fill PER --output new.spacy", ["sentences"], []),
}


@pytest.fixture
def open_terminal(monkeypatch):
    """Make a function after which the error stream counts as a terminal."""
    return lambda: monkeypatch.setattr(bars, "has_bars", lambda: bars.shown)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_bars_are_for_terminals(case, invoke, folder, open_terminal):
    silent = invoke(*case.line.split())
    assert silent.exit_code == 0, silent.output
    assert "it/s" not in silent.stderr and "%|" not in silent.stderr
    open_terminal()
    shown = invoke(*case.line.replace("new", "other").split())
    assert shown.exit_code == 0, shown.output
    assert all(unit in shown.stderr for unit in case.shown), shown.stderr


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_quiet_says_nothing(case, invoke, folder, open_terminal):
    open_terminal()
    result = invoke(*case.line.split(), "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert bars.shown


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.stages])
def test_the_time_of_each_stage_is_written(name, invoke, folder):
    case = CASES[name]
    result = invoke(*case.line.split(), "--json", "run.json")
    assert result.exit_code == 0, result.output
    run = json.loads((folder / "run.json").read_text(encoding="utf8"))
    assert run["sentences_per_second"] > 0 and case.stages == [*run["seconds"]]
    assert 1 in (run.get("sentences"), run.get("pairs"))


def test_the_time_of_each_stage_is_told(invoke, folder, monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(bars, "perf_counter", lambda: float(next(clock)))
    result = invoke("label", "a.spacy", "new.spacy", "-m", "model")
    assert "time: loading models 1.0 s, labelling 1.0 s" in result.text


def test_a_json_of_something_else_is_not_replaced(invoke, folder, check_error):
    before = (folder / "map.json").read_bytes()
    for name in ("convert", "pair", "label"):
        check_error(invoke(*CASES[name].line.split(), "--json", "map.json"), "is not the --json of an earlier run")
    assert (folder / "map.json").read_bytes() == before and not (folder / "new.spacy").exists()
