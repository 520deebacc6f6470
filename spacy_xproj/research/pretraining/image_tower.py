"""A small network that reads pictures: four stages of convolutions, 1.2 million weights."""

from torch import Tensor
from torch.nn import GELU, AdaptiveAvgPool2d, Conv2d, Flatten, GroupNorm, Linear, Module, Sequential

#: Channels of each stage. The first has half of a picture's width and height, each other one half of the one before.
CHANNELS = (32, 64, 128, 256)
GROUPS = 8


class ImageTower(Module):
    """Give a vector of each picture.

    width (int): length of a vector.
    """

    def __init__(self, width: int):
        super().__init__()
        stages = [Stage(before, after) for before, after in zip((3, *CHANNELS), CHANNELS)]
        self.layers = Sequential(*stages, AdaptiveAvgPool2d(1), Flatten(), Linear(CHANNELS[-1], width))

    def forward(self, pictures: Tensor) -> Tensor:
        """Read pictures.

        pictures (Tensor): bytes. *Shape:* ``(pictures, 3, height, width)``
        RETURNS (Tensor): *Shape:* ``(pictures, width)``
        """
        return self.layers(pictures.float() / 127.5 - 1)


class Stage(Module):
    """Halve width and height, then add what a second convolution finds (He et al. 2016, arXiv 1512.03385).

    before (int): channels that come in.
    after (int): channels that come out.
    """

    def __init__(self, before: int, after: int):
        super().__init__()
        self.halve = Sequential(Conv2d(before, after, 3, stride=2, padding=1), GroupNorm(GROUPS, after), GELU())
        self.refine = Sequential(Conv2d(after, after, 3, padding=1), GroupNorm(GROUPS, after), GELU())

    def forward(self, values: Tensor) -> Tensor:
        """Give the stage's output. *Shape:* ``(pictures, after, height / 2, width / 2)``"""
        values = self.halve(values)
        return values + self.refine(values)
