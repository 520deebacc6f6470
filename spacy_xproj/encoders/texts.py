"""Texts as encoders meet them: every form in which the text of a corpus is tokenized, and how long an example is."""

from pathlib import Path
from typing import Callable, Iterator, List

import spacy
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.vocab import Vocab

from ..corpora.docbin import read_docs
from ..errors import XprojError
from ..storage.files import read_text


def corpus_files(path: Path) -> List[Path]:
    """List the files of a corpus.

    path (Path): a `.spacy` DocBin, a `.txt` file, or a directory with DocBins such as a parallel corpus.
    RETURNS (List[Path]): the files, sorted.
    RAISES (XprojError): if it is something else.
    """
    files = sorted(path.rglob("*.spacy")) if path.is_dir() else [path]
    if not files or files[0].suffix not in (".spacy", ".txt"):
        raise XprojError(f"{path}: nothing to trim for; name a .spacy DocBin, a .txt file or a directory of DocBins")
    return files


def file_texts(path: Path) -> Iterator[str]:
    """Read the text of one file.

    path (Path): a DocBin, or a `.txt` file with a text on each line.
    YIELDS (str): each text whole, and its `fragments`.
    RAISES (XprojError): if the file cannot be read.
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
    """Find the longest spans without a space between their tokens, in order."""
    start = 0
    for token in doc:
        if token.whitespace_ or token.i == len(doc) - 1:
            yield doc[start : token.i + 1]
            start = token.i + 1


def make_text_length() -> Callable[[Example], int]:
    """Measure examples by their characters, for the batchers of `spacy train`.

    Batches are padded to the longest text in sub-tokens, and a single word, such as a web address, can have
    hundreds. Counted in words it lands among short texts, which are all padded to its length: one such batch takes
    more memory than a thousand others. Of ordinary text there are fewer sub-tokens than characters. There may be more
    if a tokenizer writes a character out, such as ﷺ, or works on bytes and does not know the script.

    RETURNS (Callable[[Example], int]): gives the number of characters of an example.
    """
    return text_length


def text_length(example: Example) -> int:
    """Count the characters of an example's text."""
    return len(example.reference.text)
