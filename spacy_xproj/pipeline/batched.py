"""What components that work in batches share."""

from abc import abstractmethod
from typing import Any, Iterable, Iterator, List

from spacy import util
from spacy.pipeline import Pipe
from spacy.tokens import Doc

from .workers import one_thread_in_workers


class BatchedPipe(Pipe):
    """A component that predicts for many Docs at a time, and changes none of them before all are predicted."""

    name: str

    @abstractmethod
    def predict(self, docs: List[Doc]) -> List[Any]:
        """RETURNS (List[Any]): what to annotate, for each of the Docs, which are not changed."""

    @abstractmethod
    def set_annotations(self, doc: Doc, prediction: Any) -> None:
        """Annotate a Doc.

        doc (Doc): the Doc.
        prediction (Any): what `predict` gave for it.
        """

    def __call__(self, doc: Doc) -> Doc:
        """Annotate a Doc.

        doc (Doc): the Doc.
        RETURNS (Doc): the same, changed in place; unchanged where something failed and the error handler let it pass.
        """
        for _ in self.pipe([doc], batch_size=1):
            pass
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Annotate Docs in batches. Where a batch fails, its Docs are tried one by one, and the error handler gets
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
