"""What an encoder is continued with: pictures, or captions alone.

- `clip` matches captions to pictures, as in Radford et al. 2021, "Learning Transferable Visual Models From Natural
  Language Supervision" (arXiv 2103.00020).
- `text` matches each caption to one in another language. It is the control: the same captions, and the same loss.
  Both tell the encoder which captions mean the same: in `clip` they go to one picture. What differs is what the
  picture shows, and a comparison is to find that difference.
- `mlm` fills in masked sub-tokens of the same captions (Devlin et al. 2019, arXiv 1810.04805), which is how text-only
  encoders are trained. It is not told which captions mean the same, so what `clip` gains over it may come from that.

All three read both captions of each emoji of a batch. What they have beside the encoder is thrown away in the end.
"""

import math
from abc import ABC, abstractmethod
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import GELU, LayerNorm, Linear, Module, Parameter, Sequential
from torch.nn.functional import cross_entropy, linear, normalize

from ...errors import XprojError
from .batches import CaptionBatch, true_of
from .emoji import EmojiData
from .image_tower import ImageTower
from .text_tower import TextTower

#: Length of the vectors that are matched.
WIDTH = 256
#: Temperature to begin with, and the highest factor that it may become (Radford et al. 2021, 2.5).
TEMPERATURE = 0.07
HIGHEST_SCALE = 100.0
#: Shares of the sub-tokens: those to guess, and of these, those that are masked and replaced (Devlin et al. 2019, 3.1).
GUESSED, MASKED, REPLACED = 0.15, 0.8, 0.1
#: The label of what is not to be guessed.
IGNORED = -100


class Objective(Module, ABC):
    """An encoder and what it is trained with.

    text (TextTower): the encoder.
    data (EmojiData): the emoji.
    """

    def __init__(self, text: TextTower, data: EmojiData):
        super().__init__()
        self.text = text
        self.data = data

    @abstractmethod
    def loss(self, batch: CaptionBatch) -> Tensor:
        """Compute the loss of a batch, one number."""

    def heads(self) -> List[Parameter]:
        """List the weights that are thrown away."""
        return [weights for name, weights in self.named_parameters() if not name.startswith("text.")]

    def picture_vectors(self, rows: Sequence[int]) -> Optional[Tensor]:
        """Compute unit vectors of pictures; None if they are not learned. *Shape:* ``(rows, width)``"""
        return None

    def caption_vectors(self, means: Tensor) -> Tensor:
        """Compute unit vectors to compare with those of pictures. *Shape:* ``(captions, width)``"""
        return normalize(means, dim=-1)


class TextContrast(Objective):
    """Match each caption to one in another language."""

    def __init__(self, text: TextTower, data: EmojiData):
        super().__init__(text, data)
        self.head = Linear(text.width, WIDTH, bias=False)
        self.log_scale = Parameter(torch.tensor(math.log(1 / TEMPERATURE)))

    def caption_vectors(self, means: Tensor) -> Tensor:
        return normalize(self.head(means), dim=-1)

    def loss(self, batch: CaptionBatch) -> Tensor:
        first, second = self.caption_vectors(self.text([*batch.first, *batch.second])).chunk(2)
        shared = true_of(batch.first, batch.rows, self.data) | true_of(batch.second, batch.rows, self.data).T
        return self._contrast(first, second, shared)

    def _contrast(self, queries: Tensor, keys: Tensor, shared: NDArray) -> Tensor:
        scale = self.log_scale.exp().clamp(max=HIGHEST_SCALE)
        return info_nce(scale * queries @ keys.T, torch.from_numpy(shared).to(queries.device))


class ImageContrast(TextContrast):
    """Match each caption to its emoji's picture."""

    def __init__(self, text: TextTower, data: EmojiData):
        super().__init__(text, data)
        self.image = ImageTower(WIDTH)
        self.pictures: Tensor
        self.register_buffer("pictures", torch.from_numpy(data.pictures))

    def picture_vectors(self, rows: Sequence[int]) -> Tensor:
        return normalize(self.image(self.pictures[list(rows)]), dim=-1)

    def loss(self, batch: CaptionBatch) -> Tensor:
        pictures = self.picture_vectors(batch.rows)
        captions = self.caption_vectors(self.text([*batch.first, *batch.second])).chunk(2)
        losses = [
            self._contrast(vectors, pictures, true_of(texts, batch.rows, self.data))
            for vectors, texts in zip(captions, (batch.first, batch.second))
        ]
        return (losses[0] + losses[1]) / 2


class MaskedLanguage(Objective):
    """Fill in masked sub-tokens. The output layer shares the vectors of the input's."""

    def __init__(self, text: TextTower, data: EmojiData):
        super().__init__(text, data)
        if text.tokenizer.mask_token_id is None:
            raise XprojError("--objective mlm: the encoder's tokenizer has no mask token; take the objective 'text'")
        embeddings: Any = text.model.get_input_embeddings()
        self.head = Sequential(Linear(text.width, text.width), GELU(), LayerNorm(text.width))
        self.bias = Parameter(torch.zeros(embeddings.num_embeddings))

    def loss(self, batch: CaptionBatch) -> Tensor:
        ids, mask = self.text.inputs([*batch.first, *batch.second])
        masked, labels = self._mask(ids)
        guessed = labels != IGNORED
        vectors = self.head(self.text.hidden(masked, mask)[guessed])
        return cross_entropy(linear(vectors, self.text.model.get_input_embeddings().weight, self.bias), labels[guessed])

    def _mask(self, ids: Tensor) -> Tuple[Tensor, Tensor]:
        """Mask or replace some ids; give them, and the right ones of these."""
        tokenizer = self.text.tokenizer
        special = torch.isin(ids, torch.tensor(tokenizer.all_special_ids, device=ids.device))
        chance = torch.rand(ids.shape, device=ids.device).masked_fill(special, 1.0)
        # at least one of each batch, so that there is a loss
        guessed = (chance < GUESSED) | (chance == chance.min())
        kind = torch.rand(ids.shape, device=ids.device)
        masked = ids.masked_fill(guessed & (kind < MASKED), tokenizer.mask_token_id)
        replaced = guessed & (kind >= MASKED) & (kind < MASKED + REPLACED)
        masked = torch.where(replaced, torch.randint_like(ids, len(self.bias)), masked)
        return masked, ids.masked_fill(~guessed, IGNORED)


OBJECTIVES: Dict[str, Type[Objective]] = {"clip": ImageContrast, "text": TextContrast, "mlm": MaskedLanguage}


def info_nce(scores: Tensor, shared: Tensor) -> Tensor:
    """Compute the symmetric loss of contrastive training (InfoNCE): each row and the column of its number belong
    together.

    scores (Tensor): scores of each row and column. *Shape:* ``(n, n)``
    shared (Tensor): which rows and columns must not be told apart though their numbers differ. *Shape:* ``(n, n)``
    RETURNS (Tensor): the loss, one number.
    """
    numbers = torch.arange(len(scores), device=scores.device)
    others = shared & (numbers[:, None] != numbers)
    scores = scores.masked_fill(others, -math.inf)
    return (cross_entropy(scores, numbers) + cross_entropy(scores.T, numbers)) / 2
