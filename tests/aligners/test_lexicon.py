"""The lexicon: its associations by hand, and what it does to an alignment."""

import numpy
import pytest

from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.aligners.lexicon import Lexicon
from spacy_xproj.errors import XprojError


def test_associations_are_shrunk_dice_coefficients():
    first = ("The", "house"), ("A", "casa"), numpy.asarray([[0.5, 0.0], [0.0, 0.9]])
    second = ("house",), ("casa",), numpy.asarray([[0.6]])
    lexicon = Lexicon([first, second])
    # "house" and "casa" occur twice each and are aligned with weight 1.5; case is ignored
    matrix = lexicon(("HOUSE", "the", "unknown"), ("casa", "a", "nova"))
    expected = [[2 * 1.5 / (2 + 2 + 4), 0, 0], [0, 2 * 0.5 / (1 + 1 + 4), 0], [0, 0, 0]]
    numpy.testing.assert_allclose(matrix, expected, rtol=1e-6)


def test_an_initialised_aligner_adds_it_to_the_similarities(make_bitext, tiny_encoder_dir):
    corpus = [make_bitext("anna lives in berlin", "nobody knows annabel") for _ in range(20)]
    settings = {"encoder": tiny_encoder_dir, "layer": 1, "device": "cpu"}
    plain = EmbeddingAligner(**settings)
    learned = EmbeddingAligner(**settings, lexicon_weight=1.0)
    plain.initialize(lambda: corpus)
    learned.initialize(lambda: corpus)
    (before,) = plain(corpus[:1])
    (after,) = learned(corpus[:1])
    strongest = before.to_matrix(4, 3).argmax()
    assert after.to_matrix(4, 3).flat[strongest] > before.to_matrix(4, 3).flat[strongest]
    learned.lexicon_weight = 0.0
    (without,) = learned(corpus[:1])
    assert without.weight.tolist() == pytest.approx(before.weight.tolist())


def test_a_lexicon_is_of_words(tiny_encoder_dir):
    with pytest.raises(XprojError, match="lexicon is of words"):
        EmbeddingAligner(encoder=tiny_encoder_dir, layer=1, level="subtoken", lexicon_weight=0.3)
