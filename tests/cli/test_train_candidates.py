"""`train-candidates` as a user runs it; what it trains is tested with the extractor."""


def test_output_is_checked_before_the_work(invoke, tmp_path):
    (tmp_path / "model").write_text("mine")
    result = invoke("train-candidates", tmp_path / "not_read.spacy", tmp_path / "model", "--model", "not loaded")
    assert result.exit_code == 1 and "model: is a file; name a directory" in result.text
