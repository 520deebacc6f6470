"""Bootstrap intervals: against plain resampling with seqeval, against theory, and their invariants."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from spacy_xproj.errors import XprojError
from spacy_xproj.evaluation.bootstrap import (
    bootstrap_contrast,
    bootstrap_difference,
    bootstrap_interval,
    bootstrap_mean,
    f1,
)
from spacy_xproj.evaluation.strict import score, strict_counts

counts = st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=30).map(numpy.asarray)


@pytest.fixture
def docs(make_bitext):
    """Give a function that makes labelled Docs of four words from lists of entities."""
    return lambda *sentences: [make_bitext("a b c d", "", ents).source for ents in sentences]


def seqeval_f1(gold, predicted):
    def tags(doc):
        return [f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in doc]

    sides = [tags(doc) for doc in gold], [tags(doc) for doc in predicted]
    return f1_score(*sides, mode="strict", scheme=IOB2, zero_division=0)


def test_counts_by_hand(docs):
    gold = docs([(0, 2, "PER"), (3, 4, "LOC")], [], [(0, 1, "ORG")])
    predicted = docs([(0, 2, "PER"), (2, 4, "LOC")], [(1, 2, "PER")], [(0, 1, "PER")])
    assert strict_counts(gold, predicted).tolist() == [[1, 1, 1], [0, 1, 0], [0, 1, 1]]
    assert strict_counts(gold, predicted, ["ORG"]).tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert strict_counts([], []).shape == (0, 3)
    with pytest.raises(XprojError, match="3 gold and 2 predicted sentences"):
        strict_counts(gold, predicted[:2])


def test_the_counts_add_up_to_the_strict_score(docs):
    gold = docs([(0, 2, "PER"), (2, 3, "PER")], [(0, 1, "LOC")], [(1, 4, "ORG")])
    predicted = docs([(0, 2, "PER"), (2, 3, "LOC")], [(0, 1, "LOC")], [(1, 3, "ORG")])
    summed = strict_counts(gold, predicted).sum(axis=0)
    assert f1(summed) == pytest.approx(score(gold, predicted)["strict"]["f"])
    assert f1(numpy.zeros((2, 3), dtype=int)).tolist() == [0, 0]


def test_intervals_are_those_of_plain_resampling(docs):
    gold = docs([(0, 2, "PER")], [(0, 1, "LOC")], [(1, 4, "ORG")], [(0, 1, "PER"), (2, 3, "LOC")])
    first = docs([(0, 2, "PER")], [(0, 1, "PER")], [(1, 4, "ORG")], [(0, 1, "PER")])
    second = docs([(0, 1, "PER")], [(0, 1, "LOC")], [], [(0, 1, "PER"), (3, 4, "LOC")])
    random = numpy.random.default_rng(3)
    scores = []
    for _ in range(200):
        draw = random.integers(4, size=4)
        scores.append([seqeval_f1([gold[i] for i in draw], [side[i] for i in draw]) for side in (first, second)])
    alone, paired = numpy.asarray(scores)[:, 0], numpy.subtract(*numpy.asarray(scores).T)
    sides = strict_counts(gold, first), strict_counts(gold, second)
    found = bootstrap_interval(sides[0], 200, 0.9, seed=3)
    assert found == pytest.approx((seqeval_f1(gold, first), *numpy.quantile(alone, [0.05, 0.95])))
    found = bootstrap_difference(*sides, 200, 0.9, seed=3)
    difference = seqeval_f1(gold, first) - seqeval_f1(gold, second)
    assert found == pytest.approx((difference, *numpy.quantile(paired, [0.05, 0.95])))


def test_the_width_is_that_of_a_proportion():
    """With one gold entity in each sentence, found or labelled wrongly, F1 is the share of those found."""
    n, share = 2000, 0.7
    hit = numpy.arange(n) < share * n
    low, high = bootstrap_interval(numpy.stack([hit, ~hit, ~hit], axis=1).astype(int))[1:]
    assert (high - low) / 2 == pytest.approx(1.96 * (share * (1 - share) / n) ** 0.5, rel=0.1)
    assert (high + low) / 2 == pytest.approx(share, abs=0.002)


def test_pairing_takes_out_what_sentences_have_in_common():
    chance = numpy.random.default_rng(1)
    hit = chance.random(1000) < 0.7
    better = hit | (chance.random(1000) < 0.1)
    sides = [numpy.stack([h, ~h, ~h], axis=1).astype(int) for h in (better, hit)]
    paired = bootstrap_difference(*sides)
    alone = bootstrap_interval(sides[0])
    assert paired.high - paired.low < (alone.high - alone.low) / 2
    assert paired.low > 0
    assert bootstrap_difference(sides[0], sides[0]) == (0, 0, 0)


@given(counts, st.integers(0, 9))
def test_invariants(rows, seed):
    other = rows[::-1]
    alone = bootstrap_interval(rows, 50, seed=seed)
    assert 0 <= alone.low <= alone.high <= 1
    assert alone == bootstrap_interval(rows, 50, seed=seed)
    assert bootstrap_difference(rows, rows, 50, seed=seed) == (0, 0, 0)
    forward, backward = (
        bootstrap_difference(rows, other, 50, seed=seed),
        bootstrap_difference(other, rows, 50, seed=seed),
    )
    assert forward == pytest.approx((-backward.estimate, -backward.high, -backward.low), abs=1e-12)


@pytest.mark.parametrize("shape", [(0, 3), (3,), (4, 2)])
def test_bad_counts(shape):
    with pytest.raises(XprojError, match="three for each"):
        bootstrap_interval(numpy.zeros(shape, dtype=int))


def test_other_sentences():
    with pytest.raises(XprojError, match="counts of 2 and of 3 sentences"):
        bootstrap_difference(numpy.ones((2, 3), dtype=int), numpy.ones((3, 3), dtype=int))


def test_contrasts():
    """A difference is a contrast; a difference of differences is that of plain resampling."""
    random = numpy.random.default_rng(0)
    sides = random.integers(0, 4, size=(4, 12, 3))
    assert bootstrap_contrast(sides[:2], (1, -1), 50) == pytest.approx(bootstrap_difference(*sides[:2], 50))
    found = bootstrap_contrast(sides, (1, -1, -1, 1), 60, 0.8, seed=5)
    draws = numpy.random.default_rng(5)
    values = []
    for _ in range(60):
        draw = draws.integers(12, size=12)
        a, b, c, d = (f1(side[draw].sum(axis=0)) for side in sides)
        values.append((a - b) - (c - d))
    a, b, c, d = (f1(side.sum(axis=0)) for side in sides)
    assert found == pytest.approx(((a - b) - (c - d), *numpy.quantile(values, [0.1, 0.9])))


def test_mean_over_groups_against_plain_resampling():
    random = numpy.random.default_rng(1)
    groups = [random.integers(0, 3, size=(2, size, 3)) for size in (40, 60)]
    weights = [[1, -1], [1, -1]]
    found = bootstrap_mean(groups, weights)

    def difference(group, chosen):
        first, second = (group[i][chosen].sum(axis=0) for i in (0, 1))
        return 2 * first[0] / (2 * first[0] + first[1:].sum()) - 2 * second[0] / (2 * second[0] + second[1:].sum())

    whole = [difference(group, slice(None)) for group in groups]
    assert found.estimate == pytest.approx(sum(whole) / 2)
    draws = []
    for _ in range(4000):
        drawn = [difference(group, random.choice(group.shape[1], group.shape[1])) for group in groups]
        draws.append(sum(drawn) / 2)
    assert (found.low, found.high) == pytest.approx(numpy.quantile(draws, [0.025, 0.975]), abs=0.015)


@given(counts)
def test_mean_over_one_group(counts):
    found = bootstrap_mean([counts[None]], [[1.0]], resamples=20)
    assert found.estimate == pytest.approx(float(f1(counts.sum(axis=0))))
    assert 0 <= found.low <= found.high <= 1


def test_mean_over_nothing():
    with pytest.raises(XprojError, match="no group of sentences"):
        bootstrap_mean([], [])
