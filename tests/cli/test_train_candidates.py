"""`train-candidates` as a user runs it; the extractor's tests run it to the end and let the result find candidates."""

from typer.testing import CliRunner

from spacy_xproj.cli import app


def test_output_is_checked_before_the_work(tmp_path):
    (tmp_path / "model").write_text("mine")
    paths = [str(tmp_path / name) for name in ("not_read.spacy", "model")]
    result = CliRunner().invoke(app, ["train-candidates", *paths, "--model", "not loaded"])
    assert result.exit_code == 1 and "model: is a file; name a directory" in " ".join(result.output.split())
