"""Sub-token vectors: the hidden states of the whole model are the reference."""

import json
import shutil
import string
from pathlib import Path

import numpy
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.towers.clip import load_text_tower
from spacy_xproj.errors import XprojError
from spacy_xproj.models.subtokens import SubtokenEncoder
from spacy_xproj.taggers.transformer import TransformerTagger

SENTENCES = [("anna", "lives", "in", "berlin"), ("nobody", "knows"), ("don't",), ("ben", "q", "zoo", "annabel", "in")]
LIMIT = 38  # 40 positions, two of them for the special tokens


@pytest.fixture(scope="module")
def whole(tiny_encoder_dir):
    """Make a function from words to the hidden states of every layer, without those of special tokens."""
    model = AutoModel.from_pretrained(tiny_encoder_dir).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder_dir)

    def encode(words):
        inputs = tokenizer(list(words), is_split_into_words=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**inputs, output_hidden_states=True).hidden_states
        return [state[0, 1:-1].numpy() for state in states], inputs.word_ids(0)[1:-1]

    return encode


@pytest.fixture
def encoder(tiny_encoder_dir):
    return SubtokenEncoder(tiny_encoder_dir, layer=2, device="cpu")


@pytest.fixture
def calls(encoder):
    """Record the number of sequences in each forward pass of the encoder."""
    sizes = []
    encoder.model.register_forward_pre_hook(
        lambda _, __, kwargs: sizes.append(len(kwargs["input_ids"])), with_kwargs=True
    )
    return sizes


@pytest.mark.parametrize("layer", [1, 2])
def test_vectors_are_those_of_the_layer(tiny_encoder_dir, whole, layer):
    encoder = SubtokenEncoder(tiny_encoder_dir, layer, device="cpu")
    assert len(encoder.model.encoder.layer) == layer
    for words, found in zip(SENTENCES, encoder(SENTENCES), strict=True):
        states, word_ids = whole(words)
        assert found.n_words == len(words)
        assert found.word.tolist() == word_ids
        numpy.testing.assert_allclose(found.vectors, states[layer], atol=1e-5)


def test_pooled_is_the_mean_of_a_words_subtokens(encoder):
    for sentence in encoder([*SENTENCES, ("\u200b", "anna", "\x01", "knows")]):
        pooled = sentence.pooled()
        assert pooled.word.tolist() == sorted(set(sentence.word.tolist()))
        for word, vector in zip(pooled.word, pooled.vectors):
            expected = sentence.vectors[sentence.word == word].mean(axis=0)
            numpy.testing.assert_allclose(vector, expected, atol=1e-6)


def test_equal_sentences_are_encoded_once(encoder, calls):
    sentences = [SENTENCES[0], SENTENCES[1], SENTENCES[0], SENTENCES[0], SENTENCES[1]]
    found = encoder(sentences)
    assert sum(calls) == 2
    assert len(found) == 5 and found[0] is found[2] is found[3] and found[1] is found[4]


@pytest.mark.parametrize("max_batch_tokens", [1, 15, 10_000])
def test_batches(encoder, calls, max_batch_tokens):
    expected = encoder(SENTENCES)
    calls.clear()
    encoder.max_batch_tokens = max_batch_tokens
    for found, before in zip(encoder(SENTENCES), expected, strict=True):
        numpy.testing.assert_allclose(found.vectors, before.vectors, atol=1e-5)
    assert sum(calls) == len(SENTENCES)
    assert len(calls) == {1: 4, 10_000: 1}.get(max_batch_tokens, len(calls))


def test_padded_subtokens_stay_within_the_budget(encoder):
    shapes = []
    encoder.model.register_forward_pre_hook(
        lambda _, __, kwargs: shapes.append(tuple(kwargs["input_ids"].shape)), with_kwargs=True
    )
    encoder.max_batch_tokens = 60
    encoder([("anna",) * n for n in range(1, 30)])
    assert all(rows * width <= 60 or rows == 1 for rows, width in shapes)
    assert max(rows for rows, _ in shapes) > 1


def test_a_batch_without_memory_is_halved(encoder):
    expected = encoder(SENTENCES)
    rows, sizes = encoder._rows, []

    def scarce(batch):
        sizes.append(len(batch))
        if len(batch) > 1:
            raise RuntimeError("CUDA out of memory")
        return rows(batch)

    encoder._rows = scarce
    for found, before in zip(encoder(SENTENCES), expected, strict=True):
        numpy.testing.assert_allclose(found.vectors, before.vectors, atol=1e-5)
    assert sizes.count(1) == len(SENTENCES) and max(sizes) > 1


def test_a_batch_has_a_thousand_subtokens_on_a_cpu(encoder, tiny_encoder_dir):
    assert encoder.max_batch_tokens == 1024
    assert SubtokenEncoder(tiny_encoder_dir, layer=2, max_batch_tokens=77, device="cpu").max_batch_tokens == 77


def test_other_errors_of_a_batch_are_not_caught(encoder):
    def broken(batch):
        raise RuntimeError("shapes cannot be multiplied")

    encoder._rows = broken
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        encoder(SENTENCES)


@pytest.mark.parametrize("dtype, cosine", [("bfloat16", 0.9995), ("int8", 0.9995)])
def test_number_formats_are_close_to_float32(encoder, tiny_encoder_dir, dtype, cosine):
    other = SubtokenEncoder(tiny_encoder_dir, layer=2, device="cpu", dtype=dtype)
    for exact, found in zip(encoder(SENTENCES), other(SENTENCES), strict=True):
        assert found.vectors.dtype == numpy.float32
        assert not numpy.array_equal(found.vectors, exact.vectors)
        lengths = numpy.linalg.norm(exact.vectors, axis=1) * numpy.linalg.norm(found.vectors, axis=1)
        assert ((exact.vectors * found.vectors).sum(axis=1) / lengths).min() > cosine


def test_wrong_number_formats(tiny_encoder_dir):
    with pytest.raises(XprojError, match="no dtype 'fp8': use one of auto, float32, float16, bfloat16, int8"):
        SubtokenEncoder(tiny_encoder_dir, layer=2, dtype="fp8")
    with pytest.raises(XprojError, match="int8 is for a CPU"):
        SubtokenEncoder(tiny_encoder_dir, layer=2, device="meta", dtype="int8")


def words_of_length(n_subtokens):
    """Make words of two sub-tokens each: capitals, which the tokenizer parts from the space before them."""
    return tuple(string.ascii_uppercase[i * 7 % 26] for i in range(n_subtokens // 2))


def test_a_sentence_at_the_limit_is_one_window(encoder, calls, whole):
    words = words_of_length(LIMIT)
    (found,) = encoder([words])
    states, word_ids = whole(words)
    assert encoder.window == LIMIT and calls == [1]
    assert found.word.tolist() == word_ids and len(word_ids) == LIMIT
    numpy.testing.assert_allclose(found.vectors, states[2], atol=1e-5)


@pytest.mark.parametrize("extra", [2, 20, 38, 58, 200])
def test_a_longer_sentence_is_encoded_in_windows(encoder, calls, whole, extra):
    words = words_of_length(LIMIT + extra)
    (found,) = encoder([words])
    assert sum(calls) > 1
    assert found.vectors.shape == (LIMIT + extra, 32)
    assert set(found.word.tolist()) == set(range(len(words)))
    assert (numpy.abs(found.vectors).sum(axis=1) > 0).all()
    first = words_of_length(LIMIT)
    (ahead, _), (behind, _) = whole(first), whole(words[-len(first) :])
    # the first and the last vectors are in one window only; of two, a vector is taken from where it is less at the edge
    numpy.testing.assert_allclose(found.vectors[:2], ahead[2][:2], atol=1e-5)
    numpy.testing.assert_allclose(found.vectors[-2:], behind[2][-2:], atol=1e-5)
    if extra >= LIMIT // 2:
        numpy.testing.assert_allclose(found.vectors[: LIMIT // 2 + 8], ahead[2][: LIMIT // 2 + 8], atol=1e-5)


def test_every_subtoken_has_context_on_both_sides(encoder):
    """In the middle of a long sentence no vector is from the edge of its window."""
    windows = list(encoder._windows(0, list(range(200))))
    assert windows[0].start == 0 and windows[-1].start + len(windows[-1].ids) == 200
    for position in range(LIMIT // 4, 200 - LIMIT // 4):
        margins = [min(position - w.start, w.start + len(w.ids) - 1 - position) for w in windows]
        assert max(margins) >= LIMIT // 4 - 1


def test_nothing_to_encode(encoder, calls):
    assert encoder([]) == []
    empty, invisible = encoder([(), ("\u200b", "\x01")])
    assert (empty.n_words, invisible.n_words) == (0, 2)
    for sentence in (empty, invisible):
        assert sentence.vectors.shape == (0, 32) and len(sentence.word) == 0
        assert sentence.pooled().vectors.shape == (0, 32)
    assert calls == []


def test_positions_that_begin_at_the_padding(make_tiny_encoder, tmp_path):
    """RoBERTa's table has fewer places than rows; a tokenizer that claims more is not believed."""
    path = tmp_path / "roberta"
    write_encoder(make_tiny_encoder("roberta"), path)
    settings = json.loads((path / "tokenizer_config.json").read_text())
    (path / "tokenizer_config.json").write_text(json.dumps({**settings, "model_max_length": int(1e30)}))
    encoder = SubtokenEncoder(str(path), layer=1, device="cpu")
    words = words_of_length(90)
    assert encoder([words])[0].vectors.shape == (90, 32)


@pytest.mark.parametrize("layer", [0, 3, -1])
def test_layers_that_are_not_there(tiny_encoder_dir, layer):
    with pytest.raises(XprojError, match=f"has layers 1 to 2, not {layer}"):
        SubtokenEncoder(tiny_encoder_dir, layer)


def test_code_of_a_model_is_not_run(tiny_encoder_dir, tmp_path, monkeypatch):
    """Nor is it asked for: whoever is at the keyboard may say yes."""
    path = tmp_path / "with_code"
    shutil.copytree(tiny_encoder_dir, path)
    config = json.loads((path / "config.json").read_text())
    config |= {"model_type": "theirs", "auto_map": {"AutoConfig": "theirs.Config", "AutoModel": "theirs.Model"}}
    (path / "config.json").write_text(json.dumps(config))
    (path / "theirs.py").write_text(f"open({str(tmp_path / 'run')!r}, 'w').close()\nfrom transformers import *\n")
    monkeypatch.setattr("builtins.input", lambda *_: "y")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    loaders = [
        lambda: SubtokenEncoder(str(path), 1),
        lambda: TransformerTagger(str(path)),
        lambda: load_text_tower(str(path), ["clip_text_model"], {}, {}),
    ]
    for load in loaders:
        with pytest.raises(XprojError, match="cannot be loaded"):
            load()
    assert not (tmp_path / "run").exists()


def test_an_unknown_kind_of_model(tiny_encoder_dir, tmp_path):
    shutil.copytree(tiny_encoder_dir, tmp_path / "unknown")
    (tmp_path / "unknown" / "config.json").write_text(json.dumps({"model_type": "theirs"}))
    with pytest.raises(XprojError, match="unknown' cannot be loaded") as error:
        SubtokenEncoder(str(tmp_path / "unknown"), 1)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "file, content",
    [
        ("model.safetensors", b"damaged"),
        ("tokenizer.json", b'{"version": "1.0", "model": 5}'),
        ("tokenizer.json", b"\xff"),
        ("config.json", b'{"model_type": "bert", "num_hidden_layers": null}'),
        ("config.json", b'{"model_type": "bert", "hidden_size": 8, "num_attention_heads": 2}'),
        ("config.json", b'{"model_type": "bert", "vocab_size": 2, "pad_token_id": 7}'),
    ],
)
def test_damaged_files(tiny_encoder_dir, tmp_path, file, content):
    shutil.copytree(tiny_encoder_dir, tmp_path / "damaged")
    (tmp_path / "damaged" / file).write_bytes(content)
    with pytest.raises(XprojError, match="damaged' cannot be loaded") as error:
        SubtokenEncoder(str(tmp_path / "damaged"), 1)
    assert "\n" not in str(error.value)


def test_pickled_weights_are_not_loaded(tiny_encoder_dir, tmp_path):
    path = Path(tmp_path / "pickled")
    path.mkdir()
    for file in Path(tiny_encoder_dir).glob("*.json"):
        (path / file.name).write_bytes(file.read_bytes())
    torch.save(AutoModel.from_pretrained(tiny_encoder_dir).state_dict(), path / "pytorch_model.bin")
    with pytest.raises(XprojError, match="cannot be loaded.*safetensors"):
        SubtokenEncoder(str(path), 1)
