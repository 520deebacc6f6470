"""Columns in whatever order: CoNLL-2002 and CoNLL-2003, GermEval, HIPE 2022, KLUE, MultiCoNER and others."""

from itertools import islice
from typing import Iterator, List, Optional, Tuple

from ...storage.files import FileText
from .columns import (
    DOCUMENT,
    ColumnConverter,
    ColumnSentence,
    Line,
    Row,
    check_columns,
    drop_empty,
    read_blocks,
    read_comments,
    split_cells,
)
from .layout import END_OF_SENTENCE, NO_SPACE, SAMPLE, Choice, Layout, LayoutOptions, find_layout
from .repair import Repair


class ConllConverter(ColumnConverter):
    """Convert columns: which of them has the tokens and which the tags is told from what is in them.

    ::

        -DOCSTART- -X- O O

        EU NNP I-NP I-ORG
        rejects VBZ I-VP O
        German JJ I-NP I-MISC
        call NN I-NP O

    Columns are separated by tabs or by spaces, and all lines have the same number of them. `-DOCSTART-` ends a
    sentence and begins a document, whose name goes to ``Doc.user_data["doc_id"]``. Comments begin with `#` and are not
    read, but for names and texts of sentences (`# sent_id = …`, `# id …`, `# text = …`) and names of documents. Where a
    column has `NoSpaceAfter` or `SpaceAfter=No`, there is no space. Of nested layers, as in GermEval, the outer one is
    read, and in HIPE the coarse literal one; else it is an error if several columns hold tags of entities.

    lang (str): language code.
    scheme (str): tag scheme, see `ColumnConverter`.
    repair (bool): fix bad input, see `ColumnConverter`. Lines without a token are left out.
    default_label (str): the label of tags that have none (`B`, `I`, `O`).
    token_column (Choice): number of the column of tokens, from 1, or its name in the header; empty to find it.
    tag_column (Choice): that of the tags.
    comment (str): what comments begin with; `auto` to find out, empty if there are none.
    header (str): whether the file begins with names of columns: `yes`, `no`, or `auto` to find out.
    """

    def __init__(
        self,
        lang: str,
        scheme: str = "auto",
        repair: bool = False,
        default_label: str = "",
        token_column: Choice = "",
        tag_column: Choice = "",
        comment: str = "auto",
        header: str = "auto",
    ):
        super().__init__(lang, scheme, repair, default_label)
        self.options = LayoutOptions(token_column, tag_column, comment, header)

    def describe(self, text: FileText) -> str:
        lines = _sample(text)
        return find_layout(lines, self.options).describe() if lines else ""

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        lines = _sample(text)
        if not lines:
            return
        layout = find_layout(lines, self.options)
        name = ""
        for block in read_blocks(text):
            comments: List[Line] = []
            rows: List[Row] = []
            for number, line in block:
                if layout.is_comment(line):
                    names = DOCUMENT.match(line) or read_comments([(number, line)]).keys() & {"sent_id", "text"}
                    if names and rows:  # of the next sentence: there is no empty line between them
                        yield from make_sentence(rows, comments, self.repair)
                        rows, comments = [], []
                    comments.append((number, line))
                    continue
                row, ends = read_row(line, number, layout, self.repair)
                given = layout.sentence_of(line)
                if given and given != name:  # a column says that another sentence begins
                    yield from make_sentence(rows, comments, self.repair, name or None)
                    rows, comments, name = [], comments if not rows else [], given
                rows.append(row)
                if ends:
                    yield from make_sentence(rows, comments, self.repair, name or None)
                    rows, comments = [], []
            yield from make_sentence(rows, comments, self.repair, name or None)


def _sample(text: FileText) -> List[Line]:
    return list(islice((line for block in read_blocks(text) for line in block), SAMPLE))


def read_row(line: str, number: int, layout: Layout, repair: bool) -> Tuple[Row, bool]:
    """Read a line.

    line (str): the line.
    number (int): its number.
    layout (Layout): which column is what.
    repair (bool): whether to take a line without a token.
    RETURNS (Tuple[Row, bool]): its token and tag, and whether the sentence ends with it.
    RAISES (XprojError): if it has more or fewer columns, or its token or tag is empty.
    """
    cells = split_cells(line, layout.columns)
    if len(cells) == layout.columns and repair and cells[layout.token] == "":
        return Row(number, "", cells[layout.tag]), False
    check_columns(cells, layout.columns, number, (layout.token, layout.tag))
    flags = cells[layout.flags].split("|") if layout.flags is not None else []
    spaced = not NO_SPACE & set(flags)
    return Row(number, cells[layout.token], cells[layout.tag], spaced), END_OF_SENTENCE in flags


def make_sentence(
    rows: List[Row], comments: List[Line], repair: bool, name: Optional[str] = None
) -> Iterator[ColumnSentence]:
    """Make a sentence of its rows.

    rows (List[Row]): the rows.
    comments (List[Line]): the comments above them, which may have its name and text.
    repair (bool): whether to leave out rows without a token.
    name (Optional[str]): its name, if the comments have none.
    YIELDS (ColumnSentence): the sentence, if there is a row.
    """
    repairs: List[Repair] = []
    if repair:
        rows, repairs = drop_empty(rows)
    if rows:
        named = read_comments(comments)
        _, sent_id = named.get("sent_id", (0, name))
        text_line, text = named.get("text", (0, None))
        yield ColumnSentence(rows, sent_id, text, text_line, repairs)


class MasakhanerConverter(ColumnConverter):
    """Convert MasakhaNER: a token and its tag, separated by one space, or by a tab.

    ::

        Mwakilishi O
        John B-PER
        Lewis I-PER
    """

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        for block in read_blocks(text):
            rows: List[Row] = []
            for number, line in block:
                line = line.rstrip(" \t")
                cells = line.split("\t" if "\t" in line else " ")
                if not (self.repair and len(cells) == 2 and not cells[0]):
                    check_columns(cells, 2, number)
                rows.append(Row(number, cells[0], cells[1]))
            yield from make_sentence(rows, [], self.repair)
