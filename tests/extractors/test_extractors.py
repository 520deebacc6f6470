"""Candidate extractors against plain enumerations."""

from itertools import combinations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.aligned import AlignedCandidates
from spacy_xproj.extractors.ngram import NgramCandidates, ngrams


def enumerated(n_tokens, max_length):
    spans = [span for span in combinations(range(n_tokens + 1), 2) if span[1] - span[0] <= max_length]
    return sorted(spans, key=lambda span: (span[1] - span[0], span[0]))


def as_tuples(spans):
    return [(int(start), int(end)) for start, end in spans]


@pytest.mark.parametrize("n_tokens", range(9))
@pytest.mark.parametrize("max_length", [1, 2, 3, 8, 45])
def test_ngrams_are_all_spans(n_tokens, max_length):
    spans = ngrams(n_tokens, max_length)
    assert spans.dtype == numpy.int32 and spans.shape[1] == 2
    assert as_tuples(spans) == enumerated(n_tokens, max_length)


def test_ngram_candidates(make_bitext):
    pairs = [make_bitext("Yes", "Claro que sim"), make_bitext("No", ""), make_bitext("", "Não")]
    found = [as_tuples(candidates.spans) for candidates in NgramCandidates(2)(pairs)]
    assert found == [[(0, 1), (1, 2), (2, 3), (0, 2), (1, 3)], [], [(0, 1)]]


def test_shared_spans_cannot_be_changed():
    with pytest.raises(ValueError):
        ngrams(4, 2)[0, 0] = 3


links = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 6)), max_size=8)


@given(links, st.integers(1, 7), st.sampled_from(["touching", "spanning"]))
def test_aligned_candidates(make_bitext, links, max_length, bound):
    ents = [(0, 2, "PER"), (4, 5, "LOC")]
    pharaoh = " ".join(f"{s}-{t}" for s, t in links)
    bitext = make_bitext("a b c d e f", "t u v w x y z", ents, pharaoh)
    aligned = {t for s, t in links if s in (0, 1, 4)}
    expected = []
    for start, end in enumerated(7, max_length):
        touches = any(token in aligned for token in range(start, end))
        if touches if bound == "touching" else (start in aligned and end - 1 in aligned):
            expected.append((start, end))
    (found,) = AlignedCandidates(max_length, bound)([bitext])
    assert as_tuples(found.spans) == expected


@given(links, st.integers(1, 7), st.sampled_from(["within", "merged"]))
def test_candidates_of_each_entity_by_itself(make_bitext, links, max_length, bound):
    """As published: every part of the stretch that an entity is aligned with; or every part of a continuous range, and
    what lies between the beginning of a range and the end of another."""
    ents = [(0, 2, "PER"), (4, 5, "LOC")]
    bitext = make_bitext("a b c d e f", "t u v w x y z", ents, " ".join(f"{s}-{t}" for s, t in links))
    expected = set()
    for first, last, _ in ents:
        tokens = sorted({t for s, t in links if first <= s < last})
        if not tokens:
            continue
        if bound == "within":
            expected |= {(tokens[0] + s, tokens[0] + e) for s, e in enumerated(tokens[-1] - tokens[0] + 1, 9)}
            continue
        ranges = []
        for token in tokens:
            if ranges and ranges[-1][1] == token:
                ranges[-1][1] += 1
            else:
                ranges.append([token, token + 1])
        for i, (start, end) in enumerate(ranges):
            expected |= {(start + s, start + e) for s, e in enumerated(end - start, 9)}
            expected |= {(start, other) for _, other in ranges[i + 1 :]}
    (found,) = AlignedCandidates(max_length, bound)([bitext])
    assert as_tuples(found.spans) == [span for span in enumerated(7, max_length) if span in expected]


@pytest.mark.parametrize("bound", ["touching", "spanning", "within", "merged", None])
def test_stop_words(make_bitext, bound):
    bitext = make_bitext("Ana", "Ana ! sim ?", [(0, 1, "PER")], "0-0 0-1 0-2 0-3")
    make = NgramCandidates(4, ["!", "?"]) if bound is None else AlignedCandidates(4, bound, ["!", "?"])
    assert [as_tuples(candidates.spans) for candidates in make([bitext])] == [[(0, 1), (2, 3)]]


@pytest.mark.parametrize("bound", ["touching", "spanning", "within", "merged"])
def test_nothing_aligned(make_bitext, bound):
    pairs = [
        make_bitext("Ana sleeps", "Ana dorme", [(0, 1, "PER")], ""),
        make_bitext("Ana sleeps", "Ana dorme", [], "0-0"),
        make_bitext("Ana sleeps", "", [(0, 1, "PER")], ""),
    ]
    assert [candidates.spans.shape for candidates in AlignedCandidates(5, bound)(pairs)] == [(0, 2)] * 3


def test_aligned_candidates_need_an_alignment(make_bitext):
    with pytest.raises(XprojError, match="give the projector an 'aligner'"):
        list(AlignedCandidates()([make_bitext("Ana", "Ana", [(0, 1, "PER")])]))


def test_no_candidates():
    with pytest.raises(XprojError, match="max_length is 0: a candidate has at least 1 token"):
        NgramCandidates(0)
    with pytest.raises(XprojError, match="max_length is 0: a candidate has at least 1 token"):
        AlignedCandidates(0)


def test_no_such_bound():
    with pytest.raises(XprojError, match="no bound 'near': use one of touching, spanning, within, merged"):
        AlignedCandidates(bound="near")
