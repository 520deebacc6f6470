"""The encoder of a translation model as an encoder: the hidden states of the whole model are the reference."""

import numpy
import pytest
import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer, M2M100ForConditionalGeneration

from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.errors import XprojError
from spacy_xproj.models.subtokens import SubtokenEncoder

SENTENCES = [("Ana", "lives", "in", "Lisbon"), ("Hello",), ("Ana", "lives")]


@pytest.fixture(scope="module")
def nllb(tmp_path_factory):
    """A tiny NLLB-200, with a fast tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import M2M100Config, NllbTokenizerFast, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("nllb")
    letters = [(char, -5.0) for char in "▁abcdefghijklmnopqrstuvwxyzAHL"]
    words = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁lives", -1.0), ("Lis", -2.0), *letters]
    inner = Tokenizer(models.Unigram(words, unk_id=3))
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    PreTrainedTokenizerFast(tokenizer_object=inner).save_pretrained(folder)
    languages = ["eng_Latn", "por_Latn", "swh_Latn"]
    tokenizer = NllbTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), additional_special_tokens=languages)
    sizes = {"d_model": 16, "encoder_layers": 3, "decoder_layers": 2, "encoder_ffn_dim": 16, "decoder_ffn_dim": 16}
    heads = {"encoder_attention_heads": 2, "decoder_attention_heads": 2, "max_position_embeddings": 64}
    torch.manual_seed(0)
    config = M2M100Config(vocab_size=len(tokenizer), pad_token_id=1, init_std=0.5, **sizes, **heads)
    M2M100ForConditionalGeneration(config).eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)


def reference(path, words, layer, lang=None):
    """Read the hidden states of a layer, word by word, and the number of pieces of each word."""
    tokenizer, model = AutoTokenizer.from_pretrained(path), AutoModelForSeq2SeqLM.from_pretrained(path).eval()
    if lang:
        tokenizer.src_lang = lang
    inputs = tokenizer(list(words), is_split_into_words=True, return_tensors="pt")
    with torch.inference_mode():
        states = model.get_encoder()(**inputs, output_hidden_states=True).hidden_states[layer][0]
    before = len(getattr(tokenizer, "prefix_tokens", []))  # the language; the end of the sentence comes last
    return states.numpy()[before:-1], [len(tokenizer.tokenize(word)) for word in words]


@pytest.mark.parametrize("model", ["nllb", "m2m100", "marian"])
@pytest.mark.parametrize("layer", [1, 2, 3])
def test_vectors_are_those_of_the_encoder(request, model, layer):
    path = request.getfixturevalue(model)
    if layer > AutoModelForSeq2SeqLM.from_pretrained(path).config.encoder_layers:
        pytest.skip("fewer layers")
    encoder = SubtokenEncoder(path, layer, device="cpu")
    for words, found in zip(SENTENCES, encoder(SENTENCES), strict=True):
        states, counts = reference(path, words, layer)
        assert found.word.tolist() == numpy.repeat(numpy.arange(len(words)), counts).tolist()
        numpy.testing.assert_allclose(found.vectors, states, atol=1e-5)


def test_the_decoder_is_not_loaded(nllb):
    encoder = SubtokenEncoder(nllb, 2, device="cpu")
    whole = AutoModelForSeq2SeqLM.from_pretrained(nllb)
    names = {name for name, _ in encoder.model.named_parameters()}
    assert not any("decoder" in name or "encoder_attn" in name for name in names)
    assert len(encoder.model.layers) == 2
    assert sum(p.numel() for p in encoder.model.parameters()) < sum(p.numel() for p in whole.parameters()) / 2


@pytest.mark.parametrize("lang, code", [("pt", "por_Latn"), ("swh_Latn", "swh_Latn")])
def test_language_of_the_sentences(nllb, lang, code):
    encoder = SubtokenEncoder(nllb, 3, device="cpu")
    (found,) = encoder(SENTENCES[:1], lang)
    numpy.testing.assert_allclose(found.vectors, reference(nllb, SENTENCES[0], 3, code)[0], atol=1e-5)
    (other,) = encoder(SENTENCES[:1], "en")
    assert abs(found.vectors - other.vectors).max() > 1e-3
    with pytest.raises(XprojError, match="has no language 'yo'; it has eng_Latn, por_Latn, swh_Latn"):
        encoder(SENTENCES, "yo")


@pytest.mark.parametrize("langs", [{}, {"src_lang": "en", "tgt_lang": "pt"}])
def test_aligner(nllb, make_bitext, langs):
    """As TransAlign does it: softmax on the dot products of the last layer, in both languages."""
    settings = {"method": "softmax", "level": "subtoken", "center": False, "similarity": "dot", "temperature": 1.0}
    aligner = EmbeddingAligner(nllb, layer=3, device="cpu", **settings, **langs)
    pair = make_bitext("Ana lives in Lisbon", "Hello Ana in", [])
    (found,) = aligner([pair])
    source, target = ([token.text for token in side] for side in (pair.source, pair.target))
    codes = ("eng_Latn", "por_Latn") if langs else (None, None)
    (a, rows), (b, columns) = (reference(nllb, side, 3, code) for side, code in zip((source, target), codes))
    logits = a @ b.T
    forward = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    backward = numpy.exp(logits - logits.max(axis=0, keepdims=True))
    forward, backward = forward / forward.sum(axis=1, keepdims=True), backward / backward.sum(axis=0, keepdims=True)
    words = [numpy.repeat(numpy.arange(len(counts)), counts) for counts in (rows, columns)]
    linked = zip(*((forward > 0.001) & (backward > 0.001)).nonzero())
    expected = sorted({(int(words[0][i]), int(words[1][j])) for i, j in linked})
    assert list(zip(found.source.tolist(), found.target.tolist())) == expected


def test_one_language_is_not_enough():
    with pytest.raises(XprojError, match="give both src_lang and tgt_lang"):
        EmbeddingAligner("any", src_lang="en")


def test_int8(nllb):
    exact, rounded = (SubtokenEncoder(nllb, 3, device="cpu", dtype=dtype) for dtype in ("float32", "int8"))
    for first, second in zip(exact(SENTENCES), rounded(SENTENCES), strict=True):
        cosines = (first.vectors * second.vectors).sum(1)
        cosines /= numpy.linalg.norm(first.vectors, axis=1) * numpy.linalg.norm(second.vectors, axis=1)
        assert (cosines > 0.95).all()


def test_a_model_without_a_table_of_positions(tmp_path):
    from transformers import T5Config

    T5Config(d_model=8, num_layers=1).save_pretrained(tmp_path)
    with pytest.raises(XprojError, match="'t5' is not a text encoder with a table of positions"):
        SubtokenEncoder(str(tmp_path), 1, device="cpu")
