"""``xproj consistency``: strings that a corpus labels in one place and not in another."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.consistency import Consistency
from ..corpora.docbin import DocCorpus, write_docs
from ..corpora.labels import split_list
from ..errors import XprojError
from ..progress import progress, stage, take_seconds
from ..storage.files import write_json
from ..storage.outputs import check_paths
from .app import OVERWRITE, command, print_times

#: Rows of the table; a JSON file has them all.
SHOWN = 30


@command("consistency")
def consistency_cli(
    corpus_path: Path = typer.Argument(..., metavar="CORPUS", help="A projected corpus (.spacy)"),
    fill: str = typer.Option("", "--fill", help="Labels to fill in where they are missing; LOC is the one that pays"),
    output: Optional[Path] = typer.Option(None, "--output", "-o", dir_okay=False, help="Where the filled corpus goes"),
    min_count: int = typer.Option(1, "--min-count", min=1, help="Look only for strings that are labelled so often"),
    json_path: Optional[Path] = typer.Option(None, "--json", dir_okay=False, help="Where to write the whole list"),
    overwrite: bool = OVERWRITE,
) -> None:
    """List strings that are entities in one sentence and stand outside every entity in another.

    With --fill, label them there as well and write the result to --output. No entity is changed; the new ones are in
    doc.spans["filled"] too.
    """
    if bool(fill) != bool(output):
        raise XprojError("--fill and --output belong together: name the labels to fill in and the file to write")
    check_paths("consistency", [corpus_path], [json_path], corpora=[output])
    docs = DocCorpus(corpus_path)
    labels = split_list(fill)
    shown = _Shown(docs)
    with stage("reading labels"):
        known = {ent.label_ for doc in shown for ent in doc.ents}
    for label in labels:
        if label not in known:
            raise XprojError(
                f"{corpus_path}: no entity is labelled {label}; it has {', '.join(sorted(known)) or 'none'}"
            )
    with stage("looking for strings"):
        consistency = Consistency(shown, min_count)
    rows: List[Dict[str, Any]] = [
        {"text": " ".join(words), "labels": dict(usage.labels), "unlabelled": usage.unlabelled}
        for words, usage in consistency.inconsistent()
    ]
    places = sum(row["unlabelled"] for row in rows)
    if json_path is not None:
        write_json(json_path, rows, overwrite)
    if output is not None:
        added: Counter[str] = Counter()

        def filled() -> Iterator[Doc]:
            for doc in shown:
                added.update(consistency.fill_doc(doc, labels))
                yield doc

        with stage("filling in"):
            write_docs(filled(), output, "consistency", overwrite)
    table = [(row["text"], counts(row["labels"]), row["unlabelled"]) for row in rows[:SHOWN]]
    msg.table(table, header=("string", "labelled", "unlabelled"), aligns=("l", "l", "r"))
    if len(rows) > SHOWN:
        msg.text(f"… and {len(rows) - SHOWN} more; --json writes them all")
    msg.info(f"{corpus_path}: {len(rows)} strings are labelled in some places only, {places} places have no label")
    if output is not None:
        msg.good(f"{output}: {added.total()} of the {places} places filled ({counts(added) or 'none'})")
    print_times(take_seconds())


class _Shown:
    """A corpus that has a bar each time that it is gone through."""

    def __init__(self, docs: DocCorpus):
        self.docs = docs

    def __iter__(self) -> Iterator[Doc]:
        return progress(self.docs, len(self.docs), "sentences")


def counts(labels: Dict[str, int]) -> str:
    """List counts by label, such as ``LOC 4, ORG 1``."""
    return ", ".join(f"{label} {count}" for label, count in sorted(labels.items()))
