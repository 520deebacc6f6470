from collections import Counter

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.batches import make_batches, true_of
from spacy_xproj.research.pretraining.emoji import load_emoji


@pytest.fixture
def data(emoji_files):
    return load_emoji(*emoji_files, new_languages=["yy"], held_out=0.2)


def test_different_emoji_and_two_languages(data):
    batches = list(make_batches(data, 8, 50, seed=0))
    assert len(batches) == 50
    for batch in batches:
        assert len(set(batch.rows)) == 8 and max(batch.rows) < data.n_trained == 16
        for row, *pair in zip(batch.rows, batch.first, batch.second):
            spoken = [{name for name, texts in data.captions[row].items() if text in texts} for text in pair]
            assert spoken in ([{"en"}, {"xx"}], [{"xx"}, {"en"}])


def test_every_emoji_as_often_as_the_others(data):
    rows = Counter(row for batch in make_batches(data, 8, 20, seed=0) for row in batch.rows)
    assert rows == dict.fromkeys(range(16), 10)


def test_names_half_of_the_time(data):
    drawn = [text for batch in make_batches(data, 16, 100, seed=0) for text in [*batch.first, *batch.second]]
    assert 0.45 < sum(" " in text for text in drawn) / len(drawn) < 0.55


def test_the_seed(data):
    def draw(seed):
        return list(make_batches(data, 4, 10, seed))

    assert draw(1) == draw(1) != draw(2)


def test_batches_that_are_too_large(data):
    with pytest.raises(XprojError, match="--batch-size 17: there are 16 emoji to train on"):
        make_batches(data, 17, 1, seed=0)


def test_captions_that_are_true_of_several(data):
    rows = [data.emoji.index(chr(0x1F600 + i)) for i in (0, 1, 4)]  # red disc, red box, aqua disc
    assert true_of(["red disc", "nyekundu", "disc"], rows, data).tolist() == [
        [True, False, False],
        [True, True, False],
        [True, False, True],
    ]
