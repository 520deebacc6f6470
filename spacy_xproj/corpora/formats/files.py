"""What converters are given: the text of a file, its lines as they are gone through, or its path."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Callable, Iterable, Iterator, Optional

from spacy.tokens import Doc

from ...storage.files import FileText, TextFile, read_text
from ...types import Converter


class FileConverter(ABC):
    """A converter that goes through a file, of which no more is in memory than the format needs."""

    @abstractmethod
    def __call__(self, text: FileText) -> Iterator[Doc]:
        """Convert a text.

        text (FileText): the text.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if the input is bad, with its line.
        """

    def read_path(self, path: Path) -> Iterator[Doc]:
        """Convert a file.

        path (Path): the file.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if the file cannot be read, or the input is bad.
        """
        yield from self(TextFile(path))


def read_file(path: Path, converter: Converter) -> Iterator[Doc]:
    """Convert a file, or a directory if the converter reads those.

    path (Path): the file.
    converter (Converter): its converter. One that has a method `read_path` is given the path, others the text.
    YIELDS (Doc): each sentence.
    RAISES (XprojError): if the file cannot be read, or the input is bad.
    """
    read_path: Optional[Callable[[Path], Iterable[Doc]]] = getattr(converter, "read_path", None)
    yield from converter(read_text(path)) if read_path is None else read_path(path)
