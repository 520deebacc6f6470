"""Bars and the time of stages."""

import sys
import time

import pytest

from spacy_xproj import progress as module
from spacy_xproj.lazy import Lazy
from spacy_xproj.progress import loading, progress, stage, take_seconds


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)


def test_a_stage_inside_another_has_its_own_time(monkeypatch):
    clock = iter([0.0, 1.0, 3.0, 7.0, 8.0, 10.0])
    monkeypatch.setattr(module, "perf_counter", lambda: next(clock))
    take_seconds()
    with stage("outer"), stage("inner"):
        pass
    with stage("outer"):
        pass
    assert take_seconds() == {"outer": 1.0 + 4.0 + 2.0, "inner": 2.0} and take_seconds() == {}


def test_models_are_told_and_timed(capsys, terminal):
    take_seconds()
    assert Lazy(str.upper, "a").value == "A"
    assert "loading a" in capsys.readouterr().err and "loading models" in take_seconds()


def test_bars_are_for_terminals_only(capsys, monkeypatch, terminal):
    assert list(progress("abc", 3, "letters")) == ["a", "b", "c"]
    assert "letters" in capsys.readouterr().err
    monkeypatch.setattr(module, "shown", False)
    with loading("x"):
        assert list(progress("abc", 3, "letters")) == ["a", "b", "c"]
    monkeypatch.setattr(module, "shown", True)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    assert list(progress("abc", 3, "letters")) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""


def test_a_stage_that_fails_ends():
    with pytest.raises(KeyError), stage("bad"):
        time.sleep(0)
        raise KeyError
    assert not module._running
