"""JSON lines with character offsets."""

import io
import json
from typing import Any, Dict, Iterator, List, Tuple

from spacy.tokens import Doc, Span

from ...errors import XprojError
from ...text.tokenizers import blank_segmented
from .repair import Repair, settle

SHAPE = '{"text": "Ana in Rio", "ents": [{"start": 7, "end": 10, "label": "LOC"}]}'


class JsonlConverter:
    """Convert JSON lines: a text and its entities by character offsets, the end excluded, and optionally a name.

    ::

        {"text": "Ana in Rio", "ents": [{"start": 7, "end": 10, "label": "LOC"}]}
        {"text": "Nobody.", "ents": [], "id": "s-2"}

    The text is tokenised by spaCy's rules for the language. The name goes to ``Doc.user_data["sent_id"]``; other keys
    are not read.

    lang (str): language code.
    repair (bool): fix bad input and record each fix in ``Doc.user_data["repairs"]``, instead of raising it. An entity
        that begins or ends inside a token is expanded to whole tokens; one that overlaps an earlier one is left out.
    segment (str): `words`, or `characters` for scripts without spaces (see `spacy_xproj.text.tokenizers`).
    """

    def __init__(self, lang: str, repair: bool = False, segment: str = "words"):
        self.lang = lang
        self.repair = repair
        self.tokenizer = blank_segmented(lang, segment).tokenizer

    def __call__(self, text: str) -> Iterator[Doc]:
        """Convert a file.

        text (str): the file.
        YIELDS (Doc): the text of each line.
        RAISES (XprojError): if the input is bad, with its line.
        """
        for number, line in enumerate(io.StringIO(text), 1):
            if not line.strip():
                continue
            item = _parse_line(line, number)
            doc = self.tokenizer(item["text"])
            doc.user_data.update({"lang": self.lang, "line": number})
            if "id" in item:
                doc.user_data["sent_id"] = str(item["id"])
            spans, repairs = _place_entities(doc, item["ents"], number)
            doc.set_ents(spans, default="outside")
            settle(doc, repairs, self.repair)
            yield doc


def _parse_line(line: str, number: int) -> Dict[str, Any]:
    """Read one line and check its shape."""
    try:
        item = json.loads(line)
        json.dumps(item, ensure_ascii=False).encode("utf-8")
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at column {error.colno}"
        raise XprojError(
            f"line {number}: not valid JSON ({reason}); write one object a line, such as {SHAPE}"
        ) from None
    except UnicodeEncodeError:
        raise XprojError(f"line {number}: half of a surrogate pair, such as \\ud83d; write whole characters") from None
    except (ValueError, RecursionError):  # limits of Python, not of JSON
        reason = "a number of thousands of digits, or thousands of brackets in each other"
        raise XprojError(f"line {number}: {reason}; write {SHAPE}") from None
    if not (isinstance(item, dict) and isinstance(item.get("text"), str) and isinstance(item.get("ents"), list)):
        raise XprojError(f"line {number}: no 'text' string with a list of 'ents'; write {SHAPE}")
    if not item["text"].strip():
        raise XprojError(f"line {number}: the text is empty; remove the line")
    if not isinstance(item.get("id", ""), (str, int)):
        raise XprojError(f"line {number}: 'id' is neither a string nor a number; correct it or leave it out")
    for ent in item["ents"]:
        _check_entity(ent, item["text"], number)
    return item


def _check_entity(ent: Any, text: str, line: int) -> None:
    """Check that an entity has a label and lies in its text."""
    keys = ("start", "end", "label")
    start, end, label = (ent.get(key) for key in keys) if isinstance(ent, dict) else (None, None, None)
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        raise XprojError(f"line {line}: bad entity {ent}; write {SHAPE}")
    if not (0 <= start < end <= len(text) and text[start:end].strip()):
        raise XprojError(f"line {line}: entity {start}:{end} holds no text of the {len(text)} characters; correct it")


def _place_entities(doc: Doc, ents: List[Dict[str, Any]], line: int) -> Tuple[List[Span], List[Repair]]:
    """Put entities on the tokens of a Doc, without overlap, and list the fixes that this took."""
    spans: List[Span] = []
    repairs: List[Repair] = []
    for ent in sorted(ents, key=lambda ent: (ent["start"], -ent["end"])):
        given = doc.text[ent["start"] : ent["end"]]
        start = ent["start"] + len(given) - len(given.lstrip())
        end = start + len(given.strip())
        span = doc.char_span(start, end, ent["label"], alignment_mode="expand")
        assert span is not None  # it holds a character that is no white space, so it touches a token
        before, after = f"{ent['start']}:{ent['end']}", f"{span.start_char}:{span.end_char}"
        if spans and span.start < spans[-1].end:
            repairs.append(Repair(line, given, before, "", "entity that overlaps an earlier one"))
            continue
        if before != after:
            repairs.append(Repair(line, given, before, after, "entity boundary that is no token boundary"))
        spans.append(span)
    return spans, repairs
