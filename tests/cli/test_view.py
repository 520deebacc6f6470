"""`view` as a user runs it."""

import pytest


@pytest.fixture
def projected(invoke, tmp_path, make_bitext):
    from spacy_xproj.corpora.parallel_writer import write_parallel_corpus

    pairs = [make_bitext("Ana sang", "Ana cantou", [(0, 1, "PER")]), make_bitext("It rains", "Chove")]
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {})
    (tmp_path / "links.txt").write_text("0-0\n\n")
    aligner = f'[projector.aligner]\n@xproj_aligners = "spacy-xproj.PharaohAligner.v1"\npath = "{tmp_path}/links.txt"\n'
    heuristic = '[projector]\n@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"\n'
    (tmp_path / "a.cfg").write_text(heuristic + aligner)

    def run(name, *arguments):
        result = invoke("project", tmp_path / "bitext", tmp_path / name, "-c", tmp_path / "a.cfg", *arguments)
        assert result.exit_code == 0, result.output
        return tmp_path / name

    return run


def test_a_page(invoke, projected, tmp_path):
    out = projected("out")
    result = invoke("view", out, "--output", tmp_path / "page.html")
    assert result.exit_code == 0, result.output
    assert "page.html: 0.0 MB; open it in a browser" in result.text
    html = (tmp_path / "page.html").read_text("utf8")
    assert "Projection: out" in html and html.endswith("\n<!-- xproj view -->\n")
    again = invoke("view", out, projected("other"), "-o", tmp_path / "page.html", "--limit", "1")
    assert again.exit_code == 0 and "out, other" in (tmp_path / "page.html").read_text("utf8")


def test_errors(invoke, check_error, projected, tmp_path):
    check_error(invoke("view", tmp_path / "no", "-o", tmp_path / "a.html"), "not what `xproj project` writes")
    (tmp_path / "mine.html").write_text("mine")
    check_error(invoke("view", projected("out"), "-o", tmp_path / "mine.html"), "exists, with other content")
    assert (tmp_path / "mine.html").read_text() == "mine"
