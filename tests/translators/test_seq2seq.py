"""Translation models: tiny ones of the real architectures, with random weights, loaded as real ones are."""

import random
from pathlib import Path
from shutil import copytree

import pytest
import torch

from spacy_xproj.errors import XprojError
from spacy_xproj.models.seq2seq import language_tokens
from spacy_xproj.translators.seq2seq import Seq2SeqTranslator

TEXTS = [
    "The cat sat on the mat.",
    "Ana lives in Lisbon.",
    "It rains.",
    "A dog and a cat play in the old garden near the river.",
    "Yes.",
    "Pedro reads a long book about the sea, and Ana writes a letter to her mother.",
    "We saw the mountain.",
]


@pytest.fixture(params=["m2m100", "nllb", "marian", "marian_multi"])
def any_model(request):
    return request.getfixturevalue(request.param)


def make(model, tgt_lang="pt", **settings):
    return Seq2SeqTranslator(model, "en", tgt_lang, **{"num_beams": 2, "max_length": 12, **settings})


class Spy:
    """Stands before `generate` and keeps what goes in and comes out."""

    def __init__(self, translator):
        self.generate = translator.model.network.generate
        self.inputs = []
        self.outputs = []
        translator.model.network.generate = self

    def __call__(self, input_ids, **settings):
        output = self.generate(input_ids=input_ids, **settings)
        self.inputs.append(input_ids)
        self.outputs.append(output)
        return output


@pytest.mark.filterwarnings("ignore:.*translation not ended")
def test_batches_equal_one_by_one_in_any_order(any_model):
    alone = {text: next(make(any_model, max_batch_tokens=1)([text])) for text in TEXTS}
    assert len(set(alone.values())) > 1
    texts = TEXTS * 2
    random.Random(3).shuffle(texts)
    together = make(any_model, max_batch_tokens=40)
    spy = Spy(together)
    assert list(together(texts)) == [alone[text] for text in texts]
    assert any(len(batch) > 1 for batch in spy.inputs)
    assert all(batch.numel() <= 40 for batch in spy.inputs)


@pytest.mark.filterwarnings("ignore:.*translation not ended")
@pytest.mark.parametrize(
    "name, tgt_lang, source, target",
    [
        ("m2m100", "pt", "__en__", "__pt__"),
        ("m2m100", "swa", "__en__", "__sw__"),
        ("nllb", "pt", "eng_Latn", "por_Latn"),
        ("nllb", "swa", "eng_Latn", "swh_Latn"),
        ("nllb", "swh_Latn", "eng_Latn", "swh_Latn"),
    ],
)
def test_language_tokens_in_input_and_output(request, name, tgt_lang, source, target):
    translator = make(request.getfixturevalue(name), tgt_lang)
    spy = Spy(translator)
    (translation,) = translator(["It rains."])
    tokenizer = translator.model.tokenizer
    assert tokenizer.convert_ids_to_tokens(spy.inputs[0][0, 0].item()) == source
    assert tokenizer.convert_ids_to_tokens(spy.inputs[0][0, -1].item()) == "</s>"
    assert tokenizer.convert_ids_to_tokens(spy.outputs[0][0, 1].item()) == target
    assert target not in translation


@pytest.mark.filterwarnings("ignore:.*translation not ended")
def test_marian_reads_the_target_language_in_the_text(marian, marian_multi):
    translator = make(marian_multi)
    spy = Spy(translator)
    list(translator(["It rains."]))
    tokens = translator.model.tokenizer.convert_ids_to_tokens(spy.inputs[0][0].tolist())
    assert tokens[0] == ">>por<<" and "<unk>" not in tokens
    translator = make(marian)
    spy = Spy(translator)
    list(translator(["It rains."]))
    assert not language_tokens(translator.model.tokenizer)
    assert translator.model.tokenizer.convert_ids_to_tokens(spy.inputs[0][0].tolist())[0] == tokens[1]


@pytest.mark.parametrize("name, has", [("nllb", "eng_Latn, por_Latn, swh_Latn"), ("marian_multi", "fra, por")])
def test_language_that_the_model_has_not(request, name, has):
    with pytest.raises(XprojError, match=f"no language 'yo'; it has {has}"):
        list(make(request.getfixturevalue(name), "yo")(["It rains."]))


@pytest.mark.filterwarnings("ignore:.*translation not ended")
def test_long_text_is_split_within_the_limit(nllb):
    translator = make(nllb, max_length=20)
    spy = Spy(translator)
    (translation,) = translator([" ".join(TEXTS)])
    assert sum(len(batch) for batch in spy.inputs) > 1
    assert max(batch.shape[1] for batch in spy.inputs) <= 20
    decoded = translator.model.tokenizer.batch_decode(
        [row for batch in spy.inputs for row in batch], skip_special_tokens=True
    )
    assert sorted("".join(decoded).replace(" ", "")) == sorted("".join(TEXTS).replace(" ", ""))
    assert translation


def test_endless_translation_gives_a_warning_and_a_flag(nllb):
    translator = make(nllb)
    with torch.no_grad():  # the model never ends a sentence
        translator.model.network.final_logits_bias = torch.zeros(1, translator.model.network.config.vocab_size)
        translator.model.network.generation_config.suppress_tokens = [translator.model.tokenizer.eos_token_id]
    with pytest.warns(UserWarning, match="not ended after 24 tokens: 'It rains.'"):
        (translation,) = translator.translate_flagged(["It rains."])
    assert translation.flags == ("not_ended",)
    with pytest.warns(UserWarning, match="not ended"):
        (translation,) = translator.translate_flagged([" ".join(TEXTS)])
    assert translation.flags == ("not_ended", "split")


@pytest.mark.filterwarnings("ignore:.*translation not ended")
def test_batch_that_does_not_fit_in_gpu_memory_is_halved(marian, monkeypatch):
    expected = list(make(marian)(TEXTS))
    translator = make(marian, max_batch_tokens=1000)
    translate, sizes = translator._translate_batch, []

    def small_gpu(texts):
        sizes.append(len(texts))
        if len(texts) > 2:
            raise torch.cuda.OutOfMemoryError("too large")
        return translate(texts)

    monkeypatch.setattr(translator, "_translate_batch", small_gpu)
    assert list(translator(TEXTS)) == expected
    assert sizes[0] > 2 and translator.max_batch_length < 1000

    def no_gpu(texts):
        raise torch.cuda.OutOfMemoryError("too large")

    monkeypatch.setattr(translator, "_translate_batch", no_gpu)
    with pytest.raises(XprojError, match="num_beams"):
        list(translator(["A new one."]))


def test_model_that_cannot_be_had(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(XprojError, match="cannot be loaded.*BundledTranslator.*TableTranslator"):
        list(make(str(tmp_path / "empty"))(["It rains."]))


def test_weights_are_read_from_safetensors_only(marian, tmp_path):
    folder = Path(copytree(marian, tmp_path / "pickled"))
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(XprojError, match="safetensors"):
        list(make(str(folder))(["It rains."]))


def test_damaged_weights(marian, tmp_path):
    folder = Path(copytree(marian, tmp_path / "damaged"))
    for data in (b"", (folder / "model.safetensors").read_bytes()[:-100]):
        (folder / "model.safetensors").write_bytes(data)
        with pytest.raises(XprojError, match="cannot be loaded"):
            list(make(str(folder))(["It rains."]))


def test_inputs_are_the_files_of_a_directory(marian, tmp_path, monkeypatch):
    files = make(marian).input_digests()
    assert f"{marian}/model.safetensors" in files and f"{marian}/config.json" in files
    monkeypatch.chdir(tmp_path)
    assert make("Helsinki-NLP/opus-mt-en-pt").input_digests() == {}


def test_license_of_the_model_card(marian, tmp_path):
    folder = Path(copytree(marian, tmp_path / "carded"))
    assert make(str(folder)).license is None
    (folder / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\nA model.\n")
    assert make(str(folder)).license == "cc-by-nc-4.0"
