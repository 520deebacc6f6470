"""``xproj rewrite``: a corpus in the spelling of another text of its language."""

from collections import Counter
from pathlib import Path
from typing import Iterator

import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import DocCorpus, write_docs
from ..corpora.rewriting import Spelling, rewrite
from ..corpora.text_comparison import text_statistics
from ..storage.outputs import check_paths
from .app import OVERWRITE, command


@command("rewrite")
def rewrite_cli(
    corpus_path: Path = typer.Argument(..., metavar="CORPUS", help="What a student shall learn from (.spacy)"),
    output: Path = typer.Argument(..., dir_okay=False, help="Where the rewritten corpus goes (.spacy)"),
    like: Path = typer.Option(..., "--like", help="Text that it shall label (.spacy); labels are not read"),
    overwrite: bool = OVERWRITE,
) -> None:
    """Write a corpus as another text of its language is written.

    It comes out in Unicode form NFC, with accents that a tokenizer split off back in their words, and with hyphens and
    apostrophes inside words as tokens of their own if the other text has them so.

    Do so before `pair`: the projector can then label a name without the prefix before its hyphen. Entities are kept,
    span groups such as the scores of a projection are not.
    """
    check_paths("rewrite", [corpus_path, like], corpora=[output])
    docs = DocCorpus(corpus_path)
    spelling = Spelling.of(text_statistics(DocCorpus(like))).with_words_of(docs)
    counts: Counter[str] = Counter()

    def rewritten() -> Iterator[Doc]:
        for doc in docs:
            new, changes = rewrite(doc, spelling)
            counts.update(changes)
            counts["with spans"] += bool(doc.spans)
            yield new

    write_docs(rewritten(), output, "rewrite", overwrite)
    if counts["with spans"]:
        msg.warn("span groups, such as the scores of a projection, are not kept; rewrite before you project")
    if counts["widened"] or counts["lost"]:
        msg.warn(
            f"{counts['widened']} entities were widened to whole words, {counts['lost']} lost to another in their "
            "word; rewrite before you project"
        )
    msg.good(f"{output}: {len(docs)} sentences, {counts['joined']} tokens joined to others, {counts['split']} cut off")
