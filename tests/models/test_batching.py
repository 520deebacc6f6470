"""Batches: what is in them, what happens if memory runs out, and how they are padded."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.models.batching import pad, run_in_batches


@given(st.lists(st.integers(1, 30), max_size=20), st.integers(1, 100), st.booleans())
def test_every_item_is_run_once_within_the_limit(lengths, max_tokens, longest_first):
    batches = []

    def run(batch):
        batches.append(batch)
        return [length * 2 for length in batch]

    lengths.sort(reverse=longest_first)
    results, left = run_in_batches(run, lengths, int, max_tokens, "model")
    assert results == [length * 2 for length in lengths] and left == max_tokens
    assert [length for batch in batches for length in batch] == lengths
    assert all(len(batch) == 1 or len(batch) * max(batch) <= max_tokens for batch in batches)
    for batch, after in zip(batches, batches[1:]):  # none could be larger
        assert (len(batch) + 1) * max(*batch, after[0]) > max_tokens


@pytest.mark.parametrize("error", [torch.cuda.OutOfMemoryError("too large"), RuntimeError("CUDA out of memory")])
def test_a_batch_without_memory_is_halved(error):
    sizes = []

    def run(batch):
        sizes.append(len(batch))
        if len(batch) > 2:
            raise error
        return batch

    results, left = run_in_batches(run, [5] * 9, int, 40, "model")
    assert results == [5] * 9 and sizes == [8, 4, 2, 2, 2, 2, 1] and left == 10

    def none(batch):
        raise error

    with pytest.raises(XprojError, match="model: memory does not hold one text; use device = 'cpu'"):
        run_in_batches(none, [5] * 9, int, 40, "model")


def test_other_errors_are_not_caught():
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        run_in_batches(lambda batch: torch.ones(2, 3) @ torch.ones(2, 3), [1], int, 1, "model")


def test_padding():
    ids, mask = pad([(5, 6, 7), (), (8,)], 1, "cpu")
    assert ids.tolist() == [[5, 6, 7], [1, 1, 1], [8, 1, 1]] and ids.dtype == torch.long
    assert mask.tolist() == [[1, 1, 1], [0, 0, 0], [1, 0, 0]]
