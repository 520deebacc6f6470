"""`tune` as a user runs it: links from a file, of which the light ones are wrong."""

import json

import pytest
from spacy.tokens import DocBin, Span

from spacy_xproj.config import load_project_config, load_projector
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.evaluation import tuning
from spacy_xproj.parts import prepare
from spacy_xproj.projectors.apply import apply_projection

CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"
[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "LINKS"
[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
[projector.scorer]
@xproj_scores = "spacy-xproj.SoftAlignmentScore.v1"
[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
[filter]
@xproj_filters = "spacy-xproj.ProjectionFilter.v1"
"""


@pytest.fixture
def job(invoke, tmp_path, make_bitext):
    """Six sentences. Where the link weighs .4 the entity belongs nowhere; where two words rival, it does too."""
    weights = [0.9, 0.4, 0.8, 0.4, 0.9, 0.8]
    pairs = [make_bitext(f"Ana{i} sang here", f"dort Ana{i} sangen", [(0, 1, "PER")]) for i in range(6)]
    links = [f"0-1:{weight}" for weight in weights]
    links[5] = "0-1:0.8 0-2:0.01 2-0 0-0:0.7"
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "de", {})
    (tmp_path / "links.txt").write_text("".join(f"{line}\n" for line in links))
    (tmp_path / "a.cfg").write_text(CONFIG.replace("LINKS", (tmp_path / "links.txt").as_posix()))
    gold = [pair.target for pair in pairs]
    for doc, weight in zip(gold, weights):
        doc.set_ents([Span(doc, 1, 2, "PER")] if weight > 0.5 else [], default="outside")
    DocBin(docs=gold).to_disk(tmp_path / "gold.spacy")

    def run(*arguments):
        paths = [tmp_path / name for name in ("bitext", "gold.spacy", "out")]
        return invoke("tune", *paths, "-c", tmp_path / "a.cfg", *arguments)

    return run


def test_thresholds(job, tmp_path):
    result = job()
    assert result.exit_code == 0, result.output
    assert "min_score 0.5, min_margin 0.0" in result.text and "strict F1 1.000" in result.text
    found = json.loads((tmp_path / "out" / "tune.json").read_text())
    assert (found["min_score"], found["min_margin"], found["coverage"]) == (0.5, 0.0, pytest.approx(4 / 6))
    assert [row["value"] for row in found["trials"]["min_score"]] == [i / 10 for i in range(10)]
    config = load_project_config(tmp_path / "out" / "project.cfg")
    assert (config["projector"]["min_score"], config["projector"]["min_margin"]) == (0.5, 0.0)
    html = (tmp_path / "out" / "report.html").read_text("utf8")
    assert html.count("<img") == 2 and "F1 and coverage by min_margin" in html
    assert "| 0.50 | 100.0 | 100.0 | 100.0 |" in (tmp_path / "out" / "report.md").read_text("utf8")


def test_what_is_tried_is_what_project_would_do(job, tmp_path):
    """Each value gives what a projector with this setting gives."""
    job()
    trials = json.loads((tmp_path / "out" / "tune.json").read_text())["trials"]["min_score"]
    for trial in trials:
        path = tmp_path / "one.cfg"
        text = (tmp_path / "a.cfg").read_text()
        path.write_text(text.replace("[projector.aligner]", f"min_score = {trial['value']}\n[projector.aligner]"))
        projector, corpus = load_projector(path), ParallelCorpus(tmp_path / "bitext")
        prepare(projector, lambda corpus=corpus: corpus)
        docs = [apply_projection(one) for one in projector(corpus)]
        assert trial["coverage"] == pytest.approx(sum(len(doc.ents) for doc in docs) / 6)


@pytest.mark.parametrize("method", ["isotonic", "platt"])
def test_calibrated_scores(job, check_error, monkeypatch, tmp_path, method):
    check_error(job("--calibrate", method), "4 places are too few to calibrate on")
    monkeypatch.setattr(tuning, "FOLDS", 2)
    result = job("--calibrate", method)
    assert result.exit_code == 0, result.output
    assert "(in five folds)" in result.text and "calibration error 0." in result.text
    assert load_projector(tmp_path / "out" / "project.cfg").calibration["method"] == method


def test_a_config_with_calibration(invoke, tmp_path, job, entities):
    (tmp_path / "calibration.json").write_text('{"method": "isotonic", "scores": [0.4, 0.9], "chances": [0.25, 0.75]}')
    arguments = ["-c", tmp_path / "a.cfg", "--projector.calibration", tmp_path / "calibration.json"]
    result = invoke("project", tmp_path / "bitext", tmp_path / "projected", *arguments)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "projected" / "outcomes.jsonl").read_text("utf8").splitlines()]
    plain = invoke("project", tmp_path / "bitext", tmp_path / "plain", "-c", tmp_path / "a.cfg")
    assert plain.exit_code == 0
    before = [json.loads(line) for line in (tmp_path / "plain" / "outcomes.jsonl").read_text("utf8").splitlines()]
    for old, new in zip(before, rows):
        (old_place,), (place,) = old["target"], new["target"]
        expected = min(max(0.25 + (old_place["score"] - 0.4), 0.25), 0.75)
        assert place["score"] == pytest.approx(expected, abs=1e-3) and place["margin"] == old_place["margin"]


def test_errors(invoke, job, check_error, tmp_path):
    (tmp_path / "b.cfg").write_text(
        '[projector]\n@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"\n[projector.aligner]\n'
        f'@xproj_aligners = "spacy-xproj.PharaohAligner.v1"\npath = "{tmp_path}/links.txt"\n'
    )
    paths = [tmp_path / name for name in ("bitext", "gold.spacy", "out")]
    check_error(invoke("tune", *paths, "-c", tmp_path / "b.cfg"), "has no min_score and min_margin to tune")
    (tmp_path / "bad.json").write_text('{"method": "isotonic"}')
    check_error(job("--projector.calibration", tmp_path / "bad.json"), "bad.json: not a calibration")
