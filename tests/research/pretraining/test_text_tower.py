import pytest
import torch

from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.text_tower import TextTower


def test_means_are_those_of_each_caption_alone(make_tiny_encoder):
    encoder = make_tiny_encoder()
    tower = TextTower(encoder)
    captions = ["ben", "anna lives in lisbon", "nobody knows"]
    with torch.inference_mode():
        alone = [
            encoder.model(**encoder.tokenizer(text, return_tensors="pt")).last_hidden_state[0] for text in captions
        ]
        expected = torch.stack([hidden.mean(0) for hidden in alone])
        assert torch.allclose(tower(captions), expected, atol=1e-5)
        assert tower.in_batches([]).shape == (0, 32)
        assert torch.allclose(tower.in_batches(captions * 100), expected.repeat(100, 1), atol=1e-5)


def test_captions_are_tried_first(make_tiny_encoder):
    tower = TextTower(make_tiny_encoder())
    assert tower.check(["anna", "ben"]) == 0
    assert 0 < tower.check(["anna", "qqq"]) < 1
    with pytest.raises(XprojError, match="'zz.*' has 62 sub-tokens, and the encoder takes 40"):
        tower.check(["anna", "z" * 59])
