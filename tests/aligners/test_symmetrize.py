"""Symmetrisation, by hand and against the loops of its published definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.aligners.symmetrize import METHODS, check_method, symmetrize
from spacy_xproj.errors import XprojError
from spacy_xproj.types import WordAlignment

N = 6
links = st.sets(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)))


def alignment(pairs):
    return WordAlignment.from_pharaoh(" ".join(f"{i}-{j}" for i, j in pairs))


def pairs_of(links):
    return list(zip(links.source.tolist(), links.target.tolist()))


def by_definition(forward, backward, final):
    """The pseudo-code of Koehn et al. (2005, IWSLT, figure 2), over matrices; `final` is none, or, and."""
    neighbours = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))
    table = [[(i, j) in forward and (i, j) in backward for j in range(N)] for i in range(N)]

    def free(i, j):
        return not any(table[i]), not any(row[j] for row in table)

    added = True
    while added:
        added = False
        for i in range(N):
            for j in range(N):
                for di, dj in neighbours if table[i][j] else ():
                    a, b = i + di, j + dj
                    if (a, b) in forward | backward and not table[a][b] and any(free(a, b)):
                        table[a][b] = added = True
    for direction in (forward, backward) if final != "none" else ():
        for a in range(N):
            for b in range(N):
                if (a, b) in direction and {"or": any, "and": all}[final](free(a, b)):
                    table[a][b] = True
    return [(i, j) for i in range(N) for j in range(N) if table[i][j]]


@given(links, links)
def test_growing_is_as_defined(forward, backward):
    for method, final in (("grow-diag", "none"), ("grow-diag-final", "or"), ("grow-diag-final-and", "and")):
        found = symmetrize(alignment(forward), alignment(backward), method)
        assert pairs_of(found) == by_definition(forward, backward, final)


@given(links, links)
def test_sets(forward, backward):
    sides = alignment(forward), alignment(backward)
    found = {method: pairs_of(symmetrize(*sides, method)) for method in METHODS}
    assert found["forward"] == sorted(forward) and found["backward"] == sorted(backward)
    assert found["intersection"] == sorted(forward & backward)
    assert found["union"] == found["mean"] == sorted(forward | backward)
    for method in METHODS.keys() - {"forward", "backward"}:
        assert set(found["intersection"]) <= set(found[method]) <= set(found["union"])


def test_by_hand():
    forward = alignment([(0, 0), (1, 1), (1, 2), (4, 5)])
    backward = alignment([(0, 0), (1, 1), (2, 1), (5, 3)])
    lines = {method: symmetrize(forward, backward, method).to_pharaoh() for method in METHODS}
    assert lines["intersection"] == "0-0 1-1"
    assert lines["grow-diag"] == "0-0 1-1 1-2 2-1"
    assert lines["grow-diag-final-and"] == "0-0 1-1 1-2 2-1 4-5 5-3"
    assert lines["mean"] == "0-0 1-1 1-2:0.5 2-1:0.5 4-5:0.5 5-3:0.5"


def test_final_differs_from_final_and():
    forward, backward = alignment([(0, 0), (0, 2)]), alignment([(0, 0)])
    assert symmetrize(forward, backward, "grow-diag-final").to_pharaoh() == "0-0 0-2"
    assert symmetrize(forward, backward, "grow-diag-final-and").to_pharaoh() == "0-0"


def test_nothing():
    for method in METHODS:
        assert symmetrize(alignment([]), alignment([]), method).to_pharaoh() == ""
    with pytest.raises(XprojError, match="no symmetrisation 'diag': use one of forward, backward, intersection"):
        check_method("diag")
