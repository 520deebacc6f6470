import pytest
import torch

from spacy_xproj.encoders import encoder as encoder_module
from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.hub import load_hub
from spacy_xproj.encoders.towers import families
from spacy_xproj.encoders.verify import LONGEST, TEXTS, check_length, check_same, hidden_states
from spacy_xproj.errors import XprojError


def states(*sizes):
    return [torch.arange(size * 3.0).reshape(size, 3) for size in sizes]


def test_the_tolerance():
    before = states(*range(1, len(TEXTS) + 1))
    after = [state.clone() for state in before]
    after[3][0, 0] += 0.9e-5
    check_same(before, after, "a little noise")
    after[3][0, 0] += 1e-4
    with pytest.raises(XprojError, match=f"it changes the output for '{TEXTS[3]}' by 1.1e-04"):
        check_same(before, after, "it")
    after[3][0, 0] = torch.nan
    with pytest.raises(XprojError, match="by nan"):
        check_same(before, after, "it")


def test_other_sub_tokens():
    before = states(*range(1, len(TEXTS) + 1))
    with pytest.raises(XprojError, match="it changes how.*1 sub-tokens × 3 before, 2 × 3 after"):
        check_same(before, [*states(2), *before[1:]], "it")
    with pytest.raises(ValueError):
        check_same(before, before[1:], "it")


def test_texts_are_cut_to_the_length(tiny_encoder):
    found = hidden_states(tiny_encoder.model, tiny_encoder.tokenizer, 5)
    assert [state.shape[1] for state in found] == [32] * len(TEXTS)
    assert max(len(state) for state in found) == 5


def test_a_conversion_that_loses_a_weight(make_repository, monkeypatch):
    path, _, _ = make_repository("altclip")
    load = families.load_native

    def lose(*args):
        tower = load(*args)
        tower.model.encoder.layer[1].output.dense.weight.data[0] = 0
        return tower

    monkeypatch.setattr(families, "load_native", lose)
    with pytest.raises(XprojError, match=f"encoder '{path}': the conversion changes the output for"):
        load_hub(str(path))


def test_a_directory_that_differs_is_not_kept(tiny_encoder, tmp_path, monkeypatch):
    def spoil(provenance, path, half):
        config = path.parent / "config.json"
        config.write_text(config.read_text().replace("1e-12", "1e-2"))

    monkeypatch.setattr(encoder_module, "write_card", spoil)
    with pytest.raises(XprojError, match="writing it changes"):
        write_encoder(tiny_encoder, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_length_that_the_model_does_not_take(make_tiny_encoder, tmp_path, monkeypatch):
    """As with a type of model that counts positions from the padding on, and is not known to."""
    monkeypatch.setattr(encoder_module, "OFFSET_POSITIONS", set())
    with pytest.raises(XprojError, match="the encoder does not take 40 sub-tokens; please report"):
        write_encoder(make_tiny_encoder("roberta"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_great_lengths_are_not_tried_out(tiny_encoder):
    check_length(tiny_encoder.model, tiny_encoder.tokenizer, 40)
    check_length(tiny_encoder.model, tiny_encoder.tokenizer, LONGEST + 1)
