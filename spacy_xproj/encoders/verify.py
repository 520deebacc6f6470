"""The check that every conversion passes: the same text in, the same hidden states out."""

from typing import Any, List

import torch
from torch import Tensor

from ..errors import XprojError

TOLERANCE = 1e-5
#: Sub-tokens up to which a model's length is tried out: above, that takes long, and memory.
LONGEST = 1024
#: Sentences in several scripts, with names, digits, capitals, and words without a space between them.
TEXTS = (
    "Anna Müller doesn't live in Lisbon; she flew to São Paulo on 3 May.",
    "Анна живёт в Москве.",
    "安娜住在北京。",
    "アンナは東京に住んでいます。",
    "आना दिल्ली में रहती है।",
    "تعيش آنا في القاهرة.",
    "አና በአዲስ አበባ ትኖራለች።",
    "Ọ̀jọ̀gbọ́n Adébáyọ̀ ń gbé ní Ìbàdàn.",
)


def hidden_states(model: Any, tokenizer: Any, length: int) -> List[Tensor]:
    """Run a model over the sentences, one at a time.

    model (Any): a module that gives `last_hidden_state`.
    tokenizer (Any): its tokenizer.
    length (int): how many sub-tokens it takes; the rest of a sentence is left out.
    RETURNS (List[Tensor]): hidden states of each sentence. *Shape:* ``(sub-tokens, width)``
    """
    states = []
    with torch.inference_mode():
        for text in TEXTS:
            ids = torch.tensor([tokenizer(text, verbose=False).input_ids[:length]])
            states.append(model(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[0].float())
    return states


def check_same(before: List[Tensor], after: List[Tensor], what: str) -> None:
    """Compare the hidden states of two models.

    before (List[Tensor]): those that are right.
    after (List[Tensor]): those to check, in the same order.
    what (str): what was done in between, for the message.
    RAISES (XprojError): if they differ in number or by more than 1e-5.
    """
    for text, old, new in zip(TEXTS, before, after, strict=True):
        if old.shape != new.shape:
            raise XprojError(
                f"{what} changes how '{text}' is cut: {len(old)} sub-tokens × {old.shape[1]} before, "
                f"{len(new)} × {new.shape[1]} after; please report this encoder"
            )
        difference = (old - new).abs().max().item()
        if not difference <= TOLERANCE:
            raise XprojError(f"{what} changes the output for '{text}' by {difference:.1e}; please report this encoder")


def check_length(model: Any, tokenizer: Any, length: int) -> None:
    """Run a model over as many sub-tokens as it takes, if these are no more than 1,024.

    model (Any): a module.
    tokenizer (Any): its tokenizer.
    length (int): how many sub-tokens it should take.
    RAISES (XprojError): if it has fewer positions.
    """
    if length > LONGEST:
        return
    ids = tokenizer(TEXTS[0], verbose=False).input_ids
    ids = torch.tensor([(ids * length)[:length]])
    try:
        with torch.inference_mode():
            model(input_ids=ids, attention_mask=torch.ones_like(ids))
    except (IndexError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise XprojError(
            f"the encoder does not take {length} sub-tokens; please report this encoder ({reason})"
        ) from None
