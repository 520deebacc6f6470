import json

import pytest
import spacy
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.pieces import keep_pieces, needed_pieces
from spacy_xproj.encoders.trim import trim_encoder
from spacy_xproj.errors import XprojError
from spacy_xproj.storage.files import sha256

TEXTS = ["anna lives in berlin, ben knows.", "nobody don't know q, annabel", "ben", "qq anna"]


@pytest.fixture
def corpus(tmp_path):
    nlp = spacy.blank("en")
    DocBin(docs=nlp.pipe(TEXTS)).to_disk(tmp_path / "corpus.spacy")
    return tmp_path / "corpus.spacy"


def hidden(encoder, **inputs):
    with torch.inference_mode():
        return encoder.model(**encoder.tokenizer(**inputs, padding=True, return_tensors="pt")).last_hidden_state


@pytest.mark.parametrize("model_type", ["bert", "roberta"])
def test_outputs_are_the_same_to_the_last_bit(make_tiny_encoder, corpus, model_type):
    whole = make_tiny_encoder(model_type)
    trimmed = trim_encoder(make_tiny_encoder(model_type), [corpus])
    assert trimmed.changed == 0
    assert trimmed.kept == trimmed.encoder.model.get_input_embeddings().num_embeddings < trimmed.rows
    docs = list(spacy.blank("en").pipe(TEXTS))
    words = [[token.text for token in doc] for doc in docs]
    windows = [doc[start : start + 3].text for doc in docs for start in range(len(doc))]
    for text in (TEXTS, windows):
        assert torch.equal(hidden(whole, text=text), hidden(trimmed.encoder, text=text))
    by_word = {"text": words, "is_split_into_words": True}
    assert torch.equal(hidden(whole, **by_word), hidden(trimmed.encoder, **by_word))


def test_the_same_after_writing_and_reading(make_tiny_encoder, corpus, tmp_path):
    from transformers import AutoModel, AutoTokenizer

    trimmed = trim_encoder(make_tiny_encoder("roberta"), [corpus]).encoder
    before = hidden(trimmed, text=TEXTS)
    write_encoder(trimmed, tmp_path / "out")
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    model = AutoModel.from_pretrained(tmp_path / "out").eval()
    with torch.inference_mode():
        after = model(**tokenizer(TEXTS, padding=True, return_tensors="pt")).last_hidden_state
    assert torch.equal(before, after)
    assert tokenizer.model_max_length == 38
    assert tokenizer.pad_token_id == model.config.pad_token_id == 1
    assert tokenizer.mask_token_id == len(tokenizer) - 1 == model.config.vocab_size - 1
    assert tokenizer.convert_ids_to_tokens(tokenizer("ben").input_ids)[:1] == ["<s>"]


def test_text_outside_of_the_corpus_is_never_unknown(tiny_encoder, corpus):
    tokenizer = trim_encoder(tiny_encoder, [corpus]).encoder.tokenizer
    assert tokenizer.unk_token_id not in tokenizer("lisbon BERLIN").input_ids
    assert tokenizer.convert_tokens_to_ids("▁lisbon") == tokenizer.unk_token_id


def test_the_card_names_the_files(tiny_encoder, corpus):
    trimmed = trim_encoder(tiny_encoder, [corpus])
    step = trimmed.encoder.provenance.steps[-1]
    assert f"`corpus.spacy`, SHA-256 `{sha256(corpus)}`" in step
    assert f"Kept {trimmed.kept:,} of {trimmed.rows:,} pieces" in step


def test_kinds_of_corpora(make_tiny_encoder, corpus, tmp_path):
    (tmp_path / "bitext").mkdir()
    corpus.rename(tmp_path / "bitext" / "source-00000.spacy")
    (tmp_path / "more.txt").write_text("lisbon\n\nanna\n", encoding="utf8")
    encoder = trim_encoder(make_tiny_encoder(), [tmp_path / "bitext", tmp_path / "more.txt"]).encoder
    whole = make_tiny_encoder().tokenizer
    assert whole.tokenize("lisbon") == encoder.tokenizer.tokenize("lisbon")
    assert whole.tokenize("berlin") == encoder.tokenizer.tokenize("berlin")
    assert len(encoder.tokenizer.get_vocab()) < len(whole.get_vocab())


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("missing.spacy", None, "no such file"),
        ("broken.spacy", b"nonsense", "not a readable .spacy file"),
        ("table.csv", b"a,b", "nothing to trim for"),
        ("latin.txt", b"caf\xe9", "line 1: not valid UTF-8"),
    ],
)
def test_bad_corpora(tiny_encoder, tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(XprojError, match=f"{name}.*{message}"):
        trim_encoder(tiny_encoder, [tmp_path / name])


def test_empty_directory(tiny_encoder, tmp_path):
    with pytest.raises(XprojError, match="nothing to trim for"):
        trim_encoder(tiny_encoder, [tmp_path])


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_unigram_paths_survive_the_loss_of_other_pieces(data):
    """`c` has no piece of its own: what an unknown character costs must not change either."""
    texts = st.text("abc", min_size=1, max_size=8)
    pieces = data.draw(st.dictionaries(texts, st.floats(-30, -0.1), max_size=25))
    pieces = {"a": -5.0, "b": -6.0, **{piece: score for piece, score in pieces.items() if piece != "c"}}
    before = Tokenizer(models.Unigram([("<unk>", 0.0), *pieces.items()], unk_id=0, byte_fallback=False))
    corpus = data.draw(st.lists(texts, min_size=1, max_size=5))
    spec = json.loads(before.to_str())
    used = {piece for text in corpus for piece in before.encode(text).ids}
    kept = sorted(needed_pieces(spec) | used)
    after = Tokenizer.from_str(json.dumps(keep_pieces(spec, kept)))
    for text in corpus:
        assert [kept[i] for i in after.encode(text).ids] == before.encode(text).ids
        assert after.encode(text).tokens == before.encode(text).tokens


def wordpiece_tokenizer():
    letters = [*"abcdefghijklmnopqrstuvwxyz',."]
    words = ["anna", "anna##", "ber", "##lin", "##nabel", "lives", "lisbon", "in", "##in", "ann"]
    pieces = ["[PAD]", "<pad>", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters), *words]
    vocab = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", vocab["[SEP]"]), ("[CLS]", vocab["[CLS]"]))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]"])
    return tokenizer


def test_wordpiece(make_tiny_encoder, tmp_path):
    (tmp_path / "text.txt").write_text("anna lives in berlin\nannabel ß\n", encoding="utf8")
    whole = make_tiny_encoder(tokenizer=wordpiece_tokenizer())
    trimmed = trim_encoder(make_tiny_encoder(tokenizer=wordpiece_tokenizer()), [tmp_path / "text.txt"])
    assert trimmed.changed == 0
    text = ["anna lives in berlin", "annabel ß"]
    assert torch.equal(hidden(whole, text=text), hidden(trimmed.encoder, text=text))
    assert "lisbon" not in trimmed.encoder.tokenizer.get_vocab()


def test_other_tokenizers_are_refused(make_tiny_encoder, corpus):
    pieces = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4}
    encoder = make_tiny_encoder(tokenizer=Tokenizer(models.BPE(pieces, [])))
    with pytest.raises(XprojError, match="cannot trim a BPE tokenizer"):
        trim_encoder(encoder, [corpus])


def test_fragments_cover_the_edges_of_windows():
    from spacy_xproj.encoders.texts import fragments

    doc = Doc(spacy.blank("en").vocab, words=["(", "don", "'t", ")", "go"], spaces=[False, False, False, True, False])
    found = set(fragments(doc))
    assert {"(", "don", "'t", ")", "go", "(don", "(don't", "don't)", "'t)"} == found
