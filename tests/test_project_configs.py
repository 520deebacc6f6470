"""The project configs: every one resolves, and those that mix scores have the published weights."""

from pathlib import Path

import pytest
import torch
from thinc.api import Config
from transformers import AutoModelForTokenClassification, AutoTokenizer

from spacy_xproj.api import apply_projection
from spacy_xproj.registry import registry

CONFIGS = Path(__file__).parent.parent / "configs" / "project"
WEIGHTS = {
    "align_ner": {"align": 0.5, "ner": 0.5},
    "align_ner_spans": {"align": 0.5, "ner_spans": 0.5},
    "align_nmt": {"align": 0.5, "translation": 0.5},
    "ner_spans_nmt": {"ner_spans": 0.5, "translation": 0.5},
    "all_fusion": {"align": 0.5, "ner_spans": 0.5, "translation": 1.0},
}


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
    """YIELDS: a block and all those inside it."""
    yield block
    for value in block.values():
        if isinstance(value, dict):
            yield from blocks(value)


def load(name, encoder, classifier):
    """Build the projector of a config with tiny models in place of real ones. Translation models load when used."""
    config = Config().from_disk(CONFIGS / f"{name}.cfg")
    projector = config["projector"]
    for block in blocks(projector):
        if block.get("@xproj_aligners") == "spacy-xproj.EmbeddingAligner.v1":
            block.update({"encoder": encoder, "layer": 2})
        if block.get("@xproj_aligners") == "spacy-xproj.StatisticalAligner.v1":
            pytest.importorskip("eflomal")
    for term in projector.get("scorer", {}).get("*", {}).values():
        if "tagger" in term["scorer"]:
            term["scorer"]["tagger"]["model"] = classifier
    return registry.resolve({"projector": projector})["projector"], config


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.cfg")), ids=lambda path: path.stem)
def test_config_resolves(path, tiny_encoder_dir, classifier):
    projector, config = load(path.stem, tiny_encoder_dir, classifier)
    assert ("aligner" in config["projector"]) == (getattr(projector, "aligner", None) is not None)


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights_are_the_published_ones(name, tiny_encoder_dir, classifier):
    projector, config = load(name, tiny_encoder_dir, classifier)
    terms = config["projector"]["scorer"]["*"]
    assert {key: term["weight"] for key, term in terms.items()} == WEIGHTS[name]
    assert sorted(term.weight for term in projector.scorer.terms) == sorted(WEIGHTS[name].values())


@pytest.mark.parametrize("name", ["align_ner", "align_ner_spans"])
def test_mixture_projects(name, tiny_encoder_dir, classifier, make_bitext):
    projector, _ = load(name, tiny_encoder_dir, classifier)
    bitexts = [make_bitext("anna lives in berlin", "in berlin lives anna", [(0, 1, "PER")])] * 3
    projector.initialize(lambda: bitexts)
    for projection in projector(bitexts):
        (outcome,) = projection.outcomes
        assert outcome.status == "projected"
        assert apply_projection(projection).ents[0].label_ == "PER"
