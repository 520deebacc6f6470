"""Tables in CSV: a token a row or a sentence a row, with or without names of the columns."""

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain, islice
from typing import Callable, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.files import FileText, split_lines
from ...text.tokenizers import blank_segmented
from .columns import ColumnSentence, Line, Row
from .conll import ConllConverter, make_sentence, read_row
from .layout import MIN_SHARE, SAMPLE, TOKEN_NAMES, Choice, LayoutOptions, find_layout, sentence_column
from .notation import detect_notation, tag_share

#: What a column of texts may be called, besides the names of columns of tokens.
TEXT_NAMES = TOKEN_NAMES | {"sentence", "sentences"}
#: A column holds texts, and not tokens, if its cells have this many words in the mean.
MIN_WORDS = 2
#: What is in a list: texts in quotes, with or without commas between them.
LISTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""")
#: Separators, and whether there are quotes, in the order in which they are tried.
DIALECTS = ((",", True), (";", True), (",", False), (";", False))
#: Bytes of a file that are looked at to recognize it.
LOOKED_AT = 50_000


class TableRow(NamedTuple):
    """A row: the line that it begins at, and its cells."""

    line: int
    cells: List[str]


@dataclass(frozen=True)
class Table:
    """What is in a file.

    header (List[str]): the names of the columns; empty if there are none.
    read (Callable[[], Iterator[TableRow]]): reads the other rows, as often as it is called; those between sentences
        have no cells.
    """

    header: List[str]
    read: Callable[[], Iterator[TableRow]]

    def filled(self) -> Iterator[TableRow]:
        """Read the rows that have cells."""
        return (row for row in self.read() if row.cells)

    def named(self, names: Iterable[str]) -> Optional[int]:
        """Find the first column with one of the names, which are in lower case."""
        found = [i for i, cell in enumerate(self.header) if cell.strip().casefold() in names]
        return found[0] if found else None

    @property
    def sentence_column(self) -> Optional[int]:
        """The column that says which sentence a row is of."""
        return sentence_column(self.header)


class CsvConverter(ConllConverter):
    """Convert CSV, separated by commas or semicolons: columns of tokens and tags, or of texts and their tags.

    ::

        Sentence #,Word,POS,Tag
        Sentence: 1,Maria,NNP,B-PER
        ,sang,VBD,O
        Sentence: 2,Nobody,NN,O

        text,labels
        "Maria sang.","B-PER O"

    A sentence ends at an empty row, and where the column with its name (`Sentence #`, `sentence_id`) begins another.
    If a row is a sentence, its words and tags are separated by spaces, or are lists such as ``['O', 'B-PER']``. Texts
    without tags are read without labels, and tokenised by spaCy's rules for the language. Which column is what is told
    as in other columns.

    lang (str): language code.
    scheme (str): tag scheme, see `ColumnConverter`.
    repair (bool): fix bad input, see `ColumnConverter`. Rows without a token are left out.
    default_label (str): the label of tags that have none (`B`, `I`, `O`).
    token_column (Choice): number of the column of tokens, from 1, or its name in the header; empty to find it.
    tag_column (Choice): that of the tags.
    header (str): whether the file begins with names of columns: `yes`, `no`, or `auto` to find out.
    segment (str): what the tokens of texts without tags are: `words` or `characters`.
    """

    def __init__(
        self,
        lang: str,
        scheme: str = "auto",
        repair: bool = False,
        default_label: str = "",
        token_column: Choice = "",
        tag_column: Choice = "",
        header: str = "auto",
        segment: str = "words",
    ):
        super().__init__(lang, scheme, repair, default_label, token_column, tag_column, "", header)
        self.segment = segment

    @cached_property
    def tokenizer(self) -> Callable[[str], Doc]:
        """Cuts texts without tags into tokens."""
        return blank_segmented(self.lang, self.segment).tokenizer

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is a table in CSV: with names of columns, or with a last column of tags."""
        whole = text[:LOOKED_AT].rpartition("\n")[0] if len(text) > LOOKED_AT else text
        if "\t" in whole.partition("\n")[0] or whole.lstrip("\ufeff \r\n")[:1] in ("{", "["):
            return False
        try:
            table = read_table(whole)
        except XprojError:
            return False
        widths = [len(row.cells) for row in table.filled()]
        width = len(table.header) or max(widths, default=0)
        if width < 2 or not widths or widths.count(width) < MIN_SHARE * len(widths):
            return False
        return bool(table.header) or any(_are_tags(column) for column in zip(*_of_width(table, width)))

    def __call__(self, text: FileText) -> Iterator[Doc]:
        """Convert a file.

        text (FileText): the file.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if the input is bad, with its line.
        """
        table = read_table(text, self.options.header)
        column = table.named(TEXT_NAMES) if self.options.tag_column == "" else None
        tokens = _one_token_a_row(table)
        if column is not None and tokens is table and _are_texts(table, column):
            yield from self._read_texts(table, column)
        else:
            yield from self.convert_sentences(lambda: self.read_rows(tokens), self._describe(tokens))

    def read_rows(self, table: Table) -> Iterator[ColumnSentence]:
        """Read the sentences of a table.

        table (Table): the table.
        YIELDS (ColumnSentence): each sentence.
        RAISES (XprojError): if a row has more or fewer columns than others, or no token or tag.
        """
        lines = _lines(table)
        if not lines:
            return
        layout = find_layout(lines, self._options(table))
        column, name = table.sentence_column, ""
        rows: List[Row] = []
        for row in table.read():
            given = row.cells[column].strip() if column is not None and column < len(row.cells) else ""
            if not row.cells or (given and given != name):
                yield from make_sentence(rows, [], self.repair, name or None)
                rows, name = [], given
            if row.cells:
                rows.append(read_row(_line(row), row.line, layout, self.repair)[0])
        yield from make_sentence(rows, [], self.repair, name or None)

    def _describe(self, table: Table) -> str:
        lines = _lines(table)
        return find_layout(lines, self._options(table)).describe() if lines else ""

    def _options(self, table: Table) -> LayoutOptions:
        """What is settled: the header is known, and so is the column of tokens if it has a name."""
        options = replace(self.options, header="yes" if table.header else "no")
        column = table.named(TEXT_NAMES)
        if options.token_column == "" and column is not None:
            return replace(options, token_column=column + 1)
        return options

    def _read_texts(self, table: Table, column: int) -> Iterator[Doc]:
        self.description = f"texts in column {column + 1} ({table.header[column]}), without labels"
        names = table.sentence_column
        for line, cells in table.filled():
            if len(cells) != len(table.header):
                raise XprojError(f"line {line}: {len(cells)} columns, not {len(table.header)}; correct the line")
            text = " ".join(cells[column].split())
            if not text:
                raise XprojError(f"line {line}: the text is empty; remove the line")
            doc = self.tokenizer(text)
            doc.user_data.update({"lang": self.lang, "line": line})
            if names is not None and cells[names].strip():
                doc.user_data["sent_id"] = cells[names].strip()
            yield doc


def read_table(text: FileText, header: str = "auto") -> Table:
    """Read CSV, with the separator and the quotes with which most rows have as many cells, two at least.

    text (str): the file.
    header (str): whether it begins with names of columns: `yes`, `no`, or `auto` to find out.
    RETURNS (Table): the table.
    RAISES (XprojError): if quotes are not closed, with the line.
    """
    fits = [_fit(text, *dialect) for dialect in DIALECTS]
    best = max(range(len(DIALECTS)), key=lambda i: fits[i][1])  # the first, if none fits
    if fits[best][0]:
        raise XprojError(fits[best][0])
    first = next((row for row in _read_rows(text, *DIALECTS[best]) if row.cells), None)
    if first is None or header == "no" or not (header == "yes" or _is_header(first.cells)):
        return Table([], partial(_read_rows, text, *DIALECTS[best]))
    return Table([cell.strip() for cell in first.cells], partial(_read_rows, text, *DIALECTS[best], first.line))


def _fit(text: FileText, separator: str, quotes: bool) -> Tuple[str, float]:
    """Tell what is wrong with a file in a dialect, and the share of rows with the usual number of cells."""
    widths, lone = Counter[int](), False
    try:
        for row in _read_rows(text, separator, quotes):
            if row.cells and widths.total() < SAMPLE:
                widths[len(row.cells)] += 1
            lone = lone or '"' in row.cells
    except XprojError as error:
        return str(error), 0.0
    most, count = widths.most_common(1)[0] if widths else (0, 0)
    share = count / widths.total() if most > 1 else 0.0
    if not quotes and share == 1 and lone:
        share = 2  # a quote that is a token: read as one that opens a cell, it would swallow lines
    return "", share


def _read_rows(text: FileText, separator: str, quotes: bool, header: int = 0) -> Iterator[TableRow]:
    """Read rows, but for that of the header; those without text have no cells.

    RAISES (XprojError): if it is not CSV, with the line.
    """
    lines = split_lines(text)
    lines = chain([next(lines, "").removeprefix("\ufeff")], lines)
    if quotes:
        reader = csv.reader(lines, delimiter=separator, strict=True)
    else:
        reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE, strict=True)
    line = 1
    try:
        for cells in reader:
            if line != header:
                yield TableRow(line, cells if any(cell.strip() for cell in cells) else [])
            line = reader.line_num + 1
    except csv.Error as error:
        raise XprojError(f"line {line}: not valid CSV ({error}); correct the line or check --format") from None


def _is_header(cells: List[str]) -> bool:
    names = [cell.strip().casefold() for cell in cells]
    known = sentence_column(names) is not None or bool(TEXT_NAMES & set(names))
    return known and len(set(names)) == len(names) > 1 and "o" not in names


def _are_tags(cells: Iterable[str]) -> bool:
    """Tell whether the tags in cells, one or several in each, have letters, as those of columns have."""
    tags = Counter(piece for cell in cells for piece in _pieces(cell))
    notation = detect_notation(tags)
    return notation.kind != "bare" and tag_share(tags, notation) >= MIN_SHARE


def _are_texts(table: Table, column: int) -> bool:
    texts = [row.cells[column] for row in islice(table.filled(), SAMPLE) if column < len(row.cells)]
    return bool(texts) and sum(len(text.split()) for text in texts) >= MIN_WORDS * len(texts)


def _pieces(cell: str) -> List[str]:
    """The words or tags in a cell: a list as Python or NumPy writes it, or what spaces separate."""
    cell = cell.strip()
    listed = LISTED.findall(cell) if cell.startswith("[") and cell.endswith("]") else []
    if listed:
        return [re.sub(r"\\(.)", r"\1", single or double) for single, double in listed]
    return cell.split()


def _of_width(table: Table, width: int) -> List[List[str]]:
    """The cells of the first rows that have as many."""
    return list(islice((row.cells for row in table.filled() if len(row.cells) == width), SAMPLE))


def _parallel_columns(table: Table) -> List[int]:
    """Find the columns of words and tags if a row is a sentence: their cells have as many pieces, and several."""
    width = len(table.header) or max((len(row.cells) for row in table.filled()), default=0)
    columns = list(zip(*_of_width(table, width)))
    counts = [[len(_pieces(cell)) for cell in column] for column in columns]
    for tag in reversed(range(len(columns))) if len(columns) > 1 else ():
        if sum(counts[tag]) > len(counts[tag]) and _are_tags(columns[tag]):
            alike = [sum(map(int.__eq__, one, counts[tag])) for one in counts]
            most = max(number for i, number in enumerate(alike) if i != tag)
            return [i for i in range(width) if alike[i] >= min(most, MIN_SHARE * len(counts[tag]))]
    return []


def _one_token_a_row(table: Table) -> Table:
    """Take the rows apart if they are sentences.

    table (Table): the table.
    RETURNS (Table): a table with a token in a row, and rows without cells between sentences.
    RAISES (XprojError): if a row has more tags than words, or fewer.
    """
    columns = _parallel_columns(table)
    if not columns:
        return table
    return Table(table.header, lambda: _take_apart(table, columns))


def _take_apart(table: Table, columns: List[int]) -> Iterator[TableRow]:
    """Read the words of rows that are sentences, with a row without cells after each sentence."""
    for line, cells in table.filled():
        if len(cells) <= max(columns):
            raise XprojError(f"line {line}: {len(cells)} columns, and others have more; correct the line")
        pieces = {i: _pieces(cells[i]) for i in columns}
        numbers = [len(listed) for listed in pieces.values()]
        if len(set(numbers)) > 1:
            listed = " and ".join(f"{number} in column {i + 1}" for i, number in zip(columns, numbers))
            raise XprojError(f"line {line}: not as many words as tags: {listed}; correct the line")
        kept = [" ".join(cell.split()) for cell in cells]
        for number in range(numbers[0]):
            yield TableRow(line, [pieces[i][number] if i in pieces else kept[i] for i in range(len(cells))])
        yield TableRow(line, [])


def _lines(table: Table) -> List[Line]:
    """The first rows with their header, as lines of columns; none if there are no rows."""
    rows = list(islice(table.filled(), SAMPLE))
    if rows and table.header and len(rows[0].cells) != len(table.header):
        raise XprojError(
            f"line {rows[0].line}: {len(rows[0].cells)} columns, but the header has {len(table.header)}; correct it"
        )
    named = [(rows[0].line, _line(TableRow(rows[0].line, table.header)))] if rows and table.header else []
    return [*named, *((row.line, _line(row)) for row in rows)]


def _line(row: TableRow) -> str:
    if any(character in cell for cell in row.cells for character in "\t\n\r"):
        raise XprojError(f"line {row.line}: a tab or the end of a line inside a cell; correct it, or check --format")
    return "\t".join(row.cells)
