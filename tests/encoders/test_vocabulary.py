"""A vocabulary of scripts: every text in them is cut as before, whether anybody has seen it or not."""

import json

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from typer.testing import CliRunner

from spacy_xproj.cli import app
from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.vocabulary import keep_scripts, pieces_in_scripts
from spacy_xproj.errors import XprojError

PIECES = {
    "▁anna": True,
    "da": True,
    "1998": True,
    "nº": True,
    "e\u0301t": True,
    "...": True,
    "▁€5": True,
    "москва": False,
    "aж": False,
    "北京": False,
    "ไทย": False,
    "२०": False,
    "नी": False,
}


@pytest.fixture
def spec():
    vocab = [("<s>", 0.0), ("<unk>", 0.0), *((piece, -5.0 - i) for i, piece in enumerate(PIECES)), ("ж", -30.0)]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=1, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    return json.loads(tokenizer.to_str())


def test_letters_marks_and_digits_decide(spec):
    kept = pieces_in_scripts(spec, ["LATIN"])
    pieces = [piece for piece, _ in spec["model"]["vocab"]]
    assert {piece: pieces.index(piece) in kept for piece in PIECES} == PIECES


def test_more_than_one_script(spec):
    pieces = [piece for piece, _ in spec["model"]["vocab"]]
    kept = {pieces[i] for i in pieces_in_scripts(spec, ["LATIN", "CYRILLIC", "CJK"])}
    assert {"aж", "москва", "北京", "▁anna"} <= kept
    assert "ไทย" not in kept and "नी" not in kept


def test_ordinals_are_latin(spec):
    pieces = [piece for piece, _ in spec["model"]["vocab"]]
    assert pieces.index("nº") not in pieces_in_scripts(spec, ["CYRILLIC"])


@pytest.mark.parametrize("script", ["GOTHIC", "LATN", ""])
def test_a_script_that_no_piece_has(spec, script):
    with pytest.raises(XprojError, match=f"--script: no piece of the encoder has a letter of '{script.title()}'"):
        pieces_in_scripts(spec, ["LATIN", script])


def test_any_text_in_the_script_gets_the_same_vectors(make_tiny_encoder, tmp_path):
    def make():
        spec = json.loads(make_tiny_encoder().tokenizer.backend_tokenizer.to_str())
        *vocab, mask = spec["model"]["vocab"]
        cyrillic = [[piece, -6.0] for piece in (*"москва", "моск", "ва")]
        spec["model"]["vocab"] = [*vocab, *cyrillic, mask]
        next(token for token in spec["added_tokens"] if token["content"] == "<mask>")["id"] = len(vocab + cyrillic)
        return make_tiny_encoder("roberta", Tokenizer.from_str(json.dumps(spec)))

    def cut(encoder, text):
        return encoder.tokenizer.convert_ids_to_tokens(encoder.tokenizer(text)["input_ids"])

    whole, kept = make(), keep_scripts(make(), ["Latin"])
    assert kept.kept == kept.encoder.model.get_input_embeddings().num_embeddings < kept.rows
    assert f"Kept {kept.kept:,} of {kept.rows:,} pieces" in kept.encoder.provenance.steps[-1]
    texts = ["anna lives in berlin, ben knows.", "annaberl lisbo in nobodies", "'t, . q"]
    for text in texts:
        assert cut(whole, text) == cut(kept.encoder, text)
        with torch.inference_mode():
            vectors = [e.model(**e.tokenizer(text, return_tensors="pt"))[0] for e in (whole, kept.encoder)]
        assert torch.equal(*vectors)
    assert "моск" in "".join(cut(whole, "москва"))
    pieces = cut(kept.encoder, "москва")
    assert "<unk>" not in pieces and "моск" not in pieces


def test_from_the_command_line(make_tiny_encoder, tmp_path):
    write_encoder(make_tiny_encoder(), tmp_path / "source")
    run = [str(tmp_path / "source"), str(tmp_path / "out"), "--script", "Latin"]
    result = CliRunner().invoke(app, ["encoder", *run])
    assert result.exit_code == 0, result.output
    assert "pieces kept, for all text in Latin" in result.output
    result = CliRunner().invoke(app, ["encoder", *run, "--trim", "a.spacy"])
    assert result.exit_code == 1
    assert "--script and --trim: the vocabulary is that of scripts or of texts" in result.output
