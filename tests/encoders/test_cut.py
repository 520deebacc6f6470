import pytest
import torch

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.trim import cut_layers
from spacy_xproj.errors import XprojError


def test_the_first_layer_is_that_of_the_whole(make_tiny_encoder):
    whole, cut = make_tiny_encoder(), cut_layers(make_tiny_encoder(), 1)
    inputs = whole.tokenizer("anna lives", return_tensors="pt")
    with torch.inference_mode():
        layers = whole.model(**inputs, output_hidden_states=True).hidden_states
        assert torch.equal(cut.model(**inputs).last_hidden_state, layers[1])
    assert cut.model.config.num_hidden_layers == 1
    assert cut.provenance.steps == ["Kept the first 1 of 2 layers."]


@pytest.mark.parametrize("layers", [0, 3, -1])
def test_numbers_that_make_no_sense(tiny_encoder, layers):
    with pytest.raises(XprojError, match=f"--layers {layers}: the encoder has 2 layers"):
        cut_layers(tiny_encoder, layers)


def test_the_attention_windows_of_longformer_are_cut_too(make_tiny_encoder, tmp_path):
    """It has one for each layer, and does not load with more."""
    encoder = make_tiny_encoder("longformer")
    encoder = cut_layers(encoder, 1)
    assert encoder.model.config.attention_window == [512]
    write_encoder(encoder, tmp_path / "out")
