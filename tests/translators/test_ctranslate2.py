"""CTranslate2 against transformers: tiny models of each kind with random weights, some of whose translations end."""

import random
from pathlib import Path
from shutil import copytree

import pytest
import torch
from transformers import AutoModelForSeq2SeqLM

from spacy_xproj.errors import XprojError
from spacy_xproj.translators.ctranslate2 import CTranslate2Translator
from spacy_xproj.translators.seq2seq import Seq2SeqTranslator

pytest.importorskip("ctranslate2")

TEXT = "The cat sat on the mat . Ana lives in Lisbon . A dog and a cat play in the old garden near the river ."
CHANCE = random.Random(0)
TEXTS = [" ".join(CHANCE.sample(TEXT.split(), CHANCE.randint(1, 8))) for _ in range(16)]
#: Tiny models, and how readily they shall end a translation.
MODELS = {"m2m100": 1.5, "nllb": 1.2, "marian": 4.0, "marian_multi": 5.0}


def let_end(model, scale):
    """Change the weights of a tiny model so that translations may end, but not at once."""
    end = model.config.eos_token_id
    if model.config.model_type == "marian":
        model.final_logits_bias[0, end] = scale
        return
    chance = torch.Generator().manual_seed(0)
    sources = torch.randint(4, 40, (40, 8), generator=chance)
    written = torch.randint(4, 40, (40, 12), generator=chance)
    written[:, 0] = end
    states = model(input_ids=sources, decoder_input_ids=written, output_hidden_states=True).decoder_hidden_states[-1]
    later = states[:, 3:].mean(dim=(0, 1)) - states[:, 1].mean(dim=0) / 2
    pieces = model.get_input_embeddings().weight
    pieces[end] = later / later.norm() * pieces.norm(dim=1).mean() * scale


@pytest.fixture(scope="module")
def make_ending(request, tmp_path_factory):
    """Make a function that gives a copy of a tiny model that ends some translations. Its generation config has what
    those of the hub have, and ends a search with beams as CTranslate2 does."""
    made = {}

    def make(name):
        if name not in made:
            folder = Path(copytree(request.getfixturevalue(name), tmp_path_factory.mktemp("ending") / name))
            model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()
            with torch.no_grad():
                let_end(model, MODELS[name])
            model.generation_config.update(num_beams=4, early_stopping=True)
            if "marian" in name:
                model.generation_config.update(bad_words_ids=[[model.config.pad_token_id]], renormalize_logits=True)
            model.save_pretrained(folder)
            made[name] = str(folder)
        return made[name]

    return make


@pytest.fixture(params=list(MODELS))
def ending(request, make_ending):
    return make_ending(request.param)


def make(model, tgt_lang="pt", **settings):
    return CTranslate2Translator(model, "en", tgt_lang, **{"compute_type": "float32", "device": "cpu", **settings})


def may_be_empty(translator, text, n):
    """Whether the n most probable first tokens of a translation have the one that ends it. CTranslate2 only takes it
    there if it is the most probable one, if the language is given as the first token."""
    start = translator.model.forced_start("pt")
    if start is None:
        return False
    network = translator.model.network
    written = torch.tensor([[network.config.decoder_start_token_id, start]])
    with torch.inference_mode():
        logits = network(**translator._encode([text], return_tensors="pt"), decoder_input_ids=written).logits[0, -1]
    return network.config.eos_token_id in logits.topk(n).indices


@pytest.mark.filterwarnings("ignore:.*translation not ended")
@pytest.mark.parametrize("num_beams", [1, 2, 4])
def test_translations_and_flags_are_those_of_transformers(ending, num_beams):
    settings = {"num_beams": num_beams, "max_length": 12, "device": "cpu"}
    # one by one: in a batch, transformers goes on with the beams of a text until all texts are finished
    reference = Seq2SeqTranslator(ending, "en", "pt", **settings, max_batch_tokens=1)
    expected = list(reference.translate_flagged(TEXTS))
    found = list(make(ending, **settings, max_batch_tokens=60).translate_flagged(TEXTS))
    compared = [i for i, text in enumerate(TEXTS) if num_beams == 1 or not may_be_empty(reference, text, num_beams)]
    assert [found[i] for i in compared] == [expected[i] for i in compared]
    assert len(compared) > len(TEXTS) / 2 and len({one.text for one in found}) > 5
    assert num_beams == 1 or any(one.text and "not_ended" not in one.flags for one in found)


@pytest.mark.filterwarnings("ignore:.*translation not ended")
def test_int8_translates_nearly_all_as_float32(make_ending):
    model = make_ending("marian")
    exact, rounded = (list(make(model, compute_type=kind, num_beams=1)(TEXTS)) for kind in ("float32", "int8"))
    assert sum(a == b for a, b in zip(exact, rounded, strict=True)) > len(TEXTS) / 2


def test_endless_translation_gives_a_warning_and_a_flag(nllb):
    translator = make(nllb, num_beams=1, max_length=12)
    with pytest.warns(UserWarning, match="not ended after 24 tokens: 'It rains.'"):
        (translation,) = translator.translate_flagged(["It rains."])
    assert translation.flags == ("not_ended",)
    with pytest.warns(UserWarning, match="not ended"):
        (translation,) = translator.translate_flagged(["It rains. " * 4 + "The cat sat on the mat."])
    assert translation.flags == ("not_ended", "split")


@pytest.mark.filterwarnings("ignore:.*translation not ended")
def test_batches_hold_no_more_tokens_than_the_limit(marian, monkeypatch):
    translator = make(marian, max_batch_tokens=40)
    translate, batches = translator._translate_batch, []
    monkeypatch.setattr(translator, "_translate_batch", lambda texts: batches.append(texts) or translate(texts))
    list(translator(TEXTS))
    assert any(len(batch) > 1 for batch in batches)
    assert all(len(batch) * max(map(translator._length, batch)) <= 40 for batch in batches)


def test_translations_are_kept_apart_by_number_format_and_from_those_of_transformers(marian):
    translators = [make(marian), make(marian, compute_type="int8"), Seq2SeqTranslator(marian, "en", "pt", device="cpu")]
    identities = [translator.identity() for translator in translators]
    assert [identities.count(one) for one in identities] == [1, 1, 1]
    assert identities[0] == make(marian).identity()


def test_language_that_the_model_has_not(nllb):
    with pytest.raises(XprojError, match="no language 'yo'; it has eng_Latn, por_Latn, swh_Latn"):
        list(make(nllb, "yo")(["It rains."]))
