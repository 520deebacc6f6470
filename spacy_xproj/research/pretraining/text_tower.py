"""The encoder that is trained, as a network that reads captions."""

from typing import Any, List, Sequence, Tuple

from torch import Tensor, cat, zeros
from torch.nn import Module

from ...encoders.encoder import Encoder
from ...errors import XprojError
from ...models.batching import pad

#: Captions that are read at once if nothing is learned.
BATCH = 256


class TextTower(Module):
    """Read captions with an encoder.

    encoder (Encoder): the encoder. Its model is trained in place.
    """

    def __init__(self, encoder: Encoder):
        super().__init__()
        self.model: Any = encoder.model
        self.tokenizer: Any = encoder.tokenizer

    @property
    def width(self) -> int:
        """The length of a vector."""
        return self.model.config.hidden_size

    def check(self, captions: Sequence[str]) -> float:
        """Tokenize captions as a trial.

        captions (Sequence[str]): all captions that are trained on.
        RETURNS (float): the share of their sub-tokens that are unknown to the encoder.
        RAISES (XprojError): if one is longer than the encoder takes.
        """
        ids = self.tokenizer(list(captions), verbose=False).input_ids
        longest, caption = max((len(row), caption) for row, caption in zip(ids, captions))
        if longest > self.tokenizer.model_max_length:
            raise XprojError(
                f"'{caption}' has {longest} sub-tokens, and the encoder takes {self.tokenizer.model_max_length}; "
                "leave its language out (--languages), or take another encoder"
            )
        return sum(row.count(self.tokenizer.unk_token_id) for row in ids) / sum(map(len, ids))

    def inputs(self, captions: List[str]) -> Tuple[Tensor, Tensor]:
        """Tokenize captions: ids and attention mask. *Shape:* ``(captions, sub-tokens)``"""
        # not padded by the tokenizer: it would do so ever after, and be saved so
        return pad(self.tokenizer(captions).input_ids, self.tokenizer.pad_token_id, self.model.device)

    def hidden(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Compute the last layer. *Shape:* ``(captions, sub-tokens, width)``"""
        return self.model(input_ids=ids, attention_mask=mask).last_hidden_state

    def forward(self, captions: List[str]) -> Tensor:
        """Average the vectors of each caption's sub-tokens. *Shape:* ``(captions, width)``"""
        ids, mask = self.inputs(captions)
        weights = mask[:, :, None].float()
        return (self.hidden(ids, mask) * weights).sum(1) / weights.sum(1)

    def in_batches(self, captions: List[str]) -> Tensor:
        """Do the same, a few captions at a time. *Shape:* ``(captions, width)``"""
        nothing = zeros(0, self.width, device=self.model.device)
        return cat([nothing, *(self(captions[i : i + BATCH]) for i in range(0, len(captions), BATCH))])
