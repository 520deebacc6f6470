"""An optimizer for a pretrained encoder below layers that begin at random."""

import re
from typing import Any, Tuple

from thinc.optimizers import FloatOrSeq, Optimizer
from thinc.types import FloatsXd

from ..errors import XprojError

#: The number of an encoder's layer in the name of a parameter: `encoder.layer.3.output.dense.bias`.
LAYER = re.compile(r"\blayers?\.(\d+)\.")


class ScaledAdam(Optimizer):
    """Adam with a rate of its own for each layer of an encoder and for the layers above it.

    What a pretrained encoder needs is too little for a parser that begins at random, and what the parser needs makes
    the encoder forget. Lower layers, which know least of the task and most of the languages, should change least
    (discriminative fine-tuning, Howard and Ruder 2018, §3.2). Parameters are told apart by their names: PyTorch's have
    dots, as `encoder.layer.0.output.dense.bias`; those of thinc's own layers have none, as `W`.

    learn_rate (FloatOrSeq): the rate of the encoder's top layer, or a schedule.
    head_scale (float): how many times that the rate of all layers above the encoder is.
    layer_decay (float): how many times the rate of a layer that of the layer below it is, and that of the first layer
        the rate of what embeds words. How many layers there are is known after the first update, for which a schedule
        that warms up from 0 has no rate anyway.
    L2 (FloatOrSeq): weight decay.
    beta1 (FloatOrSeq): first-order momentum.
    beta2 (FloatOrSeq): second-order momentum.
    eps (FloatOrSeq): keeps a division from one by zero.
    grad_clip (FloatOrSeq): the largest norm of a parameter's gradient; 0 for any.
    L2_is_weight_decay (bool): whether L2 decays weights apart from the gradient, as AdamW does.
    use_averages (bool): whether moving averages of the parameters are evaluated and saved in their place. Averages of
        the encoder are kept, but not used: thinc looks them up by other keys.
    """

    __slots__ = ["head_scale", "layer_decay", "layers"]

    def __init__(
        self,
        learn_rate: FloatOrSeq,
        *,
        head_scale: float = 10.0,
        layer_decay: float = 0.85,
        L2: FloatOrSeq = 0.01,
        beta1: FloatOrSeq = 0.9,
        beta2: FloatOrSeq = 0.999,
        eps: FloatOrSeq = 1e-8,
        grad_clip: FloatOrSeq = 1.0,
        L2_is_weight_decay: bool = True,
        use_averages: bool = False,
    ):
        super().__init__(
            learn_rate,
            L2=L2,
            beta1=beta1,
            beta2=beta2,
            eps=eps,
            grad_clip=grad_clip,
            L2_is_weight_decay=L2_is_weight_decay,
            use_averages=use_averages,
        )
        if head_scale <= 0:
            raise XprojError(f"ScaledAdam: head_scale = {head_scale}: give a number above 0")
        if not 0 < layer_decay <= 1:
            raise XprojError(f"ScaledAdam: layer_decay = {layer_decay}: give a number above 0, at most 1")
        self.head_scale = head_scale
        self.layer_decay = layer_decay
        self.layers = 0

    def __call__(
        self, key: Tuple[int, str], weights: FloatsXd, gradient: FloatsXd, *, lr_scale: float = 1.0
    ) -> Tuple[FloatsXd, FloatsXd]:
        """Update a parameter in place.

        key (Tuple[int, str]): the id of its layer, and its name there.
        weights (FloatsXd): its values.
        gradient (FloatsXd): their gradient, which is set to zero.
        lr_scale (float): what to multiply the rate with besides.
        RETURNS (Tuple[FloatsXd, FloatsXd]): the new values and the zeros.
        """
        updated: Any = super().__call__(key, weights, gradient, lr_scale=lr_scale * self.scale(key[1]))
        return updated

    def scale(self, name: str) -> float:
        """Compute how many times the top layer's rate the rate of a parameter is.

        name (str): its name.
        RETURNS (float): the factor.
        """
        if "." not in name:
            return self.head_scale
        layer = LAYER.search(name)
        if layer:
            self.layers = max(self.layers, int(layer[1]) + 1)
            return self.layer_decay ** (self.layers - 1 - int(layer[1]))
        return self.layer_decay**self.layers if "embeddings." in name else 1.0
