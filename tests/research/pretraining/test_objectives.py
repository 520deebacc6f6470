import math
from dataclasses import replace

import pytest
import torch

from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.batches import CaptionBatch
from spacy_xproj.research.pretraining.emoji import load_emoji
from spacy_xproj.research.pretraining.objectives import IGNORED, OBJECTIVES, MaskedLanguage, info_nce
from spacy_xproj.research.pretraining.text_tower import TextTower


@pytest.fixture
def data(emoji_files):
    return load_emoji(*emoji_files)


def brute_force(scores, shared):
    n = len(scores)
    total = 0.0
    for table in (scores, scores.T):
        for i in range(n):
            told_apart = [j for j in range(n) if j == i or not (shared if table is scores else shared.T)[i, j]]
            total -= math.log(math.exp(table[i, i]) / sum(math.exp(table[i, j]) for j in told_apart))
    return total / (2 * n)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_loss_by_brute_force(share):
    chance = torch.Generator().manual_seed(0)
    scores = torch.randn(5, 5, generator=chance)
    shared = torch.rand(5, 5, generator=chance) < share
    assert info_nce(scores, shared).item() == pytest.approx(brute_force(scores, shared), abs=1e-6)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_weight_learns_and_heads_are_all_but_the_encoder(make_tiny_encoder, data, name):
    encoder = make_tiny_encoder()
    objective = OBJECTIVES[name](TextTower(encoder), data)
    rows = [0, 1, 2, 3]
    batch = CaptionBatch(rows, *([data.captions[row][language][0] for row in rows] for language in ("en", "xx")))
    objective.loss(batch).backward()
    without = {key for key, weights in objective.named_parameters() if weights.grad is None}
    assert without == {"text.model.pooler.dense.weight", "text.model.pooler.dense.bias"}
    both = [*objective.heads(), *encoder.model.parameters()]
    assert len(both) == len({id(weights) for weights in both}) == len(list(objective.parameters()))


def test_captions_of_other_emoji_are_no_negatives(make_tiny_encoder, data):
    """`red` is true of two emoji of the batch: with nothing left to tell apart the loss is zero."""
    objective = OBJECTIVES["clip"](TextTower(make_tiny_encoder()), data)
    disc, box = (data.emoji.index(chr(0x1F600 + i)) for i in (0, 1))
    assert objective.loss(CaptionBatch([disc, box], ["red", "red"], ["nyekundu", "nyekundu"])).item() == 0
    assert objective.loss(CaptionBatch([disc, box], ["red disc", "red"], ["nyekundu", "caixa"])).item() > 0


@pytest.mark.parametrize(("name", "matter"), [("clip", True), ("text", False)])
def test_whether_pictures_matter(make_tiny_encoder, data, name, matter):
    batch = CaptionBatch([0, 1], *([data.captions[row][language][0] for row in (0, 1)] for language in ("en", "xx")))

    def loss(data):
        torch.manual_seed(0)
        return OBJECTIVES[name](TextTower(make_tiny_encoder()), data).eval().loss(batch).item()

    assert loss(data) == loss(data)
    assert (loss(data) != loss(replace(data, pictures=255 - data.pictures))) == matter


def test_masks(make_tiny_encoder, data):
    text = TextTower(make_tiny_encoder())
    objective = MaskedLanguage(text, data)
    ids, mask = text.inputs(["anna lives in lisbon", "ben"] * 500)
    torch.manual_seed(0)
    masked, labels = objective._mask(ids)
    guessed = labels != IGNORED
    special = torch.isin(ids, torch.tensor(text.tokenizer.all_special_ids))
    assert not (guessed & special).any()
    assert torch.equal(labels[guessed], ids[guessed]) and torch.equal(masked[~guessed], ids[~guessed])
    assert guessed.sum() / (~special).sum() == pytest.approx(0.15, abs=0.02)
    shares = [masked[guessed] == text.tokenizer.mask_token_id, masked[guessed] == ids[guessed]]
    assert [one.float().mean().item() for one in shares] == pytest.approx([0.8, 0.1], abs=0.04)
    assert (objective._mask(ids[:1, :4])[1] != IGNORED).any()  # a batch is never without a loss


def test_a_tokenizer_without_a_mask(make_tiny_encoder, data):
    encoder = make_tiny_encoder()
    encoder.tokenizer.mask_token = None
    with pytest.raises(XprojError, match="has no mask token; take the objective 'text'"):
        MaskedLanguage(TextTower(encoder), data)
