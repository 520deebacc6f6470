"""Formats of programs for annotation that count characters: a JSON object for each sentence.

Offsets count characters (code points), as in Python, the end excluded. The name of a sentence is `sent_id`, in the
place where the program keeps what it does not know: its own ids are numbers that it gives itself.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Callable, Dict, Iterable

from spacy.tokens import Doc

from ... import __version__
from ...storage.atomic import atomic_path
from ...text.docs import is_labelled
from .sentence import exported_entities, is_projected, lowest_score, name

#: Who made the suggestions.
AGENT = f"spacy_xproj {__version__}"

MakeRow = Callable[[Doc], Dict[str, Any]]


def jsonl_row(doc: Doc) -> Dict[str, Any]:
    """Describe a sentence as `JsonlConverter` reads it, with the tokens and the entities of `Doc.to_json`."""
    row: Dict[str, Any] = {"text": doc.text, "ents": []}
    for entity in exported_entities(doc):
        score = {} if entity.score is None else {"score": entity.score}
        row["ents"].append({"start": entity.start, "end": entity.end, "label": entity.label, **score})
    row["tokens"] = [{"id": token.i, "start": token.idx, "end": token.idx + len(token)} for token in doc]
    if name(doc):
        row["id"] = name(doc)["sent_id"]
    return row


def doccano_row(doc: Doc) -> Dict[str, Any]:
    """Describe a sentence for doccano (sequence labelling, JSONL). Scores, which it does not show, are in `scores`."""
    entities = exported_entities(doc)
    row = {"text": doc.text, "label": [[entity.start, entity.end, entity.label] for entity in entities], **name(doc)}
    if lowest_score(entities) is not None:
        row["scores"] = [entity.score for entity in entities]
    return row


def prodigy_row(doc: Doc) -> Dict[str, Any]:
    """Describe a sentence for Prodigy (``ner.manual``), which shows what is in `meta`."""
    entities = exported_entities(doc)
    score = lowest_score(entities)
    return {
        "text": doc.text,
        "tokens": [
            {
                "text": token.text,
                "start": token.idx,
                "end": token.idx + len(token),
                "id": token.i,
                "ws": bool(token.whitespace_),
            }
            for token in doc
        ],
        "spans": [
            {
                "start": entity.start,
                "end": entity.end,
                "token_start": entity.first,
                "token_end": entity.last,
                "label": entity.label,
                **({} if entity.score is None else {"score": entity.score}),
            }
            for entity in entities
        ],
        "meta": {**name(doc), **({} if score is None else {"score": score})},
    }


def label_studio_row(doc: Doc) -> Dict[str, Any]:
    """Describe a sentence for Label Studio (``<Labels name="label" toName="text">``): projected entities are
    predictions, those of a labelled corpus are an annotation."""
    entities = exported_entities(doc)
    score = lowest_score(entities)
    result = [
        {
            "id": f"e{number}",
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": {"start": entity.start, "end": entity.end, "text": entity.text, "labels": [entity.label]},
            **({} if entity.score is None else {"score": entity.score}),
        }
        for number, entity in enumerate(entities)
    ]
    row: Dict[str, Any] = {"data": {"text": doc.text, **name(doc)}}
    if is_projected(doc):
        prediction = {"model_version": AGENT, "result": result}
        row["predictions"] = [prediction if score is None else {**prediction, "score": score}]
    elif is_labelled(doc):
        row["annotations"] = [{"result": result}]
    return row


def argilla_row(doc: Doc) -> Dict[str, Any]:
    """Describe a sentence for Argilla 2 (``dataset.records.from_json``): its field is `text`, its span question `span`,
    its metadata property `sent_id`."""
    entities = exported_entities(doc)
    spans = [{"start": entity.start, "end": entity.end, "label": entity.label} for entity in entities]
    row: Dict[str, Any] = {"fields": {"text": doc.text}, "metadata": name(doc), "suggestions": {}, "responses": {}}
    row["vectors"] = {}
    if name(doc):
        row["id"] = str(name(doc)["sent_id"])
    if is_labelled(doc):
        scored = bool(entities) and all(entity.score is not None for entity in entities)
        scores = [entity.score for entity in entities] if scored else None
        row["suggestions"]["span"] = {"value": spans, "score": scores, "agent": AGENT if is_projected(doc) else None}
    return row


def write_lines(
    docs: Iterable[Doc], path: Path, remarks: Counter[str], make_row: MakeRow, overwrite: bool = True
) -> None:
    """Write a JSON object a line.

    docs (Iterable[Doc]): the sentences.
    path (Path): the file.
    remarks (Counter[str]): not needed: these formats hold everything.
    make_row (MakeRow): describes a sentence.
    overwrite (bool): whether to replace a file that has another content.
    """
    with atomic_path(path, overwrite) as temporary, temporary.open("w", encoding="utf8", newline="\n") as file:
        for doc in docs:
            file.write(json.dumps(make_row(doc), ensure_ascii=False) + "\n")


def write_array(
    docs: Iterable[Doc], path: Path, remarks: Counter[str], make_row: MakeRow, overwrite: bool = True
) -> None:
    """Write one JSON array, an object a line. The arguments are those of `write_lines`."""
    with atomic_path(path, overwrite) as temporary, temporary.open("w", encoding="utf8", newline="\n") as file:
        separator = "[\n"
        for doc in docs:
            file.write(separator + json.dumps(make_row(doc), ensure_ascii=False))
            separator = ",\n"
        file.write("\n]\n")
