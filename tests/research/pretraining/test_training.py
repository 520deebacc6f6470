from unittest.mock import patch

import pytest
import torch

from spacy_xproj.research.pretraining.emoji import load_emoji
from spacy_xproj.research.pretraining.training import Pretraining, PretrainSettings


@pytest.fixture
def make(make_tiny_encoder, emoji_files):
    def make(objective, steps=3, seed=0, **settings):
        data = load_emoji(*emoji_files)
        settings = PretrainSettings(objective, steps, 8, 2e-3, seed=seed, device="cpu", **settings)
        return Pretraining(make_tiny_encoder(), data, settings)

    return make


@pytest.mark.parametrize("objective, search", [("clip", "image_to_text"), ("text", "text_to_text")])
def test_it_learns(make, objective, search):
    training = make(objective, steps=80)
    losses = list(training.run())
    report = training.report()
    assert losses == training.losses
    assert [one["step"] for one in report["losses"]] == list(range(8, 81, 8))
    assert report["losses"][0]["loss"] == pytest.approx(sum(losses[:8]) / 8)
    assert report["losses"][-1]["loss"] < 0.6 * report["losses"][0]["loss"]
    before, after = (report["retrieval"][when]["trained"][search]["1"] for when in ("before", "after"))
    assert after > max(0.3, 2 * before)


def test_masks_are_filled_in(make):
    training = make("mlm", steps=80)
    losses = list(training.run())
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])


def test_one_seed_gives_all_objectives_the_same_batches(make):
    seen = {}
    for objective in ("clip", "text", "mlm"):
        training = make(objective)
        with patch.object(training.objective, "loss", wraps=training.objective.loss) as loss:
            list(training.run())
        seen[objective] = [call.args[0] for call in loss.call_args_list]
    assert len(seen["clip"]) == 3 and seen["clip"] == seen["text"] == seen["mlm"]


def test_seeds(make):
    def weights(seed):
        training = make("clip", seed=seed)
        list(training.run())
        return training.finish().model.state_dict()

    one, same, other = weights(0), weights(0), weights(1)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("freeze", [True, False])
def test_word_embeddings_stay_if_that_is_asked_for(make, make_tiny_encoder, freeze):
    training = make("clip", freeze_embeddings=freeze)
    list(training.run())
    after, before = training.finish().model, make_tiny_encoder().model
    kept = [torch.equal(one, other) for one, other in zip(after.parameters(), before.parameters())]
    embeddings = (model.get_input_embeddings().weight for model in (after, before))
    assert torch.equal(*embeddings) is freeze and not all(kept) and all(one.requires_grad for one in after.parameters())


def test_what_comes_out(make, make_tiny_encoder):
    training = make("clip")
    list(training.run())
    encoder, before = training.finish(), make_tiny_encoder()
    assert encoder.model.state_dict().keys() == before.model.state_dict().keys()
    changed = {
        name
        for name, weights in before.model.state_dict().items()
        if not torch.equal(weights, encoder.model.state_dict()[name])
    }
    assert not any("pooler" in name for name in changed)
    assert all(f"encoder.layer.{i}.output.dense.weight" in changed for i in (0, 1))
    assert encoder.tokenizer.backend_tokenizer.to_str() == before.tokenizer.backend_tokenizer.to_str()
    assert "3 steps with the objective 'clip'" in encoder.provenance.steps[-1] and not encoder.model.training
