"""An optimizer for a pretrained encoder below layers that begin at random."""

from typing import Any, Tuple

from thinc.optimizers import FloatOrSeq, Optimizer
from thinc.types import FloatsXd

from ..errors import XprojError


class ScaledAdam(Optimizer):
    """Adam with a rate of its own for the layers above an encoder.

    What a pretrained encoder needs is too little for a parser that begins at random, and what the parser needs makes
    the encoder forget. Parameters are told apart by their names: PyTorch's have dots, as
    `encoder.layer.0.output.dense.bias`; those of thinc's own layers have none, as `W`.

    learn_rate (FloatOrSeq): the encoder's learning rate, or a schedule.
    head_scale (float): how many times that the rate of all other layers is.
    L2 (FloatOrSeq): weight decay.
    beta1 (FloatOrSeq): first-order momentum.
    beta2 (FloatOrSeq): second-order momentum.
    eps (FloatOrSeq): keeps a division from one by zero.
    grad_clip (FloatOrSeq): the largest norm of a parameter's gradient; 0 for any.
    L2_is_weight_decay (bool): whether L2 decays weights apart from the gradient, as AdamW does.
    use_averages (bool): whether moving averages of the parameters are evaluated and saved in their place. Averages of
        the encoder are kept, but not used: thinc looks them up by other keys.
    """

    __slots__ = ["head_scale"]

    def __init__(
        self,
        learn_rate: FloatOrSeq,
        *,
        head_scale: float = 5.0,
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
        self.head_scale = head_scale

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
        scale: float = 1.0 if "." in key[1] else self.head_scale
        updated: Any = super().__call__(key, weights, gradient, lr_scale=lr_scale * scale)
        return updated
