"""The standoff files of brat: a text, and beside it its entities."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Iterator, List, Tuple

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.files import FileText, read_text
from .columns import read_lines
from .records import Entity, Record, RecordConverter, to_characters
from .repair import Repair

ENTITY = re.compile(r"(T\S+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)(?:\t(.*))?")
#: What other lines begin with: events, relations, equivalences, attributes, normalisations, notes.
OTHER = re.compile(r"[ERAMN#*]\S*\t")


class BratConverter(RecordConverter):
    """Convert brat: `doc.txt`, and `doc.ann` with lines such as those below. Or a directory of such pairs.

    ::

        T1	PER 0 5	Maria
        T2	LOC 14 18	Oslo

    Each line of the text becomes a sentence; lines that an entity runs across stay together. Relations, events and
    attributes are not read.
    """

    title = "brat standoff"

    @staticmethod
    def recognizes(text: str) -> bool:
        """Tell whether a text is an `.ann` file."""
        lines = [line for line in text[:20_000].split("\n")[:50] if line.strip()]
        good = [line for line in lines[: len(lines) - (len(text) > 20_000)] if _is_line(line)]
        return any(ENTITY.fullmatch(line.rstrip("\r")) for line in good) and len(good) * 10 >= len(lines) * 9

    def read_path(self, path: Path) -> Iterator[Doc]:
        """Convert a pair of files, or all pairs in a directory.

        path (Path): the `.ann` or `.txt` file, or the directory.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if a file of a pair is missing or bad.
        """
        pairs = find_pairs(path)
        documents = [(name, self._read_document(text, ann)) for name, text, ann in pairs]
        unit = self.detect_unit(lambda: (record for _, record in documents))
        self.description = f"{self.title}, {len(pairs)} documents"
        self.description += "" if unit == "characters" else f", offsets count {unit}"
        for (name, record), (_, text, ann) in zip(documents, pairs, strict=True):
            try:
                for sentence in _sentences(to_characters(record, unit), name):
                    yield self.make_doc(sentence)
            except XprojError as error:
                raise XprojError(f"{ann.name} on {text.name}, {error}" if len(pairs) > 1 else str(error)) from None

    def read_records(self, text: FileText) -> Iterator[Record]:
        raise XprojError("brat has its text in a file of its own; name the .ann file, with the .txt file beside it")

    def _read_document(self, text: Path, ann: Path) -> Record:
        entities: List[Entity] = []
        repairs: List[Repair] = []
        for number, line in read_lines(read_text(ann)):
            if not line.strip() or OTHER.match(line):
                continue
            match = ENTITY.fullmatch(line)
            if match is None:
                raise XprojError(f"{ann.name}, line {number}: no annotation of brat; correct it or check --format")
            places = [int(place) for place in re.findall(r"\d+", match[3])]
            start, end = places[0], places[-1]
            if ";" in match[3]:
                repairs.append(Repair(number, match[4] or "", match[3], f"{start} {end}", "an entity in pieces"))
            entities.append(Entity(start, end, match[2], match[4] if match[4] and ";" not in match[3] else None))
        return Record(1, read_text(text), entities, repairs=repairs)


def _is_line(line: str) -> bool:
    return bool(ENTITY.fullmatch(line.rstrip("\r")) or OTHER.match(line))


def find_pairs(path: Path) -> List[Tuple[str, Path, Path]]:
    """Find the files of documents.

    path (Path): an `.ann` or `.txt` file, or a directory.
    RETURNS (List[Tuple[str, Path, Path]]): name, text and annotations of each document.
    RAISES (XprojError): if there are none, or one of a pair is missing.
    """
    anns = sorted(path.rglob("*.ann")) if path.is_dir() else [path.with_suffix(".ann")]
    pairs = [(ann.stem if path.is_file() else str(ann.relative_to(path).with_suffix("")), ann) for ann in anns]
    if not pairs:
        raise XprojError(f"{path}: no .ann file in it; check the path and --format")
    for _, ann in pairs:
        for file in (ann, ann.with_suffix(".txt")):
            if not file.is_file():
                raise XprojError(f"{file}: no such file; brat has a .txt and an .ann file of the same name")
    return [(name, ann.with_suffix(".txt"), ann) for name, ann in pairs]


def _sentences(document: Record, name: str) -> Iterator[Record]:
    """Split a document at its line ends, except inside entities. Those that lie in no text go with the first."""
    ends = [match.end() for match in re.finditer(r"\n", document.text)] + [len(document.text)]
    ends = [end for end in ends if not any(one.start < end < one.end for one in document.entities)]
    outside = [one for one in document.entities if not 0 <= one.start < one.end <= len(document.text)]
    lines = [(start, end) for start, end in zip([0, *ends], ends) if document.text[start:end].strip()]
    lines = lines or ([(0, len(document.text))] if outside else [])
    for number, (start, end) in enumerate(lines, 1):
        text = document.text[start:end]
        begin = start + len(text) - len(text.lstrip())
        inside = [one for one in document.entities if start <= one.start < one.end <= end]
        moved = [replace(one, start=max(one.start - begin, 0), end=one.end - begin) for one in inside]
        yield Record(
            document.text.count("\n", 0, begin) + 1,
            text.strip(),
            [*moved, *(outside if number == 1 else [])],
            f"{name}-{number}" if len(lines) > 1 else name,
            user_data={"doc_id": name},
            repairs=document.repairs if number == 1 else (),
        )
