import json
from typing import Any, List, Tuple

import pytest
from spacy.tokens import Doc

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.jsonl import JsonlConverter


def line(text: str, *ents: Tuple[int, int, str], **keys: Any) -> str:
    rows = [{"start": start, "end": end, "label": label} for start, end, label in ents]
    return json.dumps({"text": text, "ents": rows, **keys})


def entities(doc: Doc) -> List[Tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in doc.ents]


def test_offsets_and_names() -> None:
    text = line("Ana in Rio.", (7, 10, "LOC"), (0, 3, "PER"), id="s1") + "\n\n" + line("No one.", meta=1) + "\n"
    first, second = JsonlConverter("en")(text)
    assert (first.text, entities(first)) == ("Ana in Rio.", [("Ana", "PER"), ("Rio", "LOC")])
    assert first.user_data == {"lang": "en", "line": 1, "sent_id": "s1"}
    assert second.user_data == {"lang": "en", "line": 3}
    assert second.has_annotation("ENT_IOB")
    assert not second.ents


def test_characters_need_no_segmenter() -> None:
    text = line("東京タワーはTokyoにある。", (0, 2, "LOC"), (6, 11, "LOC"))
    (doc,) = JsonlConverter("ja", segment="characters")(text)
    assert entities(doc) == [("東京", "LOC"), ("Tokyo", "LOC")]
    assert [token.text for token in doc][:3] == ["東", "京", "タ"]
    with pytest.raises(XprojError, match="no segment 'syllables': use words or characters"):
        JsonlConverter("ja", segment="syllables")


def test_offsets_count_characters_not_bytes() -> None:
    (doc,) = JsonlConverter("xx")(line("é😀 Rio", (3, 6, "LOC")))
    assert entities(doc) == [("Rio", "LOC")]


@pytest.mark.parametrize(
    ("given", "fixed", "text"),
    [
        ((1, 3, "PER"), "0:5", "Obama"),
        ((0, 6, "PER"), "0:5", "Obama"),
        ((0, 10, "PER"), "0:11", "Obama  went"),
        ((0, 7, "PER"), "0:5", "Obama"),
    ],
)
def test_offsets_that_are_no_token_boundaries(given: Tuple[int, int, str], fixed: str, text: str) -> None:
    row = line("Obama  went home", given)
    with pytest.raises(XprojError, match=rf"line 1: .*'{given[0]}:{given[1]}'.*'{fixed}' with --repair"):
        list(JsonlConverter("en")(row))
    (doc,) = JsonlConverter("en", repair=True)(row)
    assert entities(doc) == [(text, "PER")]
    (fix,) = doc.user_data["repairs"]
    assert (fix["line"], fix["after"]) == (1, fixed)


def test_overlaps() -> None:
    row = line("New York City", (4, 8, "LOC"), (0, 8, "LOC"), (9, 13, "LOC"))
    with pytest.raises(XprojError, match="line 1: .*overlaps.*leave it out with --repair"):
        list(JsonlConverter("en")(row))
    (doc,) = JsonlConverter("en", repair=True)(row)
    assert entities(doc) == [("New York", "LOC"), ("City", "LOC")]
    assert [(fix["before"], fix["after"]) for fix in doc.user_data["repairs"]] == [("4:8", "")]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{", "not valid JSON"),
        pytest.param("[" * 100_000, "thousands of brackets", id="deep"),
        pytest.param('{"text": "a", "id": ' + "1" * 5000 + "}", "a number of thousands of digits", id="long"),
        ("[]", "no 'text'"),
        ('{"text": "a"}', "no 'text' string with a list of 'ents'"),
        ('{"text": 1, "ents": []}', "no 'text'"),
        ('{"text": " ", "ents": []}', "text is empty"),
        ('{"text": "\\ud800", "ents": []}', "half of a surrogate pair"),
        ('{"text": "a", "ents": [], "id": null}', "'id'"),
        ('{"text": "a", "ents": [[0, 1, "X"]]}', "bad entity"),
        ('{"text": "a", "ents": [{"start": 0, "end": true, "label": "X"}]}', "bad entity"),
        ('{"text": "a", "ents": [{"start": 0, "end": 1, "label": ""}]}', "bad entity"),
        ('{"text": "a", "ents": [{"start": 0, "end": 2, "label": "X"}]}', "entity 0:2"),
        ('{"text": "a", "ents": [{"start": -1, "end": 1, "label": "X"}]}', "entity -1:1"),
        ('{"text": "a", "ents": [{"start": 1, "end": 1, "label": "X"}]}', "entity 1:1"),
        ('{"text": "a b", "ents": [{"start": 1, "end": 2, "label": "X"}]}', "entity 1:2"),
    ],
)
def test_bad_lines(row: str, message: str) -> None:
    for repair in (False, True):
        with pytest.raises(XprojError, match=f"line 2: .*{message}"):
            list(JsonlConverter("en", repair)(line("a") + "\n" + row))


def test_settings() -> None:
    (doc,) = JsonlConverter("de", repair=True)(line("Obama", (0, 2, "PER")))
    assert (doc.vocab.lang, len(doc.user_data["repairs"])) == ("de", 1)
