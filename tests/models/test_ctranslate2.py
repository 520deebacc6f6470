"""The conversion for CTranslate2: once, safely, and whole. Its translations are tested with the translator."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import pytest
import torch

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.models import ctranslate2 as module
from spacy_xproj.models.ctranslate2 import CTranslate2Model, CTranslate2Probability, converted, load_converted
from spacy_xproj.models.probability import TranslationProbability
from spacy_xproj.models.seq2seq import Seq2SeqModel
from spacy_xproj.scores.translation import TranslationScore
from spacy_xproj.translators.ctranslate2 import CTranslate2Translator
from spacy_xproj.translators.seq2seq import Seq2SeqTranslator
from spacy_xproj.types import Candidates

pytest.importorskip("ctranslate2")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def conversions(monkeypatch):
    """The number formats of the conversions that were done."""
    done, convert = [], module._convert
    monkeypatch.setattr(module, "_convert", lambda *arguments: done.append(arguments[2]) or convert(*arguments))
    return done


def test_conversion_is_done_once_for_each_model_and_number_format(marian, m2m100, conversions, tmp_path):
    paths = [converted(*key) for key in [(marian, None, "int8"), (marian, None, "float32"), (m2m100, None, "int8")] * 2]
    assert conversions == ["int8", "float32", "int8"]
    assert paths[:3] == paths[3:] and len(set(paths)) == 3
    moved = copytree(marian, tmp_path / "moved")
    assert converted(str(moved), None, "int8") == paths[0]
    (Path(moved) / "generation_config.json").write_text("{}")
    assert converted(str(moved), None, "int8") not in paths


def test_several_at_once_convert_once(marian, conversions):
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: converted(marian, None, "int8"), range(4)))
    assert len(paths) == 1 and conversions == ["int8"]


def test_damaged_conversion_is_done_again(marian, conversions):
    path = converted(marian, None, "int8")
    data = (path / "model.bin").read_bytes()
    (path / "model.bin").write_bytes(data[:-100])
    assert converted(marian, None, "int8") == path
    assert (path / "model.bin").read_bytes() == data and len(conversions) == 2


def test_failed_conversion_leaves_nothing(marian, cache, monkeypatch):
    def fail(name, revision, compute_type, directory):
        directory.mkdir()
        (directory / "model.bin").write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(module, "_convert", fail)
    with pytest.raises(OSError):
        converted(marian, None, "int8")
    assert [path.suffix for path in cache.iterdir()] in ([], [".lock"])


def test_weights_are_read_from_safetensors_only(marian, tmp_path, cache):
    folder = Path(copytree(marian, tmp_path / "pickled"))
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(XprojError, match="safetensors"):
        converted(str(folder), None, "int8")
    assert not any(path.is_dir() for path in cache.iterdir())


def test_model_of_another_kind(tiny_encoder_dir):
    with pytest.raises(XprojError, match="of type bert, not NLLB-200, M2M100 or MarianMT; use transformers"):
        converted(tiny_encoder_dir, None, "int8")


def test_number_format_that_there_is_not(marian):
    with pytest.raises(XprojError, match="no compute_type 'int4': use one of int8, "):
        CTranslate2Model(marian, None, "cpu", "int4")
    with pytest.raises(XprojError, match="compute_type bfloat17: this cpu has .*int8"):
        load_converted(marian, None, "cpu", "bfloat17")


def test_weights_are_not_read_before_they_are_needed(marian, conversions):
    model = CTranslate2Model(marian, None, "cpu", "int8")
    assert model.limit == 24 and model.dtype.startswith("int8 (ctranslate2 ") and not conversions


def test_missing_package_is_named_at_once(marian, monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(XprojError, match="pip install 'spacy_xproj\\[ctranslate2\\]'"):
        CTranslate2Model(marian, None, "cpu", "int8")


@pytest.mark.parametrize("name", ["m2m100", "marian"])
@pytest.mark.parametrize("max_batch_tokens", [20, 4096])
def test_probabilities_are_those_of_transformers(request, name, max_batch_tokens):
    path = request.getfixturevalue(name)
    texts = ["Ana", "the river", "cat and dog", "Lisbon near the mat"]
    pairs = [((source, "en"), (target, "pt")) for source in texts for target in texts]
    reference = TranslationProbability(Seq2SeqModel(path, None, "cpu", "float32"), 4096)
    if name == "marian":  # transformers gives padding a share of the probability, CTranslate2 does not
        network = reference.model.network
        network.final_logits_bias[0, network.config.pad_token_id] = -1e9
        reference._decode = lambda batch: [decode_alone(reference, *row) for row in batch]
    found = CTranslate2Probability(CTranslate2Model(path, None, "cpu", "float32"), max_batch_tokens)
    assert found.log_probabilities(pairs) == pytest.approx(reference.log_probabilities(pairs), abs=1e-4)


def decode_alone(reference, state, target):
    """Score a target without padding, whose probability is nil."""
    return TranslationProbability._decode(reference, [(state, target)])[0]


@pytest.mark.parametrize("variant", ["direct", "pivot"])
def test_translation_score_is_that_of_transformers(m2m100, make_bitext, monkeypatch, variant):
    used = []

    def translate(self, texts):  # a model that has learned nothing would not end
        used.append(type(self))
        return [f"the {text.lower()}" for text in texts]

    for translator in (Seq2SeqTranslator, CTranslate2Translator):
        monkeypatch.setattr(translator, "_translate_batch", translate)
    pair = make_bitext("Ana and the cat", "A cat and Ana", [(0, 1, "PER"), (2, 4, "X")]), Candidates(ngrams(4, 2))
    settings = {"threshold": 0, "device": "cpu", "variant": variant, "pivot_lang": "pt"}
    (expected,) = TranslationScore(m2m100, "en", "pt", **settings)([pair])
    (found,) = TranslationScore(m2m100, "en", "pt", **settings, compute_type="float32")([pair])
    assert found.ravel().tolist() == pytest.approx(expected.ravel().tolist(), abs=1e-4)
    assert used == ([] if variant == "direct" else [Seq2SeqTranslator] * 2 + [CTranslate2Translator] * 2)
