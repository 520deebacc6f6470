"""CoNLL-U, with entities in the column MISC."""

import re
from collections import Counter
from typing import Iterator, List, Tuple

from ...errors import XprojError
from ...storage.files import FileText, split_lines
from .brackets import Bracket, bracket_tags, merge_rows
from .columns import ColumnConverter, ColumnSentence, Line, Row, check_columns, read_blocks, read_comments
from .layout import Choice
from .notation import detect_notation
from .repair import Repair

#: What the key of the entities is called in published corpora.
KEYS = ("name", "NE", "NER", "ner", "Entity", "entity", "NamedEntity", "ne")
COLUMNS = 10
#: What says where the label stands among the parts of an entity.
GLOBAL = re.compile(r"# global\.Entity\s*=\s*(.*)$")


class ConlluConverter(ColumnConverter):
    """Convert CoNLL-U whose column MISC has the entities, as a tag (`name=B-PER`, `NE=B-PER`) or in brackets
    (`Entity=(1-person`, `Entity=1)`).

    ::

        # sent_id = n-1
        # text = Maria sang.
        1	Maria	Maria	PROPN	_	_	2	nsubj	_	name=B-PER
        2	sang	sing	VERB	_	_	0	root	_	SpaceAfter=No
        3	.	.	PUNCT	_	_	2	punct	_	_

    Tokens are those of the text. A multiword token (`1-2`) is one, if its words are not parts of it as they stand
    (*du* for *de le*, not *it's*), and empty nodes (`1.1`) are none. Of entities in others, the outermost are read.

    lang (str): language code.
    scheme (str): tag scheme, see `ColumnConverter`.
    repair (bool): fix bad input, see `ColumnConverter`. An entity that has a part of a multiword token has all of it.
    default_label (str): the label of tags that have none.
    tag_column (Choice): the key in MISC; empty to find it.
    """

    def __init__(
        self,
        lang: str,
        scheme: str = "auto",
        repair: bool = False,
        default_label: str = "",
        tag_column: Choice = "",
    ):
        super().__init__(lang, scheme, repair, default_label)
        self.tag_column = str(tag_column)

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is CoNLL-U."""
        lines = [line for line in text[:20_000].split("\n")[:200] if line and not line.startswith("#")]
        return bool(lines) and all(
            line.count("\t") == COLUMNS - 1 and re.match(r"\d+([-.]\d+)?\t", line) for line in lines[:50]
        )

    def describe(self, text: FileText) -> str:
        key = self._find_key(text)
        inner = sum(count for _, count in _read(text, key)) if _is_bracketed(text, key) else 0
        note = f", {inner} entities in others not read" if inner else ""
        return f"CoNLL-U, entities in MISC as {key}={note}"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        yield from (sentence for sentence, _ in _read(text, self._find_key(text)))

    def _find_key(self, text: FileText) -> str:
        keys = Counter(
            pair.partition("=")[0]
            for block in read_blocks(text)
            for _, line in block
            if not line.startswith("#")
            for pair in line.rpartition("\t")[2].split("|")
            if "=" in pair
        )
        if self.tag_column:
            if self.tag_column not in keys:
                raise XprojError(f"no {self.tag_column}= in the column MISC; it has {', '.join(keys) or 'nothing'}")
            return self.tag_column
        found = [key for key in KEYS if key in keys]
        if len(found) == 1:
            return found[0]
        if found:
            raise XprojError(f"the column MISC has {'= and '.join(found)}=; choose one with --tag-column")
        raise XprojError(
            f"no entities in the column MISC of this CoNLL-U (it has {', '.join(keys) or 'nothing'}); name their key "
            "with --tag-column, or take the text alone as --format text"
        )


def _is_bracketed(text: FileText, key: str) -> bool:
    bracketed = re.compile(rf"[\t|]{re.escape(key)}=[^|\n]*[()]")
    return any(map(bracketed.search, split_lines(text)))


def _read(text: FileText, key: str) -> Iterator[Tuple[ColumnSentence, int]]:
    """Read sentences, and how many entities of each lie in others."""
    bracketed = _is_bracketed(text, key)
    label_at = _label_position(text) if bracketed else 1
    outside = "O" if bracketed else detect_notation(_values(text, key)).outside
    for block in read_blocks(text):
        comments = read_comments((number, line) for number, line in block if line.startswith("#"))
        rows, ranges = _read_rows([line for line in block if not line[1].startswith("#")], key, outside)
        inner = 0
        if bracketed:
            rows, inner = bracket_tags(rows, [_brackets(row.tag, label_at) for row in rows])
        repairs: List[Repair] = []
        if ranges:
            groups = [(start, end) for start, end, _ in ranges]
            problem = "an entity with a part of a multiword token, tags"
            rows, repairs = merge_rows(rows, groups, [row for _, _, row in ranges], problem)
        if rows:
            _, sent_id = comments.get("sent_id", (0, None))
            text_line, original = comments.get("text", (0, None))
            yield ColumnSentence(rows, sent_id, original, text_line, repairs), inner


def _read_rows(lines: List[Line], key: str, outside: str) -> Tuple[List[Row], List[Tuple[int, int, Row]]]:
    """Read the words of a sentence, and which of them are one token of the text."""
    rows: List[Row] = []
    ranges: List[Tuple[int, int, Row]] = []
    for number, line in lines:
        cells = check_columns(line.rstrip("\n").split("\t"), COLUMNS, number)
        position, token, misc = cells[0], cells[1], cells[-1].split("|")
        tag = next((pair[len(key) + 1 :] for pair in misc if pair.startswith(f"{key}=")), outside)
        row = Row(number, token, "O" if tag in (outside, "") else tag, "SpaceAfter=No" not in misc)
        if "." in position:
            continue
        if "-" in position:
            first, _, last = position.partition("-")
            if not (first.isdecimal() and last.isdecimal() and int(first) == len(rows) + 1 < int(last) + 1):
                raise XprojError(f"line {number}: multiword range {position} is not where it belongs; correct it")
            ranges.append((int(first) - 1, int(last), row))
            continue
        if position != str(len(rows) + 1):
            raise XprojError(f"line {number}: token number {position} should be {len(rows) + 1}; number them anew")
        rows.append(row)
    for start, end, row in ranges:
        if "".join(one.token for one in rows[start:end]) == row.token:  # its words are those of the text as it is
            rows[start:end] = [
                *(one._replace(spaced=False) for one in rows[start : end - 1]),
                *(one._replace(spaced=row.spaced) for one in rows[end - 1 : end]),
            ]
    if any(end > len(rows) for _, end, _ in ranges):
        raise XprojError(f"line {ranges[-1][2].line}: a multiword range beyond the end of its sentence; correct it")
    return rows, [one for one in ranges if "".join(row.token for row in rows[one[0] : one[1]]) != one[2].token]


def _values(text: FileText, key: str) -> "Counter[str]":
    value = re.compile(rf"[\t|]{re.escape(key)}=([^|\n\r]*)")
    return Counter(found for line in split_lines(text) for found in value.findall(line))


def _label_position(text: FileText) -> int:
    """Find where the label stands among the parts of an entity, as CorefUD says in `# global.Entity`."""
    declared = next(filter(None, (GLOBAL.match(line) for line in split_lines(text))), None)
    parts = re.split(r"-", declared[1].strip()) if declared else []
    return parts.index("etype") if "etype" in parts else 1


def _brackets(value: str, label_at: int) -> List[Bracket]:
    """Read a value such as `(1-person-x(2-place)` or `1)`. An entity is closed by its first part, or by nothing."""
    brackets = []
    for part in re.findall(r"\([^()]+|[^()]*\)", value):
        parts = part.strip("()").split("-")
        if part.startswith("("):
            labels = [parts[label_at] if len(parts) > label_at else "", *parts]
            label = next((one for one in labels if one and not one.isdecimal()), "entity")
            brackets.append(Bracket(True, label, parts[0]))
        else:
            brackets.append(Bracket(False, name=parts[0]))
    return brackets
