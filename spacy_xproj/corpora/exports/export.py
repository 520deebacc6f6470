"""The formats that a corpus can be exported to."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator

from spacy.tokens import Doc

from ...errors import XprojError
from ...text.docs import is_labelled
from .brat import write_brat
from .columns import write_conll
from .hugging_face import write_dataset
from .offsets import argilla_row, doccano_row, jsonl_row, label_studio_row, prodigy_row, write_array, write_lines
from .texts import write_texts

#: Writes sentences to a path, counts what the format cannot hold as it is, and takes `overwrite`.
Writer = Callable[..., None]

WRITERS: Dict[str, Writer] = {
    "conll": write_conll,
    "jsonl": partial(write_lines, make_row=jsonl_row),
    "doccano": partial(write_lines, make_row=doccano_row),
    "prodigy": partial(write_lines, make_row=prodigy_row),
    "label-studio": partial(write_array, make_row=label_studio_row),
    "argilla": partial(write_array, make_row=argilla_row),
    "brat": write_brat,
    "datasets": write_dataset,
    "texts": write_texts,
}
#: Formats of labelled corpora. The others may hold sentences that are still to be labelled.
LABELLED = ("conll", "jsonl", "datasets")
UNLABELLED = "sentences whose entities were never set: the program will show them without any"


@dataclass
class ExportCounts:
    """What was exported.

    sentences (int): how many sentences.
    entities (int): how many entities.
    remarks (Counter[str]): what was left out or written otherwise, with the number of sentences.
    """

    sentences: int = 0
    entities: int = 0
    remarks: Counter[str] = field(default_factory=Counter)


def export(docs: Iterable[Doc], path: Path, format_name: str, writer: Writer, overwrite: bool = True) -> ExportCounts:
    """Write sentences in a format and count.

    docs (Iterable[Doc]): the sentences.
    path (Path): the file or directory to write; it is replaced on success only.
    format_name (str): one of `WRITERS`.
    writer (Writer): writes it, maybe with settings of its own.
    overwrite (bool): whether to replace a file that has another content.
    RETURNS (ExportCounts): the counts.
    RAISES (XprojError): if a format of labelled corpora gets a sentence that is not, or a sentence cannot be written.
    """
    counts = ExportCounts()
    writer(_counted(docs, format_name, counts), path, counts.remarks, overwrite=overwrite)
    counts.remarks = +counts.remarks
    return counts


def _counted(docs: Iterable[Doc], format_name: str, counts: ExportCounts) -> Iterator[Doc]:
    for number, doc in enumerate(docs, 1):
        if not is_labelled(doc) and format_name != "texts":
            if format_name in LABELLED:
                others = ", ".join(name for name in WRITERS if name not in LABELLED)
                raise XprojError(
                    f"sentence {number}: its entities were never set, which is not the same as none; label it first "
                    f"(xproj label), or export it to be labelled ({others})"
                )
            counts.remarks[UNLABELLED] += 1
        counts.sentences += 1
        counts.entities += len(doc.ents)
        yield doc
