"""Data shapes and protocols: what flows between the steps of a projection. Read this first.

Everything is batched and streaming. A step takes an iterable and yields exactly one result for each
item, in order, so a step never drops anything; what it cannot do, it says in its result.
"""

from dataclasses import dataclass, field, replace
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Protocol, Tuple, runtime_checkable

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc, Span

from .errors import XprojError

Floats1d = NDArray[numpy.float32]
Floats2d = NDArray[numpy.float32]
Ints1d = NDArray[numpy.int32]
Ints2d = NDArray[numpy.int32]
Ints3d = NDArray[numpy.int32]
Ints4d = NDArray[numpy.int32]
ScoredSpan = Tuple[Tuple[int, int], float]  # target tokens [start, end)
MAX_POSITION = numpy.iinfo(numpy.int32).max


@dataclass(frozen=True)
class WordAlignment:
    """Weighted links between source and target tokens.

    source (Ints1d): source token positions. *Shape:* ``(links,)``
    target (Ints1d): target token positions. *Shape:* ``(links,)``
    weight (Floats1d): link weights in (0, 1]; 1 for hard links. *Shape:* ``(links,)``
    """

    source: Ints1d
    target: Ints1d
    weight: Floats1d

    def __len__(self) -> int:
        return len(self.source)

    @classmethod
    def from_matrix(cls, matrix: NDArray, threshold: float = 0.0) -> "WordAlignment":
        """Keep the cells of a weight matrix that exceed a threshold.

        matrix (NDArray): weights in [0, 1]. *Shape:* ``(source tokens, target tokens)``
        threshold (float): cells at or below it are not links.
        RETURNS (WordAlignment): the links, ordered by source and then target position.
        """
        source, target = numpy.nonzero(matrix > threshold)
        weight = matrix[source, target].astype(numpy.float32)
        return cls(source.astype(numpy.int32), target.astype(numpy.int32), weight)

    def to_matrix(self, n_source: int, n_target: int) -> Floats2d:
        """Write the weights into a dense matrix. *Shape:* ``(n_source, n_target)``"""
        matrix = numpy.zeros((n_source, n_target), dtype=numpy.float32)
        matrix[self.source, self.target] = self.weight
        return matrix

    @classmethod
    def from_pharaoh(cls, line: str) -> "WordAlignment":
        """Read one line of links such as ``0-0 1-2`` or, with weights, ``0-0:0.9 1-2:0.4``.

        line (str): the links, separated by spaces; a link without weight has weight 1.
        RETURNS (WordAlignment): the links in the order of the line.
        RAISES (XprojError): if a link is not of that form, or appears twice.
        """
        links: List[Tuple[int, int, float]] = []
        for item in line.split():
            pair, _, weight = item.partition(":")
            source, dash, target = pair.partition("-")
            try:
                if not item.isascii() or "_" in item:  # which int and float read: digits of all scripts, 1_000
                    raise ValueError
                link = (int(source), int(target), float(numpy.float32(weight or 1)))
            except ValueError:
                link = (-1, -1, 0.0)
            if not dash or min(link[:2]) < 0 or max(link[:2]) > MAX_POSITION or not 0 < link[2] <= 1:
                raise XprojError(f"bad link '{item}': write source-target or source-target:weight, weight in (0, 1]")
            links.append(link)
        if len({link[:2] for link in links}) < len(links):
            raise XprojError(f"each link must appear once: '{line.strip()[:60]}' has one twice; remove one of them")
        columns = list(zip(*links)) or [(), (), ()]
        return cls(
            numpy.asarray(columns[0], dtype=numpy.int32),
            numpy.asarray(columns[1], dtype=numpy.int32),
            numpy.asarray(columns[2], dtype=numpy.float32),
        )

    def to_pharaoh(self) -> str:
        """Write one line of links, which `from_pharaoh` reads back bit by bit.

        RETURNS (str): the line; weights other than 1 are written with the fewest digits (nine at most) that tell them
            from every other number of 32 bits.
        """
        rows = zip(self.source.tolist(), self.target.tolist(), self.weight.astype(numpy.float32))
        return " ".join(f"{s}-{t}" if w == 1 else f"{s}-{t}:{w!s}" for s, t, w in rows)


@dataclass(frozen=True)
class Bitext:
    """A sentence and its translation.

    source (Doc): the labelled side; its entities are ``source.ents``.
    target (Doc): the side that receives the labels.
    alignment (Optional[WordAlignment]): their word alignment, once an aligner has seen the pair.
    """

    source: Doc
    target: Doc
    alignment: Optional[WordAlignment] = None

    def aligned(self, alignment: WordAlignment) -> "Bitext":
        """Make the same pair with this alignment."""
        return replace(self, alignment=alignment)

    def links(self) -> WordAlignment:
        """Give the alignment. RAISES (XprojError): if the pair has none."""
        if self.alignment is None:
            raise XprojError("this step reads word alignments: give the projector an 'aligner'")
        return self.alignment


@dataclass(frozen=True)
class Candidates:
    """Target token spans that an entity may be matched with.

    spans (Ints2d): start (included) and end (excluded) of each; each span appears once. *Shape:* ``(candidates, 2)``
    origin (Optional[NDArray]): if several extractors were combined, which of them proposed each span, as booleans.
        *Shape:* ``(candidates, extractors)``
    """

    spans: Ints2d
    origin: Optional[NDArray] = None

    def __len__(self) -> int:
        return len(self.spans)


class Match(NamedTuple):
    """A source entity placed on a candidate.

    entity (int): index into ``source.ents``.
    candidate (int): index into the candidates.
    score (float): the match score, as maximised.
    """

    entity: int
    candidate: int
    score: float


#: What a solver or a projector may have to say about a sentence, with what it means. It says nothing if matches are
#: optimal and markers were kept.
FLAGS: Dict[str, str] = {
    "not_proved_optimal": "the search was stopped: there may be matches that score more",
    "constraint_relaxed": "an entity has fewer matches than the constraint asks for, as there was no place for more",
    "markers_changed": "the translation did not keep the markers: entities were placed by their own translations",
    "markers_in_text": "the source has such markers itself: entities were placed by their own translations",
}


class Matches(List[Match]):
    """The matches that a solver chose. One that never has to say anything may return a plain list.

    matches (Iterable[Match]): the matches.
    flags (Iterable[str]): some of `FLAGS`.
    """

    def __init__(self, matches: Iterable[Match] = (), flags: Iterable[str] = ()):
        super().__init__(matches)
        self.flags = tuple(flags)


#: Every status that an outcome can have, with what it means.
STATUSES: Dict[str, str] = {
    "projected": "the entity is on the target",
    "unaligned": "nothing in the target goes with the entity: no aligned word, no candidate with a score",
    "below_threshold": "its best match scores less than the setting asks for",
    "lost_overlap": "every place for it was taken by another entity",
    "invalid_span": "the place found cannot be an entity of the target Doc",
    "too_long": "the sentence is longer than the model can read",
    "no_capital": "its place has no capital letter, in a language that writes names with one",
    "ambiguous": "another place scores nearly as much, by less than the margin that the setting asks for",
}


@dataclass(frozen=True)
class Outcome:
    """What became of one source entity.

    entity (int): index into ``source.ents``.
    label (str): the entity's label.
    status (str): one of `STATUSES`.
    spans (Tuple[Tuple[int, int], ...]): the target token spans [start, end) that received the label, none to several.
    scores (Tuple[float, ...]): the score of each span.
    margins (Tuple[float, ...]): by how much each exceeds that of the best rival place; none if places are not compared.
    rivals (Tuple[ScoredSpan, ...]): for people who look, the best other places; they make no difference.
    """

    entity: int
    label: str
    status: str
    spans: Tuple[Tuple[int, int], ...] = ()
    scores: Tuple[float, ...] = ()
    margins: Tuple[float, ...] = ()
    rivals: Tuple[ScoredSpan, ...] = field(default=(), compare=False)

    def placed(self) -> Iterator[Tuple[Tuple[int, int], float, Optional[float]]]:
        """Go through the spans, each with its score and its margin if known."""
        yield from zip(self.spans, self.scores, self.margins or [None] * len(self.spans))


@dataclass(frozen=True)
class Projection:
    """The result for one pair.

    bitext (Bitext): the pair.
    outcomes (List[Outcome]): exactly one for every source entity, in their order.
    flags (Tuple[str, ...]): some of `FLAGS`: what the solver or the projector had to say.
    """

    bitext: Bitext
    outcomes: List[Outcome]
    flags: Tuple[str, ...] = ()


GetBitexts = Callable[[], Iterable[Bitext]]

# The protocols are checked at run time: the validation of a config tests an optional part with `isinstance`.


@runtime_checkable
class Translator(Protocol):
    """Texts in, one translation each out."""

    src_lang: str
    tgt_lang: str

    def __call__(self, texts: Iterable[str]) -> Iterator[str]: ...


@dataclass(frozen=True)
class Translation:
    """What became of a text.

    text (str): its translation.
    flags (Tuple[str, ...]): what the translator has to say of it (see `spacy_xproj.translators.base`).
    """

    text: str
    flags: Tuple[str, ...] = ()


@runtime_checkable
class FlaggingTranslator(Protocol):
    """A translator that tells what may be wrong with its translations."""

    def translate_flagged(self, texts: Iterable[str]) -> Iterator[Translation]: ...


@runtime_checkable
class WordAligner(Protocol):
    """Pairs in, one alignment each out. Reads tokens only, never labels."""

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]: ...


@dataclass(frozen=True)
class TagProbabilities:
    """Tag probabilities of the tokens of one sentence.

    labels (Tuple[str, ...]): the entity labels, without prefixes.
    outside (Floats1d): probability that a token is of no entity. *Shape:* ``(tokens,)``
    begin (Floats2d): probability that a token begins an entity of each label. *Shape:* ``(tokens, labels)``
    inside (Floats2d): probability that a token continues one. *Shape:* ``(tokens, labels)``
    """

    labels: Tuple[str, ...]
    outside: Floats1d
    begin: Floats2d
    inside: Floats2d


@runtime_checkable
class Tagger(Protocol):
    """A named-entity model: Docs in; out come, for each, the probabilities of its tokens' tags, the entities (start and
    end token, label) or only their token spans."""

    def probabilities(self, docs: List[Doc]) -> List[TagProbabilities]: ...

    def entities(self, docs: List[Doc]) -> List[List[Tuple[int, int, str]]]: ...

    def spans(self, docs: List[Doc]) -> List[Ints2d]: ...


@runtime_checkable
class CandidateExtractor(Protocol):
    """Pairs in, the candidates of each out."""

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]: ...


@runtime_checkable
class MatchScorer(Protocol):
    """Pairs with candidates in, one score matrix each out. *Shape:* ``(entities, candidates)``"""

    def __call__(self, pairs: Iterable[Tuple[Bitext, Candidates]]) -> Iterator[Floats2d]: ...


@runtime_checkable
class Solver(Protocol):
    """A score matrix and its candidates in, the chosen matches out: `Matches` if there is something to say."""

    def __call__(self, scores: Floats2d, candidates: Candidates) -> List[Match]: ...


@runtime_checkable
class Projector(Protocol):
    """Pairs in, one projection each out."""

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]: ...


@runtime_checkable
class SentenceFilter(Protocol):
    """A projection in; out comes the reason for which its sentence is no training data, or None to keep it."""

    def __call__(self, projection: Projection) -> Optional[str]: ...


@runtime_checkable
class Converter(Protocol):
    """The text of a file in, annotated Docs out (`spacy_xproj.corpora`)."""

    def __call__(self, text: str) -> Iterable[Doc]: ...


# What a part may have besides: each of these is optional.


@runtime_checkable
class Initializable(Protocol):
    """A part that estimates corpus statistics from unlabelled text before it is used."""

    def initialize(self, get_bitexts: GetBitexts) -> None: ...


@runtime_checkable
class Serializable(Protocol):
    """A part whose corpus statistics can be saved, and loaded by one with the same settings."""

    def to_bytes(self) -> bytes: ...

    def from_bytes(self, data: bytes) -> None: ...


@runtime_checkable
class Positional(Protocol):
    """An aligner that may tell pairs by their place in the corpus, and must get all of them then."""

    positional: bool


@runtime_checkable
class Forgetful(Protocol):
    """A part that remembers something of the pairs that it has seen, and can forget it."""

    def forget(self) -> None: ...


@runtime_checkable
class Counting(Protocol):
    """A part that counts what it does itself, for the summary of a run."""

    def counts(self) -> Dict[str, int]: ...


@runtime_checkable
class Licensed(Protocol):
    """A part with a model whose licence is recorded with what it makes, if it is known."""

    license: Optional[str]


@runtime_checkable
class HasInputs(Protocol):
    """A translator that depends on files: the SHA-256 of each, by its path."""

    def input_digests(self) -> Dict[str, str]: ...


def is_positional(aligner: WordAligner) -> bool:
    """Tell whether an aligner must get all pairs of a corpus: see `Positional`."""
    return isinstance(aligner, Positional) and aligner.positional


def token_spans(ents: Iterable[Span]) -> Ints2d:
    """List the start and the end token of each span. *Shape:* ``(spans, 2)``"""
    return numpy.asarray([(ent.start, ent.end) for ent in ents], dtype=numpy.int32).reshape(-1, 2)
