import numpy
import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.emoji import load_emoji
from spacy_xproj.research.pretraining.pictures import read_pictures


def test_what_is_kept_and_what_is_counted(emoji_files):
    data = load_emoji(*emoji_files, held_out=0.25)
    assert sorted(data.emoji) == [chr(0x1F600 + i) for i in range(20)]
    assert (data.n_trained, data.without_picture, data.too_few_languages) == (15, 1, 0)
    assert (data.languages, data.new_languages) == (["en", "xx", "yy"], [])
    drawn = read_pictures(emoji_files[0], data.emoji)
    for row, emoji in enumerate(data.emoji):
        assert numpy.array_equal(data.pictures[row], drawn[emoji])
        assert data.texts[row] == {text for texts in data.captions[row].values() for text in texts}
    row = data.emoji.index("\U0001f600")
    assert data.names([row], "xx") == {row: "nyekundu duara"} and data.names([row], "zz") == {}


def test_languages_that_are_held_out(emoji_files):
    data = load_emoji(*emoji_files, new_languages=["yy", "en-AU"])
    assert (data.languages, data.new_languages) == (["en", "xx"], ["en-AU", "yy"])
    assert all(data.trained_languages(row) == ["en", "xx"] for row in range(20))
    assert all("yy" in captions for captions in data.captions)
    few = load_emoji(*emoji_files, languages=["yy", "xx"])
    assert (few.languages, few.too_few_languages) == (["xx", "yy"], 1)  # √ has a name in one of them


def test_the_split_is_always_the_same(emoji_files):
    whole, part = load_emoji(*emoji_files), load_emoji(*emoji_files, limit=10)
    assert part.emoji == whole.emoji[:10] and part.n_trained == 9
    assert whole.emoji == load_emoji(*emoji_files).emoji != sorted(whole.emoji)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"languages": ["en"]}, "0 emoji with a picture and names in at least 2 languages"),
        ({"languages": ["en", "xx"], "new_languages": ["xx"]}, "'xx' is both trained on and held out"),
        ({"new_languages": ["ha"]}, "nothing in 'ha'"),
        ({"held_out": 1.0}, "20 emoji .* of which 0 to train on"),
    ],
)
def test_too_little(emoji_files, settings, message):
    with pytest.raises(XprojError, match=message):
        load_emoji(*emoji_files, **settings)
