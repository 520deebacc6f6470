"""The optimizer: two rates told apart by key, and otherwise thinc's Adam."""

import numpy
import pytest
from spacy import registry
from thinc.api import Adam, Config, Linear

from spacy_xproj.errors import XprojError
from spacy_xproj.students.optimizer import ScaledAdam

ENCODER, HEAD = (1, "encoder.layer.0.output.dense.weight"), (2, "W")
BLOCK = """
[optimizer]
@optimizers = "spacy-xproj.ScaledAdam.v1"
head_scale = 4.0

[optimizer.learn_rate]
@schedules = "warmup_linear.v1"
warmup_steps = 2
total_steps = 10
initial_rate = 0.002
"""


def step(optimizer, key, lr_scale=1.0):
    weights, _ = optimizer(key, numpy.ones((3, 2), "f"), numpy.full((3, 2), 0.5, "f"), lr_scale=lr_scale)
    return weights


@pytest.mark.parametrize("key, scale", [(ENCODER, 1), (HEAD, 4)])
def test_each_kind_of_parameter_has_its_rate(key, scale):
    ours = ScaledAdam(0.001, head_scale=4)
    plain = Adam(0.001 * scale, L2=0.01, use_averages=False)
    for _ in range(3):
        numpy.testing.assert_allclose(step(ours, key), step(plain, key), rtol=1e-6)


def test_lower_layers_learn_less():
    optimizer = ScaledAdam(0.001, head_scale=4, layer_decay=0.5)
    for layer in range(3):
        step(optimizer, (1, f"encoder.layer.{layer}.output.dense.bias"))
    assert [optimizer.scale(f"encoder.layer.{layer}.attention.self.query.weight") for layer in range(3)] == [
        0.25,
        0.5,
        1,
    ]
    assert optimizer.scale("transformer.layer.2.ffn.lin1.weight") == 1
    assert optimizer.scale("text_model.encoder.layers.1.mlp.fc1.bias") == 0.5
    assert optimizer.scale("embeddings.LayerNorm.weight") == 0.125
    assert optimizer.scale("pooler.dense.weight") == 1
    assert optimizer.scale("W") == 4


@pytest.mark.parametrize("decay", [0.0, 1.5])
def test_a_decay_that_is_no_decay(decay):
    with pytest.raises(XprojError, match="layer_decay = .*: give a number above 0, at most 1"):
        ScaledAdam(0.001, layer_decay=decay)


def test_a_scale_of_the_caller_multiplies():
    ours = ScaledAdam(0.001, head_scale=4)
    plain = Adam(0.001, L2=0.01, use_averages=False)
    numpy.testing.assert_allclose(step(ours, HEAD, 0.5), step(plain, HEAD, 2.0), rtol=1e-6)


def test_the_rate_of_a_thinc_model_is_scaled():
    def train(optimizer):
        model = Linear(2, 2, init_W=lambda ops, shape: ops.alloc(shape) + 1)
        model.initialize()
        guess, backprop = model.begin_update(numpy.ones((1, 2), "f"))
        backprop(guess)
        model.finish_update(optimizer)
        return model.get_param("W")

    numpy.testing.assert_allclose(train(ScaledAdam(0.01)), train(Adam(0.1, L2=0.01, use_averages=False)), rtol=1e-6)


def test_no_averages_by_default():
    assert ScaledAdam(0.001).averages is None


@pytest.mark.parametrize("scale", [0.0, -1.0])
def test_a_scale_that_is_no_scale(scale):
    with pytest.raises(XprojError, match="head_scale = .*: give a number above 0"):
        ScaledAdam(0.001, head_scale=scale)


def test_round_trip_through_text_bytes_and_disk(tmp_path):
    config = Config().from_str(BLOCK)
    config.to_disk(tmp_path / "config.cfg")
    again = [
        Config().from_str(config.to_str()),
        Config().from_bytes(config.to_bytes()),
        Config().from_disk(tmp_path / "config.cfg"),
    ]
    for other in again:
        optimizer = registry.resolve(other)["optimizer"]
        assert isinstance(optimizer, ScaledAdam)
        assert (optimizer.head_scale, optimizer.learn_rate) == (4.0, 0.0)
        optimizer.step_schedules()
        assert optimizer.learn_rate == pytest.approx(0.001)
