"""`spacy train` on one side of a parallel corpus, without loading it whole."""

from itertools import islice
from pathlib import Path
from typing import Callable, Iterator

from spacy.language import Language
from spacy.training import Example

from ..errors import XprojError
from ..text.docs import is_labelled, words_only
from .parallel import SIDES, ParallelCorpus


def make_parallel_corpus_reader(
    path: Path, side: str = "target", limit: int = 0
) -> Callable[[Language], Iterator[Example]]:
    """Read one side of a parallel corpus for training.

    path (Path): the directory of the corpus.
    side (str): "source" or "target".
    limit (int): sentences to read, 0 for all.
    RETURNS (Callable[[Language], Iterator[Example]]): makes the examples on the pipeline's vocabulary. Their
        predicted Docs have words and spaces only.
    RAISES (XprojError): if `side` is neither; on reading, if a sentence was never labelled, as on the target side of a
        corpus that is only translated, since a pipeline would learn nothing from it.
    """
    if side not in SIDES:
        raise XprojError(f"ParallelCorpus reader: side '{side}'; it is one of {', '.join(SIDES)}")

    def read(nlp: Language) -> Iterator[Example]:
        docs = ParallelCorpus(path).docs(side, nlp.vocab)
        for number, doc in enumerate(islice(docs, limit or None), 1):
            if not is_labelled(doc):
                other = "target" if side == "source" else "source"
                raise XprojError(
                    f"{path}, {side} sentence {number}: its entities were never set; train on the output of "
                    f"'spacy xproj project' or 'spacy xproj label', or set side = \"{other}\" if that one is labelled"
                )
            yield Example(words_only(doc), doc)

    return read
