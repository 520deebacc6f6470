"""The first layers of an encoder."""

from typing import Any

from ..errors import XprojError
from .encoder import Encoder


def cut_layers(encoder: Encoder, layers: int) -> Encoder:
    """Drop the layers above the first ones. The encoder's model is changed in place.

    encoder (Encoder): an encoder whose layers are `encoder.layer`, as in BERT and RoBERTa.
    layers (int): how many to keep.
    RETURNS (Encoder): the shallower encoder.
    RAISES (XprojError): where it has fewer layers, or other ones.
    """
    model: Any = encoder.model
    stack = getattr(getattr(model, "encoder", None), "layer", None)
    if stack is None:
        raise XprojError(f"--layers: the layers of a '{model.config.model_type}' model cannot be cut; leave it out")
    if not 1 <= layers <= len(stack):
        raise XprojError(f"--layers {layers}: the encoder has {len(stack)} layers; give a number up to that")
    step = f"Kept the first {layers} of {len(stack)} layers."
    model.encoder.layer = stack[:layers]
    model.config.num_hidden_layers = layers
    return Encoder(model, encoder.tokenizer, encoder.provenance.then(step))
