import pytest
import torch
from transformers import XLMRobertaConfig, XLMRobertaModel

from spacy_xproj.encoders.towers.prefixed import check_name, config_of
from spacy_xproj.errors import XprojError

#: From the `config.json` of FacebookAI/xlm-roberta-base and -large.
PUBLISHED = {
    "base": {"hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 3072},
    "large": {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096},
}
SHARED = {
    "vocab_size": 250_002,
    "max_position_embeddings": 514,
    "type_vocab_size": 1,
    "layer_norm_eps": 1e-5,
    "hidden_act": "gelu",
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
}


@pytest.mark.parametrize("size", PUBLISHED)
def test_config_of_the_published_models(size):
    published = {**SHARED, **PUBLISHED[size]}
    with torch.device("meta"):
        state = XLMRobertaModel(XLMRobertaConfig(**published)).state_dict()
    config = config_of(state).to_dict()
    assert {name: config[name] for name in published} == published


def test_names():
    check_name("FacebookAI/xlm-roberta-large")
    with pytest.raises(XprojError, match="made from 'roberta-base'; only towers of xlm-roberta-base and -large"):
        check_name("roberta-base")
