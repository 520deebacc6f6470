"""The embedding aligner on a tiny encoder with random weights; the `simalign` package is the reference."""

import random

import numpy
import pytest

from spacy_xproj.aligners.embedding import make_embedding_aligner
from spacy_xproj.errors import XprojError

WORDS = ["anna", "ben", "berlin", "lives", "in", "lisbon", "don't", "nobody", "knows", "annabel", "zoo", "cap,", "Quiz"]


def random_sentence(chance, longest=10):
    return " ".join(chance.choices(WORDS, k=chance.randint(1, longest)))


def links(alignment):
    return sorted(zip(alignment.source.tolist(), alignment.target.tolist()))


def rows(alignment):
    return [*zip(alignment.source.tolist(), alignment.target.tolist(), alignment.weight.round(4).tolist())]


@pytest.fixture(scope="module")
def pairs(make_bitext):
    chance = random.Random(7)
    return [make_bitext(random_sentence(chance), random_sentence(chance)) for _ in range(40)]


@pytest.mark.parametrize("level", ["subtoken", "word"])
@pytest.mark.parametrize("method", ["argmax", "itermax", "match"])
def test_links_are_those_of_simalign(tiny_encoder_dir, pairs, method, level):
    pytest.importorskip("simalign")
    from spacy_xproj.aligners.simalign import make_simalign

    ours = make_embedding_aligner(tiny_encoder_dir, layer=2, method=method, level=level, center=False, device="cpu")
    theirs = make_simalign(tiny_encoder_dir, layer=2, method=method, level=level)
    expected = [links(alignment) for alignment in theirs(pairs)]
    assert [links(alignment) for alignment in ours(pairs)] == expected
    assert sum(map(len, expected)) > len(pairs)


SETTINGS = [
    {"method": "soft", "level": "word", "center": True},
    {"method": "softmax", "level": "subtoken", "center": False, "similarity": "dot", "temperature": 1.0},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings["method"])
def test_batches_do_not_change_the_result(tiny_encoder_dir, pairs, settings):
    one_by_one = make_embedding_aligner(tiny_encoder_dir, layer=2, max_batch_tokens=1, device="cpu", **settings)
    at_once = make_embedding_aligner(tiny_encoder_dir, layer=2, max_batch_tokens=100_000, device="cpu", **settings)
    for first, second, pair in zip(one_by_one(pairs), at_once(pairs), pairs, strict=True):
        shape = len(pair.source), len(pair.target)
        numpy.testing.assert_allclose(first.to_matrix(*shape), second.to_matrix(*shape), atol=1e-3)


def test_buffers_do_not_change_the_result(tiny_encoder_dir, pairs):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, method="match", center=False, device="cpu")
    expected = [links(alignment) for alignment in aligner(pairs)]
    aligner.buffer = 3
    assert [links(alignment) for alignment in aligner(pairs)] == expected


def test_initialize_makes_pairs_independent_of_one_another(tiny_encoder_dir, pairs):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, device="cpu")
    aligner.initialize(lambda: iter(pairs))
    together = list(aligner(pairs))
    for pair, alignment in zip(pairs[:10], together):
        (alone,) = aligner([pair])
        shape = len(pair.source), len(pair.target)
        numpy.testing.assert_allclose(alone.to_matrix(*shape), alignment.to_matrix(*shape), atol=1e-3)


def test_means_are_those_of_the_words_of_each_language(tiny_encoder_dir, pairs):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, device="cpu")
    aligner.sample = 15
    aligner.initialize(lambda: iter(pairs))
    for mean, side in zip(aligner.means, ("source", "target")):
        sentences = [tuple(token.text for token in getattr(pair, side)) for pair in pairs[:15]]
        vectors = [word for sentence in aligner.encoder(sentences) for word in sentence.pooled().vectors]
        numpy.testing.assert_allclose(mean, numpy.mean(vectors, axis=0), atol=1e-5)


def test_a_call_without_initialize_estimates_the_means_of_its_first_pairs(tiny_encoder_dir, pairs):
    fresh, prepared = (make_embedding_aligner(tiny_encoder_dir, layer=2, device="cpu") for _ in range(2))
    prepared.initialize(lambda: iter(pairs))
    assert [rows(alignment) for alignment in fresh(pairs)] == [rows(alignment) for alignment in prepared(pairs)]
    assert fresh.means is None


def test_reads_a_buffer_ahead_at_most(tiny_encoder_dir, pairs):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, center=False, device="cpu")
    aligner.buffer = 8
    read = []
    stream = aligner(read.append(None) or pair for pair in pairs)
    for consumed in range(1, 20):
        next(stream)
        assert len(read) <= consumed + 8


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("level", ["word", "subtoken"])
def test_words_without_subtokens_are_not_linked(tiny_encoder_dir, make_bitext, level, center):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, method="match", level=level, center=center)
    pairs = [
        make_bitext(["anna", "\u200b", "lives"], ["\x01", "anna", "lives", "\u200b\u200b"]),
        make_bitext(["\u200b"], ["anna", "lives"]),
        make_bitext(["\u200b"], ["\x01"]),
        make_bitext([], ["anna"]),
        make_bitext(["anna"], []),
        make_bitext([], []),
    ]
    first, *others = [links(alignment) for alignment in aligner(pairs)]
    assert first and {source for source, _ in first} <= {0, 2} and {target for _, target in first} <= {1, 2}
    assert others == [[]] * 5
    alone = [links(alignment) for alignment in aligner(pairs[3:4])]
    assert alone == [[]] and list(aligner([])) == []


@pytest.mark.parametrize("level", ["word", "subtoken"])
def test_tokens_of_white_space_keep_their_place(tiny_encoder_dir, make_bitext, level):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, method="match", level=level, center=False)
    plain = make_bitext("anna lives", "ben lives in lisbon")
    spaced = make_bitext(["anna", "\n", "lives"], ["ben", "lives", "in", "\n\n", "lisbon"])
    expected, found = (links(alignment) for alignment in aligner([plain, spaced]))
    back = {0: 0, 1: 1, 2: 2, 4: 3}
    assert [({0: 0, 2: 1}[source], back[target]) for source, target in found] == expected


def test_labels_are_not_read(tiny_encoder_dir, make_bitext):
    aligner = make_embedding_aligner(tiny_encoder_dir, layer=2, device="cpu")
    bare = make_bitext("anna lives in berlin", "in berlin lives anna")
    labelled = make_bitext("anna lives in berlin", "in berlin lives anna", [(0, 1, "PER"), (3, 4, "LOC")])
    assert rows(*aligner([bare])) == rows(*aligner([labelled]))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"method": "best"}, "no extraction method 'best'"),
        ({"level": "letter"}, "no level 'letter'"),
        ({"similarity": "taste"}, "no similarity 'taste'"),
    ],
)
def test_wrong_settings(tiny_encoder_dir, settings, message):
    with pytest.raises(XprojError, match=message):
        make_embedding_aligner(**{"encoder": tiny_encoder_dir, "layer": 2, **settings})


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"layer": 3}, "has layers 1 to 2, not 3; change 'layer'"),
        ({"layer": 0}, "has layers 1 to 2, not 0"),
        ({"encoder": "no/encoder"}, "cannot be loaded.*safetensors"),
    ],
)
def test_encoders_are_loaded_at_first_use(tiny_encoder_dir, make_bitext, settings, message):
    aligner = make_embedding_aligner(**{"encoder": tiny_encoder_dir, "layer": 2, **settings})
    with pytest.raises(XprojError, match=message) as error:
        list(aligner([make_bitext("anna", "ben")]))
    assert "\n" not in str(error.value)


def test_statistics_are_saved(tiny_encoder_dir, make_bitext):
    pairs = [make_bitext("anna lives in berlin", "ben knows lisbon"), make_bitext("nobody", "anna knows annabel")]
    aligner, loaded = (make_embedding_aligner(tiny_encoder_dir, layer=2, lexicon_weight=0.5) for _ in range(2))
    loaded.from_bytes(aligner.to_bytes())
    assert loaded.means is None and loaded.lexicon is None
    aligner.initialize(lambda: iter(pairs))
    loaded.from_bytes(aligner.to_bytes())
    expected, found = ([links.to_pharaoh() for links in part(pairs[1:])] for part in (aligner, loaded))
    assert found == expected
    assert found != [links.to_pharaoh() for links in make_embedding_aligner(tiny_encoder_dir, layer=2)(pairs[1:])]


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"layer": 9}, "layers 0 to 2, not 9"),
        ({"method": "soft"}, "no SimAlign method 'soft'"),
        ({"level": "letter"}, "no level 'letter'"),
    ],
)
def test_wrong_settings_of_simalign(tiny_encoder_dir, settings, message):
    pytest.importorskip("simalign")
    from spacy_xproj.aligners.simalign import make_simalign

    with pytest.raises(XprojError, match=message):
        make_simalign(**{"encoder": tiny_encoder_dir, "layer": 2, **settings})


def test_simalign_and_empty_sides(tiny_encoder_dir, make_bitext):
    pytest.importorskip("simalign")
    from spacy_xproj.aligners.simalign import make_simalign

    aligner = make_simalign(tiny_encoder_dir, layer=2)
    assert [len(alignment) for alignment in aligner([make_bitext("", "anna"), make_bitext("anna", "")])] == [0, 0]
