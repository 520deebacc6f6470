"""The sentences of a corpus in the order of another, however many they are: names as numbers, and Docs on disk."""

from array import array
from tempfile import TemporaryFile
from typing import Any, Callable, Iterable, Iterator, Optional, Sequence

import numpy
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from .docbin import FILE_SIZE, DocCorpus


def name_keys(docs: Iterable[Doc], spell: Callable[[Any], str] = repr) -> NDArray:
    """Give each sentence a number for its ``user_data["sent_id"]``, the same for the same name.

    docs (Iterable[Doc]): the sentences.
    spell (Callable[[Any], str]): spells a name; with `str`, 1 and "1" are the same.
    RETURNS (NDArray): the 64 bits of a hash of each name, 0 if there is none. *Shape:* ``(sentences,)``
    """
    user_data = docs.user_data() if isinstance(docs, DocCorpus) else (doc.user_data for doc in docs)
    names = (data.get("sent_id") for data in user_data)
    return text_keys(None if name is None else spell(name) for name in names)


def text_keys(names: Iterable[Optional[str]]) -> NDArray:
    """Hash names; what has none becomes 0. *Shape:* ``(names,)``"""
    keys = array("Q", (0 if name is None else get_string_id(name) for name in names))
    return numpy.frombuffer(keys, dtype=numpy.uint64) if keys else numpy.zeros(0, dtype=numpy.uint64)


def find_keys(wanted: NDArray, keys: NDArray) -> NDArray:
    """Find numbers among others.

    wanted (NDArray): what to look for. *Shape:* ``(wanted,)``
    keys (NDArray): where to look. *Shape:* ``(keys,)``
    RETURNS (NDArray): the place of the first that is the same, -1 if there is none. *Shape:* ``(wanted,)``
    """
    order = numpy.argsort(keys, kind="stable")
    places = numpy.searchsorted(keys, wanted, sorter=order)
    inside = numpy.minimum(places, max(len(keys) - 1, 0))
    found = order[inside] if len(keys) else numpy.zeros(len(wanted), dtype=int)
    same = keys[found] == wanted if len(keys) else numpy.zeros(len(wanted), dtype=bool)
    return numpy.where(same, found, -1)


def are_repeated(keys: NDArray) -> NDArray:
    """Tell which numbers are there several times. *Shape:* ``(keys,)``"""
    _, numbers, counts = numpy.unique(keys, return_inverse=True, return_counts=True)
    repeated: NDArray = counts[numbers] > 1
    return repeated


def in_order(docs: Sequence[Doc], numbers: NDArray) -> Sequence[Doc]:
    """Put sentences into another order. Those of a corpus on disk stay on disk.

    docs (Sequence[Doc]): the sentences.
    numbers (NDArray): which of them comes first, second and so on. *Shape:* ``(ordered,)``
    RETURNS (Sequence[Doc]): the sentences in this order.
    """
    if isinstance(docs, DocCorpus):
        return ReorderedDocs(docs, numbers)
    return [docs[number] for number in numbers.tolist()]


class ReorderedDocs(Sequence[Doc]):
    """Sentences of a corpus on disk in another order, in a file that is removed with this object.

    docs (DocCorpus): the corpus.
    numbers (NDArray): which sentence comes first, second and so on. *Shape:* ``(ordered,)``
    """

    def __init__(self, docs: DocCorpus, numbers: NDArray) -> None:
        self.numbers = numbers
        self._make_vocab = docs.make_vocab
        self._file = TemporaryFile()  # noqa: SIM115  (it is open as long as this object is there)
        ends = array("Q", [0])
        for doc in docs:
            ends.append(ends[-1] + self._file.write(DocBin(docs=[doc], store_user_data=True).to_bytes()))
        self._ends = ends

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Doc]:
        for place, number in enumerate(self.numbers.tolist()):
            if not place % FILE_SIZE:
                vocab = self._make_vocab()
            yield self._read(number, vocab)

    def __getitem__(self, place: Any) -> Any:
        numbers = self.numbers[place].tolist()
        vocab = self._make_vocab()
        return [self._read(one, vocab) for one in numbers] if isinstance(place, slice) else self._read(numbers, vocab)

    def _read(self, number: int, vocab: Vocab) -> Doc:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return next(DocBin(store_user_data=True).from_bytes(self._file.read(end - start)).get_docs(vocab))
