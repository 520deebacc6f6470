"""Alignments from a file, one Pharaoh line a pair (``0-0 1-2:0.8``)."""

from pathlib import Path
from typing import Iterable, Iterator

from ..errors import XprojError
from ..storage.files import read_lines
from ..types import Bitext, WordAlignment


class PharaohAligner:
    """Hand out the lines of a file in the order of the pairs (registered as `spacy-xproj.PharaohAligner.v1`).

    path (Path): the file: a line for every pair of the corpus, in its order, empty if nothing is aligned.
    """

    positional = True

    def __init__(self, path: Path):
        self.path = Path(path)

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Read one line for each pair.

        bitexts (Iterable[Bitext]): all pairs that the file was made for.
        YIELDS (WordAlignment): the links of each.
        RAISES (XprojError): if the file is shorter than the corpus or longer, if a link is malformed, or if it points
            past the end of a sentence.
        """
        lines = read_lines(self.path)
        number = 0
        for number, bitext in enumerate(bitexts, start=1):
            line = next(lines, None)
            if line is None:
                raise XprojError(f"{self.path}: {number - 1} lines, but the corpus has more pairs; align it again")
            yield self._read(line, number, bitext)
        left = sum(1 for _ in lines)
        if left:
            raise XprojError(f"{self.path}: {number + left} lines for {number} pairs; align the corpus again")

    def _read(self, line: str, number: int, bitext: Bitext) -> WordAlignment:
        try:
            alignment = WordAlignment.from_pharaoh(line)
        except XprojError as error:
            raise XprojError(f"{self.path}, line {number}: {error}") from None
        for side, doc in ((alignment.source, bitext.source), (alignment.target, bitext.target)):
            if len(side) and side.max() >= len(doc):
                raise XprojError(
                    f"{self.path}, line {number}: a link points to token {side.max()} of a sentence of {len(doc)} "
                    "tokens; the file was made for another corpus or tokenisation, align this one"
                )
        return alignment
