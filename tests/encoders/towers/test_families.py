"""Each family: what comes out gives the hidden states of the true class on the true tokenizer's sub-tokens."""

import json

import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from spacy_xproj.encoders.encoder import write_encoder
from spacy_xproj.encoders.hub import load_hub
from spacy_xproj.encoders.towers.clip import register_text_towers
from spacy_xproj.encoders.trim import cut_layers, trim_encoder
from spacy_xproj.errors import XprojError

TEXTS = ["anna lives in berlin", "ben", "Nobody knows, don't 'annabel'", "安娜 北京 Ünï"]
FAMILIES = {
    "altclip": ("AltCLIP", "XLMRobertaModel", 38),
    "altclip-text": ("AltCLIP", "XLMRobertaModel", 38),
    "chinese-clip": ("Chinese-CLIP", "BertModel", 40),
    "clip": ("CLIP", "CLIPTextModel", 77),
    "clip-text": ("CLIP", "CLIPTextModel", 77),
    "siglip": ("SigLIP", "SiglipTextModel", 64),
    "siglip2": ("SigLIP2", "Siglip2TextModel", 64),
    "m-clip": ("M-CLIP", "XLMRobertaModel", 38),
    "open-clip": ("open_clip with XLM-R", "XLMRobertaModel", 38),
    "laion": ("open_clip with XLM-R", "XLMRobertaModel", 38),
    "students": ("sentence-transformers, plain encoder (distilbert)", "DistilBertModel", 40),
    "old-students": ("sentence-transformers, plain encoder (distilbert)", "DistilBertModel", 40),
}


def original_ids(path, text):
    """Encode a text by the repository's own files, with the classes that its project uses."""
    from tokenizers import Tokenizer
    from transformers import BertTokenizerFast

    folder = path / "0_Transformer" if (path / "0_Transformer").is_dir() else path
    if (folder / "vocab.txt").exists():
        lower = "students" not in path.name
        return BertTokenizerFast(str(folder / "vocab.txt"), do_lower_case=lower)(text).input_ids
    return Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids


@pytest.mark.parametrize("name", FAMILIES)
def test_outputs_are_those_of_the_original(name, make_repository, tmp_path):
    path, _, part = make_repository(name)
    family, plain, length = FAMILIES[name]
    encoder = load_hub(str(path), allow_pickle=name == "laion")
    write_encoder(encoder, tmp_path / "out")

    register_text_towers()
    model, report = AutoModel.from_pretrained(tmp_path / "out", use_safetensors=True, output_loading_info=True)
    assert type(model).__name__ == plain
    assert not any(report.values())
    tokenizer = AutoTokenizer.from_pretrained(tmp_path / "out")
    assert tokenizer.model_max_length == length
    batch = tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        after = model(**batch).last_hidden_state
        for text, mask, row in zip(TEXTS, batch.attention_mask, after):
            ids = torch.tensor([original_ids(path, text)])
            before = part(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0]
            assert torch.allclose(row[mask.bool()], before, atol=1e-5), text
    assert before.std() > 0.1
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf8")
    assert f"**Family:** {family}\n" in card
    assert "license: apache-2.0" in card and f"**Source:** {path}\n" in card and "# Original" in card
    assert ("**Caution:**" in card) == ("TextModel" in plain)
    assert {file.suffix for file in (tmp_path / "out").iterdir()} == {".json", ".safetensors", ".md"}


@pytest.mark.parametrize("name", ["altclip", "chinese-clip", "clip", "siglip", "m-clip", "students"])
def test_the_first_layer_alone(name, make_repository, tmp_path):
    path, _, _ = make_repository(name)
    whole, cut = load_hub(str(path)), cut_layers(load_hub(str(path)), 1)
    write_encoder(cut, tmp_path / "cut")
    again = load_hub(str(tmp_path / "cut"))
    inputs = whole.tokenizer("anna lives", return_tensors="pt")
    with torch.inference_mode():
        layer = whole.model(**inputs, output_hidden_states=True).hidden_states[1]
        if hasattr(whole.model, "text_model"):
            layer = whole.model.text_model.final_layer_norm(layer)
        assert torch.allclose(again.model(**inputs).last_hidden_state, layer, atol=1e-5)


@pytest.mark.parametrize("name", ["altclip", "chinese-clip", "siglip", "m-clip", "open-clip", "students"])
def test_trimmed_to_a_corpus(name, make_repository, tmp_path):
    path, _, _ = make_repository(name)
    (tmp_path / "text.txt").write_text("\n".join(TEXTS), encoding="utf8")
    whole = load_hub(str(path))
    trimmed = trim_encoder(load_hub(str(path)), [tmp_path / "text.txt"])
    write_encoder(trimmed.encoder, tmp_path / "out")
    assert trimmed.kept < trimmed.rows and trimmed.changed == 0
    again = load_hub(str(tmp_path / "out"))
    for text in TEXTS:
        with torch.inference_mode():
            old, new = (
                encoder.model(**encoder.tokenizer(text, return_tensors="pt")).last_hidden_state
                for encoder in (whole, again)
            )
        assert torch.allclose(old, new, atol=1e-5), text


def test_only_the_tensors_of_pickles_are_read(make_repository, tmp_path):
    import os

    path, _, _ = make_repository("laion")
    with pytest.raises(XprojError, match="pickled weights only, open_clip_pytorch_model.bin.*--allow-pickle"):
        load_hub(str(path))

    class Command:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    torch.save({"text.transformer.x": Command()}, path / "open_clip_pytorch_model.bin")
    for content in (None, b"", b"nonsense"):
        if content is not None:
            (path / "open_clip_pytorch_model.bin").write_bytes(content)
        with pytest.raises(XprojError, match="open_clip_pytorch_model.bin is damaged, or holds more than tensors"):
            load_hub(str(path), allow_pickle=True)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["altclip", "m-clip", "students"])
def test_pickles_of_transformers(name, make_repository):
    from safetensors.torch import load_file

    path, _, part = make_repository(name)
    torch.save(load_file(path / "model.safetensors"), path / "pytorch_model.bin")
    (path / "model.safetensors").rename(path / "elsewhere")
    with pytest.raises(XprojError, match="pickled weights only, pytorch_model.bin"):
        load_hub(str(path))
    state = load_hub(str(path), allow_pickle=True).model.state_dict()
    for weight, values in part.state_dict().items():
        assert torch.equal(state[weight], values), weight


def test_safetensors_come_first(make_repository):
    path, _, _ = make_repository("students")
    (path / "pytorch_model.bin").write_bytes(b"nonsense")
    assert load_hub(str(path), allow_pickle=True).model.config.model_type == "distilbert"


def edit(path, **values):
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize(
    ("name", "file", "values", "message"),
    [
        (
            "m-clip",
            "config.json",
            {"modelBase": "setu4993/LaBSE"},
            "made from 'setu4993/LaBSE'; only towers of",
        ),
        (
            "open-clip",
            "open_clip_config.json",
            {"model_cfg": {"text_cfg": {"width": 512}}},
            "made from 'CLIP's own text transformer'; only towers of xlm-roberta",
        ),
        ("altclip", "config.json", {"model_type": "clipseg"}, "type 'clipseg' is not a text encoder"),
    ],
)
def test_towers_of_other_kinds(name, file, values, message, make_repository):
    path, _, _ = make_repository(name)
    edit(path / file, **values)
    with pytest.raises(XprojError, match=message) as caught:
        load_hub(str(path))
    assert f"encoder '{path}'" in str(caught.value) and "\n" not in str(caught.value)


def test_modules_that_are_no_transformers(make_repository):
    path, _, _ = make_repository("students")
    modules = json.loads((path / "modules.json").read_text())
    (path / "modules.json").write_text(json.dumps(modules[2:]))
    with pytest.raises(XprojError, match="module of type 'Dense'"):
        load_hub(str(path))
    for content in ("[]", "{}", '[{"idx": 0}]'):
        (path / "modules.json").write_text(content)
        with pytest.raises(XprojError, match="no list of modules in modules.json"):
            load_hub(str(path))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: {}, "no weights under 'text.transformer.' in open_clip_model.safetensors"),
        (
            lambda state: {"text.transformer.token_embedding.weight": torch.ones(3, 3)},
            "no weights 'embeddings.word_embeddings.weight' where XLM-R has them",
        ),
        (
            lambda state: {k: v for k, v in state.items() if not k.endswith("layer.1.output.dense.bias")},
            "other weights than a XLMRobertaModel.*Missing key.*encoder.layer.1.output.dense.bias",
        ),
        (
            lambda state: {**state, "text.transformer.adapter.weight": torch.ones(3)},
            "other weights than a XLMRobertaModel.*Unexpected key.*adapter.weight",
        ),
    ],
)
def test_every_weight_has_its_place(change, message, make_repository):
    from safetensors.torch import load_file, save_file

    path, _, _ = make_repository("open-clip")
    file = path / "open_clip_model.safetensors"
    save_file(change(load_file(file)), file)
    with pytest.raises(XprojError, match=message):
        load_hub(str(path))


def test_open_clip_without_its_tokenizer(make_repository):
    path, _, _ = make_repository("open-clip")
    (path / "tokenizer.json").unlink()
    with pytest.raises(XprojError, match="no fast tokenizer"):
        load_hub(str(path))


@pytest.mark.parametrize("name", ["altclip", "m-clip", "students"])
def test_from_the_hub(name, make_repository, tmp_path, monkeypatch):
    """Out of the cache of the hub, offline: the card names the commit."""
    import shutil

    path, _, part = make_repository(name)
    commit = "0123456789" * 4
    cached = tmp_path / "cache" / "models--someone--something"
    shutil.copytree(path, cached / "snapshots" / commit)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(commit)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("transformers.utils.hub.TRANSFORMERS_CACHE", str(tmp_path / "cache"))
    for revision in (None, commit):
        encoder = load_hub("someone/something", revision)
        assert encoder.provenance.revision == commit
        assert encoder.provenance.license == "apache-2.0"
        assert encoder.provenance.family == FAMILIES[name][0]
        state = encoder.model.state_dict()
        assert all(torch.equal(state[weight], values) for weight, values in part.state_dict().items())


@pytest.mark.parametrize("name", ["altclip", "chinese-clip", "m-clip", "open-clip", "students"])
def test_plain_encoders_need_nothing_of_this_package(name, make_repository, tmp_path):
    """In the architecture of spacy-transformers, on a text that is longer than the positions."""
    import numpy
    import spacy

    path, _, _ = make_repository(name)
    write_encoder(load_hub(str(path)), tmp_path / "out")
    spans = {"@span_getters": "spacy-transformers.strided_spans.v1", "window": 128, "stride": 96}
    model = {"@architectures": "spacy-transformers.TransformerModel.v3", "name": str(tmp_path / "out")}
    nlp = spacy.blank("en")
    nlp.add_pipe("transformer", config={"model": {**model, "get_spans": spans}})
    nlp.initialize()
    states = nlp("anna lives in berlin " * 30)._.trf_data.model_output.last_hidden_state
    assert numpy.isfinite(states).all() and states.shape[2] == 128
