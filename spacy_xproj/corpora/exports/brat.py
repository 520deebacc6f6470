"""brat's standoff format: a text file, and beside it one with annotations."""

from collections import Counter
from itertools import count
from pathlib import Path
from typing import Iterable, Tuple

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.atomic import atomic_path
from .sentence import exported_entities, name

BREAKS = "sentences with line breaks, written as spaces: brat has a sentence a line"
NAMES = "names of sentences, which brat has no place for: pair the reviewed file by order"


def write_brat(docs: Iterable[Doc], path: Path, remarks: Counter[str], overwrite: bool = True) -> None:
    """Write the sentences to ``NAME.txt``, one a line, and their entities to ``NAME.ann``. Scores of projections are
    notes of the annotator.

    docs (Iterable[Doc]): the sentences.
    path (Path): ``NAME.txt``, ``NAME.ann`` or ``NAME``.
    remarks (Counter[str]): receives what the format cannot hold.
    overwrite (bool): whether to replace a file that has another content.
    RAISES (XprojError): if a label has a space, which ends it in brat.
    """
    text_path, annotation_path = brat_paths(path)
    numbers = count(1)
    start = 0
    with (
        atomic_path(text_path, overwrite) as temporary_text,
        atomic_path(annotation_path, overwrite) as temporary,
        temporary_text.open("w", encoding="utf8", newline="\n") as text_file,
        temporary.open("w", encoding="utf8", newline="\n") as file,
    ):
        for doc in docs:
            text = doc.text.replace("\n", " ").replace("\r", " ")
            remarks[BREAKS] += text != doc.text
            remarks[NAMES] += bool(name(doc))
            text_file.write(text + "\n")
            for entity, number in zip(exported_entities(doc), numbers):
                if len(entity.label.split()) != 1:
                    raise XprojError(f"label '{entity.label}': brat takes no label with a space; rename it (--map)")
                covered = text[entity.start : entity.end]
                file.write(f"T{number}\t{entity.label} {start + entity.start} {start + entity.end}\t{covered}\n")
                if entity.score is not None:
                    file.write(f"#{number}\tAnnotatorNotes T{number}\tscore {entity.score:.4f}\n")
            start += len(text) + 1


def brat_paths(path: Path) -> Tuple[Path, Path]:
    """Name the text file and the annotation file of a brat document."""
    base = path.with_suffix("") if path.suffix in (".txt", ".ann") else path
    return base.with_name(f"{base.name}.txt"), base.with_name(f"{base.name}.ann")
