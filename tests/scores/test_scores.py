"""Match scores against plain loops of their formulas."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.scores.alignment import AlignmentScore, block_sums
from spacy_xproj.scores.soft_alignment import SoftAlignmentScore
from spacy_xproj.scores.words import function_words, is_opening, is_punctuation
from spacy_xproj.types import Candidates, WordAlignment, token_spans

SOURCE = "the Bank of New York , said Ana"
TARGET = "o Banco de Nova York , disse a Ana"
ENTS = [(1, 5, "ORG"), (7, 8, "PER")]
LIGHT = {"the", "of", ",", "o", "de", "a"}
FUNCTION_WORDS = frozenset({"the", "of"}), frozenset({"o", "de", "a"})

cells = st.tuples(st.integers(0, 7), st.integers(0, 8))
link_weights = st.dictionaries(cells, st.floats(2**-7, 1, width=32), max_size=20)


def aligned(make_bitext, weights):
    alignment = WordAlignment(
        numpy.asarray([s for s, _ in weights], dtype=numpy.int32),
        numpy.asarray([t for _, t in weights], dtype=numpy.int32),
        numpy.asarray(list(weights.values()), dtype=numpy.float32),
    )
    return make_bitext(SOURCE, TARGET, ENTS).aligned(alignment)


def score(scorer, bitext, candidates):
    (scores,) = scorer([(bitext, candidates)])
    assert scores.dtype == numpy.float32 and scores.shape == (len(bitext.source.ents), len(candidates))
    return scores


@given(link_weights, st.booleans(), st.booleans())
def test_alignment_score_is_the_published_formula(make_bitext, weights, hard, dice):
    candidates = Candidates(ngrams(9, 9))
    scores = score(AlignmentScore(hard, dice), aligned(make_bitext, weights), candidates)
    for i, (start, end, _) in enumerate(ENTS):
        for j, (left, right) in enumerate(candidates.spans.tolist()):
            total = 0.0
            for k in range(start, end):
                for token in range(left, right):
                    total += ((k, token) in weights) if hard else weights.get((k, token), 0.0)
            factor = 2 if dice else 1
            assert scores[i, j] == pytest.approx(factor * total / (end - start + right - left), abs=1e-6)


def test_links_count_as_published_by_default(make_bitext):
    bitext = make_bitext("Ana", "Ana x", [(0, 1, "PER")], "0-0:0.3 0-1:0.01")
    assert score(AlignmentScore(), bitext, Candidates(ngrams(2, 2))).tolist() == [[0.5, 0.5, numpy.float32(2 / 3)]]


@given(st.sets(cells, max_size=20))
def test_soft_score_of_hard_links_is_dice(make_bitext, links):
    candidates = Candidates(ngrams(9, 9))
    scorer = SoftAlignmentScore(light_weight=1.0, bare_edges=False)
    scores = score(scorer, aligned(make_bitext, dict.fromkeys(links, 1.0)), candidates)
    for i, (start, end, _) in enumerate(ENTS):
        for j, (left, right) in enumerate(candidates.spans.tolist()):
            inside = sum(start <= k < end and left <= token < right for k, token in links)
            dice = 2 * inside / (end - start + right - left)
            assert scores[i, j] == pytest.approx(min(dice, 1), abs=1e-6)


@given(link_weights, st.sampled_from([0.3, 0.5, 1.0]))
def test_soft_score_is_the_weighted_formula(make_bitext, weights, light):
    bitext = aligned(make_bitext, weights)
    candidates = Candidates(ngrams(9, 9))
    scorer = SoftAlignmentScore(light, bare_edges=False)
    scorer.function_words = FUNCTION_WORDS
    scores = score(scorer, bitext, candidates)
    source, target = ([light if word in LIGHT else 1.0 for word in text.split()] for text in (SOURCE, TARGET))
    for i, (start, end, _) in enumerate(ENTS):
        for j, (left, right) in enumerate(candidates.spans.tolist()):
            shared = 0.0
            for k in range(start, end):
                for token in range(left, right):
                    shared += (source[k] + target[token]) * weights.get((k, token), 0.0)
            total = sum(source[start:end]) + sum(target[left:right])
            assert scores[i, j] == pytest.approx(min(shared / total, 1), abs=1e-6)


def edge_scores(make_bitext, target, function_words=frozenset()):
    """Tell, for each span of the target, whether an entity that is aligned with every token may be there."""
    target = target if isinstance(target, list) else target.split()
    links = " ".join(f"0-{i}" for i in range(len(target)))
    bitext = make_bitext("Ana", target, [(0, 1, "PER")], links)
    candidates = Candidates(ngrams(len(target), len(target)))
    scorer = SoftAlignmentScore()
    scorer.function_words = frozenset(), function_words
    scores = score(scorer, bitext, candidates)
    return {" ".join(target[start:end]) for (start, end), s in zip(candidates.spans.tolist(), scores[0]) if s > 0}


@pytest.mark.parametrize(
    "target, function_words, allowed",
    [
        ("a Ana", {"a"}, {"Ana"}),
        ("a Ana", set(), {"a", "Ana", "a Ana"}),
        ("Rio de Janeiro", {"de"}, {"Rio", "Janeiro", "Rio de Janeiro"}),
        (". Ana ,", set(), {"Ana"}),
        ("« Ana »", set(), {"« Ana »", "Ana"}),
        ("( Ana )", set(), {"Ana"}),
        (") Ana (", set(), {"Ana"}),
        ("» Ana «", set(), {"Ana"}),
        ("„ Ana “", set(), {"„ Ana “", "Ana"}),
        ('" Ana " Eva', set(), {'" Ana "', "Ana", "Eva", '" Ana " Eva'}),
        ("% 5 %", set(), {"5 %", "5"}),
        ("- Ana -", set(), {"Ana"}),
        ("€ 5", set(), {"€", "5", "€ 5"}),
        (["Ana", "\n", "Eva"], set(), {"Ana", "Eva", "Ana \n Eva"}),
        ("DE DE", {"de"}, {"DE", "DE DE"}),
    ],
)
def test_edges(make_bitext, target, function_words, allowed):
    assert edge_scores(make_bitext, target, frozenset(function_words)) == allowed


@pytest.mark.parametrize(
    ("name", "source_words", "best"),
    [
        ("von Wogau", {"the"}, "von Wogau"),  # a particle: the target may begin with its function word
        ("the Wogau", {"the"}, "Wogau"),  # a function word of the source
    ],
)
def test_a_name_may_begin_with_a_particle(make_bitext, name, source_words, best):
    bitext = make_bitext(name, "Herr von Wogau", [(0, 2, "PER")], links="0-1 1-2")
    scorer = SoftAlignmentScore(light_weight=0.3)
    scorer.function_words = frozenset(source_words), frozenset({"von"})
    spans = ngrams(3, 3)
    (scores,) = scorer([(bitext, Candidates(spans))])
    start, end = spans[scores[0].argmax()]
    assert bitext.target[start:end].text == best


@pytest.mark.parametrize(
    ("source", "target", "whole"),
    [
        ("Ana", "Ana （ Eva ）", {"Ana", "Eva"}),
        ("Ana ( CEN )", "Ana ( CEN )", {"Ana", "CEN", "Ana ( CEN )", "( CEN )"}),
        ("Ana", "Ana · Eva Rui", {"Ana · Eva", "Ana · Eva Rui", "Rui"}),
    ],
)
def test_whole_names(make_bitext, source, target, whole):
    words, tokens = source.split(), target.split()
    links = " ".join(f"{i}-{j}" for i in range(len(words)) for j in range(len(tokens)))
    bitext = make_bitext(words, tokens, [(0, len(words), "PER")], links)
    candidates = Candidates(ngrams(len(tokens), len(tokens)))
    scores = score(SoftAlignmentScore(), bitext, candidates)[0]
    assert {" ".join(tokens[a:b]) for (a, b), s in zip(candidates.spans.tolist(), scores) if s > 0} == whole
    assert (score(SoftAlignmentScore(whole_names=False), bitext, candidates)[0] >= scores).all()


def test_a_dot_parts_the_names_of_a_list(make_bitext):
    bitext = make_bitext("Sony and Nintendo", "A ・ B", [(0, 1, "ORG"), (2, 3, "ORG")], "0-0 2-2")
    scores = score(SoftAlignmentScore(), bitext, Candidates(ngrams(3, 1)))
    assert scores.tolist() == [[1, 0, 0], [0, 0, 1]]
    alone = make_bitext("May spoke here", "A · B", [(0, 1, "PER")], "0-2 2-0")
    assert not score(SoftAlignmentScore(), alone, Candidates(ngrams(3, 1))).any()


def test_bare_edges_can_be_switched_off(make_bitext):
    bitext = make_bitext("Ana", ", Ana", [(0, 1, "PER")], "0-0 0-1")
    scores = score(SoftAlignmentScore(bare_edges=False), bitext, Candidates(ngrams(2, 2)))
    assert (scores > 0).all()


@pytest.mark.parametrize("scorer", [AlignmentScore(), SoftAlignmentScore()])
def test_nothing_to_score(make_bitext, scorer):
    no_entities = make_bitext("Ana sleeps", "Ana dorme", [], "0-0")
    assert score(scorer, no_entities, Candidates(ngrams(2, 2))).shape == (0, 3)
    no_target = make_bitext("Ana sleeps", "", [(0, 1, "PER")], "")
    assert score(scorer, no_target, Candidates(ngrams(0, 2))).shape == (1, 0)
    punctuation = make_bitext(",", ", ,", [(0, 1, "MISC")], "")
    assert not score(scorer, punctuation, Candidates(ngrams(2, 2))).any()


def test_initialize_reads_the_function_words(make_bitext):
    scorer = SoftAlignmentScore()
    scorer.initialize(lambda: iter([make_bitext("the cat of Ana", "o gato da Ana !")]))
    assert scorer.function_words == ({"the", "cat", "of"}, {"o", "gato", "da"})


def test_function_words_are_short_frequent_and_lower_case(make_bitext):
    pairs = [make_bitext("the Ana and mountains , 5", "日本 は 山 x1 。 、")] * 3 + [make_bitext("rare", "raro")]
    assert function_words(pairs, n_frequent=6) == ({"the", "and"}, {"x1"})
    assert function_words(pairs, n_frequent=7, max_chars=9) == ({"the", "and", "mountains", "rare"}, {"x1", "raro"})
    assert function_words([]) == (frozenset(), frozenset())


def test_kinds_of_tokens():
    assert all(map(is_punctuation, [",", "...", "«", "%", "-", "\n", "\u200b", "‐", "&", "''"]))
    assert not any(map(is_punctuation, ["a", "5", "€", "U.S.", "°", "+", "®", "山"]))
    assert all(map(is_opening, ["(", "[", "«", "“", "„", '"', "'", "‹"]))
    assert not any(map(is_opening, [")", "»", ",", "%", "a", "-"]))


@given(st.integers(0, 5), st.integers(0, 6), st.randoms(use_true_random=False))
def test_block_sums(n, m, random):
    matrix = numpy.asarray([[random.random() for _ in range(m)] for _ in range(n)]).reshape(n, m)
    rows, columns = ngrams(n, 3), ngrams(m, 4)
    sums = block_sums(matrix, rows, columns)
    for i, (a, b) in enumerate(rows.tolist()):
        for j, (c, d) in enumerate(columns.tolist()):
            assert sums[i, j] == pytest.approx(matrix[a:b, c:d].sum())


def test_entities_of_the_pair_are_the_rows(make_bitext):
    bitext = make_bitext(SOURCE, TARGET, ENTS, "1-1 2-2 3-3 4-4 7-8")
    scores = score(AlignmentScore(), bitext, Candidates(token_spans([bitext.target[1:5], bitext.target[8:9]])))
    numpy.testing.assert_array_equal(scores, [[0.5, 0.0], [0.0, 0.5]])


@given(link_weights)
def test_no_link_no_score(make_bitext, weights):
    """Not even one of rounding."""
    bitext = aligned(make_bitext, weights)
    candidates = Candidates(ngrams(9, 9))
    scores = score(SoftAlignmentScore(bare_edges=False), bitext, candidates)
    for i, (start, end, _) in enumerate(ENTS):
        for j, (left, right) in enumerate(candidates.spans.tolist()):
            if not any(start <= k < end and left <= token < right for k, token in weights):
                assert scores[i, j] == 0


def test_no_link_no_score_among_many_fractions(make_bitext):
    random = numpy.random.default_rng(0)
    for _ in range(50):
        weights = {(int(k), int(j)): float(w) for k, j, w in zip(*random.integers(0, 8, (2, 20)), random.random(20))}
        without = {cell: weight for cell, weight in weights.items() if cell[0] != 7}
        scores = score(SoftAlignmentScore(), aligned(make_bitext, without), Candidates(ngrams(9, 9)))
        assert not scores[1].any()
