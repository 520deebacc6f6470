"""8-bit linear layers: integer products in plain numpy are the reference."""

import numpy
import pytest
import torch
from torch import nn

from spacy_xproj.errors import XprojError
from spacy_xproj.models.int8 import Int8Linear, quantize


@pytest.fixture
def linear():
    torch.manual_seed(0)
    return nn.Linear(48, 32)


def rounded(rows):
    """Round rows to integers of at most 127, and give what a unit of each stands for."""
    scale = numpy.abs(rows).max(axis=1, keepdims=True) / 127
    return numpy.rint(rows / scale), scale


def test_outputs_are_products_of_integers(linear):
    inputs = torch.randn(5, 7, 48)
    rows, row_scale = rounded(inputs.reshape(-1, 48).numpy())
    weight, weight_scale = rounded(linear.weight.detach().numpy())
    expected = (rows @ weight.T) * row_scale * weight_scale.T + linear.bias.detach().numpy()
    with torch.inference_mode():
        found = Int8Linear(linear)(inputs)
        exact = linear(inputs)
    assert found.shape == (5, 7, 32)
    numpy.testing.assert_allclose(found.reshape(-1, 32).numpy(), expected, rtol=1e-5, atol=1e-5)
    assert 0 < (found - exact).abs().max() < 0.05


def test_a_row_does_not_depend_on_its_batch(linear):
    layer = Int8Linear(linear)
    rows = torch.randn(20, 48)
    rows[3] *= 1000
    with torch.inference_mode():
        together = layer(rows)
        for i in (0, 3, 19):
            assert torch.equal(layer(rows[i : i + 1]), together[i : i + 1])


@pytest.mark.parametrize("bias", [True, False])
def test_rows_of_zeros(bias):
    linear = nn.Linear(48, 32, bias=bias)
    nn.init.zeros_(linear.weight)
    with torch.inference_mode():
        found = Int8Linear(linear)(torch.zeros(2, 48))
    assert torch.equal(found, linear.bias.detach().expand(2, 32) if bias else torch.zeros(2, 32))


def test_every_linear_layer_is_replaced(tiny_encoder):
    linears = [name for name, module in tiny_encoder.model.named_modules() if isinstance(module, nn.Linear)]
    quantize(tiny_encoder.model)
    modules = dict(tiny_encoder.model.named_modules())
    assert linears and all(isinstance(modules[name], Int8Linear) for name in linears)


def test_a_torch_without_integer_products(monkeypatch, linear):
    monkeypatch.delattr(torch, "_int_mm")
    with pytest.raises(XprojError, match='set dtype = "float32"'):
        quantize(nn.Sequential(linear))
