"""The first layers of an encoder."""

from typing import Any

from ..errors import XprojError
from .encoder import Encoder

#: Where models keep their layers: BERT and RoBERTa, DistilBERT, text towers of CLIP and SigLIP.
STACKS = ("encoder.layer", "transformer.layer", "text_model.encoder.layers")


def cut_layers(encoder: Encoder, layers: int) -> Encoder:
    """Drop the layers above the first ones. The encoder's model is changed in place.

    encoder (Encoder): an encoder of one of the kinds above.
    layers (int): how many to keep.
    RETURNS (Encoder): the shallower encoder.
    RAISES (XprojError): where it has fewer layers, or other ones.
    """
    model: Any = encoder.model
    parts = dict(model.named_modules())
    path = next((path for path in STACKS if path in parts), None)
    if path is None:
        raise XprojError(f"--layers: the layers of a '{model.config.model_type}' model cannot be cut; leave it out")
    stack = parts[path]
    if not 1 <= layers <= len(stack):
        raise XprojError(f"--layers {layers}: the encoder has {len(stack)} layers; give a number up to that")
    step = f"Kept the first {layers} of {len(stack)} layers."
    holder, _, name = path.rpartition(".")
    setattr(parts[holder], name, stack[:layers])
    model.config.num_hidden_layers = layers
    windows = getattr(model.config, "attention_window", None)
    if isinstance(windows, list):  # Longformer has one for each layer
        model.config.attention_window = windows[:layers]
    return Encoder(model, encoder.tokenizer, encoder.provenance.then(step))
