"""Tiny translation models of each kind."""

import pytest
import srsly
from transformers import M2M100ForConditionalGeneration, NllbTokenizerFast, PreTrainedTokenizerFast

#: What the models have pieces of.
SEQ2SEQ_TEXTS = [
    "The cat sat on the mat.",
    "Ana lives in Lisbon.",
    "It rains.",
    "A dog and a cat play in the old garden near the river.",
    "Yes.",
    "Pedro reads a long book about the sea, and Ana writes a letter to her mother.",
    "We saw the mountain.",
]
SIZES = {"decoder_layers": 1, "max_position_embeddings": 64, "init_std": 0.5}


@pytest.fixture(scope="module")
def m2m100(make_m2m100):
    return make_m2m100(SEQ2SEQ_TEXTS, **SIZES)


@pytest.fixture(scope="module")
def nllb(train_pieces, save_seq2seq, tmp_path_factory):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    folder = tmp_path_factory.mktemp("nllb")
    _, vocab = train_pieces(SEQ2SEQ_TEXTS, ["<s>", "<pad>", "</s>", "<unk>"])
    inner = Tokenizer(models.Unigram([(piece, -float(i)) for piece, i in srsly.read_json(vocab).items()], unk_id=3))
    inner.pre_tokenizer = pre_tokenizers.Metaspace()
    inner.decoder = decoders.Metaspace()
    PreTrainedTokenizerFast(tokenizer_object=inner).save_pretrained(folder)
    languages = ["eng_Latn", "por_Latn", "swh_Latn"]
    tokenizer = NllbTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), additional_special_tokens=languages)
    ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
    return save_seq2seq(tokenizer, M2M100ForConditionalGeneration, vocab_size=len(tokenizer), **ids, **SIZES)


@pytest.fixture(scope="module")
def marian(make_marian):
    return make_marian(SEQ2SEQ_TEXTS, **SIZES)


@pytest.fixture(scope="module")
def marian_multi(make_marian):
    return make_marian(SEQ2SEQ_TEXTS, [">>por<<", ">>fra<<"], **SIZES)
