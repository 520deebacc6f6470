"""Projections in a notebook."""

import sys
from types import SimpleNamespace

from spacy_xproj.api import render
from spacy_xproj.types import Outcome, Projection


def projection(make_bitext):
    bitext = make_bitext("Ana lives", 'Ana "vive" <b>', [(0, 1, "PER")], "0-0")
    return Projection(bitext, [Outcome(0, "PER", "projected", ((0, 1),), (0.9,))])


def test_one_or_several_projections_or_a_directory(make_bitext, runs):
    one = projection(make_bitext)
    for projections in (one, [one, one], iter([one])):
        html = render(projections, title="My <title>")
        assert html.startswith("<!DOCTYPE html>") and "My &lt;title&gt;" in html and '"Ana ' in html
    assert "s3" in render(runs[0]) and "s3" in render(str(runs[0]))
    assert "0 of 0" not in render([])


def test_in_a_notebook_it_is_shown_in_a_frame(make_bitext, monkeypatch):
    shown = []
    fake = SimpleNamespace(HTML=str, display=shown.append)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(display=fake))
    monkeypatch.setitem(sys.modules, "IPython.display", fake)
    assert render(projection(make_bitext), jupyter=True) is None
    (frame,) = shown
    assert frame.startswith('<iframe sandbox="allow-scripts') and frame.count("<") == 2
