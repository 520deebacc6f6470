"""`pretrain` and `captions` as a user runs them."""

from pathlib import Path

import pytest
import srsly
import torch

from spacy_xproj.encoders.hub import load_hub


@pytest.fixture
def run(invoke, tiny_encoder_dir, emoji_files):
    def run(output, **options):
        images, captions = emoji_files
        settings = {"objective": "clip", "images": images, "captions": captions, "steps": 3, "batch-size": 4, **options}
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return invoke("research", "pretrain", tiny_encoder_dir, output, *arguments)

    return run


@pytest.mark.parametrize("objective", ["clip", "text", "mlm"])
def test_an_encoder_like_the_one_that_went_in(run, tiny_encoder_dir, tmp_path, objective):
    output = tmp_path / "out"
    result = run(output, **{"objective": objective, "new-languages": "yy"})
    assert result.exit_code == 0, result.output
    for part in ("18 emoji in 2 languages, 2 held out", "recall@1", "new_languages", "3 steps"):
        assert part in result.text
    source = Path(tiny_encoder_dir)
    new = {"pretrain.json", "xproj.json"}
    assert {file.name for file in output.iterdir()} == {*(file.name for file in source.iterdir()), *new}
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "config.json"):
        assert (output / name).read_bytes() == (source / name).read_bytes()
    before, after = (load_hub(str(path)).model.state_dict() for path in (source, output))
    assert before.keys() == after.keys()
    assert not torch.equal(before["encoder.layer.0.output.dense.weight"], after["encoder.layer.0.output.dense.weight"])
    card = (output / "README.md").read_text(encoding="utf8")
    for part in ("license: mit", f"objective '{objective}'", "Unicode License v3", "SIL Open Font License 1.1"):
        assert part in card
    report = srsly.read_json(output / "pretrain.json")
    assert report["settings"]["objective"] == objective and report["data"]["emoji"] == 18
    assert len(report["losses"]) == 3
    assert ("image_to_text" in report["retrieval"]["after"]["new_emoji"]) == (objective == "clip")


def test_unknown_pieces_are_reported(run, tmp_path, emoji_files):
    result = run(tmp_path / "out")
    assert "of the captions' sub-tokens are unknown to the encoder" in result.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"images": "missing.ttf"}, "--images missing.ttf: no such file; give a colour font (apt-get install"),
        ({"captions": "missing"}, "npm pack cldr-annotations-full"),
        ({"languages": "en,ha"}, "nothing in 'ha'"),
        ({"batch-size": 64}, "--batch-size 64: there are 18 emoji to train on"),
    ],
)
def test_bad_input_ends_in_one_line(run, tmp_path, options, message):
    result = run(tmp_path / "out", **options)
    assert result.exit_code == 1
    assert message in result.text
    assert "Traceback" not in result.output and list(tmp_path.iterdir()) == []


def test_output_is_checked_before_the_work(run, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr("spacy_xproj.research.pretraining.emoji.load_emoji", pytest.fail)
    result = run(tmp_path / "file" / "encoder")
    assert result.exit_code == 1 and "file/encoder: cannot be written" in result.text


def test_an_encoder_that_is_missing(invoke, emoji_files, tmp_path):
    images, captions = emoji_files
    arguments = ["--objective", "text", "--images", images, "--captions", captions]
    result = invoke("research", "pretrain", tmp_path / "no", tmp_path / "out", *arguments)
    assert result.exit_code == 1 and "cannot be loaded" in result.text


def test_captions(invoke, emoji_files, tmp_path):
    command = ["research", "captions", emoji_files[1]]
    result = invoke(*command, tmp_path / "a.txt", "--languages", "xx")
    assert result.exit_code == 0, result.output
    lines = (tmp_path / "a.txt").read_text(encoding="utf8").splitlines()
    assert len(lines) == 30 and "nyekundu duara" in lines and lines == sorted(lines)
    assert invoke(*command, tmp_path / "b.txt").exit_code == 0
    assert "der csid" in (tmp_path / "b.txt").read_text(encoding="utf8")
