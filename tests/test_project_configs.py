"""The project configs: every one resolves, and those that mix scores have the published weights."""

from pathlib import Path

import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from spacy_xproj.config import load_config, load_project_config, resolve

CONFIGS = Path(__file__).parent.parent / "configs" / "project"


@pytest.fixture(scope="module")
def classifier(tiny_encoder_dir, tmp_path_factory):
    path = tmp_path_factory.mktemp("classifier") / "model"
    torch.manual_seed(0)
    model = AutoModelForTokenClassification.from_pretrained(tiny_encoder_dir, num_labels=3)
    model.config.id2label = {0: "O", 1: "B-PER", 2: "I-PER"}
    model.config.label2id = {"O": 0, "B-PER": 1, "I-PER": 2}
    model.save_pretrained(path)
    AutoTokenizer.from_pretrained(tiny_encoder_dir).save_pretrained(path)
    return str(path)


def blocks(block):
    """Go through a block and all those inside it."""
    yield block
    for value in block.values():
        if isinstance(value, dict):
            yield from blocks(value)


def load(name, encoder, classifier):
    """Build the projector of a config with tiny models in place of real ones. Translation models load when used."""
    config = load_project_config(CONFIGS / f"{name}.cfg")
    projector = config["projector"]
    for block in blocks(projector):
        if block.get("@xproj_aligners") == "spacy-xproj.EmbeddingAligner.v1":
            block.update({"encoder": encoder, "layer": 2})
        if block.get("@xproj_aligners") == "spacy-xproj.StatisticalAligner.v1":
            pytest.importorskip("eflomal")
    for term in projector.get("scorer", {}).get("*", {}).values():
        if "tagger" in term:
            term["tagger"]["model"] = classifier
    return resolve(config, "projector", name), config


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.cfg")), ids=lambda path: path.stem)
def test_config_resolves(path, tiny_encoder_dir, classifier):
    projector, config = load(path.stem, tiny_encoder_dir, classifier)
    assert ("aligner" in config["projector"]) == (getattr(projector, "aligner", None) is not None)


def test_weights_are_the_published_ones(tiny_encoder_dir, classifier):
    projector, config = load("all_fusion", tiny_encoder_dir, classifier)
    scorer = config["projector"]["scorer"]
    assert dict(zip(scorer["*"], scorer["weights"])) == {"align": 0.5, "ner_spans": 0.5, "translation": 1.0}
    extractor = {"@xproj_extractors": "spacy-xproj.NgramCandidates.v1", "max_length": 10, "stop_words": ["!", "?"]}
    assert config["projector"]["extractor"] == extractor
    assert [type(term).__name__ for term in projector.scorer.terms] == [
        "AlignmentScore",
        "NerScore",
        "TranslationScore",
    ]


@pytest.mark.parametrize("name", ["default", "nllb"])
def test_the_projector_is_the_default_one(name):
    config, default = load_project_config(CONFIGS / f"{name}.cfg"), load_project_config()
    assert list(load_config(CONFIGS / f"{name}.cfg")) == ["translator"]
    assert {key: config[key] for key in default} == default
