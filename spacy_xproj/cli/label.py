"""``xproj label``: run a pipeline over a corpus, on the corpus' own tokens."""

from pathlib import Path
from typing import Iterator, List

import typer
from spacy.language import Language
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import read_docs, write_docs
from ..errors import XprojError
from .app import command, progress


@command("label")
def label_cli(
    corpus: Path = typer.Argument(..., metavar="CORPUS", help="Sentences (.spacy); their entities are not read"),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Where to write them with the pipeline's entities"),
    model: str = typer.Option(..., "--model", "-m", help="Pipeline: a package or a directory"),
) -> None:
    """Label the sentences of a corpus with a pipeline."""
    nlp = load_pipeline(model)
    docs = read_docs(corpus, nlp.vocab)
    labelled = nlp.pipe(map(unlabelled, docs))
    n_docs = write_docs(keep_user_data(docs, progress(labelled, len(docs), "sentences")), output)
    msg.good(f"{output}: {n_docs} sentences")


def load_pipeline(name: str) -> Language:
    """RETURNS (Language): the pipeline. RAISES (XprojError): where there is none of that name."""
    import spacy

    try:
        return spacy.load(name)
    except OSError as error:
        raise XprojError(f"pipeline {name}: {error}") from None


def unlabelled(doc: Doc) -> Doc:
    """RETURNS (Doc): a new Doc with the words and spaces only, so that no annotation guides the pipeline."""
    return Doc(doc.vocab, words=[token.text for token in doc], spaces=[bool(token.whitespace_) for token in doc])


def keep_user_data(docs: List[Doc], labelled: Iterator[Doc]) -> Iterator[Doc]:
    """YIELDS (Doc): the labelled Docs, with names and language of the ones that they were made of."""
    for doc, new in zip(docs, labelled, strict=True):
        new.user_data.update(doc.user_data)
        yield new
