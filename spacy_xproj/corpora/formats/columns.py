"""What the column formats share: a token a line, an empty line after each sentence."""

import io
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Iterator, List, NamedTuple, Optional, Tuple

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ...errors import XprojError
from ...text.languages import blank_vocab
from .repair import Repair, settle
from .schemes import Entity, allowed_letters, check_scheme, detect_scheme, parse_tag, read_entities, write_tags

Line = Tuple[int, str]


class Row(NamedTuple):
    """A token of the file: its line number, its text, its tag."""

    line: int
    token: str
    tag: str


@dataclass(frozen=True)
class ColumnSentence:
    """A sentence as it stands in the file.

    rows (List[Row]): its tokens, at least one.
    sent_id (Optional[str]): its name, if the format has one.
    text (Optional[str]): its original text, if the format has it.
    text_line (int): line number of that text.
    """

    rows: List[Row]
    sent_id: Optional[str] = None
    text: Optional[str] = None
    text_line: int = 0


def read_blocks(text: str) -> Iterator[List[Line]]:
    """Split a file at its empty lines. Only the newline ends a line: other separators may stand in a token.

    text (str): the file.
    YIELDS (List[Line]): the numbered lines of each block, without line ends.
    RAISES (XprojError): if a carriage return stands inside a line, as in files whose lines end in nothing else.
    """
    block: List[Line] = []
    for number, line in enumerate(io.StringIO(text), 1):
        content = line.rstrip("\r\n")
        if "\r" in content:
            raise XprojError(
                f"line {number}: a carriage return inside the line; convert the line ends to newlines (mac2unix)"
            )
        if content.strip():
            block.append((number, content))
        elif block:
            yield block
            block = []
    if block:
        yield block


def check_columns(cells: List[str], expected: int, line: int) -> List[str]:
    """Check the columns of a line.

    cells (List[str]): the columns.
    expected (int): how many there must be.
    line (int): the line's number.
    RETURNS (List[str]): the columns.
    RAISES (XprojError): if there are more or fewer, or one is empty.
    """
    if len(cells) != expected:
        raise XprojError(f"line {line}: {len(cells)} columns, not {expected}; correct the line or check --format")
    if "" in cells:
        raise XprojError(f"line {line}: column {cells.index('') + 1} is empty; fill it or remove the line")
    return cells


class ColumnConverter(ABC):
    """Convert files with a token a line and an empty line after each sentence. A subclass reads those of its format.

    lang (str): language code.
    scheme (str): tag scheme: `IOB1`, `IOB2`, `IOBES`, `BILOU`, or `auto` to tell it from the whole file.
    repair (bool): fix bad input and record each fix in ``Doc.user_data["repairs"]``, instead of raising it. Bad tags
        are read as conlleval reads them; tokens that do not make up their text are separated by single spaces.
    """

    def __init__(self, lang: str, scheme: str = "auto", repair: bool = False):
        check_scheme(scheme)
        self.lang = lang
        self.scheme = scheme
        self.repair = repair

    @abstractmethod
    def read_sentences(self, text: str) -> Iterator[ColumnSentence]:
        """Read the lines of a file.

        text (str): the file.
        YIELDS (ColumnSentence): each sentence.
        RAISES (XprojError): if a line is not of the format, with its number.
        """

    def __call__(self, text: str) -> Iterator[Doc]:
        """Convert a file.

        text (str): the file.
        YIELDS (Doc): each sentence, with its original text if the format has it, else its tokens with single spaces.
        RAISES (XprojError): if the input is bad, with its line.
        """
        vocab = blank_vocab(self.lang)  # the tokens are given: no segmenter is needed
        scheme = self.scheme
        if scheme == "auto":
            scheme = detect_scheme([row.tag for row in sentence.rows] for sentence in self.read_sentences(text))
        for sentence in self.read_sentences(text):
            sentence_text, text_repairs = _fit_text(sentence)
            entities, tag_repairs = _read_tags(sentence.rows, scheme)
            doc = make_doc(vocab, [row.token for row in sentence.rows], entities, sentence_text)
            doc.user_data.update({"lang": self.lang, "line": sentence.rows[0].line})
            if sentence.sent_id is not None:
                doc.user_data["sent_id"] = sentence.sent_id
            settle(doc, text_repairs + tag_repairs, self.repair)
            yield doc


def _read_tags(rows: List[Row], scheme: str) -> Tuple[List[Entity], List[Repair]]:
    """Read the entities of a sentence, and list the tags that had to be read as others. No entity begins or ends with
    white space, which can be neither learned nor scored."""
    tagged = read_entities([parse_tag(row.tag, allowed_letters(scheme)) for row in rows])
    written = write_tags(tagged, len(rows), scheme)
    entities = []
    for start, end, label in tagged:
        words = [i for i in range(start, end) if not rows[i].token.isspace()]
        if words:
            entities.append((words[0], words[-1] + 1, label))
    repairs = []
    for row, tag, trimmed_tag in zip(rows, written, write_tags(entities, len(rows), scheme), strict=True):
        if row.tag != tag:
            repairs.append(Repair(row.line, row.token, row.tag, trimmed_tag, f"bad {scheme} tag"))
        elif tag != trimmed_tag:
            problem = "entity that begins or ends with white space, tag"
            repairs.append(Repair(row.line, row.token, tag, trimmed_tag, problem))
    return entities, repairs


def _fit_text(sentence: ColumnSentence) -> Tuple[str, List[Repair]]:
    """Find the text that the tokens make up: the original one, or else the tokens with single spaces, and the fix if an
    original text was given up for them."""
    tokens = [row.token for row in sentence.rows]
    joined = " ".join(tokens)
    if sentence.text is None:
        return joined, []
    if find_tokens(tokens, sentence.text) is None:
        problem = "the tokens do not make up the text"
        return joined, [Repair(sentence.text_line, tokens[0], sentence.text, joined, problem)]
    return sentence.text, []


def find_tokens(tokens: List[str], text: str) -> Optional[List[Tuple[int, int]]]:
    """Find tokens in their text.

    tokens (List[str]): the tokens.
    text (str): the text.
    RETURNS (Optional[List[Tuple[int, int]]]): start and end character of each; None if the text has more than the
        tokens and white space.
    """
    offsets: List[Tuple[int, int]] = []
    position = 0
    for token in tokens:
        start = text.find(token, position)
        if start < 0 or text[position:start].strip():
            return None
        position = start + len(token)
        offsets.append((start, position))
    return None if text[position:].strip() else offsets


def make_doc(vocab: Vocab, tokens: List[str], entities: List[Entity], text: str) -> Doc:
    """Make a Doc with exactly this text. White space other than a single space becomes a token, as in spaCy.

    vocab (Vocab): its vocabulary.
    tokens (List[str]): the tokens.
    entities (List[Entity]): start, end and label of each entity, counted in these tokens.
    text (str): the text, which consists of the tokens and white space.
    RETURNS (Doc): the Doc.
    """
    offsets = find_tokens(tokens, text)
    assert offsets is not None  # the caller's promise
    ends = [0, *(end for _, end in offsets)]
    starts = [*(start for start, _ in offsets), len(text)]
    words: List[str] = []
    spaces: List[bool] = []
    positions: List[int] = []
    for i, (end, start) in enumerate(zip(ends, starts, strict=True)):
        gap = text[end:start]
        if words and gap.startswith(" "):
            spaces[-1] = True
            gap = gap[1:]
        new = [word for word in (gap, *tokens[i : i + 1]) if word]
        words.extend(new)
        spaces.extend([False] * len(new))
        positions.append(len(words) - 1)
    doc = Doc(vocab, words=words, spaces=spaces)
    spans = [Span(doc, positions[start], positions[end - 1] + 1, label) for start, end, label in entities]
    doc.set_ents(spans, default="outside")
    return doc
