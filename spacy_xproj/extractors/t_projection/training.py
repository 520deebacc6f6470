"""Training the candidate generator of T-Projection on a labelled corpus of the source language."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, List, Optional, Tuple

import torch
from spacy.tokens import Doc
from transformers import get_cosine_schedule_with_warmup, set_seed

from ...errors import XprojError
from ...models.batching import pad
from ...models.seq2seq import Seq2SeqModel
from .template import write_answer, write_question

REMEDY = "give google/mt5-large or another mT5, or a local directory with it (safetensors)"
#: The label of what is no token, which the loss leaves out.
IGNORED = -100
#: A question and its answer, as token ids.
Example = Tuple[List[int], List[int]]


@dataclass
class CandidateTraining:
    """A model that learns to fill in the template (see `template`), and how it is taught.

    AdamW, with a learning rate that is warmed up and then lowered along a cosine. The defaults are the settings of the
    authors' own example for Europarl.

    model (str): a directory, or a name on the hub.
    revision (Optional[str]): the revision of a model of the hub.
    epochs (int): how often the corpus is gone through, in another order each time.
    batch_size (int): examples in a step.
    learning_rate (float): the highest.
    warmup_steps (int): steps until it is reached; at most a tenth of all.
    max_length (int): longest question and answer, in the model's tokens; longer ones are left out, not cut off.
    seed (int): of the order and of dropout.
    device (str): `auto`, `cpu`, `cuda`, …
    """

    model: str
    revision: Optional[str] = None
    epochs: int = 4
    batch_size: int = 8
    learning_rate: float = 1e-4
    warmup_steps: int = 500
    max_length: int = 256
    seed: int = 0
    device: str = "auto"

    def __post_init__(self) -> None:
        loaded = Seq2SeqModel(self.model, self.revision, self.device, "float32", REMEDY)
        self.tokenizer, self.network = loaded.tokenizer, loaded.network

    def examples(self, docs: Iterable[Doc]) -> List[Example]:
        """Make the examples that are not too long. A sentence without entities makes none: there is nothing to ask.

        docs (Iterable[Doc]): labelled sentences.
        RETURNS (List[Example]): the examples.
        RAISES (XprojError): if there are none.
        """
        labelled = [doc for doc in docs if doc.ents]
        if not labelled:
            raise XprojError("no sentence has an entity: give a labelled corpus")
        questions = self.tokenizer(
            [write_question(doc, [ent.label_ for ent in doc.ents]) for doc in labelled]
        ).input_ids
        answers = self.tokenizer(text_target=[write_answer(doc.ents) for doc in labelled]).input_ids
        fitting = [pair for pair in zip(questions, answers) if max(map(len, pair)) <= self.max_length]
        if not fitting:
            raise XprojError(f"no sentence has at most {self.max_length} tokens: raise --max-length")
        return fitting

    def n_steps(self, examples: List[Example]) -> int:
        """Count the steps that examples make in all epochs."""
        return self.epochs * -(-len(examples) // self.batch_size)

    def run(self, examples: List[Example]) -> Iterator[float]:
        """Train. The model changes with each loss that is taken.

        examples (List[Example]): the examples.
        YIELDS (float): the loss of each step: the mean cross-entropy of the answers' tokens.
        """
        set_seed(self.seed)
        total = self.n_steps(examples)
        optimizer = torch.optim.AdamW(self.network.parameters(), lr=self.learning_rate)
        schedule = get_cosine_schedule_with_warmup(optimizer, min(self.warmup_steps, total // 10), total)
        self.network.train()
        for batch in self._batches(examples):
            questions, answers = zip(*batch)
            ids, mask = pad(questions, self.tokenizer.pad_token_id, self.network.device)
            labels, _ = pad(answers, IGNORED, self.network.device)
            loss = self.network(input_ids=ids, attention_mask=mask, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            yield loss.item()
        self.network.eval()

    def _batches(self, examples: List[Example]) -> Iterator[List[Example]]:
        chance = random.Random(self.seed)
        for _ in range(self.epochs):
            order = chance.sample(examples, len(examples))
            yield from (order[i : i + self.batch_size] for i in range(0, len(order), self.batch_size))

    def save(self, path: Path) -> None:
        """Write the model and its tokenizer, as `Seq2SeqCandidates` reads them.

        path (Path): the directory.
        """
        self.network.save_pretrained(path, safe_serialization=True)
        self.tokenizer.save_pretrained(path)
