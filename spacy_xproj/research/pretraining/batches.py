"""What is trained on at each step. It does not depend on the objective: one seed, the same captions."""

import random
from dataclasses import dataclass
from typing import Iterator, List, Sequence

import numpy
from numpy.typing import NDArray

from ...errors import XprojError
from .emoji import EmojiData


@dataclass(frozen=True)
class CaptionBatch:
    """Different emoji, and two captions of each in two languages.

    rows (List[int]): the emoji, by their places in the data.
    first (List[str]): a caption of each.
    second (List[str]): a caption of each in another language.
    """

    rows: List[int]
    first: List[str]
    second: List[str]


def make_batches(data: EmojiData, size: int, steps: int, seed: int) -> Iterator[CaptionBatch]:
    """Draw batches: all emoji in random order, then all in another order, and so on.

    Of each emoji two of its languages are drawn, all alike; in each language its name half of the time, else one of
    its keywords.

    data (EmojiData): the emoji.
    size (int): emoji in a batch.
    steps (int): how many batches.
    seed (int): of the random numbers.
    RETURNS (Iterator[CaptionBatch]): the batches.
    RAISES (XprojError): if there are fewer emoji than a batch takes.
    """
    if size > data.n_trained:
        raise XprojError(f"--batch-size {size}: there are {data.n_trained} emoji to train on; give a number up to that")
    return _draw_batches(data, size, steps, random.Random(seed))


def _draw_batches(data: EmojiData, size: int, steps: int, chance: random.Random) -> Iterator[CaptionBatch]:
    order: List[int] = []
    for _ in range(steps):
        if len(order) < size:
            order = chance.sample(range(data.n_trained), data.n_trained)
        rows, order = order[:size], order[size:]
        languages = [chance.sample(data.trained_languages(row), 2) for row in rows]
        first, second = (
            [_draw(data.captions[row][both[side]], chance) for row, both in zip(rows, languages)] for side in (0, 1)
        )
        yield CaptionBatch(rows, first, second)


def _draw(captions: List[str], chance: random.Random) -> str:
    name, keywords = captions[0], captions[1:]
    return chance.choice(keywords) if keywords and chance.random() < 0.5 else name


def true_of(captions: Sequence[str], rows: Sequence[int], data: EmojiData) -> NDArray:
    """Tell which captions are true of which emoji, such as the keyword `animal` of many.

    captions (Sequence[str]): captions.
    rows (Sequence[int]): emoji.
    data (EmojiData): the data that `rows` count in.
    RETURNS (NDArray): whether each emoji has each caption, in any language. *Shape:* ``(captions, emoji)``
    """
    return numpy.array([[caption in data.texts[row] for row in rows] for caption in captions])
