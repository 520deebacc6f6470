"""``xproj pair``: two files with the same sentences in two languages, as a parallel corpus."""

from enum import Enum
from pathlib import Path

import typer
from wasabi import msg

from ..corpora.docbin import doc_lang, read_docs
from ..corpora.pairing import pair_by_order, pair_by_sent_id
from ..corpora.parallel_writer import make_provenance, write_parallel_corpus
from ..storage.outputs import check_paths
from .app import command
from .translate import report_counts


class By(str, Enum):
    """What makes two sentences a pair."""

    order = "order"
    sent_id = "sent_id"


@command("pair")
def pair_cli(
    source: Path = typer.Argument(..., help="Labelled sentences (.spacy)"),
    target: Path = typer.Argument(..., help="Their translations (.spacy)"),
    bitext_dir: Path = typer.Argument(..., help="Directory of the parallel corpus to write"),
    by: By = typer.Option(By.order, "--by", help="What makes two sentences a pair"),
) -> None:
    """Make a parallel corpus of two converted files.

    Entities of the target are left out, so that gold labels cannot leak into the projection.
    """
    check_paths("pair", [source, target], directories=[bitext_dir])
    sources, targets = read_docs(source), read_docs(target)
    make_pairs = pair_by_order if by is By.order else pair_by_sent_id
    items = make_pairs(sources, targets, source, target)
    src_lang, tgt_lang = doc_lang(sources[0]) or "xx", doc_lang(targets[0]) or "xx"
    provenance = make_provenance("pair", [source, target], {"by": by.value})
    corpus = write_parallel_corpus(bitext_dir, items, src_lang, tgt_lang, provenance)
    report_counts("not paired", corpus.manifest["rejects"])
    msg.good(f"{bitext_dir}: {len(corpus)} pairs {src_lang}-{tgt_lang}; entities of the target side left out")
