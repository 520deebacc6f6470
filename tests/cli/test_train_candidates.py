"""`train-candidates` as a user runs it; what it trains is tested with the extractor."""

from typer.testing import CliRunner

from spacy_xproj.cli import app


def test_output_is_checked_before_the_work(tmp_path):
    (tmp_path / "model").write_text("mine")
    paths = [str(tmp_path / name) for name in ("not_read.spacy", "model")]
    result = CliRunner().invoke(app, ["train-candidates", *paths, "--model", "not loaded"])
    assert result.exit_code == 1 and "model: is a file; name a directory" in " ".join(result.output.split())
