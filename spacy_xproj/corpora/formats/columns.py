"""What the column formats share: a token a line, an empty line after each sentence."""

import re
from abc import abstractmethod
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import islice
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ...errors import XprojError
from ...storage.files import FileText, split_lines
from ...text.languages import blank_vocab
from .files import FileConverter
from .repair import Repair, settle
from .schemes import Entity, check_scheme
from .tagging import BadTag, Tagging, TagTable
from .tokens import Spacing, find_tokens, make_doc

Line = Tuple[int, str]

DOCSTART = "-DOCSTART-"
#: A line that begins a document, with its name: of CoNLL-2003, of CoNLL-U, of HIPE, of OntoNotes.
DOCUMENT = re.compile(
    r"^\ufeff?(?:-DOCSTART-(?P<cells>.*)|#.*?\b(?:newdoc(?: id)?|document_id)\b(?:\s*=\s*(?P<name>.*))?|"
    r"#begin document \((?P<ontonotes>[^)]*)\).*)$"
)
#: So many sentences share a vocabulary, which keeps all words that it has seen.
VOCAB_SENTENCES = 10_000


class Row(NamedTuple):
    """A token of the file.

    line (int): its line number.
    token (str): its text.
    tag (str): its tag.
    spaced (bool): whether there may be a space after it.
    """

    line: int
    token: str
    tag: str
    spaced: bool = True


@dataclass(frozen=True)
class ColumnSentence:
    """A sentence as it stands in the file.

    rows (List[Row]): its tokens, at least one.
    sent_id (Optional[str]): its name, if the format has one.
    text (Optional[str]): its original text, if the format has it.
    text_line (int): line number of that text.
    repairs (List[Repair]): what had to be read as something else.
    """

    rows: List[Row]
    sent_id: Optional[str] = None
    text: Optional[str] = None
    text_line: int = 0
    repairs: List[Repair] = field(default_factory=list)


def read_lines(text: FileText) -> Iterator[Line]:
    """Read the numbered lines of a file, without line ends and without byte order marks, which stand inside a file that
    was put together of several. Only the newline ends a line: other separators may stand in a token.

    text (FileText): the file.
    YIELDS (Line): each line.
    RAISES (XprojError): if a carriage return stands inside a line, as in files whose lines end in nothing else.
    """
    for number, line in enumerate(split_lines(text), 1):
        content = line.rstrip("\r\n")
        if "\r" in content:
            raise XprojError(
                f"line {number}: a carriage return inside the line; convert the line ends to newlines (mac2unix)"
            )
        if content.startswith("\ufeff") and not content[1:2].isspace():  # before a separator, it is the token
            content = content[1:]
        yield number, content


def read_blocks(text: FileText) -> Iterator[List[Line]]:
    """Split a file at its empty lines and where a document begins (`-DOCSTART-`).

    text (FileText): the file.
    YIELDS (List[Line]): the numbered lines of each block.
    RAISES (XprojError): if a carriage return stands inside a line.
    """
    block: List[Line] = []
    for number, line in read_lines(text):
        begins = line.startswith(DOCSTART)
        if line.strip() and not begins:
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def split_cells(line: str, columns: int = 0) -> List[str]:
    """Split a line into columns: at tabs, or at spaces if it has none. Separators at its end are left out.

    line (str): the line.
    columns (int): how many columns there should be, if that is known. At spaces, the first may then be empty.
    RETURNS (List[str]): the columns; one that is made of spaces is one space.
    """
    if "\t" not in line.rstrip():
        line = line.rstrip("\t ")
        cells = re.split(" +", line.strip(" "))
        return ["", *cells] if line.startswith(" ") and len(cells) == columns - 1 else cells
    return split_tabs(line, columns)


def split_tabs(line: str, columns: int) -> List[str]:
    """Split a line at its tabs. Tabs at its end that separate nothing are left out.

    line (str): the line.
    columns (int): how many columns there should be, or 0.
    RETURNS (List[str]): the columns; one that is made of spaces is one space.
    """
    cells = [cell.strip(" ") or cell[:1] for cell in line.split("\t")]
    while len(cells) > max(columns, 1) and not cells[-1].strip():
        cells.pop()
    return cells


def check_columns(cells: List[str], expected: int, line: int, filled: Optional[Sequence[int]] = None) -> List[str]:
    """Check the columns of a line.

    cells (List[str]): the columns.
    expected (int): how many there must be.
    line (int): the line's number.
    filled (Optional[Sequence[int]]): those that must not be empty; all by default.
    RETURNS (List[str]): the columns.
    RAISES (XprojError): if there are more or fewer, or one is empty.
    """
    if len(cells) != expected:
        raise XprojError(f"line {line}: {len(cells)} columns, not {expected}; correct the line or check --format")
    empty = [i for i in (range(expected) if filled is None else filled) if not cells[i]]
    if empty:
        raise XprojError(f"line {line}: column {empty[0] + 1} is empty; fill it or remove the line")
    return cells


class ColumnConverter(FileConverter):
    """Convert files with a token a line and an empty line after each sentence. A subclass reads those of its format.

    lang (str): language code.
    scheme (str): tag scheme: `IOB1`, `IOB2`, `IOBES`, `BILOU`, `BMES`, `BMEWO`, `IO` (labels without letters), or
        `auto` to tell it from the whole file.
    repair (bool): fix bad input and record each fix in ``Doc.user_data["repairs"]``, instead of raising it. Bad tags
        are read as conlleval reads them; tokens that do not make up their text are joined anew. Tags that are bad
        throughout are of another scheme or column, and raised.
    default_label (str): the label of tags that have none (`B`, `I`, `O`).
    """

    def __init__(self, lang: str, scheme: str = "auto", repair: bool = False, default_label: str = ""):
        check_scheme(scheme)
        self.lang = lang
        self.scheme = scheme
        self.repair = repair
        self.default_label = default_label
        #: What the file that was read last looks like.
        self.description = ""

    @abstractmethod
    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        """Read the lines of a file.

        text (FileText): the file.
        YIELDS (ColumnSentence): each sentence.
        RAISES (XprojError): if a line is not of the format, with its number.
        """

    def describe(self, text: FileText) -> str:
        """Say what the columns of a file are; nothing, if they are always the same."""
        return ""

    def __call__(self, text: FileText) -> Iterator[Doc]:
        """Convert a text.

        text (FileText): the text.
        YIELDS (Doc): each sentence, with its original text if the format has it, else with its tokens joined.
        RAISES (XprojError): if the input is bad, with its line.
        """
        yield from self.convert_sentences(lambda: self.read_sentences(text), self.describe(text), _documents(text))

    def convert_sentences(
        self,
        read: Callable[[], Iterable[ColumnSentence]],
        described: str,
        documents: Sequence[Tuple[int, str]] = (),
    ) -> Iterator[Doc]:
        """Convert sentences, after a look at the tags and tokens of all of them.

        read (Callable[[], Iterable[ColumnSentence]]): reads them, as often as it is called.
        described (str): what their file looks like, apart from the tags.
        documents (Sequence[Tuple[int, str]]): the line that each document begins at, and its name.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if the input is bad, with its line.
        """
        tags = TagTable()
        spacing = Spacing()
        for sentence in read():
            tags.append([row.tag for row in sentence.rows])
            spacing.count([row.token for row in sentence.rows])
        tagging = Tagging.detect(tags, self.scheme, self.default_label)
        try:
            tagging.check(tags)
        except BadTag as bad:
            row = next(islice(read(), bad.sentence, None)).rows[bad.token]
            raise XprojError(f"line {row.line}: '{row.tag}' at '{row.token}' is no tag; {bad}") from None
        self.description = ", ".join(part for part in (described, tagging.describe()) if part)
        starts = [line for line, _ in documents]
        for number, sentence in enumerate(read()):
            if number % VOCAB_SENTENCES == 0:
                vocab = blank_vocab(self.lang)  # the tokens are given: no segmenter is needed
            doc = self._make_doc(vocab, sentence, tagging, spacing)
            begun = bisect_right(starts, sentence.rows[0].line)
            if begun:
                doc.user_data["doc_id"] = documents[begun - 1][1]
            yield doc

    def _make_doc(self, vocab: Vocab, sentence: ColumnSentence, tagging: Tagging, spacing: Spacing) -> Doc:
        text, text_repairs = _fit_text(sentence, spacing)
        entities, tag_repairs = _read_tags(sentence.rows, tagging)
        doc = make_doc(vocab, [row.token for row in sentence.rows], entities, text)
        doc.user_data.update({"lang": self.lang, "line": sentence.rows[0].line})
        if sentence.sent_id is not None:
            doc.user_data["sent_id"] = sentence.sent_id
        settle(doc, [*sentence.repairs, *text_repairs, *tag_repairs], self.repair)
        return doc


def _documents(text: FileText) -> List[Tuple[int, str]]:
    """List the lines that documents begin at, with their names: numbers, for those that have none."""
    documents: List[Tuple[int, str]] = []
    for number, line in enumerate(split_lines(text), 1):
        match = DOCUMENT.match(line) if line.startswith(("-", "#", "\ufeff")) else None
        if match is None:
            continue
        cells = [cell for cell in (match["cells"] or "").split() if cell.strip("()") not in ("-X-", "O", "_", DOCSTART)]
        name = match["name"] or match["ontonotes"] or " ".join(cells).removeprefix("(").removesuffix(")")
        documents.append((number, name.strip() or str(len(documents) + 1)))
    return documents


def _read_tags(rows: List[Row], tagging: Tagging) -> Tuple[List[Entity], List[Repair]]:
    """Read the entities of a sentence, and list the tags that had to be read as others. No entity begins or ends with
    white space, which can be neither learned nor scored."""
    tagged, good = tagging.read([row.tag for row in rows])
    written = tagging.write(tagged, len(rows))
    entities = []
    for start, end, label in tagged:
        words = [i for i in range(start, end) if not rows[i].token.isspace()]
        if words:
            entities.append((words[0], words[-1] + 1, label))
    repairs = []
    for row, is_good, tag, trimmed_tag in zip(rows, good, written, tagging.write(entities, len(rows)), strict=True):
        if not is_good:
            repairs.append(Repair(row.line, row.token, row.tag, trimmed_tag, f"bad {tagging.scheme} tag"))
        elif tag != trimmed_tag:
            problem = "entity that begins or ends with white space, tag"
            repairs.append(Repair(row.line, row.token, tag, trimmed_tag, problem))
    return entities, repairs


def _fit_text(sentence: ColumnSentence, spacing: Spacing) -> Tuple[str, List[Repair]]:
    """Find the text that the tokens make up: the original one, or else the tokens joined, and the fix if an original
    text was given up for them."""
    tokens = [row.token for row in sentence.rows]
    joined = spacing.join(tokens, [row.spaced for row in sentence.rows])
    if sentence.text is None:
        return joined, []
    if find_tokens(tokens, sentence.text) is None:
        problem = "the tokens do not make up the text"
        return joined, [Repair(sentence.text_line, tokens[0], sentence.text, joined, problem)]
    return sentence.text, []


def drop_empty(rows: Iterable[Row]) -> Tuple[List[Row], List[Repair]]:
    """Leave out rows without a token, and list them as fixes.

    rows (Iterable[Row]): the rows of a sentence.
    RETURNS (Tuple[List[Row], List[Repair]]): the others, and the fixes.
    """
    kept: List[Row] = []
    repairs: List[Repair] = []
    for row in rows:
        if row.token:
            kept.append(row)
        else:
            repairs.append(Repair(row.line, "", row.tag, "", "an empty token, tagged"))
    return kept, repairs


def read_comments(block: Iterable[Line]) -> Dict[str, Tuple[int, str]]:
    """Read comments of the form `# key = value`, and the names of sentences in other forms.

    block (Iterable[Line]): the numbered comments of a sentence.
    RETURNS (Dict[str, Tuple[int, str]]): line number and value of each; the name of the sentence is `sent_id`.
    """
    comments: Dict[str, Tuple[int, str]] = {}
    for number, line in block:
        key, equals, value = line.lstrip("#").partition("=")
        named = re.match(r"#+\s*id[ \t]+(\S+)|##\s*(\S+)\t", line)
        if named:
            comments["sent_id"] = (number, named[1] or named[2])
        elif equals:
            comments[key.strip()] = (number, value.strip())
    return comments
