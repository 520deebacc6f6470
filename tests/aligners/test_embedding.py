"""The embedding aligner on a tiny encoder with random weights; the `simalign` package is the reference."""

import random
import tracemalloc
from pathlib import Path

import numpy
import pytest
import srsly

from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.aligners.similarity import get_extraction
from spacy_xproj.errors import XprojError

ASSETS = Path(__file__).parents[2] / "assets"
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
    from spacy_xproj.aligners.simalign import SimAlign

    ours = EmbeddingAligner(tiny_encoder_dir, layer=2, method=method, level=level, center=False, device="cpu")
    theirs = SimAlign(tiny_encoder_dir, layer=2, method=method, level=level)
    expected = [links(alignment) for alignment in theirs(pairs)]
    assert [links(alignment) for alignment in ours(pairs)] == expected
    assert sum(map(len, expected)) > len(pairs)


@pytest.fixture(scope="module")
def bundled_aligner(bundled_encoder):
    """Every token is a word of its own, as in SimAlign."""
    return EmbeddingAligner(bundled_encoder, layer=8, center=False, device="cpu", running_text=False)


@pytest.fixture(scope="module")
def translations(make_bitext):
    """English sentences and Portuguese ones, 16 of them, split at spaces."""
    texts = [[line["text"] for line in srsly.read_jsonl(ASSETS / f"test.{lang}.jsonl")] for lang in ("en", "pt")]
    return [make_bitext(*sides) for sides in zip(*texts, strict=True)][::12][:16]


def test_links_are_those_of_simalign_on_the_bundled_encoder(bundled_encoder, bundled_aligner, translations):
    simalign = pytest.importorskip("simalign")
    theirs = simalign.SentenceAligner(bundled_encoder, matching_methods="mai", layer=8)
    sides = [[[token.text for token in side] for side in (pair.source, pair.target)] for pair in translations]
    for level, token_type in (("word", "word"), ("subtoken", "bpe")):
        bundled_aligner.level = level
        theirs.token_type = token_type
        expected = [theirs.get_word_aligns(*pair) for pair in sides]
        for method, name in {"argmax": "inter", "itermax": "itermax", "match": "mwmf"}.items():
            bundled_aligner.extraction = get_extraction(method)
            found = [links(alignment) for alignment in bundled_aligner(translations)]
            assert found == [each[name] for each in expected]
    assert len(translations) == 16 and all(map(len, found))


@pytest.mark.parametrize("method", ["softmax", "entmax"])
def test_links_are_those_of_awesome_align(tiny_encoder_dir, pairs, method):
    ours = awesome_aligner(tiny_encoder_dir, 2, method)
    for pair, alignment in zip(pairs, ours(pairs), strict=True):
        assert links(alignment) == awesome_links(ours.encoder, pair, method)


@pytest.mark.parametrize("method", ["softmax", "entmax"])
def test_links_are_those_of_awesome_align_on_the_bundled_encoder(bundled_encoder, translations, method):
    ours = awesome_aligner(bundled_encoder, 8, method)
    for pair, alignment in zip(translations, ours(translations), strict=True):
        assert links(alignment) == awesome_links(ours.encoder, pair, method)


def awesome_aligner(encoder, layer, method):
    settings = {"level": "subtoken", "center": False, "similarity": "dot", "temperature": 1.0, "running_text": False}
    return EmbeddingAligner(encoder, layer=layer, method=method, device="cpu", **settings)


def awesome_links(encoder, pair, method):
    """Link words if any of their sub-tokens have a probability above 0.001, or 0 for entmax, in both directions."""
    source, target = encoder([tuple(t.text for t in side) for side in (pair.source, pair.target)])
    products = source.vectors.astype(float) @ target.vectors.T.astype(float)
    forward = numpy.stack([probabilities(row, method) for row in products])
    backward = numpy.stack([probabilities(column, method) for column in products.T], axis=1)
    threshold = {"softmax": 0.001, "entmax": 0.0}[method]
    both = zip(*((forward > threshold) & (backward > threshold)).nonzero())
    return sorted({(source.word.item(i), target.word.item(j)) for i, j in both})


def probabilities(row, method):
    if method == "softmax":
        shares = numpy.exp(row - row.max())
        return shares / shares.sum()
    low, high = row.max() / 2 - 1, row.max() / 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (numpy.maximum(row / 2 - middle, 0) ** 2).sum() > 1 else (low, middle)
    return numpy.maximum(row / 2 - low, 0) ** 2


SETTINGS = [
    {"method": "soft", "level": "word", "center": True},
    {"method": "softmax", "level": "subtoken", "center": False, "similarity": "dot", "temperature": 1.0},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings["method"])
def test_batches_do_not_change_the_result(tiny_encoder_dir, pairs, settings):
    one_by_one = EmbeddingAligner(tiny_encoder_dir, layer=2, max_batch_tokens=1, device="cpu", **settings)
    at_once = EmbeddingAligner(tiny_encoder_dir, layer=2, max_batch_tokens=100_000, device="cpu", **settings)
    for first, second, pair in zip(one_by_one(pairs), at_once(pairs), pairs, strict=True):
        shape = len(pair.source), len(pair.target)
        numpy.testing.assert_allclose(first.to_matrix(*shape), second.to_matrix(*shape), atol=1e-3)


def test_buffers_do_not_change_the_result(tiny_encoder_dir, pairs):
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, method="match", center=False, device="cpu")
    expected = [links(alignment) for alignment in aligner(pairs)]
    aligner.buffer = 3
    assert [links(alignment) for alignment in aligner(pairs)] == expected


def test_initialize_makes_pairs_independent_of_one_another(tiny_encoder_dir, pairs):
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, device="cpu")
    aligner.initialize(lambda: iter(pairs))
    together = list(aligner(pairs))
    for pair, alignment in zip(pairs[:10], together):
        (alone,) = aligner([pair])
        shape = len(pair.source), len(pair.target)
        numpy.testing.assert_allclose(alone.to_matrix(*shape), alignment.to_matrix(*shape), atol=1e-3)


def test_means_are_those_of_the_words_of_each_language(tiny_encoder_dir, pairs):
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, device="cpu")
    aligner.sample = 15
    aligner.initialize(lambda: iter(pairs))
    for mean, side in zip(aligner.means, ("source", "target")):
        sentences = [tuple(token.text for token in getattr(pair, side)) for pair in pairs[:15]]
        vectors = [word for sentence in aligner.encoder(sentences) for word in sentence.pooled().vectors]
        numpy.testing.assert_allclose(mean, numpy.mean(vectors, axis=0), atol=1e-5)


def test_a_call_without_initialize_estimates_the_means_of_its_first_pairs(tiny_encoder_dir, pairs):
    fresh, prepared = (EmbeddingAligner(tiny_encoder_dir, layer=2, device="cpu") for _ in range(2))
    prepared.initialize(lambda: iter(pairs))
    assert [rows(alignment) for alignment in fresh(pairs)] == [rows(alignment) for alignment in prepared(pairs)]
    assert fresh.means is None


def test_reads_one_buffer_at_a_time(tiny_encoder_dir, pairs):
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, center=False, device="cpu")
    aligner.buffer = 8
    read = []
    stream = aligner(read.append(None) or pair for pair in pairs)
    for consumed in range(1, 20):
        next(stream)
        assert len(read) <= consumed + 7


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("level", ["word", "subtoken"])
def test_words_without_subtokens_are_not_linked(tiny_encoder_dir, make_bitext, level, center):
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, method="match", level=level, center=center)
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
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, method="match", level=level, center=False)
    plain = make_bitext("anna lives", "ben lives in lisbon")
    spaced = make_bitext(["anna", "\n", "lives"], ["ben", "lives", "in", "\n\n", "lisbon"])
    expected, found = (links(alignment) for alignment in aligner([plain, spaced]))
    back = {0: 0, 1: 1, 2: 2, 4: 3}
    assert [({0: 0, 2: 1}[source], back[target]) for source, target in found] == expected


SCRIPTS = {
    "Arabic": "وصل الرئيس إلى القاهرة صباح أمس",
    "Hebrew": "הנשיא הגיע אתמול לתל אביב",
    "Hindi": "राष्ट्रपति कल दिल्ली पहुँचे",
    "Chinese": "总 统 昨 天 抵 达 北 京",
    "Thai": "นายก เดินทาง ถึง กรุงเทพ เมื่อวาน",
    "marks": "o\u0301 Yoru\u0300ba\u0301 \u1ecc\u0300s\u0323un",
    "emoji": "Lisbon \U0001f1f5\U0001f1f9 is \U0001f468\u200d\U0001f469\u200d\U0001f467 nice",
    "mixed": "Anna שלום lives 北京 in مصر today",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_sentence_is_aligned_with_itself(bundled_aligner, make_bitext, script):
    pair = make_bitext(SCRIPTS[script], SCRIPTS[script])
    bundled_aligner.level = "word"
    for method in ("argmax", "itermax", "match"):
        bundled_aligner.extraction = get_extraction(method)
        assert links(*bundled_aligner([pair])) == [(i, i) for i in range(len(pair.source))]


@pytest.mark.parametrize("level", ["word", "subtoken"])
def test_a_sentence_past_the_limit_is_aligned_from_end_to_end(tiny_encoder_dir, make_bitext, level):
    """300 words of random letters, in windows of 38 sub-tokens; the other side is without the first one."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefgh", k=4)) for _ in range(300)]
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, method="argmax", level=level, center=False)
    (same,) = aligner([make_bitext(words, words)])
    assert set(links(same)) >= {(i, i) for i in range(300)}
    (soft,) = EmbeddingAligner(tiny_encoder_dir, layer=2, level=level, center=False)([make_bitext(words, words)])
    assert soft.weight.max() <= 1 and set(soft.source.tolist()) == set(soft.target.tolist()) == set(range(300))


def test_a_sentence_of_five_thousand_tokens(tiny_encoder_dir, make_bitext):
    """Memory is that of a few matrices of both lengths, not of a batch of them."""
    chance = random.Random(2)
    words = ["".join(chance.choices("abcdefgh", k=3)) for _ in range(5000)]
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, device="cpu")
    long = make_bitext(words, words[:1000])
    tracemalloc.start()
    alignment, short = aligner([long, make_bitext("anna lives", "ben lives")])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert set(alignment.target.tolist()) == set(range(1000)) and len(short)
    assert peak < 8 * 8 * 5000 * 1000


@pytest.mark.parametrize("dtype, most", [("bfloat16", 0.02), ("int8", 0.03)])
def test_number_formats_change_few_links(bundled_encoder, bundled_aligner, translations, dtype, most):
    other = EmbeddingAligner(bundled_encoder, layer=8, center=False, device="cpu", dtype=dtype)
    bundled_aligner.level = "word"
    exact, found = (
        {(i, *link) for i, alignment in enumerate(aligner(translations)) for link in links(alignment)}
        for aligner in map(with_match, (bundled_aligner, other))
    )
    assert len(exact ^ found) / (len(exact) + len(found)) < most


def with_match(aligner):
    aligner.extraction = get_extraction("match")
    return aligner


def test_labels_are_not_read(tiny_encoder_dir, make_bitext):
    aligner = EmbeddingAligner(tiny_encoder_dir, layer=2, device="cpu")
    bare = make_bitext("anna lives in berlin", "in berlin lives anna")
    labelled = make_bitext("anna lives in berlin", "in berlin lives anna", [(0, 1, "PER"), (3, 4, "LOC")])
    assert rows(*aligner([bare])) == rows(*aligner([labelled]))


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"method": "best"}, "no extraction method 'best'"),
        ({"level": "letter"}, "no level 'letter'"),
        ({"similarity": "taste"}, "no similarity 'taste'"),
        ({"similarity": "dot"}, "method 'soft' compares words with NULL by a cosine"),
        ({"dtype": "fp8"}, "no dtype 'fp8'"),
    ],
)
def test_wrong_settings(tiny_encoder_dir, settings, message):
    with pytest.raises(XprojError, match=message):
        EmbeddingAligner(**{"encoder": tiny_encoder_dir, "layer": 2, **settings})


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"layer": 3}, "has layers 1 to 2, not 3; change 'layer'"),
        ({"layer": 0}, "has layers 1 to 2, not 0"),
        ({"encoder": "no/encoder"}, "cannot be loaded.*safetensors"),
    ],
)
def test_encoders_are_loaded_at_first_use(tiny_encoder_dir, make_bitext, settings, message):
    aligner = EmbeddingAligner(**{"encoder": tiny_encoder_dir, "layer": 2, **settings})
    with pytest.raises(XprojError, match=message) as error:
        list(aligner([make_bitext("anna", "ben")]))
    assert "\n" not in str(error.value)


def test_statistics_are_saved(tiny_encoder_dir, make_bitext):
    pairs = [make_bitext("anna lives in berlin", "ben knows lisbon"), make_bitext("nobody", "anna knows annabel")]
    aligner, loaded = (EmbeddingAligner(tiny_encoder_dir, layer=2, lexicon_weight=0.5) for _ in range(2))
    loaded.from_bytes(aligner.to_bytes())
    assert loaded.means is None and loaded.lexicon is None
    aligner.initialize(lambda: iter(pairs))
    loaded.from_bytes(aligner.to_bytes())
    expected, found = ([links.to_pharaoh() for links in part(pairs[1:])] for part in (aligner, loaded))
    assert found == expected
    assert found != [links.to_pharaoh() for links in EmbeddingAligner(tiny_encoder_dir, layer=2)(pairs[1:])]


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
    from spacy_xproj.aligners.simalign import SimAlign

    with pytest.raises(XprojError, match=message):
        SimAlign(**{"encoder": tiny_encoder_dir, "layer": 2, **settings})


def test_simalign_and_empty_sides(tiny_encoder_dir, make_bitext):
    pytest.importorskip("simalign")
    from spacy_xproj.aligners.simalign import SimAlign

    aligner = SimAlign(tiny_encoder_dir, layer=2)
    assert [len(alignment) for alignment in aligner([make_bitext("", "anna"), make_bitext("anna", "")])] == [0, 0]
