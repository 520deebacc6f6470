"""Sentence filters: what is dropped, and that nothing disappears on the way."""

import json

import pytest
from spacy.tokens import DocBin

from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.errors import XprojError
from spacy_xproj.projectors.filters import ProjectionFilter
from spacy_xproj.types import FLAGS, Outcome, Projection

CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "{links}"

[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"

[projector.scorer]
@xproj_scores = "spacy-xproj.AlignmentScore.v1"

[projector.solver]
@xproj_solvers = "spacy-xproj.{solver}.v1"

[filter]
@xproj_filters = "spacy-xproj.ProjectionFilter.v1"
"""

PLACED = Outcome(0, "PER", "projected", ((0, 1),), (0.8,))
DOUBTFUL = Outcome(1, "PER", "projected", ((1, 2), (3, 4)), (0.9, 0.4))
LOST = Outcome(2, "LOC", "lost_overlap")


@pytest.mark.parametrize(
    "settings, outcomes, reason",
    [
        ({}, [PLACED, DOUBTFUL, LOST], None),
        ({}, [], None),
        ({"drop_incomplete": True}, [PLACED, LOST], "lost_entity"),
        ({"drop_incomplete": True}, [PLACED, DOUBTFUL], None),
        ({"drop_incomplete": True}, [], None),
        ({"min_score": 0.5}, [PLACED, DOUBTFUL], "doubtful_entity"),
        ({"min_score": 0.4}, [PLACED, DOUBTFUL], None),
        ({"min_score": 0.5}, [PLACED, LOST], None),
        ({"drop_empty": True}, [LOST], "no_entity"),
        ({"drop_empty": True}, [], "no_entity"),
        ({"drop_empty": True}, [PLACED, LOST], None),
        ({"drop_incomplete": True, "min_score": 0.5, "drop_empty": True}, [DOUBTFUL, LOST], "lost_entity"),
    ],
)
def test_reasons(make_bitext, settings, outcomes, reason):
    assert ProjectionFilter(**settings)(Projection(make_bitext("a", "b c d e"), outcomes)) == reason


@pytest.mark.parametrize("score", [-0.1, 1.5, float("nan")])
def test_scores_out_of_range(score):
    with pytest.raises(XprojError, match=r"min_score is .*: use a number in \[0, 1\]"):
        ProjectionFilter(min_score=score)


@pytest.fixture
def project(invoke, make_bitext, tmp_path):
    """Project four pairs: everything placed, one entity lost, one on a doubtful place, none at all."""
    pairs = [
        make_bitext("Ana and Rio", "Ana e Rio", [(0, 1, "PER"), (2, 3, "LOC")]),
        make_bitext("Ana and Rio", "Ana e isso", [(0, 1, "PER"), (2, 3, "LOC")]),
        make_bitext("Ana Silva sleeps", "Ana dorme", [(0, 2, "PER")]),
        make_bitext("nobody", "nada"),
    ]
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {})
    (tmp_path / "links").write_text("0-0 2-2\n0-0\n0-0\n0-0\n", encoding="utf-8")

    def run(*overrides, solver="ExactSolver"):
        config = tmp_path / "project.cfg"
        config.write_text(CONFIG.format(links=tmp_path / "links", solver=solver), encoding="utf-8")
        result = invoke("project", tmp_path / "bitext", tmp_path / "out", "--config", config, *overrides)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.text

    return run


def read_jsonl(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_run(path):
    """Read the texts in target.spacy, the rejects and the summary, and check that they add up."""
    docs = DocBin().from_disk(path / "target.spacy")
    rejects, summary = read_jsonl(path / "rejects.jsonl"), json.loads((path / "summary.json").read_text())
    assert len(docs) + len(rejects) == summary["pairs"] == 4
    assert len(read_jsonl(path / "outcomes.jsonl")) == summary["entities"] == sum(summary["outcomes"].values()) == 5
    return len(docs), rejects, summary


def test_by_default_all_are_kept(project, tmp_path):
    code, output = project()
    assert code == 0 and "dropped" not in output
    kept, rejects, summary = read_run(tmp_path / "out")
    assert (kept, rejects, summary["rejects"]) == (4, [], {})


def test_dropped_sentences_are_listed_and_counted(project, tmp_path):
    code, output = project(
        "--filter.drop_incomplete", "true", "--filter.min_score", "0.4", "--filter.drop_empty", "true"
    )
    assert code == 0 and "1 sentences dropped by the filter: lost_entity" in output
    kept, rejects, summary = read_run(tmp_path / "out")
    assert kept == 1
    assert [(reject["pair"], reject["reason"]) for reject in rejects] == [
        (1, "lost_entity"),
        (2, "doubtful_entity"),
        (3, "no_entity"),
    ]
    assert (rejects[1]["text"], rejects[1]["translation"]) == ("Ana Silva sleeps ", "Ana dorme ")
    assert summary["rejects"] == {"lost_entity": 1, "doubtful_entity": 1, "no_entity": 1}
    assert summary["filter"]["drop_incomplete"] is True


def test_a_filter_that_drops_all_ends_in_one_line(project, tmp_path):
    code, output = project("--filter.min_score", "0.9", "--filter.drop_empty", "true")
    assert code == 1 and "the filter drops every sentence (doubtful_entity 3, no_entity 1)" in output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("constraint, relaxed", [("<=", 0), (">=", 1)])
def test_what_the_solver_says_is_counted(project, tmp_path, constraint, relaxed):
    code, output = project("--projector.solver.constraint", constraint, solver="MilpSolver")
    assert code == 0 and ("1 sentences flagged constraint_relaxed" in output) == bool(relaxed)
    assert read_run(tmp_path / "out")[2]["flags"] == {**dict.fromkeys(FLAGS, 0), "constraint_relaxed": relaxed}
