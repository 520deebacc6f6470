import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.captions import all_languages, caption_texts, read_captions


def test_names_come_first_and_nothing_twice(emoji_files):
    captions = read_captions(emoji_files[1], ["en", "xx", "en-AU"])
    assert captions["\U0001f600"] == {
        "en": ["red disc", "red", "disc"],
        "xx": ["nyekundu duara", "nyekundu", "duara"],
        "en-AU": ["crimson disc"],
    }
    assert "en-AU" not in captions["\U0001f601"]  # which has no name there
    assert len(captions) == 21 and "\U0001f600\U0001f3fb" not in captions


def test_sequences_and_single_tones_are_read(tmp_path):
    path = tmp_path / "package" / "annotationsDerived" / "pt"
    path.mkdir(parents=True)
    (path / "annotations.json").write_text(
        '{"annotationsDerived": {"identity": {}, "annotations": {"🇵🇹": {"tts": ["Portugal"]}, "🏻": {"tts": ["tom"]}}}}'
    )
    assert read_captions(tmp_path, ["pt"]) == {"🇵🇹": {"pt": ["Portugal"]}, "🏻": {"pt": ["tom"]}}


def test_languages_with_a_subtag_only_when_named(emoji_files):
    assert all_languages(emoji_files[1]) == ["en", "xx", "yy"]


def test_texts(emoji_files):
    texts = caption_texts(read_captions(emoji_files[1], ["xx"]))
    assert texts >= {"nyekundu duara", "nyekundu", "root"} and "red disc" not in texts
    assert len(texts) == 20 + 5 + 4 + 1


@pytest.mark.parametrize("text", ["{", "[]", '{"annotations": {}}', '{"annotations": null}'])
def test_other_json(tmp_path, text):
    path = tmp_path / "annotations" / "en"
    path.mkdir(parents=True)
    (path / "annotations.json").write_text(text)
    with pytest.raises(XprojError, match="en.annotations.json: not the JSON of CLDR.* npm pack"):
        read_captions(tmp_path, ["en"])


def test_what_is_missing(emoji_files, tmp_path):
    with pytest.raises(XprojError, match="nothing in 'ha'; it has en, en-AU, xx, yy"):
        read_captions(emoji_files[1], ["en", "ha"])
    with pytest.raises(XprojError, match="no annotations/LANGUAGE/annotations.json in it; .* npm pack cldr-annot"):
        read_captions(tmp_path / "missing", ["en"])


def test_a_language_of_which_there_is_nothing(tmp_path):
    """CLDR has such files, `bew` among them."""
    for language, content in (("bew", ""), ("pt", ', "annotations": {"😀": {"tts": ["cara"]}}')):
        path = tmp_path / "annotations" / language
        path.mkdir(parents=True)
        identity = f'"identity": {{"language": "{language}"}}'
        (path / "annotations.json").write_text(f'{{"annotations": {{{identity}{content}}}}}', encoding="utf8")
    assert all_languages(tmp_path) == ["pt"]
    with pytest.raises(XprojError, match="no names in 'bew'; leave it out"):
        read_captions(tmp_path, ["pt", "bew"])
