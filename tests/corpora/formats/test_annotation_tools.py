"""Exports of annotation tools, in small samples of their shapes."""

import json
from typing import Any, Dict, List, Tuple

import pytest

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.conversion import converters
from spacy_xproj.corpora.formats.sniff import recognize

TEXT = "Ana saw Lisbon."
WANTED = [("Ana", "PER"), ("Lisbon", "LOC")]
LISTS = [[0, 3, "PER"], [8, 14, "LOC"]]
DICTS = [{"start": start, "end": end, "label": label} for start, end, label in LISTS]
RESULT = [
    {"type": "labels", "value": {"start": s, "end": e, "text": TEXT[s:e], "labels": [label]}} for s, e, label in LISTS
] + [{"type": "relation", "from_id": "a", "to_id": "b"}]

SHAPES: Dict[str, List[Any]] = {
    "doccano": [
        {"id": 7, "text": TEXT, "label": LISTS, "Comments": []},
        {"id": 7, "text": TEXT, "labels": LISTS},
        {
            "id": 7,
            "text": TEXT,
            "entities": [{"id": 1, "label": label, "start_offset": s, "end_offset": e} for s, e, label in LISTS],
            "relations": [],
        },
    ],
    "cluener": [{"id": 7, "text": TEXT, "label": {"PER": {"Ana": [[0, 2]]}, "LOC": {"Lisbon": [[8, 13]]}, "ORG": {}}}],
    "prodigy": [
        {"text": TEXT, "spans": DICTS, "answer": "accept", "meta": {"id": 7}},
        {
            "text": TEXT,
            "_input_hash": 1,
            "id": 7,
            "spans": [{**one, "token_start": 0, "token_end": 0} for one in DICTS],
            "tokens": [{"text": word, "id": i} for i, word in enumerate(["Ana", "saw", "Lisbon", "."])],
        },
    ],
    "label-studio": [
        {"id": 7, "data": {"text": TEXT}, "annotations": [{"was_cancelled": True}, {"result": RESULT}]},
        {"id": 7, "data": {"body": TEXT}, "annotations": [{"result": RESULT}], "predictions": []},
        {"id": 9, "data": {"text": TEXT, "sent_id": 7}, "annotations": [], "predictions": [{"result": RESULT}]},
        {"id": 7, "text": TEXT, "ner": [one["value"] for one in RESULT[:2]], "annotator": 1},
    ],
    "argilla": [
        {"id": "7", "fields": {"text": TEXT}, "responses": {"span": [{"value": DICTS}]}, "suggestions": {}},
        {"id": "7", "fields": {"text": TEXT}, "responses": {}, "suggestions": {"span": {"value": DICTS, "score": 1}}},
        {
            "external_id": "7",
            "fields": {"text": TEXT},
            "responses": [{"values": {"span": {"value": DICTS}}, "status": "submitted"}],
        },
        {"id": "7", "text": TEXT, "span.responses": [DICTS], "span.responses.status": ["submitted"]},
        {"id": "7", "text": TEXT, "tokens": ["Ana", "saw", "Lisbon", "."], "annotation": DICTS, "status": "Validated"},
        {"id": "7", "text": TEXT, "prediction": [[label, s, e] for s, e, label in LISTS]},
    ],
    "spacy": [[TEXT, {"entities": LISTS, "id": "7"}]],
    "jsonl": [{"text": TEXT, "ents": DICTS, "id": 7}],
    "datasets": [
        {"id": 7, "tokens": ["Ana", "saw", "Lisbon", "."], "ner_tags": ["B-PER", "O", "B-LOC", "O"]},
        {"id": 7, "words": ["Ana", "saw", "Lisbon", "."], "tags": ["S-PER", "O", "S-LOC", "O"], "lang": "en"},
    ],
}
CASES = [(name, item) for name, items in SHAPES.items() for item in items]


def convert(text: str, **settings: Any) -> Tuple[str, Any, List[Any]]:
    name = recognize(text, converters())
    assert name is not None
    converter: Any = converters()[name]("en", **settings)
    return name, converter, list(converter(text))


@pytest.mark.parametrize(("name", "item"), CASES)
def test_each_shape_is_recognized_and_read(name: str, item: Any) -> None:
    for text in (json.dumps(item) + "\n", json.dumps([item], indent=1), json.dumps([item, item])):
        found, _, docs = convert(text)
        assert found == name
        for doc in docs:
            assert [(ent.text, ent.label_) for ent in doc.ents] == WANTED
            assert doc.user_data["sent_id"] == "7"


def test_the_ner_annotator_has_tuples_in_an_object() -> None:
    text = json.dumps({"classes": ["PER"], "annotations": [[TEXT, {"entities": LISTS}], None]}, indent=1)
    name, _, (doc,) = convert(text)
    assert (name, [(ent.text, ent.label_) for ent in doc.ents]) == ("spacy", WANTED)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"text": TEXT, "spans": [], "answer": "reject"}, "answer: reject"),
        ({"id": 1, "data": {"text": TEXT}, "annotations": [{"was_cancelled": True}]}, "skipped by its annotator"),
        ({"fields": {"text": TEXT}, "responses": [{"values": {}}], "status": "discarded"}, "discarded"),
        ({"fields": {"text": TEXT}, "responses": {"span": [{"value": [], "status": "discarded"}]}}, "discarded"),
    ],
)
def test_what_nobody_accepted_is_left_out_and_listed(item: Any, reason: str) -> None:
    _, converter, docs = convert(json.dumps(item))
    assert docs == []
    assert converter.rejects == [{"line": 1, "text": TEXT, "reason": reason}]


def test_unreviewed_items_are_said_to_be_so() -> None:
    for item in (SHAPES["label-studio"][2], SHAPES["argilla"][1]):
        assert "are read from" in convert(json.dumps(item))[1].description


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ('{"text": "a", "label": [[0, 1]]}', "doccano", "line 1: bad entity"),
        ('{"text": "a", "label": {"X": {"a": [[0]]}}}', "cluener", "line 1: bad entity X 'a'"),
        ('{"text": "ab", "label": {"X": {"a": [[0, 1]]}}}', "cluener", "is 'a' in the file but 'ab' in the text"),
        ('{"text": "a", "label": []}\n{"label": []}', "doccano", "line 2: no item of doccano"),
        ('{"text": "a", "label": []}\n{"text": ', "doccano", "line 2: not valid JSON"),
        ('[{"text": "a", "label": []} {}]', "doccano", "line 1: not valid JSON"),
        ('[{"text": "a", "label": []}] x', "doccano", "line 1: not valid JSON"),
        ('{"text": " ", "label": []}', "doccano", "line 1: the text is empty"),
        ('{"data": {"a": "x", "b": "y"}, "annotations": []}', "label-studio", "line 1: several texts"),
        ('{"text": "a", "spans": 5, "answer": "accept"}', "prodigy", "line 1: 5 in place of a list of entities"),
        ('{"text": "a", "spans": [], "tokens": 1.5, "answer": "accept"}', "prodigy", "line 1: an item that is not as"),
        ('{"data": {"text": "a"}, "annotations": [{"result": 1}]}', "label-studio", "line 1: an item that is not as"),
        ('{"fields": {"text": "a"}, "responses": [{"values": 1}]}', "argilla", "line 1: an item that is not as"),
        ('{"tokens": ["a"], "ner_tags": ["O", "O"]}', "datasets", "line 1: 1 tokens and 2 tags"),
        ('{"tokens": ["a"], "ner_tags": [0]}', "datasets", "line 1: tags are numbers without names.*--tag-names"),
    ],
)
def test_bad_items(text: str, name: str, message: str) -> None:
    for repair in (False, True):
        with pytest.raises(XprojError, match=message):
            list(converters()[name](lang="en", repair=repair)(text))


def test_numbers_have_names() -> None:
    text = '{"tokens": ["Ana", "May", "saw"], "ner_tags": [1, 2, 0]}'
    (doc,) = converters()["datasets"](lang="en", tag_names="O,B-PER,I-PER")(text)
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Ana May", "PER")]
    with pytest.raises(XprojError, match="tag 2, but there are 2 names"):
        list(converters()["datasets"](lang="en", tag_names="O,B-PER")(text))


def units(text: str, word: str, encoding: str) -> Tuple[int, int]:
    """Count the offsets of a word in the code units of an encoding."""
    width = 2 if "16" in encoding else 1
    start = len(text[: text.index(word)].encode(encoding)) // width
    return start, start + len(word.encode(encoding)) // width


@pytest.mark.parametrize(("encoding", "unit"), [("utf-16-le", "UTF-16 units"), ("utf-8", "bytes")])
@pytest.mark.parametrize("given", [True, False])
def test_offsets_in_other_units(encoding: str, unit: str, given: bool) -> None:
    rows = []
    for text in ("😀 Ana saw 😀😀 Rio.", "Ana saw Rio.", "é😀 ñ Ana é Rio"):
        ents = []
        for word, label in (("Ana", "PER"), ("Rio", "LOC")):
            start, end = units(text, word, encoding)
            ents.append({"start": start, "end": end, "label": label, **({"text": word} if given else {})})
        rows.append(json.dumps({"text": text, "ents": ents}))
    for repair in (False, True):
        _, converter, docs = convert("\n".join(rows), repair=repair)
        assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs] == [[("Ana", "PER"), ("Rio", "LOC")]] * 3
        assert converter.description.endswith(f"offsets count {unit}")
        assert not any("repairs" in doc.user_data for doc in docs)


def test_an_entity_is_where_its_text_is() -> None:
    row = json.dumps({"text": TEXT, "ents": [{"start": 4, "end": 7, "label": "PER", "text": "Ana"}]})
    for repair in (False, True):
        with pytest.raises(XprojError, match="line 1: entity 4:7 is 'Ana' in the file but 'saw' in the text"):
            convert(row, repair=repair)
