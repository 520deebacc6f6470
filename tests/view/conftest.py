"""A small projected corpus, in two runs, with all that a page has to cope with."""

import pytest

from spacy_xproj.corpora.parallel_writer import write_parallel_corpus

CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"
[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "LINKS"
[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 5
[projector.scorer]
@xproj_scores = "spacy-xproj.SoftAlignmentScore.v1"
[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""
#: Source, target, entities, links.
SENTENCES = [
    ("Ana Silva lives in Haifa", "آنا سيلفا تعيش في حيفا", [(0, 2, "PER"), (4, 5, "LOC")], "0-0 1-1 2-2 3-3 4-4:0.5"),
    ("It rains", "إنها تمطر", [], ""),
    ("Acme hired Rui", "وظفت أكمي روي", [(0, 1, "ORG"), (2, 3, "PER")], "0-1:0.4 1-0"),
    ("<script>alert(1)</script> met Bo", "التقى ثم </script><b>بو</b>", [(2, 3, "<i>")], "0-0 2-2:0.3 2-0:0.2"),
]


@pytest.fixture(scope="session")
def make_runs(invoke, tmp_path_factory, make_bitext):
    """Make a function that projects so many pairs twice, the second time with a higher threshold, and gives the two
    directories."""

    def make(n_pairs=len(SENTENCES)):
        folder = tmp_path_factory.mktemp("runs")
        rows = [SENTENCES[i % len(SENTENCES)] for i in range(n_pairs)]
        pairs = [make_bitext(source, target, ents) for source, target, ents, _ in rows]
        for number, pair in enumerate(pairs):
            pair.source.user_data["sent_id"] = f"s{number}"
        pairs[0].target.user_data["flags"] = ["length_ratio"]
        write_parallel_corpus(folder / "bitext", pairs, "en", "ar", {"license": "CC0-1.0"})
        (folder / "links.txt").write_text("".join(f"{links}\n" for *_, links in rows))
        (folder / "a.cfg").write_text(CONFIG.replace("LINKS", (folder / "links.txt").as_posix()))
        for name, arguments in (("first", ()), ("second", ("--projector.min_score", "0.45"))):
            result = invoke("project", folder / "bitext", folder / name, "-c", folder / "a.cfg", *arguments)
            assert result.exit_code == 0, result.output
        return folder / "first", folder / "second"

    return make


@pytest.fixture(scope="session")
def runs(make_runs):
    """The directories of two runs over four pairs."""
    return make_runs()
