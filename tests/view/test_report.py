"""The report: what it counts, and what a gold file adds."""

import json

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

from spacy_xproj.corpora.docbin import read_docs


@pytest.fixture(scope="module")
def gold(runs, tmp_path_factory):
    """The target side of the first run, with other entities: in the first sentence one of two is another."""
    docs = read_docs(runs[0] / "target.spacy")
    docs[0].set_ents([docs[0].ents[0], Span(docs[0], 3, 5, "LOC")])
    path = tmp_path_factory.mktemp("gold") / "gold.spacy"
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return path


@pytest.fixture
def report(invoke, tmp_path):
    """Make a function that writes a report and gives the page and the Markdown."""

    def run(*arguments):
        result = invoke("report", *arguments, "--output", tmp_path / "a.html")
        assert result.exit_code == 0, result.output
        assert f"{tmp_path / 'a.html'} and {tmp_path / 'a.md'}" in result.text
        return (tmp_path / "a.html").read_text("utf8"), (tmp_path / "a.md").read_text("utf8")

    return run


def test_one_run(report, runs):
    html, markdown = report(runs[0])
    assert "| first | en to ar | 4 | 5 | 80.0% | 0." in markdown
    assert "| unaligned | nothing in the target goes with the entity" in markdown
    assert "| first | PER | 2 | 1 | 1 |" in markdown
    assert "| length_ratio | source and translation differ much in length | 1 |" in markdown
    assert "| first | corpus.license | CC0-1.0 |" in markdown
    assert "F1" not in markdown and html.count("<img") == 1
    assert "default-src 'none'" in html and "<i>" not in html and "&lt;i&gt;" in html
    assert "\\<i>" in markdown  # no tag in Markdown either


def test_runs_compared_with_gold(report, runs, gold):
    html, markdown = report(*runs, "--gold", gold)
    assert "| first | all | 75.0 | 75.0 | 75.0 |" in markdown and "## Differences" in markdown
    assert "| second | PER | 100.0 | 100.0 | 100.0 |" in markdown
    assert "| first | LOC | 0 | 1 | 0 | 0 | 0 | 0 |" in markdown  # a boundary
    assert "| second | ORG | 0 | 0 | 0 | 0 | 1 | 0 |" in markdown  # missed
    assert "| projector.min_score | – | 0.45 |" in markdown and "max_length" not in markdown
    assert "Expected calibration error: first 0." in markdown and html.count("<img") == 2


def test_labels_and_speed(report, runs, gold, tmp_path):
    (tmp_path / "timing.json").write_text(json.dumps({"sentences_per_second": 61.25}))
    _, markdown = report(runs[0], "--gold", gold, "--labels", "PER", "--timing", tmp_path / "timing.json")
    assert "| 61.2 |" in markdown and "| first | LOC | 0" not in markdown


def test_sentences_that_a_filter_dropped_are_left_out(report, runs, gold, invoke, tmp_path):
    folder = runs[0].parent
    invoke("project", folder / "bitext", tmp_path / "out", "-c", folder / "a.cfg", "--filter.drop_incomplete", "true")
    _, markdown = report(runs[0], tmp_path / "out", "--gold", gold)
    assert "| out | all | 66.7 | 66.7 | 66.7 |" in markdown and "| out | – | – |" in markdown


def test_errors(invoke, runs, gold, tmp_path):
    result = invoke("report", runs[0], "-o", tmp_path / "a.md")
    assert result.exit_code == 1 and "name the page, as in" in result.stderr
    DocBin(docs=[Doc(spacy.blank("ar").vocab, words=["x"], ents=["O"])]).to_disk(tmp_path / "other.spacy")
    result = invoke("report", runs[0], "--gold", tmp_path / "other.spacy", "-o", tmp_path / "a.html")
    assert result.exit_code == 1 and "pair 0 (counted from 0) is not that of the gold file" in result.stderr
    (tmp_path / "timing.json").write_text("[]")
    result = invoke("report", runs[0], "--timing", tmp_path / "timing.json", "-o", tmp_path / "a.html")
    assert result.exit_code == 1 and "not what `xproj project --json` writes" in result.stderr
    result = invoke("report", *runs, "--timing", tmp_path / "timing.json", "-o", tmp_path / "a.html")
    assert "1 times --timing for 2 directories" in result.text + result.stderr
