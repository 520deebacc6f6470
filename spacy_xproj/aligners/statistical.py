"""The statistical aligner: which words occur together in a corpus, by way of eflomal."""

from io import StringIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Iterable, Iterator, List, Optional, Tuple

import numpy
import srsly
from spacy.tokens import Doc

from ..errors import XprojError
from ..storage.atomic import atomic_path
from ..storage.files import read_text
from ..text.forms import spread, token_forms, words
from ..types import Bitext, GetBitexts, WordAlignment
from .links import merge

#: Words. eflomal leaves out longer sentences.
MAX_LENGTH = 1023

#: Words of a source and a target sentence, lines of source and target text, or lines of forward and backward links.
Sides = Tuple[List[str], List[str]]


class StatisticalAligner:
    """Align with eflomal (Östling and Tiedemann 2016): a Bayesian HMM with fertilities, sampled in both directions
    (registered as `spacy-xproj.StatisticalAligner.v1`). Links of both directions have weight 1, links of one .5.

    It knows of words only how often they occur together, so it needs a corpus. `initialize` aligns one, and keeps what
    it has learned as priors: how often words were aligned, how far links jump, how many links words have. Each call
    then aligns `buffer` pairs at a time with these priors. Without priors, a buffer has its own statistics only. Pairs
    are compared by the forms of their words (`spacy_xproj.text.forms`) in lower case. eflomal draws its samples anew in
    every run: two runs differ in some of their links, the more the smaller the corpus.

    eflomal is licensed under the GPL 3; it is an extra, and a program of its own does its work.

    priors (Optional[Path]): file with priors, in eflomal's format. If it exists, its priors are used, and nothing is
        learned; otherwise `initialize` writes it, for use with other text of the same languages. None to keep them in
        memory.
    sample (int): pairs that priors are learned from. All of them are in memory at that time.
    buffer (int): pairs that are aligned at a time.
    iterations (float): of the sampler, relative to eflomal's own choice, which is more for less text.
    RAISES (XprojError): if eflomal is not installed, a number is out of range or the file does not hold priors.
    """

    def __init__(
        self,
        priors: Optional[Path] = None,
        sample: int = 100_000,
        buffer: int = 5000,
        iterations: float = 1.0,
    ):
        try:
            import eflomal
        except ImportError:
            message = "eflomal is not installed: pip install 'spacy_xproj[eflomal]' (needs a C compiler)"
            raise XprojError(message) from None
        if min(sample, buffer) < 1:
            raise XprojError(f"sample = {sample}, buffer = {buffer}: these are numbers of pairs, give 1 or more")
        self.eflomal = eflomal
        self.path = Path(priors) if priors else None
        self.sample = sample
        self.buffer = buffer
        self.iterations = iterations
        self.priors = self._read(self.path) if self.path and self.path.exists() else None

    def initialize(self, get_bitexts: GetBitexts) -> None:
        """Learn priors, unless a file has them.

        get_bitexts (GetBitexts): gives pairs, of which the first `sample` are read.
        """
        if self.path and self.path.exists():
            self.priors = self._read(self.path)
            return
        self.priors = None
        self.priors = self._learn([_forms(pair) for pair in islice(get_bitexts(), self.sample)])
        if self.path:
            with atomic_path(self.path) as temporary:
                temporary.write_text("".join(self.priors), encoding="utf8")

    def to_bytes(self) -> bytes:
        """Save the priors."""
        return srsly.msgpack_dumps(self.priors)

    def from_bytes(self, data: bytes) -> None:
        """Load the priors.

        data (bytes): what `to_bytes` gave.
        """
        self.priors = srsly.msgpack_loads(data)

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        """Align pairs.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (WordAlignment): the links of each; none if a side is empty.
        RAISES (XprojError): if a sentence has more than `MAX_LENGTH` words.
        """
        stream = iter(bitexts)
        while pairs := list(islice(stream, self.buffer)):
            for pair, *lines in zip(pairs, *self._align([_forms(pair) for pair in pairs]), strict=True):
                ways = map(WordAlignment.from_pharaoh, lines)
                halves = [WordAlignment(one.source, one.target, numpy.float32(0.5) * one.weight) for one in ways]
                yield _of_tokens(merge(halves, "sum"), pair)

    def _learn(self, forms: List[Sides]) -> List[str]:
        counts = self.eflomal.calculate_priors(*_lines(forms), *self._align(forms))
        file = StringIO()
        self.eflomal.write_priors(file, *counts)
        return file.getvalue().splitlines(keepends=True)

    def _read(self, path: Path) -> List[str]:
        lines = read_text(path).splitlines(keepends=True)
        try:
            self.eflomal.read_priors(lines)
        except (ValueError, TypeError, IndexError):
            raise XprojError(f"{path}: not a file with priors of eflomal; remove it to have it made again") from None
        return lines

    def _align(self, forms: List[Sides]) -> Sides:
        """Give a line of links for each pair, forward and backward."""
        if not any(source and target for source, target in forms):
            return [""] * len(forms), [""] * len(forms)  # eflomal cannot do without words
        aligner = self.eflomal.Aligner(rel_iterations=self.iterations)
        with TemporaryDirectory() as folder:
            files = Path(folder) / "forward", Path(folder) / "backward"
            aligner.align(*_lines(forms), *map(str, files), priors_input=self.priors or None)
            forward, backward = (read_text(file).split("\n")[: len(forms)] for file in files)
        return forward, backward


def _forms(pair: Bitext) -> Sides:
    return _symbols(pair.source), _symbols(pair.target)


def _symbols(doc: Doc) -> List[str]:
    # eflomal separates words at white space
    symbols = ["".join(word.split()).lower() or "\N{OPEN BOX}" for word in words(token_forms(doc))]
    if len(symbols) > MAX_LENGTH:
        raise XprojError(
            f"'{doc[:5].text} …': a sentence of {len(symbols)} words, eflomal aligns {MAX_LENGTH} at most; split it"
        )
    return symbols


def _lines(forms: List[Sides]) -> Sides:
    return [" ".join(source) for source, _ in forms], [" ".join(target) for _, target in forms]


def _of_tokens(links: WordAlignment, pair: Bitext) -> WordAlignment:
    source, target = token_forms(pair.source), token_forms(pair.target)
    matrix = links.to_matrix(len(words(source)), len(words(target)))
    return WordAlignment.from_matrix(spread(matrix, source, target)) if matrix.size else links
