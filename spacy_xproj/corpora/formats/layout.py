"""Which column of a file is what, told from its values."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple, Union

from ...errors import XprojError
from .columns import Line, split_cells
from .notation import Notation, detect_notation, tag_share

#: How many lines are looked at.
SAMPLE = 50_000
#: A column is of tags, or of numbers, if this share of its values are.
MIN_SHARE = 0.8
NUMBER = re.compile(r"\d+(?:[-.:/]\d+)*")
#: What the phrases of CoNLL-2000 are called: a column of such tags stands beside that of the entities.
CHUNKS = frozenset(["NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "PNP"])
#: What columns are called in a header.
TOKEN_NAMES = frozenset(["token", "tokens", "word", "words", "form", "wordform", "text"])
TAG_NAMES = frozenset(
    ["ne-coarse-lit", "ne-coarse", "ner", "ner_tag", "ner_tags", "ner-tag", "ne", "ne_tag", "entity", "iob", "bio"]
)
#: What the column is called that says which sentence a token is of: `Sentence #`, `sent_id`, `sentence_idx`.
SENTENCE = re.compile(r"(?:sent|sentence)s?[ _-]*(?:#|id|idx|index|no\.?|num|number)", re.IGNORECASE)
#: Says in a column of flags that there is no space after a token: of CoNLL-U, and of HIPE.
NO_SPACE = frozenset(("SpaceAfter=No", "NoSpaceAfter"))
END_OF_SENTENCE = "EndOfSentence"
#: Comments that name a sentence or its text, whatever its last word is.
NAMED = re.compile(r"#+\s*[\w.:-]+\s*=|#+\s*id\s")

Choice = Union[int, str]


@dataclass(frozen=True)
class Layout:
    """Which column is what. Columns are counted from 0 here, and from 1 in messages.

    columns (int): how many there are.
    token (int): the tokens.
    tag (int): the tags.
    flags (Optional[int]): the column that says where there is no space.
    header (Tuple[str, ...]): the names of the columns, if the file begins with them.
    comments (Optional[str]): what comments begin with; none if there are not any.
    tags (frozenset): the tags that there are, which tell a token `#` from a comment.
    notes (Tuple[str, ...]): what other columns are.
    """

    columns: int
    token: int
    tag: int
    flags: Optional[int]
    header: Tuple[str, ...]
    comments: Optional[str]
    tags: frozenset
    notes: Tuple[str, ...]

    def is_comment(self, line: str) -> bool:
        """Tell whether a line is a comment, or the header."""
        if self.header and tuple(split_cells(line)) == self.header:
            return True
        if self.comments is None or not line.startswith(self.comments):
            return False
        cells = split_cells(line, self.columns)
        return len(cells) != self.columns or cells[self.tag] not in self.tags or bool(NAMED.match(line))

    def sentence_of(self, line: str) -> str:
        """Get what a line says of its sentence, if the header names a column of that; else nothing."""
        column = sentence_column(self.header)
        return "" if column is None else split_cells(line, self.columns)[column].strip()

    def describe(self) -> str:
        """Say in one line what is what."""
        name = f" ({self.header[self.tag]})" if self.header else ""
        parts = [f"{self.columns} columns: {self.token + 1} token, {self.tag + 1} tag{name}", *self.notes]
        parts += [f"{self.flags + 1} spaces"] if self.flags is not None else []
        parts += ["header"] if self.header else []
        parts += [f"comments {self.comments}"] if self.comments is not None else []
        return ", ".join(parts)


@dataclass(frozen=True)
class LayoutOptions:
    """What the user has settled.

    token_column (Choice): number of the column of tokens, from 1, or its name in the header; empty to find it.
    tag_column (Choice): that of the tags.
    comment (str): what comments begin with; `auto` to find out, empty if there are none.
    header (str): `yes`, `no`, or `auto` to find out.
    """

    token_column: Choice = ""
    tag_column: Choice = ""
    comment: str = "auto"
    header: str = "auto"

    def __post_init__(self) -> None:
        if self.header not in ("auto", "yes", "no"):
            raise XprojError(f"header is '{self.header}': use auto, yes or no")


@dataclass(frozen=True)
class Column:
    """A column: its number, its values in order, how often each occurs, and how its tags are written."""

    number: int
    rows: Tuple[str, ...]
    values: "Counter[str]"
    notation: Notation

    @property
    def is_number(self) -> bool:
        numbers = sum(count for value, count in self.values.items() if NUMBER.fullmatch(value))
        return numbers > 0 and numbers >= MIN_SHARE * self.values.total()

    @property
    def is_tags(self) -> bool:
        """Whether these are tags with letters, other than those of phrases."""
        labels = {(self.notation.canonical(tag) or "O").partition("-")[2] for tag in self.values}
        strong = self.notation.kind != "bare" and tag_share(self.values, self.notation) >= MIN_SHARE
        return strong and not (labels & CHUNKS and labels <= CHUNKS | {"", "X"})

    @property
    def is_labels(self) -> bool:
        """Whether these are labels without letters, or tags of phrases."""
        return tag_share(self.values, self.notation) >= MIN_SHARE

    @property
    def is_outside(self) -> bool:
        return set(self.values) == {"O"}

    def sample(self) -> str:
        listed = [value for value, _ in self.values.most_common() if value != self.notation.outside][:3]
        return f"{self.number + 1} ({', '.join(listed or [self.notation.outside])})"


def sentence_column(header: Sequence[str]) -> Optional[int]:
    """Find the column that says which sentence a token is of.

    header (Sequence[str]): the names of the columns.
    RETURNS (Optional[int]): its number, from 0; None if no name is that of such a column.
    """
    return next((i for i, name in enumerate(header) if SENTENCE.fullmatch(name.strip())), None)


def find_layout(lines: Sequence[Line], options: LayoutOptions) -> Layout:
    """Tell which column is what.

    lines (Sequence[Line]): the first lines of a file, without the empty ones.
    options (LayoutOptions): what the user has settled.
    RETURNS (Layout): the layout.
    RAISES (XprojError): if that cannot be told without a guess, with the choices.
    """
    comment = "#" if options.comment == "auto" else options.comment or None
    texts = [line for _, line in lines]
    plain = [line for line in texts if comment is None or not line.startswith(comment)] or texts
    columns = max(2, Counter(len(split_cells(line)) for line in plain).most_common(1)[0][0])
    first = split_cells(plain[0])
    if TOKEN_NAMES & {cell.casefold() for cell in first} and options.header != "no":  # names what may be empty below
        columns = max(columns, len(first))
    rows = [cells for cells in (split_cells(line, columns) for line in plain) if len(cells) == columns]
    if not rows:
        raise XprojError(f"line {lines[0][0]}: {len(split_cells(plain[0]))} columns, not {columns}; check --format")
    header = _find_header(rows, options.header)
    rows = [row for row in rows if tuple(row) != header] or rows
    cells = [tuple(row[i] for row in rows) for i in range(columns)]
    counts = [Counter(value for value in values if value) for values in cells]
    table = [Column(i, cells[i], values, detect_notation(values)) for i, values in enumerate(counts)]
    tag = _find_tag(table, header, options)
    token = _find_token(table, header, tag, options)
    found = [i for i in range(columns) if i not in (token, tag) and _has_flags(table[i])]
    flags = found[0] if found else None
    notes = tuple(_note(column) for column in table if column.number not in (token, tag, flags))
    named = Layout(
        columns, token, tag, flags, header, comment, frozenset(table[tag].values) | {"O"}, tuple(filter(None, notes))
    )
    if options.comment != "auto" or any(named.is_comment(line) for line in texts if line.startswith("#")):
        return named
    return Layout(columns, token, tag, flags, header, None, named.tags, named.notes)


def _find_header(rows: List[List[str]], wanted: str) -> Tuple[str, ...]:
    """Find the header: the first row, if it names the column of tokens and holds no tag."""
    names = [cell.casefold() for cell in rows[0]]
    looks = bool(TOKEN_NAMES & set(names)) and len(set(names)) == len(names) and len(rows) > 1
    later = Counter(row[-1] for row in rows[1:])
    is_header = looks and rows[0][-1] not in later and "O" not in rows[0]
    return tuple(rows[0]) if wanted == "yes" or (wanted == "auto" and is_header) else ()


def _choose(choice: Choice, header: Tuple[str, ...], columns: int, option: str) -> int:
    """Find the column that the user names."""
    name = str(choice)
    if name in header:
        return header.index(name)
    if name.isdecimal() and 1 <= int(name) <= columns:
        return int(name) - 1
    names = f" or one of {', '.join(header)}" if header else ""
    raise XprojError(f"{option} {name}: there is no such column; use a number from 1 to {columns}{names}")


def _find_tag(table: List[Column], header: Tuple[str, ...], options: LayoutOptions) -> int:
    if options.tag_column != "":
        return _choose(options.tag_column, header, len(table), "--tag-column")
    strong = [column for column in table if column.is_tags]
    labels = [column for column in table if column.is_labels and not column.is_number]
    found = strong or [column for column in labels if column.notation.kind == "bare"] or labels
    named = [column for column in found if header and header[column.number].casefold() in TAG_NAMES]
    found = named[:1] or found
    if len({column.rows for column in found}) > 1:
        layers = [column for column in table[2:] if column in found or column.is_outside]
        if table[0].is_number and len(table) == 4 and len(layers) == 2:  # GermEval: the outer layer, then the inner
            return 2
        raise XprojError(
            f"columns {' and '.join(column.sample() for column in found)} hold tags; choose one with --tag-column"
        )
    if found:
        return found[-1].number
    outside = [column.number for column in table if column.is_outside]
    if outside:
        return outside[-1]
    last = table[-1]
    if len(table) == 2 and any(last.notation.canonical(value) or last.notation.guess(value) for value in last.values):
        return 1
    if len(table) > 2 or last.is_number:
        listed = "; ".join(column.sample() for column in table)
        raise XprojError(f"no column holds tags of entities: {listed}; name it with --tag-column, or check --format")
    return 1


def _find_token(table: List[Column], header: Tuple[str, ...], tag: int, options: LayoutOptions) -> int:
    if options.token_column != "":
        return _choose(options.token_column, header, len(table), "--token-column")
    names = [name.casefold() for name in header]
    named = [i for i, name in enumerate(names) if name in TOKEN_NAMES and i != tag]
    if named:
        return named[0]
    rest = [column for column in table if column.number != tag and not column.is_tags and not column.is_outside]
    words = [column.number for column in rest if not column.is_number]
    if words:
        return words[0]
    listed = "; ".join(column.sample() for column in table)
    if len(rest) == 1 and not _counts(rest[0].rows):
        return rest[0].number  # words that are numbers
    raise XprojError(f"no column holds words, but numbers or tags: {listed}; name it with --token-column")


def _counts(rows: Sequence[str]) -> bool:
    """Tell whether numbers count the tokens, or their sentences: each is that before it, the next, or the first."""
    numbers = [int(value) if value.isdecimal() else -1 for value in rows]
    first = min(numbers)
    return len(numbers) > 1 and all(b in (a, a + 1, first) for a, b in zip(numbers, numbers[1:]))


def _has_flags(column: Column) -> bool:
    flags = {flag for value in column.values for flag in value.split("|")}
    return bool(flags & (NO_SPACE | {END_OF_SENTENCE}))


def _note(column: Column) -> str:
    """Say what a column is that is not read, if it holds tags or numbers."""
    if column.is_number:
        return f"{column.number + 1} numbers"
    if column.is_tags:
        tags = sum(n for tag, n in column.values.items() if column.notation.canonical(tag) not in (None, "O"))
        return f"{column.number + 1} another layer of tags (not read: {tags} tags)"
    return ""
