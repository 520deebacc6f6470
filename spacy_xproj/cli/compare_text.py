"""``xproj compare-text``: how two corpora of one language are written."""

from pathlib import Path
from typing import Optional

import typer
from wasabi import msg

from ..corpora.docbin import DocCorpus
from ..corpora.text_comparison import compare_texts, figures, text_statistics
from ..storage.files import write_json
from ..storage.outputs import check_paths
from .app import OVERWRITE, command


@command("compare-text")
def compare_text_cli(
    known_path: Path = typer.Argument(..., metavar="KNOWN", help="What a student learns from (.spacy), as projected"),
    other_path: Path = typer.Argument(..., metavar="OTHER", help="What it shall label (.spacy), of the same language"),
    json_path: Optional[Path] = typer.Option(None, "--json", dir_okay=False, help="Where to write the figures"),
    overwrite: bool = OVERWRITE,
) -> None:
    """Warn if two corpora of one language differ in Unicode form, in what a word is, or in their words."""
    check_paths("compare-text", [known_path, other_path], [json_path])
    known, other = (text_statistics(DocCorpus(path)) for path in (known_path, other_path))
    rows = figures(known, other)
    warnings = compare_texts(known, other, str(known_path), str(other_path))
    if json_path is not None:
        write_json(json_path, {"figures": rows, "warnings": warnings}, overwrite)
    table = [(name, *(show(value) for value in values)) for name, values in rows.items()]
    msg.table(table, header=("", known_path.name, other_path.name), aligns=("l", "r", "r"))
    for line in warnings:
        msg.warn(line)
    if not warnings:
        msg.good("no difference that matters")


def show(value: Optional[float]) -> str:
    """Write a count as it is, a share as a percentage and None as nothing."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.1%}"
