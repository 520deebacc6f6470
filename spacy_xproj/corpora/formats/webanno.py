"""WebAnno TSV 3, which INCEpTION and WebAnno export."""

import re
from collections import Counter
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from ...errors import XprojError
from ...storage.files import FileText, read_head
from .columns import ColumnConverter, ColumnSentence, Line, Row, read_blocks, read_lines
from .layout import Choice
from .repair import Repair

HEADER = "#FORMAT=WebAnno TSV 3"
TEXT = "#Text="
#: Layers that hold no entities.
OTHER_LAYERS = ("POS", "Lemma", "MorphologicalFeatures", "Stem", "SurfaceForm", "Token", "Sentence", "Chunk")
#: Features of an entity that are not its label.
OTHER_FEATURES = ("identifier", "id", "confidence", "comment", "note")
#: What the feature of the label is called in published corpora.
LABEL_FEATURES = ("value", "entity", "label", "type")
#: Annotations without a value.
NO_VALUE = "*"
ESCAPED = re.compile(r"\\(.)")


class Feature(NamedTuple):
    """A column: its number from 0, and its layer and feature as the header names them."""

    column: int
    layer: str
    name: str

    @property
    def title(self) -> str:
        return f"{self.layer}|{self.name}"


class WebannoConverter(ColumnConverter):
    """Convert WebAnno TSV 3: sentence and token, its place in the text, the token, and a column for each feature.

    ::

        #FORMAT=WebAnno TSV 3.3
        #T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value


        #Text=Maria Korhonen sang.
        1-1	0-5	Maria	*[1]	PER[1]
        1-2	6-14	Korhonen	*[1]	PER[1]
        1-3	15-19	sang	_	_
        1-4	19-20	.	_	_

    Of annotations on the same token, the longest is read and the others are counted. An annotation without a value has
    the name of its layer as its label.

    lang (str): language code.
    repair (bool): fix bad input, see `ColumnConverter`. An annotation of a part of a token becomes one of all of it.
    tag_column (Choice): the feature that names the entities, such as `NamedEntity|value`; empty to find it.
    """

    def __init__(self, lang: str, repair: bool = False, tag_column: Choice = ""):
        super().__init__(lang, "IOB2", repair)
        self.tag_column = str(tag_column)

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is WebAnno TSV 3."""
        return text.lstrip("\ufeff").startswith(HEADER)

    def describe(self, text: FileText) -> str:
        lost = sum(count for _, count in _read(text, self._find_feature(text)))
        note = f", {lost} annotations on the same tokens not read" if lost else ""
        return f"WebAnno TSV: 3 token, {self._find_feature(text).title}{note}"

    def read_sentences(self, text: FileText) -> Iterator[ColumnSentence]:
        yield from (sentence for sentence, _ in _read(text, self._find_feature(text)))

    def _find_feature(self, text: FileText) -> Feature:
        if not self.recognizes(read_head(text, len(HEADER))):
            raise XprojError(f"line 1: no '{HEADER}'; check --format")
        features = _features(text)
        used = Counter(
            feature
            for block in read_blocks(text)
            for _, line in block
            if not line.startswith("#")
            for feature in features
            if _cell(line, feature.column) not in ("_", "")
        )
        if self.tag_column:
            named = [f for f in features if self.tag_column in (f.title, f.name, f.layer, str(f.column + 1))]
            if len(named) != 1:
                titles = ", ".join(f.title for f in features)
                raise XprojError(f"--tag-column {self.tag_column}: no single feature of that name; there are {titles}")
            return named[0]
        found = [f for f in features if f.layer not in OTHER_LAYERS and f.name not in OTHER_FEATURES and used[f]]
        found = [f for f in found if f.layer == "NamedEntity"] or found
        found = [f for f in found if f.name in LABEL_FEATURES] or found
        if len(found) == 1:
            return found[0]
        if not found and len([f for f in features if f.layer not in OTHER_LAYERS]) == 1:
            return next(f for f in features if f.layer not in OTHER_LAYERS)
        titles = ", ".join(f.title for f in found or features)
        what = "several features may name the entities" if found else "no feature holds entities"
        raise XprojError(f"{what}: {titles or 'there are none'}; choose one with --tag-column")


def _features(text: FileText) -> List[Feature]:
    """List the features of span layers, which have columns in the order of the header."""
    features: List[Feature] = []
    column = 3
    for _, line in read_lines(text):
        if line and not line.startswith("#"):
            break
        match = re.match(r"\ufeff?#T_(SP|CH|RL)=([^|\r]+)\|?([^\r]*)", line)
        if match:
            names = [name for name in match[3].split("|") if name] or [""]
            layer = match[2].rpartition(".")[2]
            if match[1] == "SP":
                features += [Feature(column + i, layer, name) for i, name in enumerate(names)]
            column += len(names)
    return features


def _cell(line: str, column: int) -> str:
    cells = line.split("\t")
    return cells[column] if column < len(cells) else "_"


def _read(text: FileText, feature: Feature) -> Iterator[Tuple[ColumnSentence, int]]:
    """Read sentences, and how many annotations of each are left out for a longer one on the same token."""
    for block in read_blocks(text):
        original = [line[len(TEXT) :] for _, line in block if line.startswith(TEXT)]
        lines = [(number, line) for number, line in block if not line.startswith("#")]
        if lines:
            text_line = next((number for number, line in block if line.startswith(TEXT)), 0)
            rows, lost, repairs = _read_rows(lines, feature)
            whole = ESCAPED.sub(_unescape, "\n".join(original)) if original else None
            yield ColumnSentence(rows, None, whole, text_line, repairs), lost


def _unescape(match: "re.Match[str]") -> str:
    return {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}.get(match[1], match[1])


def _read_rows(lines: List[Line], feature: Feature) -> Tuple[List[Row], int, List[Repair]]:
    """Read the tokens of a sentence, with tags of IOB2 for the longest of the annotations on each."""
    rows: List[Row] = []
    ends: List[Tuple[int, int]] = []
    spans: Dict[Tuple[str, str, int], Tuple[int, int]] = {}  # label, number, first token of those without one
    repairs: List[Repair] = []
    for number, line in lines:
        cells = line.split("\t")
        place = re.fullmatch(r"(\d+)-(\d+)", cells[1]) if len(cells) > 2 else None
        if place is None or not cells[2] or not re.fullmatch(r"\d+-\d+(\.\d+)?", cells[0]):
            raise XprojError(f"line {number}: no token of WebAnno TSV; correct the line or check --format")
        part = "." in cells[0]  # of the token before it
        if not part:
            rows.append(Row(number, ESCAPED.sub(_unescape, cells[2]), "O"))
            ends.append((int(place[1]), int(place[2])))
        elif not rows:
            raise XprojError(f"line {number}: a part of a token without its token; correct it")
        for label, numbered in _values(_cell(line, feature.column), feature):
            key = (label, numbered, -1 if numbered else len(rows) - 1)
            start, _ = spans.get(key, (len(rows) - 1, 0))
            spans[key] = (start, len(rows))
            if part:
                problem = "an annotation of a part of a token"
                repairs.append(Repair(number, cells[2], label, f"{label} at '{rows[-1].token}'", problem))
    spaced = [before[1] < after[0] for before, after in zip(ends, ends[1:])] + [True]
    rows = [row._replace(spaced=space) for row, space in zip(rows, spaced)]
    lost = 0
    for (label, _, _), (start, end) in sorted(spans.items(), key=lambda item: (item[1][0] - item[1][1], item[1][0])):
        if any(row.tag != "O" for row in rows[start:end]):
            lost += 1
            continue
        for i in range(start, end):
            rows[i] = rows[i]._replace(tag=f"{'B' if i == start else 'I'}-{label}")
    return rows, lost, repairs


def _values(cell: str, feature: Feature) -> Iterator[Tuple[str, str]]:
    """Read a cell such as `PER[1]|LOC`: the label of each annotation, and its number if it has more than one token."""
    if cell in ("_", ""):
        return
    for value in re.split(r"(?<!\\)\|", cell):
        match: Optional[re.Match[str]] = re.fullmatch(r"(.*?)(?:\[(\d+)\])?", value)
        assert match is not None  # any value is one
        label = ESCAPED.sub(_unescape, match[1])
        if label not in ("_", ""):
            yield (feature.layer if label == NO_VALUE else label), match[2] or ""
