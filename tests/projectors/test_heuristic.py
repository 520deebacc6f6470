"""The alignment heuristic: cases worked by hand, and a plain implementation of the published steps."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.projectors.heuristic import AlignmentHeuristic


class Linked:
    """An aligner that hands out the links that a pair already has."""

    def __call__(self, bitexts):
        for bitext in bitexts:
            yield bitext.links()


def project(bitext, **settings):
    (projection,) = AlignmentHeuristic(Linked(), **settings)([bitext])
    assert (projection.bitext.source, projection.bitext.target) == (bitext.source, bitext.target)
    assert [(o.entity, o.label) for o in projection.outcomes] == [
        (i, ent.label_) for i, ent in enumerate(bitext.source.ents)
    ]
    return projection.outcomes


def target_of(n):
    return " ".join(f"t{i}" for i in range(n))


@pytest.mark.parametrize(
    "links, settings, spans",
    [
        ("0-1 1-2", {}, [(1, 3)]),
        ("0-1 1-3", {}, [(1, 4)]),
        ("0-1 1-4", {"length_ratio": 0}, [(1, 2)]),
        ("0-1 1-4", {"length_ratio": 0, "merge_distance": 2}, [(1, 5)]),
        ("0-1 1-3", {"length_ratio": 0, "merge_distance": 0}, [(1, 2)]),
        ("0-1 1-3", {"length_ratio": 0, "merge_distance": 0, "top_k": 0}, [(1, 2), (3, 4)]),
        # a second copy of the entity, one token further
        ("0-1 1-2 0-4 1-5", {"only_i": False}, [(1, 6)]),
        ("0-1 1-2 0-4 1-5", {"only_i": True}, [(1, 3)]),
        ("0-1 1-2 0-4 1-5", {"only_i": True, "top_k": 0}, [(1, 3), (4, 6)]),
        ("0-1 1-2 1-4", {"only_i": True}, [(1, 5)]),
        # the new copy does not begin with the first token
        ("0-1 1-2 1-4 0-5", {"only_i": True}, [(1, 6)]),
        # two ranges without a gap are one, whatever `only_i` says
        ("0-1 1-2 0-3", {"only_i": True}, [(1, 4)]),
        # at most .8 of two tokens is dropped: one of two
        ("0-1 1-5", {"length_ratio": 0.5}, []),
        ("0-1 1-5", {"length_ratio": 0.4}, [(1, 2)]),
        # the longest
        ("0-1 0-4 1-5 0-6", {}, [(4, 7)]),
        ("0-1 0-4 1-5 1-7", {"length_ratio": 0, "top_k": 2}, [(4, 8), (1, 2)]),
    ],
)
def test_ranges(make_bitext, links, settings, spans):
    bitext = make_bitext("Ana Silva sleeps", target_of(8), [(0, 2, "PER")], links)
    (outcome,) = project(bitext, **settings)
    assert list(outcome.spans) == spans
    assert outcome.status == ("projected" if spans else "below_threshold")


def test_the_score_is_the_share_of_aligned_tokens(make_bitext):
    bitext = make_bitext("Ana Silva", target_of(4), [(0, 2, "PER")], "0-0 0-1 1-3")
    (outcome,) = project(bitext)
    assert outcome.spans == ((0, 4),) and outcome.scores == (0.75,)


def test_longest_first_and_never_over_another(make_bitext):
    ents = [(0, 1, "PER"), (1, 3, "ORG")]
    (short, long) = project(make_bitext("Ana Foo Bar", target_of(4), ents, "0-1 1-1 2-2"))
    assert (long.status, long.spans) == ("projected", ((1, 3),))
    assert (short.status, short.spans, short.scores) == ("lost_overlap", (), ())


def test_of_equal_length_the_first_entity_wins(make_bitext):
    ents = [(0, 1, "PER"), (1, 2, "LOC")]
    first, second = project(make_bitext("Ana Porto", target_of(2), ents, "0-1 1-1"))
    assert (first.status, second.status) == ("projected", "lost_overlap")


def test_statuses(make_bitext):
    ents = [(0, 1, "A"), (1, 2, "B"), (2, 6, "C"), (6, 7, "D"), (7, 8, "E")]
    target = ["x", "\n", "y", "z"]
    bitext = make_bitext("a b c c c c d e", target, ents, "0-0 1-1 2-2 6-0")
    assert [outcome.status for outcome in project(bitext)] == [
        "projected",
        "invalid_span",
        "below_threshold",
        "lost_overlap",
        "unaligned",
    ]


def test_a_span_may_hold_white_space_but_not_begin_with_it(make_bitext):
    words = ["x", "\n", "y"]
    (inside,) = project(make_bitext("a b", words, [(0, 2, "A")], "0-0 1-2"))
    assert inside.spans == ((0, 3),)
    (at_the_edge,) = project(make_bitext("a b", [*words[:2], "y", "z"], [(0, 2, "A")], "0-0 1-1 1-2"))
    assert at_the_edge.spans == ((0, 3),)
    (behind,) = project(make_bitext("a b", ["x", "y", " "], [(0, 2, "A")], "0-0 1-1 1-2"))
    assert behind.spans == ((0, 2),)
    (alone,) = project(make_bitext("a", [" ", "x"], [(0, 1, "A")], "0-0"))
    assert alone.status == "invalid_span"


def test_a_range_that_cannot_be_an_entity_does_not_take_the_place_of_one_that_can(make_bitext):
    """The longest one cuts a word at its combining mark."""
    words = ["Ọ", "\u0300", "yọ", "x", "Rio"]
    bitext = make_bitext("a", words, [(0, 1, "A")], "0-1 0-2 0-4")
    for settings in ({}, {"top_k": 0}):
        (outcome,) = project(bitext, merge_distance=0, **settings)
        assert outcome.spans == ((4, 5),)


@pytest.mark.parametrize("setting", ["merge_distance", "length_ratio", "top_k"])
def test_numbers_below_zero(setting):
    with pytest.raises(XprojError, match=f"{setting} is -1: use 0 or more"):
        AlignmentHeuristic(Linked(), **{setting: -1})


def test_no_length_ratio(make_bitext):
    bitext = make_bitext("a b c", "x y", [(0, 3, "A")], "0-0")
    assert [o.status for o in project(bitext)] == ["below_threshold"]
    assert [o.spans for o in project(bitext, length_ratio=None)] == [((0, 1),)]


@pytest.mark.parametrize("source, target", [("", ""), ("Ana", ""), ("", "Ana"), ("Ana", "Ana")])
def test_empty_sides(make_bitext, source, target):
    ents = [(0, 1, "PER")] if source else []
    outcomes = project(make_bitext(source, target, ents, ""))
    assert [outcome.status for outcome in outcomes] == ["unaligned"] * len(ents)


def plain(n_target, ents, links, merge_distance, only_i, length_ratio, top_k):
    """The published steps, on strings: B marks tokens aligned with the first token of an entity, I the other ones."""
    proposals = []
    for i, (start, end) in enumerate(ents):
        first = {t for s, t in links if s == start}
        any_of = {t for s, t in links if start <= s < end}
        marks = "".join("B" if t in first else "I" if t in any_of else "." for t in range(n_target))
        ranges = [list(found.span()) for found in re.finditer("[BI]+", marks)]
        merged = ranges[:1]
        for begin, stop in ranges[1:]:
            is_near = marks[merged[-1][1] : begin].count(".") <= merge_distance
            if is_near and not (only_i and marks[begin] == "B"):
                merged[-1][1] = stop
            else:
                merged.append([begin, stop])
        long_enough = [r for r in merged if (r[1] - r[0]) / (end - start) > length_ratio]
        long_enough.sort(key=lambda r: r[1] - r[0], reverse=True)
        proposals += [(i, tuple(r)) for r in (long_enough[:top_k] if top_k else long_enough)]
    proposals.sort(key=lambda p: (p[1][0] - p[1][1], p[0], p[1]))
    labels = ["O"] * n_target
    spans = [[] for _ in ents]
    for i, (start, end) in proposals:
        if set(labels[start:end]) == {"O"}:
            labels[start:end] = [str(i)] * (end - start)
            spans[i].append((start, end))
    return spans


entity_spans = st.sets(st.integers(0, 9), min_size=2, max_size=6).map(
    lambda cuts: [pair for i, pair in enumerate(zip(sorted(cuts), sorted(cuts)[1:])) if i % 3 < 2]
)


@given(
    ents=entity_spans,
    links=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 11)), max_size=25),
    merge_distance=st.integers(0, 3),
    only_i=st.booleans(),
    length_ratio=st.sampled_from([0, 0.5, 0.8]),
    top_k=st.integers(0, 3),
)
def test_equals_the_plain_implementation(make_bitext, ents, links, **settings):
    pharaoh = " ".join(f"{s}-{t}" for s, t in links)
    bitext = make_bitext(target_of(10), target_of(12), [(*ent, "X") for ent in ents], pharaoh)
    outcomes = project(bitext, **settings)
    assert [list(outcome.spans) for outcome in outcomes] == plain(12, ents, links, **settings)
    for outcome in outcomes:
        assert (outcome.status == "projected") == bool(outcome.spans)
        assert len(outcome.scores) == len(outcome.spans)


def test_initialize_reaches_the_aligner(make_bitext):
    class Counting(Linked):
        pairs = 0

        def initialize(self, get_bitexts):
            self.pairs = len(list(get_bitexts()))

    aligner = Counting()
    AlignmentHeuristic(aligner).initialize(lambda: iter([make_bitext("a", "b")] * 3))
    assert aligner.pairs == 3
    AlignmentHeuristic(Linked()).initialize(lambda: iter([]))


def projected_by_ebing(source_tokens, links, n_target, comp_src, comp_tgt, restr):
    """Where the published projection puts an entity: from the first to the last word that it is aligned with."""
    linked = {}
    for s, t in links:
        linked.setdefault(s, []).append(t)
    if comp_src and not all(token in linked for token in source_tokens):
        return None
    targets = sorted({t for token in source_tokens for t in linked.get(token, [])})
    if not targets or (comp_tgt and targets != list(range(targets[0], targets[-1] + 1))):
        return None
    return (targets[0], targets[0] + 1) if restr and len(source_tokens) == 1 else (targets[0], targets[-1] + 1)


@given(
    st.sets(st.tuples(st.integers(0, 4), st.integers(0, 6)), max_size=8), st.sampled_from([(1, 2), (1, 4)]), st.data()
)
def test_filters_of_ebing_and_glavas(make_bitext, links, ent, data):
    comp_src, comp_tgt, restr = (data.draw(st.booleans()) for _ in range(3))
    pharaoh = " ".join(f"{s}-{t}" for s, t in links)
    bitext = make_bitext("a b c d e", "t u v w x y z", [(*ent, "PER")], pharaoh)
    settings = {"merge_distance": 9, "length_ratio": 0, "comp_src": comp_src, "comp_tgt": comp_tgt, "restr": restr}
    (projection,) = AlignmentHeuristic(Linked(), **settings)([bitext])
    expected = projected_by_ebing(list(range(*ent)), links, 7, comp_src, comp_tgt, restr)
    (outcome,) = projection.outcomes
    assert outcome.spans == (() if expected is None else (expected,))
    if expected is None:
        assert outcome.status == ("below_threshold" if any(ent[0] <= s < ent[1] for s, _ in links) else "unaligned")
