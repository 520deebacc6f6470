"""NER, string, embedding and weighted scores against plain loops over their formulas."""

import difflib

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import Config

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.models.subtokens import SentenceVectors, SubtokenEncoder
from spacy_xproj.registry import registry
from spacy_xproj.scores.embedding import EmbeddingScore, span_vectors
from spacy_xproj.scores.ner import label_scores, make_ner_score
from spacy_xproj.scores.string import Romanized, length_bound, make_string_score, similarities
from spacy_xproj.scores.weighted import make_weighted_score, make_weighted_term
from spacy_xproj.taggers.table import TagTable
from spacy_xproj.types import Candidates

TABLE = TagTable(
    ("LOC", "PER"),
    numpy.asarray([0.1, 0.05, 0.9, 0.2], dtype=numpy.float32),
    numpy.asarray([[0.1, 0.7], [0.2, 0.05], [0.02, 0.03], [0.6, 0.1]], dtype=numpy.float32),
    numpy.asarray([[0.05, 0.05], [0.1, 0.6], [0.03, 0.02], [0.05, 0.05]], dtype=numpy.float32),
)


class Fixed:
    """A tagger that says the same of every Doc."""

    def tables(self, docs):
        return [TABLE for _ in docs]


def candidates_of(bitext, longest=9):
    return Candidates(ngrams(len(bitext.target), longest))


def ner_by_hand(label, start, end, alpha=1.15):
    column = TABLE.labels.index(label)
    total = TABLE.begin[start, column]
    for token in range(start + 1, end):
        total += TABLE.inside[token, column]
    return alpha ** (end - start - 1) * total / (end - start)


@pytest.mark.parametrize("spans", [False, True])
def test_ner_score_is_the_formula(make_bitext, spans):
    bitext = make_bitext("a b c", "w x y z", [(0, 1, "PER"), (1, 3, "PLACE")])
    candidates = candidates_of(bitext)
    scorer = make_ner_score(Fixed(), spans=spans, labels={"PLACE": "LOC"})
    first, second = scorer(iter([(bitext, candidates)] * 2))
    numpy.testing.assert_array_equal(first, second)
    for row, label in enumerate(["PER", "LOC"]):
        for column, (start, end) in enumerate(candidates.spans.tolist()):
            options = TABLE.labels if spans else [label]
            expected = max(ner_by_hand(option, start, end) for option in options)
            assert first[row, column] == pytest.approx(expected if expected >= 0.05 else 0, abs=1e-6)
    assert (first == 0).any() or spans


def test_the_factor_does_not_outweigh_the_model():
    """A sentence of 30 tokens with one name."""
    begin, inside = numpy.full((30, 1), 0.01), numpy.full((30, 1), 0.01)
    begin[10], inside[11] = 0.9, 0.9
    table = TagTable(("PER",), 1 - begin[:, 0] - inside[:, 0], begin, inside)
    for longest in (10, 30):
        spans = ngrams(30, longest)
        (scores,) = label_scores(table, spans, 1.15)
        assert spans[scores.argmax()].tolist() == [10, 12]


def test_ner_score_of_a_label_that_the_model_has_not(make_bitext):
    bitext = make_bitext("a", "w x y z", [(0, 1, "DATE")])
    with pytest.raises(XprojError, match="labels LOC, PER, not 'DATE'"):
        list(make_ner_score(Fixed())([(bitext, candidates_of(bitext))]))
    assert next(make_ner_score(Fixed(), spans=True)([(bitext, candidates_of(bitext))])).any()


@pytest.mark.parametrize("ents, target", [([], "w x y z"), ([(0, 1, "PER")], "")])
@pytest.mark.parametrize("scorer", [make_ner_score(Fixed()), make_string_score()])
def test_nothing_to_score(make_bitext, scorer, ents, target):
    bitext = make_bitext("a", target, ents)
    candidates = candidates_of(bitext)
    (scores,) = scorer([(bitext, candidates)])
    assert scores.shape == (len(ents), len(candidates))


def test_label_scores_shape():
    assert label_scores(TABLE, ngrams(4, 2), 1.0).shape == (2, 7)


def longest_common_subsequence(a, b):
    row = [0] * (len(b) + 1)
    for x in a:
        before = row
        row = [0]
        for j, y in enumerate(b):
            row.append(before[j] + 1 if x == y else max(row[j], before[j + 1]))
    return row[-1]


def test_string_score_is_the_similarity_of_romanised_texts(make_bitext):
    bitext = make_bitext(
        "Moscow and Tuzla , SEOUL today", "в Москве и Tuzlë , Seoul", [(0, 1, "L"), (2, 3, "L"), (4, 6, "L")]
    )
    romanised = [["v", "moskve", "i", "tuzle", ",", "seoul"], ["moscow", "tuzla", "seoul today"]]
    candidates = candidates_of(bitext)
    (scores,) = make_string_score(0.5)([(bitext, candidates)])
    for row, entity in enumerate(romanised[1]):
        for column, (start, end) in enumerate(candidates.spans.tolist()):
            text = " ".join(romanised[0][start:end])
            expected = 2 * longest_common_subsequence(entity, text) / (len(entity) + len(text))
            assert scores[row, column] == pytest.approx(expected if expected >= 0.5 else 0, abs=1e-6)
    assert [candidates.spans[c].tolist() for c in scores.argmax(axis=1)] == [[1, 2], [3, 4], [5, 6]]


@given(st.text("ab", max_size=6), st.text("ab", max_size=6))
def test_length_bound_is_one(a, b):
    similarity = difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() if a or b else 0
    assert similarity <= length_bound(numpy.asarray(len(a)), numpy.asarray(len(b))) + 1e-12


@pytest.mark.parametrize("threshold", [0, 1.5])
def test_string_threshold(threshold):
    with pytest.raises(XprojError, match="threshold"):
        make_string_score(threshold)


def test_string_without_letters_left(make_bitext):
    bitext = make_bitext("\u200b", "\u200b x", [(0, 1, "L")])
    (scores,) = make_string_score()([(bitext, candidates_of(bitext))])
    assert not scores.any()


def test_nothing_is_not_similar_to_nothing(make_bitext):
    """Where every similarity counts, too: of a character that has no letter, nothing can be said."""
    target = Romanized(make_bitext("a", "\u200e x").target)
    candidates = Candidates(ngrams(2, 1))
    assert not similarities(["", ""], target, candidates, threshold=0).any()


def test_span_vectors_are_means_of_the_words_that_have_one():
    vectors = numpy.asarray([[1.0, 2], [3, 4], [5, 9]], dtype=numpy.float32)
    sentence = SentenceVectors(vectors, numpy.asarray([0, 1, 3]), 4)
    spans = numpy.asarray([[0, 2], [1, 4], [2, 3], [3, 4]])
    assert span_vectors(sentence, spans).tolist() == [[2, 3], [4, 6.5], [0, 0], [5, 9]]


@pytest.mark.parametrize("center", [True, False])
def test_embedding_score_is_the_cosine_of_means(tiny_encoder_dir, make_bitext, center):
    encoder = SubtokenEncoder(tiny_encoder_dir, layer=2, device="cpu")
    bitexts = [
        make_bitext("anna lives in berlin", "ben knows lisbon", [(0, 1, "P"), (2, 4, "L")]),
        make_bitext("nobody knows", "in berlin don't", [(0, 2, "P")]),
    ]
    scorer = EmbeddingScore(tiny_encoder_dir, layer=2, center=center, device="cpu")
    words = [[[t.text for t in getattr(b, side)] for b in bitexts] for side in ("source", "target")]
    vectors = [[s.pooled().vectors for s in encoder([tuple(w) for w in side])] for side in words]
    means = [numpy.concatenate(side).mean(axis=0) * center for side in vectors]
    found = list(scorer((b, candidates_of(b)) for b in bitexts))
    scorer.initialize(lambda: bitexts)
    again = list(scorer((b, candidates_of(b)) for b in bitexts))
    for i, bitext in enumerate(bitexts):
        numpy.testing.assert_allclose(found[i], again[i], atol=1e-6)
        for row, ent in enumerate(bitext.source.ents):
            a = (vectors[0][i] - means[0])[ent.start : ent.end].mean(axis=0)
            for column, (start, end) in enumerate(candidates_of(bitext).spans.tolist()):
                b = (vectors[1][i] - means[1])[start:end].mean(axis=0)
                cosine = a @ b / numpy.linalg.norm(a) / numpy.linalg.norm(b)
                assert found[i][row, column] == pytest.approx(max(cosine, 0), abs=1e-5)


class Constant:
    """Every score is the same; it counts what it was initialised with."""

    def __init__(self, value):
        self.value = value

    def initialize(self, get_bitexts):
        self.seen = len(list(get_bitexts()))

    def __call__(self, pairs):
        for bitext, candidates in pairs:
            yield numpy.full((len(bitext.source.ents), len(candidates)), self.value, dtype=numpy.float32)


def test_weighted_score_sums_and_initialises(make_bitext):
    bitext = make_bitext("a b", "x y", [(0, 1, "P")])
    parts = [Constant(1), Constant(10)]
    scorer = make_weighted_score(make_weighted_term(parts[0], 0.5), parts[1], make_string_score())
    scorer.initialize(lambda: [bitext] * 3)
    assert [part.seen for part in parts] == [3, 3]
    scorer = make_weighted_score(make_weighted_term(parts[0], 0.5), parts[1])
    for scores in scorer(iter([(bitext, candidates_of(bitext))] * 3)):
        assert scores.dtype == numpy.float32 and scores.tolist() == [[10.5] * 3]


def test_weighted_score_in_a_config(make_bitext):
    config = Config().from_str("""
    [scorer]
    @xproj_scores = "spacy-xproj.WeightedScore.v1"

    [scorer.*.align]
    @xproj_scores = "spacy-xproj.WeightedTerm.v1"
    weight = 2.0

    [scorer.*.align.scorer]
    @xproj_scores = "spacy-xproj.AlignmentScore.v1"

    [scorer.*.string]
    @xproj_scores = "spacy-xproj.StringScore.v1"
    """)
    bitext = make_bitext("Anna b", "c Anna", [(0, 1, "P")], "0-1")
    (scores,) = registry.resolve(config)["scorer"]([(bitext, candidates_of(bitext))])
    assert scores[0].tolist() == pytest.approx([0, 2 / 2 + 1, 2 / 3 + 2 * 4 / 10])


def test_nothing_to_sum():
    with pytest.raises(XprojError, match="no terms"):
        make_weighted_score()
