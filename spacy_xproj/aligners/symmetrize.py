"""Symmetrisation: one alignment from those of the two directions of a statistical aligner.

A statistical aligner links each target word with at most one source word (forward) or the other way round (backward).
"""

from typing import Callable, Dict, FrozenSet, Iterator, Set, Tuple

import numpy

from ..errors import XprojError
from ..types import WordAlignment

Link = Tuple[int, int]
Links = FrozenSet[Link]

NEIGHBOURS = [(-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]


def grow_diag(forward: Links, backward: Links) -> Set[Link]:
    """Begin with the intersection and add links of the union next to a link, the diagonal included, where one of their
    words has no link yet (Koehn, Och and Marcu 2003, §4.4; the order is that of Moses).

    forward (Links): links of one direction.
    backward (Links): links of the other.
    RETURNS (Set[Link]): the links.
    """
    union = sorted(forward | backward)
    links = set(forward & backward)
    sources, targets = {i for i, _ in links}, {j for _, j in links}
    grown = -1
    while grown != len(links):
        grown = len(links)
        for i, j in union:
            if (i, j) not in links:
                continue
            for di, dj in NEIGHBOURS:
                new = (i + di, j + dj)
                if (new in forward or new in backward) and (new[0] not in sources or new[1] not in targets):
                    links.add(new)
                    sources.add(new[0])
                    targets.add(new[1])
    return links


def grow_diag_final(forward: Links, backward: Links) -> Set[Link]:
    """`grow_diag`, and then every link of either direction of which one word has no link yet.

    forward (Links): links of one direction.
    backward (Links): links of the other.
    RETURNS (Set[Link]): the links.
    """
    return _final(forward, backward, lambda source_free, target_free: source_free or target_free)


def grow_diag_final_and(forward: Links, backward: Links) -> Set[Link]:
    """`grow_diag`, and then every link of either direction of which both words have no link yet.

    forward (Links): links of one direction.
    backward (Links): links of the other.
    RETURNS (Set[Link]): the links.
    """
    return _final(forward, backward, lambda source_free, target_free: source_free and target_free)


def _final(forward: Links, backward: Links, wanted: Callable[[bool, bool], bool]) -> Set[Link]:
    links = grow_diag(forward, backward)
    sources, targets = {i for i, _ in links}, {j for _, j in links}
    for direction in (forward, backward):
        for i, j in sorted(direction):
            if wanted(i not in sources, j not in targets):
                links.add((i, j))
                sources.add(i)
                targets.add(j)
    return links


#: Hard methods. `mean` is the soft one: links of both directions have weight 1, those of one direction .5.
METHODS: Dict[str, Callable[[Links, Links], Set[Link]]] = {
    "forward": lambda forward, _: set(forward),
    "backward": lambda _, backward: set(backward),
    "intersection": lambda forward, backward: set(forward & backward),
    "union": lambda forward, backward: set(forward | backward),
    "grow-diag": grow_diag,
    "grow-diag-final": grow_diag_final,
    "grow-diag-final-and": grow_diag_final_and,
    "mean": lambda forward, backward: set(forward | backward),
}


def check_method(method: str) -> None:
    """RAISES (XprojError): where there is no such method."""
    if method not in METHODS:
        raise XprojError(f"no symmetrisation '{method}': use one of {', '.join(METHODS)}")


def symmetrize(forward: WordAlignment, backward: WordAlignment, method: str) -> WordAlignment:
    """Make one alignment of two.

    forward (WordAlignment): hard links, at most one for each target token.
    backward (WordAlignment): hard links, at most one for each source token.
    method (str): one of `METHODS`.
    RETURNS (WordAlignment): the links, ordered by source and then target position.
    """
    sides = [frozenset(_links(side)) for side in (forward, backward)]
    links = sorted(METHODS[method](*sides))
    both = sides[0] & sides[1]
    weight = [0.5 if method == "mean" and link not in both else 1.0 for link in links]
    columns = numpy.asarray(links, dtype=numpy.int32).reshape(-1, 2)
    return WordAlignment(columns[:, 0], columns[:, 1], numpy.asarray(weight, dtype=numpy.float32))


def _links(alignment: WordAlignment) -> Iterator[Link]:
    yield from zip(alignment.source.tolist(), alignment.target.tolist())
