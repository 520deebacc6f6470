"""What formats share that give entities by character offsets: their texts, tokens, and units."""

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from spacy.tokens import Doc, Span

from ...errors import XprojError
from ...storage.files import FileText
from ...text.tokenizers import blank_segmented
from .files import FileConverter
from .repair import Repair, settle
from .tokens import find_tokens, make_doc


@dataclass(frozen=True)
class Entity:
    """An entity of a text.

    start (int): its first character, or unit of another kind.
    end (int): the end, excluded.
    label (str): its label.
    text (Optional[str]): its text, if the file says it.
    """

    start: int
    end: int
    label: str
    text: Optional[str] = None


@dataclass(frozen=True)
class Record:
    """A text with entities, as it stands in the file.

    line (int): line number.
    text (str): the text.
    entities (Sequence[Entity]): its entities.
    sent_id (Optional[str]): its name, if it has one.
    tokens (Sequence[str]): its tokens, if the file has them.
    user_data (Dict[str, Any]): what else its Doc keeps.
    repairs (Sequence[Repair]): what had to be read as something else.
    """

    line: int
    text: str
    entities: Sequence[Entity] = ()
    sent_id: Optional[str] = None
    tokens: Sequence[str] = ()
    user_data: Dict[str, Any] = field(default_factory=dict)
    repairs: Sequence[Repair] = ()


#: How many units a character has, by what they are called.
UNITS: Dict[str, Callable[[str], int]] = {
    "characters": lambda char: 1,
    "UTF-16 units": lambda char: 1 + (ord(char) > 0xFFFF),
    "bytes": lambda char: len(char.encode("utf-8", "surrogatepass")),
}


def to_characters(record: Record, unit: str) -> Record:
    """Count the offsets of a record in characters.

    record (Record): the record.
    unit (str): what they count, one of `UNITS`.
    RETURNS (Record): the record; an offset that is no boundary of a character becomes -1.
    """
    if unit == "characters" or not record.entities:
        return record
    places = {0: 0}
    position = 0
    for i, char in enumerate(record.text, 1):
        position += UNITS[unit](char)
        places[position] = i
    moved = [replace(one, start=places.get(one.start, -1), end=places.get(one.end, -1)) for one in record.entities]
    return replace(record, entities=moved)


class RecordConverter(FileConverter):
    """Convert texts with entities by character offsets. A subclass reads those of its format.

    lang (str): language code.
    repair (bool): fix bad input and record each fix in ``Doc.user_data["repairs"]``, instead of raising it. An entity
        that begins or ends inside a token is expanded to whole tokens; one that overlaps an earlier one is left out.
    segment (str): `words`, or `characters` for scripts without spaces (see `spacy_xproj.text.tokenizers`).
    """

    #: What the format is called in messages.
    title = ""

    def __init__(self, lang: str, repair: bool = False, segment: str = "words"):
        self.lang = lang
        self.repair = repair
        nlp = blank_segmented(lang, segment)
        self.tokenizer = nlp.tokenizer
        self.vocab = nlp.vocab
        #: What the file that was read last looks like, and what of it was left out, with reasons.
        self.description = ""
        self.rejects: List[Dict[str, Any]] = []
        self.notes: List[str] = []

    @abstractmethod
    def read_records(self, text: FileText) -> Iterator[Record]:
        """Read the texts of a file. What is left out is added to `rejects`.

        text (FileText): the file.
        YIELDS (Record): each text.
        RAISES (XprojError): if something is not of the format, with its line.
        """

    def __call__(self, text: FileText) -> Iterator[Doc]:
        """Convert a text.

        text (FileText): the text.
        YIELDS (Doc): each text.
        RAISES (XprojError): if the input is bad, with its line.
        """
        yield from self.convert_records(lambda: self.read_records(text))

    def convert_records(self, read: Callable[[], Iterable[Record]]) -> Iterator[Doc]:
        """Convert records, after a look at what the offsets of all of them count.

        read (Callable[[], Iterable[Record]]): reads them, as often as it is called.
        YIELDS (Doc): each text.
        RAISES (XprojError): if the input is bad, with its line.
        """
        unit = self.detect_unit(read)
        self.rejects, self.notes = [], []
        offsets = "" if unit == "characters" else f", offsets count {unit}"
        for record in read():
            self.description = f"{self.title}{offsets}{''.join(f', {note}' for note in self.notes)}"
            yield self.make_doc(to_characters(record, unit))

    def detect_unit(self, read: Callable[[], Iterable[Record]]) -> str:
        """Tell what offsets count: characters, unless all entities fit another unit and some do not fit characters.

        read (Callable[[], Iterable[Record]]): reads the records.
        RETURNS (str): one of `UNITS`.
        """
        misfits = dict.fromkeys(UNITS, 0)
        for record in read():
            if record.entities and not record.text.isascii():
                doc = None if all(one.text for one in record.entities) else self._tokenise(record)
                for unit in UNITS:
                    entities = to_characters(record, unit).entities
                    misfits[unit] += sum(not _fits(record.text, doc, one) for one in entities)
        best = min(UNITS, key=lambda unit: misfits[unit])
        return best if misfits[best] == 0 else "characters"

    def _tokenise(self, record: Record) -> Doc:
        tokens = list(record.tokens)
        if tokens and find_tokens(tokens, record.text) is not None:
            return make_doc(self.vocab, tokens, [], record.text)
        return self.tokenizer(record.text)

    def make_doc(self, record: Record) -> Doc:
        """Make a Doc of a record whose offsets count characters.

        record (Record): the record.
        RETURNS (Doc): the Doc.
        RAISES (XprojError): if an entity is not on tokens, unless that is repaired, or not in the text.
        """
        doc = self._tokenise(record)
        doc.user_data.update({"lang": self.lang, "line": record.line, **record.user_data})
        if record.sent_id is not None:
            doc.user_data["sent_id"] = record.sent_id
        spans, repairs = place_entities(doc, record.entities, record.line)
        doc.set_ents(spans, default="outside")
        settle(doc, [*record.repairs, *repairs], self.repair)
        return doc


def _fits(text: str, doc: Optional[Doc], entity: Entity) -> bool:
    """Tell whether an entity is where the file says that its text is; if it does not say, whether it is on tokens."""
    if not 0 <= entity.start < entity.end <= len(text):
        return False
    found = text[entity.start : entity.end]
    if entity.text is not None or doc is None:
        return found.split() == (entity.text or "").split()
    start = entity.start + len(found) - len(found.lstrip())
    return doc.char_span(start, start + len(found.strip())) is not None


def place_entities(doc: Doc, entities: Iterable[Entity], line: int) -> Tuple[List[Span], List[Repair]]:
    """Put entities on the tokens of a Doc, without overlap, and list the fixes that this took.

    doc (Doc): the Doc.
    entities (Iterable[Entity]): the entities, with offsets in characters.
    line (int): line number, for messages.
    RETURNS (Tuple[List[Span], List[Repair]]): the spans, and the fixes.
    RAISES (XprojError): if an entity is not in the text.
    """
    spans: List[Span] = []
    repairs: List[Repair] = []
    text = doc.text
    for ent in sorted(entities, key=lambda ent: (ent.start, -ent.end)):
        before = f"{ent.start}:{ent.end}"
        given = text[max(ent.start, 0) : max(ent.end, 0)]
        if not (0 <= ent.start < ent.end <= len(text) and given.strip()):
            raise XprojError(f"line {line}: entity {before} holds no text of the {len(text)} characters; correct it")
        if ent.text is not None and given.split() != ent.text.split():
            raise XprojError(
                f"line {line}: entity {before} is '{ent.text}' in the file but '{given}' in the text; correct it, or "
                "find out what the offsets count"
            )
        start = ent.start + len(given) - len(given.lstrip())
        span = doc.char_span(start, start + len(given.strip()), ent.label, alignment_mode="expand")
        assert span is not None  # it holds a character that is no white space, so it touches a token
        after = f"{span.start_char}:{span.end_char}"
        if spans and span.start < spans[-1].end:
            repairs.append(Repair(line, given, before, "", "entity that overlaps an earlier one"))
            continue
        if before != after:
            repairs.append(Repair(line, given, before, after, "entity boundary that is no token boundary"))
        spans.append(span)
    return spans, repairs
