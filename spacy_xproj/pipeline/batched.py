"""What components that work in batches share."""

import multiprocessing
import sys
from abc import abstractmethod
from typing import Any, Iterable, Iterator, List

from spacy import util
from spacy.pipeline import Pipe
from spacy.tokens import Doc


class BatchedPipe(Pipe):
    """A component that predicts for many Docs at a time, and changes none of them before all are predicted."""

    name: str

    @abstractmethod
    def predict(self, docs: List[Doc]) -> List[Any]:
        """Find out what to annotate on each of the Docs, which are not changed."""

    @abstractmethod
    def set_annotations(self, doc: Doc, prediction: Any) -> None:
        """Annotate a Doc.

        doc (Doc): the Doc.
        prediction (Any): what `predict` gave for it.
        """

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a Doc.

        doc (Doc): the Doc.
        RETURNS (Doc): the same, changed in place; unchanged if something failed and the error handler let it pass.
        """
        for _ in self.pipe([doc], batch_size=1):
            pass
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate Docs in batches. If a batch fails, its Docs are tried one by one, and the error handler gets
        those that fail again.

        stream (Iterable[Doc]): the Docs.
        batch_size (int): Docs in a batch.
        YIELDS (Doc): the Docs in order, but for those that failed.
        """
        one_thread_in_workers()
        for docs in util.minibatch(stream, batch_size):
            try:
                self._annotate(docs)
            except Exception as error:
                if len(docs) == 1:
                    self.get_error_handler()(self.name, self, docs, error)
                else:
                    yield from self.pipe(docs, batch_size=1)
            else:
                yield from docs

    def _annotate(self, docs: List[Doc]) -> None:
        for doc, prediction in zip(docs, self.predict(docs), strict=True):
            self.set_annotations(doc, prediction)


def one_thread_in_workers() -> None:
    """Let PyTorch use one thread in a process of `nlp.pipe(n_process=…)`: the threads of the parent do not survive the
    fork, and waiting for them would never end. Does nothing in the main process, nor if PyTorch is not loaded."""
    torch = sys.modules.get("torch")
    if torch is not None and multiprocessing.parent_process() is not None:
        torch.set_num_threads(1)
