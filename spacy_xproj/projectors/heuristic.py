"""Projection by the alignment heuristic: an entity goes where its words are aligned."""

from typing import Dict, Iterable, Iterator, List, Optional, Set, Tuple

import numpy
from numpy.typing import NDArray

from ..errors import XprojError
from ..parts import Composite
from ..types import Bitext, Ints2d, Outcome, Projection, WordAligner
from .align import align
from .matching import entity_edges

Range = Tuple[int, int]


class AlignmentHeuristic(Composite):
    """Label the continuous target ranges that are aligned with an entity (García-Ferrero et al. 2022, §3.2; with
    the settings of Politov et al. 2025, §3.2; registered as `spacy-xproj.AlignmentHeuristic.v1`).

    aligner (WordAligner): aligns the words; a link's weight is not read.
    merge_distance (int): ranges with at most so many tokens between them are one.
    only_i (bool): do not merge a range that begins with a token aligned with the entity's first token: it is a new
        copy.
    length_ratio (Optional[float]): ranges of at most this length, relative to the entity's, are dropped; 0 and None
        drop none.
    top_k (int): how many of the longest ranges receive the label; 0 for all.
    comp_src (bool): an entity is given up if one of its words has no link (COMP-SRC of Ebing and Glavaš 2025).
    comp_tgt (bool): an entity is given up if the words that it is aligned with do not follow each other (COMP-TGT).
    restr (bool): an entity of one word gets one word, the first that it is aligned with (RESTR).
    RAISES (XprojError): if a number is below 0.
    """

    def __init__(
        self,
        aligner: WordAligner,
        merge_distance: int = 1,
        only_i: bool = False,
        length_ratio: Optional[float] = 0.8,
        top_k: int = 1,
        comp_src: bool = False,
        comp_tgt: bool = False,
        restr: bool = False,
    ):
        ratio = length_ratio or 0.0
        for name, value in {"merge_distance": merge_distance, "length_ratio": ratio, "top_k": top_k}.items():
            if value < 0:
                raise XprojError(f"{name} is {value}: use 0 or more")
        self.aligner = aligner
        self.merge_distance = merge_distance
        self.only_i = only_i
        self.length_ratio = ratio
        self.top_k = top_k
        self.comp_src = comp_src
        self.comp_tgt = comp_tgt
        self.restr = restr

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Projection]:
        """Project pairs. The score of a span is the share of its tokens that are aligned with the entity.

        bitexts (Iterable[Bitext]): the pairs.
        YIELDS (Projection): the result for each.
        """
        for bitext in align(bitexts, self.aligner):
            yield self._project(bitext)

    def _project(self, bitext: Bitext) -> Projection:
        links = bitext.links()
        statuses: List[str] = []
        proposals: List[Tuple[int, int, Range]] = []  # minus length, entity, range: sorts longest first
        aligned = numpy.zeros((len(bitext.source.ents), len(bitext.target)), dtype=bool)
        is_word = numpy.asarray([not token.is_space for token in bitext.target], dtype=bool)
        for i, ent in enumerate(bitext.source.ents):
            aligned[i, links.target[(links.source >= ent.start) & (links.source < ent.end)]] = True
            if (aligned[i] & is_word).any():  # else all that it has is white space
                aligned[i] &= is_word
            is_kept = self._is_kept(aligned[i], set(range(ent.start, ent.end)) - set(links.source.tolist()))
            if self.restr and len(ent) == 1:
                aligned[i, aligned[i].argmax() + 1 :] = False
            first = links.target[links.source == ent.start].tolist()
            ranges = self._ranges(aligned[i].nonzero()[0].tolist(), first)
            long_enough = [r for r in ranges if is_kept and (r[1] - r[0]) / len(ent) > self.length_ratio]
            edges = entity_edges(bitext.target, _spans(long_enough))
            valid = [r for r, is_valid in zip(long_enough, edges) if is_valid]
            steps = {"unaligned": ranges, "below_threshold": long_enough, "invalid_span": valid}
            statuses.append(next((status for status, left in steps.items() if not left), "lost_overlap"))
            longest = sorted(valid, key=lambda r: r[0] - r[1])[: self.top_k or None]
            proposals += [(start - end, i, (start, end)) for start, end in longest]
        placed = _label_longest_first(proposals, len(bitext.target))
        outcomes = []
        for i, ent in enumerate(bitext.source.ents):
            spans = tuple(placed.get(i, ()))
            scores = tuple(float(aligned[i, start:end].mean()) for start, end in spans)
            outcomes.append(Outcome(i, ent.label_, "projected" if spans else statuses[i], spans, scores))
        return Projection(bitext, outcomes)

    def _is_kept(self, aligned: NDArray, unlinked: Set[int]) -> bool:
        """Tell whether an entity passes the filters, given its target tokens and those of its words without a link."""
        n_ranges = (numpy.diff(aligned.astype(numpy.int8), prepend=0) == 1).sum()
        return not (self.comp_src and unlinked) and not (self.comp_tgt and n_ranges > 1)

    def _ranges(self, aligned: List[int], first: List[int]) -> List[Range]:
        """Maximal continuous ranges of aligned tokens, merged over small gaps."""
        ranges: List[Range] = []
        for token in aligned:
            gap = token - ranges[-1][1] if ranges else None
            new_copy = self.only_i and token in first
            if gap == 0 or (gap is not None and gap <= self.merge_distance and not new_copy):
                ranges[-1] = (ranges[-1][0], token + 1)
            else:
                ranges.append((token, token + 1))
        return ranges


def _spans(ranges: List[Range]) -> Ints2d:
    return numpy.asarray(ranges, dtype=numpy.int32).reshape(-1, 2)


def _label_longest_first(proposals: List[Tuple[int, int, Range]], n_tokens: int) -> Dict[int, List[Range]]:
    taken = [False] * n_tokens
    placed: Dict[int, List[Range]] = {}
    for _, entity, (start, end) in sorted(proposals):
        if not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            placed.setdefault(entity, []).append((start, end))
    return placed
