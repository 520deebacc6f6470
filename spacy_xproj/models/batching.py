"""Batches of like length that fit into memory."""

from typing import Any, Callable, Dict, Hashable, List, Tuple, TypeVar

from ..errors import XprojError

Item = TypeVar("Item", bound=Hashable)


def run_in_batches(
    run: Callable[[List[Item]], List[Any]], items: List[Item], length: Callable[[Item], int], max_tokens: int, name: str
) -> Tuple[Dict[Item, Any], int]:
    """Run the longest first, in batches of no more padded tokens than the limit. A batch that the GPU's memory does not
    hold is halved, and so are those that follow.

    run (Callable[[List[Item]], List[Any]]): makes the results of a batch.
    items (List[Item]): what to run, no item twice.
    length (Callable[[Item], int]): the tokens of an item.
    max_tokens (int): padded tokens in a batch; an item that is longer is a batch of its own.
    name (str): the model's name, for the message.
    RETURNS (Tuple[Dict[Item, Any], int]): the result of each item, and the limit that memory has left.
    RAISES (XprojError): where memory does not hold a single item.
    """
    import torch

    results: Dict[Item, Any] = {}
    left = sorted(items, key=length, reverse=True)
    while left:
        size = max(1, max_tokens // length(left[0]))
        try:
            results.update(zip(left[:size], run(left[:size]), strict=True))
        except torch.cuda.OutOfMemoryError:
            if len(left[:size]) == 1:
                raise XprojError(
                    f"{name}: GPU memory does not hold one text; use device = 'cpu' or a smaller model"
                ) from None
            max_tokens = length(left[0]) * len(left[:size]) // 2
            torch.cuda.empty_cache()
        else:
            left = left[size:]
    return results, max_tokens
