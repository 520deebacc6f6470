"""Linear layers that multiply 8-bit integers: an encoder on a CPU gets faster, and its vectors change little.

It pays on a CPU with VNNI and without AMX: there it is 1.5 times as fast as float32, and bfloat16 is slow. With AMX,
bfloat16 is faster.
"""

from typing import cast

import torch
from torch import Tensor, nn

from ..errors import XprojError

LARGEST = 127


class Int8Linear(nn.Module):
    """A linear layer whose weights and inputs are rounded to 8-bit integers; sums are exact.

    Each output has a scale for its weights, and each sub-token one for its inputs. So nothing depends on the
    sub-tokens that happen to be in the same batch, and one with large activations costs no other its precision.

    linear (nn.Linear): the layer that it replaces.
    """

    def __init__(self, linear: nn.Linear):
        super().__init__()
        weight = linear.weight.detach().float()
        scale = _scale(weight)
        self.register_buffer("weight", (weight / scale).round().to(torch.int8).T)
        self.register_buffer("scale", scale.T)
        self.bias = linear.bias

    def forward(self, inputs: Tensor) -> Tensor:
        """Apply the layer. *Shape:* ``(…, inputs)`` to ``(…, outputs)``"""
        rows = inputs.reshape(-1, inputs.shape[-1])
        scale = _scale(rows)
        sums = torch._int_mm((rows / scale).round_().to(torch.int8), cast(Tensor, self.weight))
        outputs = sums.float().mul_(scale).mul_(cast(Tensor, self.scale))
        if self.bias is not None:
            outputs += self.bias
        return outputs.view(*inputs.shape[:-1], -1)


def quantize(model: nn.Module) -> None:
    """Replace every linear layer by an `Int8Linear`.

    model (nn.Module): a model in float32 on a CPU, changed in place.
    RAISES (XprojError): if this PyTorch cannot multiply 8-bit integers on a CPU.
    """
    try:
        torch._int_mm(torch.ones((32, 32), dtype=torch.int8), torch.ones((32, 32), dtype=torch.int8))
    except (AttributeError, NotImplementedError, RuntimeError):
        raise XprojError(
            f"torch {torch.__version__} does not multiply 8-bit integers on a CPU: "
            'pip install -U torch, or set dtype = "float32"'
        ) from None
    for module in list(model.modules()):
        for name, child in module.named_children():
            if type(child) is nn.Linear:
                setattr(module, name, Int8Linear(child))


def _scale(rows: Tensor) -> Tensor:
    """What one unit of the integers stands for. *Shape:* ``(rows, 1)``"""
    return rows.abs().amax(dim=1, keepdim=True).clamp_(min=torch.finfo(rows.dtype).tiny * LARGEST).div_(LARGEST)
