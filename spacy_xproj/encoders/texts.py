"""The text of a corpus, in every form in which the tokenizer of an encoder may meet it."""

from pathlib import Path
from typing import Iterator, List

import spacy
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ..corpora.docbin import read_docs
from ..errors import XprojError
from ..storage.files import read_text


def corpus_files(path: Path) -> List[Path]:
    """List the files of a corpus.

    path (Path): a `.spacy` DocBin, a `.txt` file, or a directory with DocBins such as a parallel corpus.
    RETURNS (List[Path]): the files, sorted.
    RAISES (XprojError): where it is something else.
    """
    files = sorted(path.rglob("*.spacy")) if path.is_dir() else [path]
    if not files or files[0].suffix not in (".spacy", ".txt"):
        raise XprojError(f"{path}: nothing to trim for; name a .spacy DocBin, a .txt file or a directory of DocBins")
    return files


def file_texts(path: Path) -> Iterator[str]:
    """Read the text of one file.

    path (Path): a DocBin, or a `.txt` file with a text on each line.
    YIELDS (str): each text whole, and its `fragments`.
    RAISES (XprojError): where the file cannot be read.
    """
    if path.suffix == ".txt":
        docs: Iterator[Doc] = spacy.blank("xx").pipe(read_text(path).splitlines())
    else:
        docs = iter(read_docs(path, Vocab()))
    for doc in docs:
        yield doc.text
        yield from fragments(doc)


def fragments(doc: Doc) -> Iterator[str]:
    """Cut a text as aligners and spacy-transformers do.

    Aligners hand over words. spacy-transformers hands over windows of tokens, whose edges may lie between
    tokens that no space separates, as in ``don|'t``.

    doc (Doc): the text.
    YIELDS (str): each word, and both parts of each unbroken run of tokens for every place to cut it.
    """
    for run in unbroken_runs(doc):
        for token in run:
            yield token.text
        for place in range(1, len(run)):
            yield run[:place].text
            yield run[place:].text


def unbroken_runs(doc: Doc) -> Iterator[Span]:
    """YIELDS (Span): the longest spans without a space between their tokens, in order."""
    start = 0
    for token in doc:
        if token.whitespace_ or token.i == len(doc) - 1:
            yield doc[start : token.i + 1]
            start = token.i + 1
