"""Back-translation: compositions by hand, every mode, its invariants, and what it reads of a stream."""

import numpy
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.aligners.back_translation import MODES, combine, make_back_translation_aligner
from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.aligners.mixture import make_weighted_aligner
from spacy_xproj.aligners.pharaoh import make_pharaoh_aligner
from spacy_xproj.errors import XprojError
from spacy_xproj.translators.base import BatchTranslator
from spacy_xproj.translators.table import TableTranslator
from spacy_xproj.types import Bitext, WordAlignment, is_positional

N = 4
hard = st.lists(st.booleans(), min_size=N * N, max_size=N * N).map(
    lambda values: WordAlignment.from_matrix(numpy.asarray(values).reshape(N, N))
)
DIRECT, TO_BACK, TO_TARGET = "0-0:0.25 1-1 2-3:0.5", "0-1 1-0:0.5 3-2", "1-0 0-1:0.5 2-2:0.5"
COMPOSED = "0-0 1-1:0.25 3-2:0.5"


class ByText:
    """Links by the texts of a pair; it remembers which texts it has been initialised with and which it has read."""

    def __init__(self, lines):
        self.lines = lines
        self.initialized = []
        self.read = []

    def __call__(self, bitexts):
        for bitext in bitexts:
            pair = bitext.source.text, bitext.target.text
            self.read.append(pair)
            yield WordAlignment.from_pharaoh(self.lines[pair])


class Learner(ByText):
    def initialize(self, get_bitexts):
        self.initialized = [(bitext.source.text, bitext.target.text) for bitext in get_bitexts()]


SOURCE, BACK, TARGET = "the old town sleeps", "dorme velha cidade", "dorme a cidade velha"
LINES = {(SOURCE, TARGET): DIRECT, (SOURCE, BACK): TO_BACK, (BACK, TARGET): TO_TARGET}


NLP = spacy.blank("xx")


def make_pair(source, target):
    return Bitext(NLP.make_doc(source), NLP.make_doc(target))


def table(translations):
    return TableTranslator(translations, "en", "pt", "table.tsv")


@pytest.fixture
def pair():
    return make_pair(SOURCE, TARGET)


def refine(pair, **settings):
    aligner = ByText(LINES)
    translator = table({pair.source.text: BACK})
    (links,) = make_back_translation_aligner(translator, aligner, aligner, **settings)([pair])
    return links.to_pharaoh()


@pytest.mark.parametrize(
    "mode, expected",
    [
        ("compose", COMPOSED),
        ("intersect", "0-0:0.25 1-1:0.25"),
        ("union", "0-0 1-1 2-3:0.5 3-2:0.5"),
        ("fill", "0-0:0.25 1-1 2-3:0.5 3-2:0.5"),
        ("product", "0-0:0.5 1-1:0.5"),
    ],
)
def test_modes_by_hand(pair, mode, expected):
    assert refine(pair, mode=mode) == expected


def test_every_mode_is_tested_and_explained():
    assert set(MODES) == {"compose", "intersect", "union", "fill", "product"}


def test_threshold_is_of_the_composed_links(pair):
    assert refine(pair, mode="compose", threshold=0.25) == "0-0 3-2:0.5"
    assert refine(pair, mode="union", threshold=0.5) == "0-0 1-1 2-3:0.5"


def test_reduction():
    lines = {("a", "x y"): "0-0:0.5 0-1:0.5", ("x y", "z"): "0-0:0.5 1-0:0.75", ("a", "z"): ""}
    aligner = ByText(lines)
    for reduction, expected in (("max", "0-0:0.375"), ("sum", "0-0:0.625")):
        refined = make_back_translation_aligner(table({"a": "x y"}), aligner, aligner, reduction=reduction)
        (links,) = refined([make_pair("a", "z")])
        assert links.to_pharaoh() == expected


@given(hard, hard, hard)
def test_invariants_of_hard_links(direct, a, b):
    from spacy_xproj.aligners.links import compose

    composed = compose(a, b)
    product = (a.to_matrix(N, N) @ b.to_matrix(N, N)) > 0
    numpy.testing.assert_array_equal(composed.to_matrix(N, N) > 0, product)
    found = {mode: combine(direct, composed, mode).to_matrix(N, N) > 0 for mode in MODES if mode != "compose"}
    links = direct.to_matrix(N, N) > 0
    assert (found["intersect"] <= links).all() and (links <= found["fill"]).all()
    assert (found["fill"] <= found["union"]).all()
    numpy.testing.assert_array_equal(found["intersect"], links & product)
    numpy.testing.assert_array_equal(found["product"], found["intersect"])
    numpy.testing.assert_array_equal(found["union"], links | product)
    has_link = links.any(axis=1, keepdims=True)
    numpy.testing.assert_array_equal(found["fill"], links | (product & ~has_link))


def test_each_step_may_have_an_aligner_of_its_own(pair):
    direct, first, second = (ByText({key: line}) for key, line in LINES.items())
    aligner = make_back_translation_aligner(table({SOURCE: BACK}), direct, second, first)
    (links,) = aligner([pair])
    assert links.to_pharaoh() == "0-0:0.25 1-1 2-3:0.5 3-2:0.5"
    assert (direct.read, first.read, second.read) == ([(SOURCE, TARGET)], [(SOURCE, BACK)], [(BACK, TARGET)])


def test_initialize_gives_each_aligner_its_own_pair_of_languages(pair):
    direct, first, second = (Learner(LINES) for _ in range(3))
    aligner = make_back_translation_aligner(table({SOURCE: BACK}), direct, second, first)
    aligner.initialize(lambda: [pair] * 2)
    assert direct.initialized == [(SOURCE, TARGET)] * 2
    assert first.initialized == [(SOURCE, BACK)] * 2
    assert second.initialized == [(BACK, TARGET)] * 2
    aligner = make_back_translation_aligner(table({SOURCE: BACK}), direct, second)
    aligner.initialize(lambda: [pair])
    assert direct.initialized == [(SOURCE, TARGET)]
    with pytest.raises(XprojError, match="back_to_target"):
        make_back_translation_aligner(table({}), direct, direct)
    with pytest.raises(XprojError, match="back_to_target"):
        make_back_translation_aligner(table({}), direct, first, first)


class Doubler(BatchTranslator):
    """Says every text twice; counts the texts that it had to translate."""

    def __init__(self, buffer):
        super().__init__("en", "pt", max_length=99, max_batch_length=99, buffer=buffer)
        self.translated = 0

    def _translate_batch(self, texts):
        self.translated += len(texts)
        return [f"{text} {text}" for text in texts]


@pytest.mark.parametrize("mode", MODES)
def test_reads_a_stream_in_bounded_steps(mode):
    words = [f"w{i}" for i in range(50)]
    lines = {(w, w): "0-0" for w in words}
    lines.update({(w, f"{w} {w}"): "0-0 0-1" for w in words})
    lines.update({(f"{w} {w}", w): "0-0 1-0" for w in words})
    read = []
    translator = Doubler(buffer=4)
    aligner = make_back_translation_aligner(translator, ByText(lines), ByText(lines), mode=mode)
    stream = aligner(read.append(w) or make_pair(w, w) for w in words)
    for done in range(1, 51):
        assert next(stream).to_pharaoh() == "0-0"
        assert len(read) <= done + 4
    assert next(stream, None) is None and translator.translated == 50


def test_repeated_sentences_are_translated_once():
    lines = {("w", "w"): "0-0", ("w", "w w"): "0-0", ("w w", "w"): "0-0"}
    translator = Doubler(buffer=4)
    aligner = make_back_translation_aligner(translator, ByText(lines), ByText(lines))
    assert len(list(aligner([make_pair("w", "w")] * 30))) == 30 and translator.translated == 1


def test_what_initialize_translated_is_not_translated_again():
    lines = {("w", "w"): "0-0", ("w", "w w"): "0-0", ("w w", "w"): "0-0"}
    translator = Doubler(buffer=4)
    aligner = make_back_translation_aligner(translator, Learner(lines), Learner(lines), Learner(lines))
    aligner.initialize(lambda: [make_pair("w", "w")])
    assert len(list(aligner([make_pair("w", "w")] * 3))) == 3 and translator.translated == 1


def test_translations_are_composed_and_tokenised_by_the_target_language():
    seen = ByText({("d", "x"): "", ("d", "da\u00e7\u00e3o."): "", ("da\u00e7\u00e3o.", "x"): ""})
    tokens = []

    def count(bitexts):
        for bitext in bitexts:
            tokens.append([token.text for token in bitext.source])
            yield WordAlignment.from_pharaoh("")

    aligner = make_back_translation_aligner(table({"d": "dac\u0327a\u0303o."}), seen, count)
    assert len(list(aligner([make_pair("d", "x")]))) == 1
    assert tokens == [["da\u00e7\u00e3o", "."]]


@pytest.mark.parametrize("source, target", [("", ""), ("", "anna"), ("anna", ""), (" ", "anna")])
def test_empty_sides(tiny_encoder_dir, source, target):
    direct, monolingual = (EmbeddingAligner(tiny_encoder_dir, 1, device="cpu") for _ in range(2))
    pairs = [make_pair(source, target), make_pair("anna lives", "anna lives")]
    for mode in MODES:
        aligner = make_back_translation_aligner(
            table({"anna": "", "anna lives": "ben"}), direct, monolingual, mode=mode
        )
        aligner.initialize(lambda: pairs)
        links, _ = aligner(pairs)
        assert len(links) == 0 or source == " "


def test_pairs_by_their_place(tmp_path, pair):
    (tmp_path / "links.txt").write_text(f"{DIRECT}\n")
    by_place = make_pharaoh_aligner(tmp_path / "links.txt")
    aligner = make_back_translation_aligner(table({SOURCE: BACK}), by_place, ByText(LINES), ByText(LINES))
    assert is_positional(aligner)
    (links,) = aligner([pair])
    assert links.to_pharaoh() == "0-0:0.25 1-1 2-3:0.5 3-2:0.5"
    assert not is_positional(make_back_translation_aligner(table({}), ByText({}), ByText({})))


def test_a_translator_of_other_languages():
    german = Bitext(NLP.make_doc(SOURCE), spacy.blank("de").make_doc(TARGET))
    aligner = make_back_translation_aligner(table({SOURCE: BACK}), ByText(LINES), ByText(LINES))
    with pytest.raises(XprojError, match="goes from en to pt, the corpus from xx to de; correct the translator's"):
        list(aligner([german]))
    portuguese = Bitext(spacy.blank("en").make_doc(SOURCE), spacy.blank("pt").make_doc(TARGET))
    translator = TableTranslator({SOURCE: BACK}, "eng_Latn", "por_Latn", "table.tsv")
    (links,) = make_back_translation_aligner(translator, ByText(LINES), ByText(LINES))([portuguese])
    assert links.to_pharaoh() == "0-0:0.25 1-1 2-3:0.5 3-2:0.5"


def test_only_an_aligner_that_learns_must_not_be_shared(tiny_encoder_dir):
    shared = make_weighted_aligner(ByText(LINES), 0.5)
    make_back_translation_aligner(table({}), shared, shared)
    learning = make_weighted_aligner(EmbeddingAligner(tiny_encoder_dir, layer=1), 0.5)
    with pytest.raises(XprojError, match="give it an aligner of its own"):
        make_back_translation_aligner(table({}), learning, learning)


def test_unknown_settings():
    with pytest.raises(XprojError, match="no mode 'both': use one of compose, intersect"):
        make_back_translation_aligner(table({}), ByText({}), ByText({}), mode="both")
    with pytest.raises(XprojError, match="no reduction 'mean'"):
        make_back_translation_aligner(table({}), ByText({}), ByText({}), reduction="mean")
