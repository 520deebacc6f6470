"""CLIP and SigLIP text towers in spaCy: hidden states, long texts, training, packages."""

import json
import shutil
from pathlib import Path

import numpy
import pytest
import spacy
import torch
from spacy.cli.package import package
from spacy.cli.train import train
from spacy.tokens import DocBin, Span
from spacy.training import Example

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.hub import load_hub
from spacy_xproj.errors import XprojError

CONFIG = Path(__file__).parents[3] / "configs" / "train" / "transformer.cfg"
ARCHITECTURE = "spacy-xproj.ClipTextModel.v1"
LONG = "anna lives in berlin , and ben knows annabel there " * 50


@pytest.fixture(scope="module", params=["clip", "siglip"])
def tower(request, make_repository, tmp_path_factory):
    """Convert a tower; give the directory of the result, and the original."""
    path, _, part = make_repository(request.param)
    converted = tmp_path_factory.mktemp("converted") / "encoder"
    write_encoder(load_hub(str(path)), converted)
    return str(converted), part


def pipeline(path, **settings):
    nlp = spacy.blank("en")
    spans = {"@span_getters": "spacy-transformers.doc_spans.v1"}
    model = {"@architectures": ARCHITECTURE, "name": path, "get_spans": spans, **settings}
    nlp.add_pipe("transformer", config={"model": model})
    return nlp


def vectors(doc):
    """Average the sub-tokens of each word, in all windows."""
    data = doc._.trf_data
    states = data.model_output.last_hidden_state.reshape(-1, data.width)
    return [states[data.align[i].data.ravel()].mean(0) for i in range(len(doc))]


def test_hidden_states_are_those_of_the_tower(tower):
    path, part = tower
    nlp = pipeline(path)
    nlp.initialize()
    doc = nlp("anna lives in berlin")
    tokenizer = nlp.get_pipe("transformer").model.tokenizer
    with torch.inference_mode():
        states = part(**tokenizer(doc.text, return_tensors="pt")).last_hidden_state[0].numpy()
    assert numpy.allclose(doc._.trf_data.model_output.last_hidden_state[0], states, atol=1e-5)


def test_a_text_of_500_tokens(tower):
    path, part = tower
    nlp = pipeline(path, overlap=8)
    nlp.initialize()
    doc = nlp(LONG)
    assert len(doc) == 500
    windows = doc._.trf_data.model_output.last_hidden_state
    length = nlp.get_pipe("transformer").model.tokenizer.model_max_length
    assert len(windows) > 5 and windows.shape[1] <= length
    found = [vector for token, vector in zip(doc, vectors(doc)) if token.text != ","]
    assert numpy.isfinite(found).all() and numpy.abs(found).sum(1).min() > 0


def test_without_overlap_each_word_is_in_one_window(tower):
    nlp = pipeline(tower[0], overlap=0)
    nlp.initialize()
    doc = nlp(LONG)
    first = [token.i for token in doc if token.text == "anna"]
    assert all(len(doc._.trf_data.align[i].data) <= len("anna") for i in first)
    with pytest.warns(UserWarning, match="of which the encoder reads"):
        nlp("x" * 200)


def test_the_command_warns_of_what_they_are(invoke, make_repository, tmp_path):
    for name, part in (("clip", "from left to right only, 77 sub-tokens"), ("siglip", "64 sub-tokens")):
        path, _, _ = make_repository(name)
        result = invoke("encoder", path, tmp_path / name)
        assert result.exit_code == 0
        assert part in result.output and ARCHITECTURE in result.output


def test_the_name_of_another_model(tiny_encoder_dir, tmp_path):
    with pytest.raises(XprojError, match="is of type 'bert'.*takes clip_text_model.*TransformerModel.v3"):
        pipeline(tiny_encoder_dir).initialize()
    with pytest.raises(XprojError, match="cannot be loaded; write it with xproj encoder"):
        pipeline(str(tmp_path / "missing")).initialize()


def test_pickles_are_not_read(tower, tmp_path):
    path = Path(shutil.copytree(tower[0], tmp_path / "encoder"))
    torch.save({}, path / "pytorch_model.bin")
    (path / "model.safetensors").unlink()
    with pytest.raises(XprojError, match="cannot be loaded"):
        pipeline(str(path)).initialize()


@pytest.fixture
def trained(tower, tmp_path):
    """A student after 3 steps of `spacy train`, with the encoder's directory gone."""
    docs = list(spacy.blank("en").pipe(["anna lives in berlin", "ben knows annabel"] * 3 + [LONG[:600]]))
    for doc in docs:
        doc.ents = [Span(doc, 0, 1, "PER")]
    DocBin(docs=docs).to_disk(tmp_path / "corpus.spacy")
    corpus = str(tmp_path / "corpus.spacy")
    overrides = {
        "components.transformer.model.@architectures": ARCHITECTURE,
        "paths.train": corpus,
        "paths.dev": corpus,
        "paths.encoder": str(shutil.copytree(tower[0], tmp_path / "encoder")),
        "nlp.lang": "en",
        "vars.steps": 3,
        "vars.eval_frequency": 3,
        "vars.warmup": 1,
    }
    train(CONFIG, tmp_path / "student", overrides=overrides)
    shutil.rmtree(tmp_path / "encoder")
    return tmp_path / "student" / "model-last"


def test_train_package_and_load_offline(trained, tmp_path, monkeypatch):
    nlp = spacy.load(trained)
    expected = [(nlp(text).to_json(), vectors(nlp(text))) for text in ("anna knows ben", LONG)]
    (tmp_path / "packages").mkdir()
    package(trained, tmp_path / "packages", name="student", version="1.0.0", create_sdist=False)
    packaged = tmp_path / "packages" / "en_student-1.0.0"
    meta = json.loads((packaged / "meta.json").read_text())
    assert {name.split(">")[0] for name in meta["requirements"]} == {"spacy-transformers", "spacy_xproj"}

    shutil.rmtree(trained.parent)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    loaded = spacy.load(packaged / "en_student" / "en_student-1.0.0")
    again = spacy.blank("en").from_config(loaded.config).from_bytes(loaded.to_bytes())
    for copy in (loaded, again):
        for text, (expected_json, states) in zip(("anna knows ben", LONG), expected):
            doc = copy(text)
            assert doc.to_json() == expected_json
            assert numpy.allclose(vectors(doc), states, atol=1e-6)


def test_training_moves_the_weights(tower):
    nlp = pipeline(tower[0])
    tok2vec = {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    }
    nlp.add_pipe("ner", config={"model": {"tok2vec": tok2vec}}).add_label("PER")
    optimizer = nlp.initialize()
    transformer = nlp.get_pipe("transformer").model.transformer
    before = {name: weights.clone() for name, weights in transformer.named_parameters()}
    example = Example.from_dict(nlp.make_doc("anna lives"), {"entities": [(0, 4, "PER")]})
    for _ in range(3):
        nlp.update([example], sgd=optimizer)
    moved = [name for name, weights in transformer.named_parameters() if not torch.equal(weights, before[name])]
    assert any("layers.0.self_attn" in name for name in moved)
    with pytest.raises(XprojError, match="leave replace_listeners out"):
        nlp.replace_listeners("transformer", "ner", ["model.tok2vec"])
