from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.research.pretraining.emoji import load_emoji
from spacy_xproj.research.pretraining.objectives import OBJECTIVES
from spacy_xproj.research.pretraining.retrieval import measure, recall
from spacy_xproj.research.pretraining.text_tower import TextTower

SQUARES = st.integers(1, 14).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 9), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(SQUARES)
def test_recall_by_brute_force(scores):
    n = len(scores)
    ranks = [1 + sum(scores[i][j] >= scores[i][i] for j in range(n) if j != i) for i in range(n)]
    expected = {str(k): sum(rank <= k for rank in ranks) / n for k in (1, 5, 10)}
    assert recall(torch.tensor(scores, dtype=torch.float32)) == pytest.approx(expected)


def test_the_sets(make_tiny_encoder, emoji_files):
    data = load_emoji(*emoji_files, new_languages=["yy"], held_out=0.2)
    objective = OBJECTIVES["clip"](TextTower(make_tiny_encoder()), data)
    measured = measure(objective, data)
    assert objective.training and measured == measure(objective, data)
    assert {name: (one["languages"], one["names"]) for name, one in measured.items()} == {
        "trained": (2, 16),
        "new_emoji": (2, 4),
        "new_languages": (1, 16),
    }
    assert measured["trained"]["chance"] == {"1": 1 / 16, "5": 5 / 16, "10": 10 / 16}
    assert measured["new_emoji"]["text_to_text"]["5"] == 1
    text = measure(OBJECTIVES["text"](TextTower(make_tiny_encoder()), data), data)
    assert "image_to_text" not in text["trained"]
    assert text["trained"]["text_to_text"] == measured["trained"]["text_to_text"]


def test_what_is_not_held_out_is_left_out(make_tiny_encoder, emoji_files):
    data = load_emoji(*emoji_files, held_out=0)
    assert list(measure(OBJECTIVES["text"](TextTower(make_tiny_encoder()), data), data)) == ["trained"]


def test_emoji_without_a_name_in_some_language(make_tiny_encoder, emoji_files):
    """One name in `en-AU`: it can only be found. None of the emoji that are held out has one in `yy`."""
    data = load_emoji(*emoji_files, new_languages=["en-AU"], held_out=0.1)
    nameless = range(data.n_trained, len(data.emoji))
    captions = [{k: v for k, v in one.items() if k != "yy" or i not in nameless} for i, one in enumerate(data.captions)]
    captions[0] = {k: v for k, v in captions[0].items() if k != "en"}
    data = replace(data, captions=captions)
    measured = measure(OBJECTIVES["clip"](TextTower(make_tiny_encoder()), data), data)
    assert measured["new_languages"]["names"] == 1
    assert measured["new_languages"]["image_to_text"]["1"] == measured["new_languages"]["text_to_text"]["1"] == 1
    assert measured["new_emoji"]["languages"] == 2
    assert measured["trained"]["names"] == pytest.approx(18 - 1 / 3)
