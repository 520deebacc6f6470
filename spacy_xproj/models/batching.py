"""Batches that fit into memory, and the padding that makes tensors of them."""

from typing import Any, Callable, List, Sequence, Tuple, TypeVar

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from ..errors import XprojError

Item = TypeVar("Item")


def run_in_batches(
    run: Callable[[List[Item]], Sequence[Any]],
    items: Sequence[Item],
    length: Callable[[Item], int],
    max_tokens: int,
    name: str,
) -> Tuple[List[Any], int]:
    """Run a model over items in batches of no more padded tokens than the limit. If memory does not hold a batch, it is
    halved, and so are those that follow.

    run (Callable[[List[Item]], Sequence[Any]]): makes the results of a batch.
    items (Sequence[Item]): what to run, sorted by length. If the longest come first, a lack of memory shows at once.
    length (Callable[[Item], int]): the tokens of an item.
    max_tokens (int): padded tokens in a batch; an item that is longer is a batch of its own.
    name (str): the model's name, for the message.
    RETURNS (Tuple[List[Any], int]): the result of each item, and the limit that memory has left.
    RAISES (XprojError): if memory does not hold a single item.
    """
    lengths = [length(item) for item in items]
    results: List[Any] = []
    while len(results) < len(items):
        start = len(results)
        end, longest = start + 1, lengths[start]
        while end < len(items) and max(longest, lengths[end]) * (end + 1 - start) <= max_tokens:
            longest = max(longest, lengths[end])
            end += 1
        try:
            made = run(list(items[start:end]))
        except RuntimeError as error:
            if "out of memory" not in str(error) and not isinstance(error, torch.cuda.OutOfMemoryError):
                raise
        else:
            results += [result for _, result in zip(items[start:end], made, strict=True)]
            continue
        if end == start + 1:
            raise XprojError(
                f"{name}: memory does not hold one text; use device = 'cpu', a smaller model or, if the model "
                "searches with beams, a lower num_beams"
            )
        max_tokens = longest * (end - start) // 2
        torch.cuda.empty_cache()  # not while the error holds the tensors of the batch
    return results, max_tokens


def pad(rows: Sequence[Sequence[int]], value: int, device: Any) -> Tuple[Tensor, Tensor]:
    """Pad token ids to one length.

    rows (Sequence[Sequence[int]]): the ids of each text.
    value (int): the id to pad with.
    device (Any): where the tensors shall be.
    RETURNS (Tuple[Tensor, Tensor]): the ids, and 1 for each that is not padding. *Shape:* ``(texts, longest)``
    """
    tensors = [torch.tensor(row, dtype=torch.long) for row in rows]
    ids = pad_sequence(tensors, batch_first=True, padding_value=value)
    mask = pad_sequence([torch.ones_like(row) for row in tensors], batch_first=True)
    return ids.to(device), mask.to(device)
