"""Bars and the time of stages."""

import io
import sys

import pytest

from spacy_xproj import progress as module
from spacy_xproj.lazy import Lazy
from spacy_xproj.progress import loading, progress, stage, take_seconds


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def open_terminal(monkeypatch):
    """Make a function that puts a terminal in the place of the error stream."""

    def put():
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return put


def test_a_stage_inside_another_has_its_own_time(monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 7.0, 8.0, 10.0])
    monkeypatch.setattr(module, "perf_counter", lambda: next(clock))
    take_seconds()
    with stage("outer"), stage("inner"):
        pass
    with stage("outer"):
        pass
    assert take_seconds() == {"outer": 1.0 + 4.0 + 2.0, "inner": 2.0} and take_seconds() == {}


def test_models_are_told_and_timed(open_terminal):
    terminal = open_terminal()
    take_seconds()
    assert Lazy(str.upper, "a").value == "A"
    assert "loading a" in terminal.getvalue() and "loading models" in take_seconds()


def test_bars_are_for_terminals_only(capsys, monkeypatch, open_terminal):
    assert list(progress("abc", 3, "letters")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""
    terminal = open_terminal()
    assert list(progress("abc", 3, "letters")) == ["a", "b", "c"] and "letters" in terminal.getvalue()
    monkeypatch.setattr(module, "shown", False)
    terminal = open_terminal()
    with loading("x"):
        assert list(progress("abc", 3, "letters")) == ["a", "b", "c"]
    assert terminal.getvalue() == ""


def test_a_stage_that_fails_ends():
    with pytest.raises(KeyError), stage("bad"):
        raise KeyError
    assert not module._running
