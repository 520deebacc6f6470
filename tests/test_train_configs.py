"""The training configs: complete, and good for pipelines that stand on their own."""

import shutil
from pathlib import Path

import pytest
import spacy
from spacy.cli.debug_config import debug_config
from spacy.cli.init_config import fill_config
from spacy.cli.train import train
from spacy.tokens import DocBin, Span
from spacy.util import load_config

from spacy_xproj.encoders.encoder import write_encoder

CONFIGS = Path(__file__).parent.parent / "configs" / "train"
TRANSFORMERS = ["transformer.cfg", "transformer_tokens.cfg", "transformer_gpu.cfg"]
NAMES = [*TRANSFORMERS, "small.cfg"]
LONG = "anna lives in berlin , " * 60


def test_projects_that_init_writes_have_the_recipe():
    template = CONFIGS.parent.parent / "spacy_xproj" / "templates" / "transformer.cfg"
    assert template.read_bytes() == (CONFIGS / "transformer.cfg").read_bytes()


@pytest.fixture
def corpus(tmp_path):
    docs = list(spacy.blank("en").pipe(["anna lives in berlin", "ben knows annabel", "nobody"] * 3))
    for doc in docs:
        doc.ents = [Span(doc, 0, 1, "PER")] if len(doc) > 1 else []
    DocBin(docs=docs).to_disk(tmp_path / "corpus.spacy")
    return tmp_path / "corpus.spacy"


@pytest.fixture
def overrides(corpus, tiny_encoder, tmp_path):
    write_encoder(tiny_encoder, tmp_path / "encoder")
    settings = {"paths.train": str(corpus), "paths.dev": str(corpus), "nlp.lang": "en"}
    short = {"vars.steps": 5, "vars.eval_frequency": 5}
    tiny = {**settings, **short, "vars.warmup": 1, "paths.encoder": str(tmp_path / "encoder")}
    return {
        "transformer.cfg": tiny,
        "transformer_tokens.cfg": tiny,
        "transformer_gpu.cfg": {**tiny, "components.transformer.model.mixed_precision": False},
        "small.cfg": {**settings, **short},
    }


@pytest.mark.parametrize("name", NAMES)
def test_is_complete_and_valid(name, overrides, tmp_path):
    debug_config(CONFIGS / name, overrides=overrides[name])
    fill_config(tmp_path / "filled.cfg", CONFIGS / name)
    ours, filled = load_config(CONFIGS / name), load_config(tmp_path / "filled.cfg")
    for section in ("components", "training", "nlp", "initialize"):
        assert filled[section].keys() == ours[section].keys(), section
    assert filled["training"] == ours["training"]
    assert filled["components"] == ours["components"]


@pytest.mark.parametrize("name", NAMES)
def test_fixed_steps_and_nothing_dropped(name):
    training = load_config(CONFIGS / name, interpolate=True)["training"]
    assert (training["patience"], training["max_epochs"]) == (0, 0)
    assert training["max_steps"] % training["eval_frequency"] == 0
    assert training["batcher"]["discard_oversize"] is False


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_the_warm_up_is_a_tenth_of_the_steps(name):
    training = load_config(CONFIGS / name, interpolate=True)["training"]
    rate = training["optimizer"]["learn_rate"]
    assert rate["warmup_steps"] * 10 == rate["total_steps"] == training["max_steps"]


@pytest.mark.parametrize("name", NAMES)
def test_trained_pipeline_stands_on_its_own(name, overrides, corpus, tmp_path):
    train(CONFIGS / name, tmp_path / "student", overrides=overrides[name])
    trained = spacy.load(tmp_path / "student" / "model-last")
    expected = [trained(text).to_json() for text in ("anna knows ben", LONG)]
    shutil.move(tmp_path / "student" / "model-last", tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "encoder")
    shutil.rmtree(tmp_path / "student")
    corpus.unlink()
    loaded = spacy.load(tmp_path / "elsewhere")
    assert [loaded(text).to_json() for text in ("anna knows ben", LONG)] == expected
    assert "PER" in loaded.get_pipe("ner").labels


def test_the_head_is_all_that_differs():
    parser, tokens = (load_config(CONFIGS / name) for name in ("transformer.cfg", "transformer_tokens.cfg"))
    assert parser["components"]["ner"].pop("factory") == "ner" and tokens["components"]["ner"].pop("factory")
    for config in (parser, tokens):
        model = config["components"].pop("ner")["model"]
        assert model["tok2vec"]["@architectures"] == "spacy-transformers.TransformerListener.v1"
    assert parser == tokens
