"""What is prepared for training: frozen embeddings, bfloat16, half the bytes, and nothing of it in what is loaded."""

import os
import subprocess
import sys

import numpy
import pytest
import spacy
import torch
from spacy import registry
from spacy.training import Example
from thinc.api import Config

from spacy_xproj.errors import XprojError
from spacy_xproj.students import prepare
from spacy_xproj.students.optimizer import ScaledAdam
from spacy_xproj.students.prepare import PrepareEncoder, find_transformers, has_bf16

WORDS = "embeddings.word_embeddings.weight"
TRANSFORMER = {
    "@architectures": "spacy-transformers.TransformerModel.v3",
    "get_spans": {"@span_getters": "spacy-transformers.doc_spans.v1"},
    "tokenizer_config": {"use_fast": True},
}
LISTENER = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 16,
    "maxout_pieces": 2,
    "use_upper": False,
    "tok2vec": {
        "@architectures": "spacy-transformers.TransformerListener.v1",
        "grad_factor": 1.0,
        "pooling": {"@layers": "reduce_mean.v1"},
    },
}
#: Loads a pipeline and prints its entities where this package cannot be imported and has no entry points.
WITHOUT_PACKAGE = """
import importlib.metadata, sys
entry_points = importlib.metadata.entry_points
found = (entry for group in entry_points().groups for entry in entry_points(group=group))
kept = importlib.metadata.EntryPoints(entry for entry in found if "xproj" not in entry.value)
importlib.metadata.entry_points = kept.select
sys.modules["spacy_xproj"] = None
import spacy
nlp = spacy.load(sys.argv[1])
print([[ent.text, ent.label_] for ent in nlp("anna lives in berlin").ents])
"""


@pytest.fixture
def make_student(tiny_encoder_dir):
    """Makes a pipeline on the tiny encoder, initialized and prepared, and an example."""

    def make(**settings):
        nlp = spacy.blank("en")
        nlp.add_pipe("transformer", config={"model": {**TRANSFORMER, "name": tiny_encoder_dir}})
        nlp.add_pipe("ner", config={"model": LISTENER})
        text = "anna lives in berlin"
        example = Example.from_dict(nlp.make_doc(text), {"entities": [(0, 4, "PER"), (14, 20, "LOC")]})
        with_defaults = {"freeze_embeddings": False, "bf16": False, "half": False, **settings}
        nlp.config["initialize"]["after_init"] = {"@callbacks": "spacy-xproj.PrepareEncoder.v1", **with_defaults}
        nlp.initialize(lambda: [example])
        return nlp, example

    return make


def weights(nlp):
    return {name: value.clone() for name, value in find_transformers(nlp)[0].named_parameters()}


def test_frozen_embeddings_stay_and_the_rest_moves_by_its_rate(make_student):
    nlp, example = make_student(freeze_embeddings=True)
    before = weights(nlp)
    parser = [node for node in nlp.get_pipe("ner").model.walk() if node.has_param("W")]
    parser_before = [node.get_param("W").copy() for node in parser]
    optimizer = ScaledAdam(0.001, head_scale=10, L2=0.0)
    # A parser of one layer begins at zero, so that the first step gives the encoder no gradient.
    for _ in range(2):
        nlp.update([example], sgd=optimizer)
    moved = {name: (value - before[name]).abs().max().item() for name, value in weights(nlp).items()}
    assert moved.pop(WORDS) == 0
    assert find_transformers(nlp)[0].get_input_embeddings().weight.grad is None
    assert not any(WORDS in name for _, name in optimizer.mom1)
    # A step of Adam is about as long as the rate.
    assert 0.0005 < max(moved.values()) < 0.002
    parser_moved = max(
        numpy.abs(node.get_param("W") - old).max() for node, old in zip(parser, parser_before, strict=True)
    )
    assert 0.01 < parser_moved < 0.021


def test_embeddings_that_are_not_frozen_move(make_student):
    nlp, example = make_student()
    before = weights(nlp)[WORDS]
    optimizer = ScaledAdam(0.001)
    for _ in range(2):
        nlp.update([example], sgd=optimizer)
    assert not torch.equal(weights(nlp)[WORDS], before)


def test_bf16_is_for_training_only(make_student):
    plain, example = make_student()
    student, _ = make_student(bf16=True)
    find_transformers(student)[0].load_state_dict(find_transformers(plain)[0].state_dict())
    for nlp in (plain, student):
        for module in find_transformers(nlp)[0].modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
    outputs = {}
    for is_train in (False, True):
        for name, nlp in (("plain", plain), ("student", student)):
            batch, _ = nlp.get_pipe("transformer").model([example.predicted], is_train)
            outputs[name, is_train] = batch.model_output.last_hidden_state
    numpy.testing.assert_array_equal(outputs["plain", False], outputs["student", False])
    assert outputs["student", True].dtype == torch.float32
    difference = (outputs["plain", True] - outputs["student", True]).abs().max()
    assert 0 < difference < 0.05
    losses = student.update([example], sgd=ScaledAdam(0.001))
    assert losses["ner"] > 0
    assert all(value.dtype == torch.float32 for value in weights(student).values())


def test_free_memory_is_given_back_now_and_then_in_training(make_student, monkeypatch):
    given = []
    monkeypatch.setattr(prepare, "GIVE_BACK_EVERY", 3)
    monkeypatch.setattr(prepare, "give_back_memory", lambda: given.append(len(steps)))
    nlp, example = make_student()
    steps = []
    for _ in range(7):
        steps.append(nlp.update([example], sgd=ScaledAdam(0.001)))
        nlp(example.text)
    assert given == [2, 5]


def test_giving_memory_back_changes_nothing():
    prepare.give_back_memory()


def test_caches_of_kernels_are_small_with_bf16_only(monkeypatch):
    for name in prepare.KERNELS:
        monkeypatch.delenv(name, raising=False)
    PrepareEncoder(bf16=False)
    assert not prepare.KERNELS.keys() & os.environ.keys()
    monkeypatch.setenv("LRU_CACHE_CAPACITY", "7")
    PrepareEncoder(bf16=True)
    assert os.environ["LRU_CACHE_CAPACITY"] == "7" and os.environ["ONEDNN_PRIMITIVE_CACHE_CAPACITY"] == "64"


def test_half_is_what_is_written_and_loaded_in_float32(make_student, tmp_path):
    sizes = []
    for half in (False, True):
        nlp, _ = make_student(half=half)
        nlp.to_disk(tmp_path / str(half))
        sizes.append(sum(file.stat().st_size for file in (tmp_path / str(half)).rglob("model")))
        loaded = spacy.load(tmp_path / str(half))
        for name, value in weights(loaded).items():
            assert value.dtype == torch.float32
            expected = weights(nlp)[name]
            assert torch.equal(value, expected.half().float() if half else expected), name
    assert sizes[1] < 0.8 * sizes[0]


def test_embeddings_in_8_bits_are_those_that_training_sees(make_student, tmp_path):
    plain, _ = make_student()
    nlp, example = make_student(freeze_embeddings=True, float8_embeddings=True, half=True)
    original, rounded = weights(plain)[WORDS], weights(nlp)[WORDS]
    assert rounded.dtype == torch.float32 and torch.equal(rounded, original.to(torch.float8_e4m3fn).float())
    assert not torch.equal(rounded, original)
    nlp.update([example], sgd=ScaledAdam(0.001))
    nlp.to_disk(tmp_path / "float8")
    student = spacy.load(tmp_path / "float8")
    assert student.meta["requirements"] == ["torch>=2.1"]  # which `spacy package` passes on
    loaded = weights(student)
    assert torch.equal(loaded.pop(WORDS), rounded)
    for name, value in loaded.items():
        assert torch.equal(value, weights(nlp)[name].half().float()), name
    half, _ = make_student(freeze_embeddings=True, half=True)
    half.to_disk(tmp_path / "half")
    sizes = [(tmp_path / kind / "transformer" / "model").stat().st_size for kind in ("half", "float8")]
    assert abs(sizes[0] - sizes[1] - original.numel()) < 1000


def test_embeddings_that_are_trained_are_not_rounded():
    with pytest.raises(XprojError, match="float8_embeddings = true is for embeddings that training leaves as they are"):
        PrepareEncoder(freeze_embeddings=False, float8_embeddings=True)


def test_values_out_of_range_are_cut():
    values = {"a": torch.tensor([1e9, -1e9, 0.5]), "b": torch.tensor([448, 0.5]), "ids": torch.tensor([100_000])}
    state = prepare._narrow_state(lambda: dict(values), True, {"b"})()
    assert state["a"].tolist() == [65504, -65504, 0.5]
    assert state["b"].dtype == torch.float8_e4m3fn and state["b"].float().tolist() == [448, 0.5]
    assert state["ids"].tolist() == [100_000]


def test_what_is_written_loads_without_this_package(make_student, tmp_path):
    nlp, example = make_student(freeze_embeddings=True, bf16=True, half=True, float8_embeddings=True)
    nlp.update([example], sgd=ScaledAdam(0.001))
    nlp.to_disk(tmp_path / "student")
    command = [sys.executable, "-c", WITHOUT_PACKAGE, str(tmp_path / "student")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    doc = spacy.load(tmp_path / "student")("anna lives in berlin")
    assert result.stdout.strip() == str([[ent.text, ent.label_] for ent in doc.ents])


def test_a_pipeline_without_a_transformer():
    with pytest.raises(XprojError, match=r"no transformer in the pipeline \['ner'\]; leave it out"):
        nlp = spacy.blank("en")
        nlp.add_pipe("ner")
        PrepareEncoder()(nlp)


@pytest.mark.parametrize(
    "flags, expected", [("fpu amx_bf16 amx_tile", True), ("fpu avx512_bf16", True), ("fpu avx2", False), (None, False)]
)
def test_bf16_where_the_processor_has_it(flags, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(prepare, "CPUINFO", tmp_path / "cpuinfo")
    if flags is not None:
        (tmp_path / "cpuinfo").write_text(f"flags\t\t: {flags}\n")
    assert has_bf16() is expected
    assert PrepareEncoder().bf16 is expected
    assert PrepareEncoder(bf16=False).bf16 is False


def test_round_trip_through_text_bytes_and_disk(tmp_path):
    block = '[after_init]\n@callbacks = "spacy-xproj.PrepareEncoder.v1"\nfreeze_embeddings = false\nbf16 = true\n'
    config = Config().from_str(block)
    config.to_disk(tmp_path / "config.cfg")
    again = [
        Config().from_str(config.to_str()),
        Config().from_bytes(config.to_bytes()),
        Config().from_disk(tmp_path / "config.cfg"),
    ]
    for other in again:
        callback = registry.resolve(other)["after_init"]
        assert (callback.freeze_embeddings, callback.bf16, callback.half) == (False, True, False)
