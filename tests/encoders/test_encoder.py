import pytest
import torch
from transformers import AutoConfig, AutoModel

from spacy_xproj.encoders.encoder import OFFSET_POSITIONS, max_length

SIZES = {
    "vocab_size": 20,
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 16,
    "max_position_embeddings": 12,
    "pad_token_id": 1,
}
#: What some types need besides.
OWN = {
    "esm": {"mask_token_id": 3, "emb_layer_norm_before": False},
    "longformer": {"attention_window": 4},
    "luke": {"entity_vocab_size": 5, "entity_emb_size": 4},
    "xmod": {"languages": ["en_XX"], "default_language": "en_XX"},
}
TYPES = [
    *("bert", "camembert", "data2vec-text", "electra", "esm", "ibert", "longformer", "luke", "mpnet", "roberta"),
    *("roberta-prelayernorm", "xlm-roberta", "xlm-roberta-xl", "xmod"),
]


@pytest.mark.parametrize("model_type", TYPES)
def test_the_length_is_the_most_that_a_model_takes(model_type):
    config = AutoConfig.for_model(model_type, **SIZES, **OWN.get(model_type, {}))
    model = AutoModel.from_config(config).eval()
    length = max_length(config)
    assert length == (10 if model_type in OFFSET_POSITIONS else 12)
    with torch.inference_mode():
        model(input_ids=torch.full((1, length), 5), attention_mask=torch.ones(1, length))
        with pytest.raises((IndexError, RuntimeError)):
            model(input_ids=torch.full((1, length + 1), 5), attention_mask=torch.ones(1, length + 1))
