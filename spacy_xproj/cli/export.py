"""``xproj export``: a corpus in the format of another program, to be reviewed, translated or trained on there."""

from enum import Enum
from functools import partial
from pathlib import Path
from typing import Iterator, Optional, Tuple

import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import stream_docs
from ..corpora.exports.brat import brat_paths
from ..corpora.exports.export import WRITERS, export
from ..corpora.exports.texts import write_texts
from ..corpora.parallel import ParallelCorpus, is_parallel
from ..errors import XprojError
from ..storage.outputs import check_paths
from ..translators.table import make_table_translator
from .app import OVERWRITE, command, progress


class Side(str, Enum):
    """A side of a parallel corpus."""

    source = "source"
    target = "target"


@command("export")
def export_cli(
    corpus: Path = typer.Argument(
        ..., metavar="CORPUS", help="Sentences (.spacy), or what `project`, `translate` or `pair` wrote (a directory)"
    ),
    output: Path = typer.Argument(..., metavar="FILE", help="What to write"),
    to: str = typer.Option(..., "--to", help=", ".join(WRITERS)),
    side: Side = typer.Option(Side.source, "--side", help="Which side of a parallel corpus"),
    table: Optional[Path] = typer.Option(
        None, "--table", help="With --to texts: leave out what this table of translations has (.tsv or .jsonl)"
    ),
    overwrite: bool = OVERWRITE,
) -> None:
    """Write a corpus for another program: labelled sentences for training (conll, jsonl, datasets), for review
    (doccano, prodigy, label-studio, argilla, brat), or texts to be translated (texts).

    Projected entities are pre-annotations with their scores. A reviewed file comes back through `convert`; sentences
    keep their names (sent_id), so that `pair --by sent_id` and `evaluate` find their partners.
    """
    if to not in WRITERS:
        raise XprojError(f"--to {to}: no such format; take one of: {', '.join(WRITERS)}")
    if table is not None and to != "texts":
        raise XprojError(f"--table is for --to texts, not for --to {to}; leave it out")
    outputs = brat_paths(output) if to == "brat" else (output,)
    directory = to == "datasets"
    check_paths("export", [corpus, table], () if directory else outputs, outputs if directory else ())
    total, docs = _read(corpus, side)
    writer = WRITERS[to]
    if table is not None:
        translations = make_table_translator(table, "", "").translations
        writer = partial(write_texts, translated=frozenset(text for text in translations if translations[text].strip()))
    try:
        counts = export(progress(docs, total, "sentences"), output, to, writer, overwrite)
    except XprojError as error:
        where = f"{corpus}, " if str(error).startswith("sentence ") else ""
        raise XprojError(f"{where}{error}") from None
    for remark, count in counts.remarks.items():
        msg.warn(f"{count} {remark}")
    what = "" if to == "texts" else f", {counts.entities} entities"
    msg.good(f"{' and '.join(map(str, outputs))}: {counts.sentences} sentences{what}")


def _read(corpus: Path, side: Side) -> Tuple[int, Iterator[Doc]]:
    """Read the sentences of a `.spacy` file, of a projected corpus or of one side of a parallel corpus."""
    if is_parallel(corpus):
        parallel = ParallelCorpus(corpus)
        return len(parallel), parallel.docs(side.value)
    return stream_docs(corpus)
