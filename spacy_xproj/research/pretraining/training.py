"""Continuing an encoder for some steps."""

from dataclasses import asdict, dataclass
from typing import Any, Dict, Iterator, List, Literal

import torch
from transformers import get_cosine_schedule_with_warmup, set_seed

from ...encoders.encoder import Encoder
from ...models.loading import pick_device
from ...storage.files import json_digest
from .batches import make_batches
from .emoji import EmojiData
from .objectives import OBJECTIVES
from .retrieval import measure
from .text_tower import TextTower

#: In how many intervals the losses are reported.
INTERVALS = 10


@dataclass(frozen=True)
class PretrainSettings:
    """How an encoder is continued.

    objective (Literal): see `objectives`.
    steps (int): how many batches.
    batch_size (int): emoji in a batch, with two captions each.
    learning_rate (float): the highest, for the encoder.
    head_learning_rate (float): the highest, for what is thrown away in the end, which begins with random weights.
    warmup_share (float): share of the steps until they are reached. They are lowered along a cosine then.
    seed (int): of the batches, of the new weights and of dropout.
    device (str): `auto`, `cpu`, `cuda`, …
    freeze_embeddings (bool): leave the word embeddings as they are, as students do. With a large vocabulary they are
        most of the weights, and of the time.
    """

    objective: Literal["clip", "text", "mlm"]
    steps: int
    batch_size: int = 64
    learning_rate: float = 5e-5
    head_learning_rate: float = 1e-3
    warmup_share: float = 0.1
    seed: int = 0
    device: str = "auto"
    freeze_embeddings: bool = False


class Pretraining:
    """An encoder that is continued, with AdamW.

    encoder (Encoder): the encoder. Its model is changed in place.
    data (EmojiData): what it is continued with.
    settings (PretrainSettings): how.
    RAISES (XprojError): if a caption is too long for the encoder, it has no mask token and needs one, or a batch
        takes more emoji than there are.
    """

    def __init__(self, encoder: Encoder, data: EmojiData, settings: PretrainSettings):
        set_seed(settings.seed)
        text = TextTower(encoder)
        self.batches = make_batches(data, settings.batch_size, settings.steps, settings.seed)
        self.unknown = text.check(sorted(frozenset().union(*data.texts)))
        self.encoder = encoder
        self.data = data
        self.settings = settings
        self.objective = OBJECTIVES[settings.objective](text, data).to(pick_device(settings.device))
        self.losses: List[float] = []
        self.before = measure(self.objective, data)

    def run(self) -> Iterator[float]:
        """Train. The model is changed with each loss that is taken.

        YIELDS (float): the loss of each step.
        """
        settings = self.settings
        heads = {"params": self.objective.heads(), "lr": settings.head_learning_rate}
        if settings.freeze_embeddings:
            self.encoder.model.get_input_embeddings().requires_grad_(False)
        trained = [weights for weights in self.encoder.model.parameters() if weights.requires_grad]
        body = {"params": trained, "lr": settings.learning_rate}
        optimizer = torch.optim.AdamW([body, heads], weight_decay=0.0)
        warmup = round(settings.warmup_share * settings.steps)
        schedule = get_cosine_schedule_with_warmup(optimizer, warmup, settings.steps)
        self.objective.train()
        for batch in self.batches:
            loss = self.objective.loss(batch)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.objective.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            self.losses.append(loss.item())
            yield self.losses[-1]
        self.objective.eval()

    def finish(self) -> Encoder:
        """Take the encoder, on the CPU and without what it was trained with."""
        self.objective.cpu().eval()
        self.encoder.model.requires_grad_(True)
        step = (
            f"Continued it for {len(self.losses)} steps with the objective '{self.settings.objective}' of "
            f"spacy_xproj, on {self.data.n_trained} emoji with captions in {len(self.data.languages)} languages "
            f"({', '.join(self.data.languages)}); see `pretrain.json`. The captions are annotations of Unicode CLDR "
            "(Unicode License v3). The pictures, if they are of Noto Color Emoji, are under the SIL Open Font "
            "License 1.1."
        )
        return Encoder(self.encoder.model, self.encoder.tokenizer, self.encoder.provenance.then(step))

    def report(self) -> Dict[str, Any]:
        """Report settings, data, losses, and retrieval before and after."""
        data = self.data
        return {
            "settings": asdict(self.settings),
            "data": {
                "emoji": data.n_trained,
                "new_emoji": len(data.emoji) - data.n_trained,
                "languages": data.languages,
                "new_languages": data.new_languages,
                "captions": sum(len(texts) for texts in data.texts),
                "captions_sha256": json_digest(dict(zip(data.emoji, data.captions))),
                "without_picture": data.without_picture,
                "too_few_languages": data.too_few_languages,
                "unknown_subtokens": self.unknown,
            },
            "losses": self.mean_losses(),
            "retrieval": {"before": self.before, "after": measure(self.objective, data)},
        }

    def mean_losses(self) -> List[Dict[str, float]]:
        """Average the losses of each interval, with its last step."""
        size = -(-len(self.losses) // INTERVALS)
        intervals = [self.losses[i : i + size] for i in range(0, len(self.losses), size)]
        return [
            {"step": min((i + 1) * size, len(self.losses)), "loss": sum(losses) / len(losses)}
            for i, losses in enumerate(intervals)
        ]
