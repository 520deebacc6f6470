"""String, embedding and weighted scores against plain loops over their formulas."""

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
from spacy_xproj.scores.string import Romanized, StringScore, length_bound, similarities
from spacy_xproj.scores.weighted import WeightedScore
from spacy_xproj.types import Candidates


def candidates_of(bitext, longest=9):
    return Candidates(ngrams(len(bitext.target), longest))


@pytest.mark.parametrize("ents, target", [([], "w x y z"), ([(0, 1, "PER")], "")])
def test_nothing_to_score(make_bitext, ents, target):
    bitext = make_bitext("a", target, ents)
    candidates = candidates_of(bitext)
    (scores,) = StringScore()([(bitext, candidates)])
    assert scores.shape == (len(ents), len(candidates))


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
    (scores,) = StringScore(0.5)([(bitext, candidates)])
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
        StringScore(threshold)


def test_string_without_letters_left(make_bitext):
    bitext = make_bitext("\u200b", "\u200b x", [(0, 1, "L")])
    (scores,) = StringScore()([(bitext, candidates_of(bitext))])
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
    scorer = WeightedScore(*parts, StringScore())
    scorer.initialize(lambda: [bitext] * 3)
    assert [part.seen for part in parts] == [3, 3]
    scorer = WeightedScore(*parts, weights=[0.5, 1])
    for scores in scorer(iter([(bitext, candidates_of(bitext))] * 3)):
        assert scores.dtype == numpy.float32 and scores.tolist() == [[10.5] * 3]


def test_weights_are_in_the_order_of_the_blocks(make_bitext, tmp_path):
    config = Config().from_str("""
    [scorer]
    @xproj_scores = "spacy-xproj.WeightedScore.v1"
    weights = [1.0, 2.0]

    [scorer.*.string]
    @xproj_scores = "spacy-xproj.StringScore.v1"

    [scorer.*.align]
    @xproj_scores = "spacy-xproj.AlignmentScore.v1"
    """)
    config.to_disk(tmp_path / "config.cfg")
    bitext = make_bitext("Anna b", "c Anna", [(0, 1, "P")], "0-1")
    copies = (Config().from_str(config.to_str()), Config().from_bytes(config.to_bytes()))
    for copy in (config, *copies, Config().from_disk(tmp_path / "config.cfg")):
        scorer = registry.resolve(copy)["scorer"]
        assert [type(term).__name__ for term in scorer.terms] == ["StringScore", "AlignmentScore"]
        (scores,) = scorer([(bitext, candidates_of(bitext))])
        assert scores[0].tolist() == pytest.approx([0, 2 / 2 + 1, 2 / 3 + 2 * 4 / 10])


def test_nothing_to_sum():
    with pytest.raises(XprojError, match="no terms"):
        WeightedScore()
    for weights in ([], [1.0], [1.0] * 3):
        with pytest.raises(XprojError, match=f"WeightedScore has 2 terms and {len(weights)} weights"):
            WeightedScore(StringScore(), StringScore(), weights=weights)
