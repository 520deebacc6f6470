"""The statistical aligner: with eflomal itself, where it is installed, and with a stand-in for what is around it."""

import random
import sys
from pathlib import Path

import pytest

from spacy_xproj.aligners.statistical import MAX_LENGTH, StatisticalAligner
from spacy_xproj.errors import XprojError

ENGLISH = ["ana", "rui", "sees", "hears", "the", "a", "dog", "bird", "in", "town"]
PSEUDO = {word: f"{word[::-1]}o" for word in ENGLISH}


class Diagonal:
    """Stands in for the package: links words of the same place, and remembers the sentences and priors it got."""

    def __init__(self):
        self.calls = []

    def Aligner(self, rel_iterations):
        return self

    def align(self, source, target, forward, backward, priors_input):
        self.calls.append((source, target, priors_input))
        for path in (forward, backward):
            lines = [
                " ".join(f"{i}-{i}" for i in range(min(len(a.split()), len(b.split())))) for a, b in zip(source, target)
            ]
            Path(path).write_text("".join(f"{line}\n" for line in lines))

    def calculate_priors(self, *sides):
        return [len(side) for side in sides]

    def write_priors(self, file, *counts):
        file.write(f"{counts}\n")

    def read_priors(self, lines):
        if any("bad" in line for line in lines):
            raise ValueError


@pytest.fixture
def diagonal(monkeypatch):
    """The stand-in, in the place of eflomal."""
    package = Diagonal()
    monkeypatch.setitem(sys.modules, "eflomal", package)
    return package


@pytest.fixture
def corpus(make_bitext):
    """Pairs of a language that spells words backwards and says the verb last."""
    chance = random.Random(0)
    pairs = []
    for _ in range(60):
        words = chance.sample(ENGLISH, 5)
        target = [PSEUDO[word] for word in words]
        pairs.append(make_bitext([word.upper() for word in words], [*target[:1], *target[2:], target[1]]))
    return pairs


def recall(aligner, pairs):
    """Compute the share of words whose link to their translation has weight 1."""
    hits = total = 0
    for pair, links in zip(pairs, aligner(pairs), strict=True):
        matrix = links.to_matrix(len(pair.source), len(pair.target))
        for i, token in enumerate(pair.source):
            j = [t.text for t in pair.target].index(PSEUDO[token.lower_])
            hits += matrix[i, j] == 1
            total += 1
    return hits / total


def test_learns_words_and_keeps_them(corpus, tmp_path):
    pytest.importorskip("eflomal")
    path = tmp_path / "models" / "priors"
    aligner = StatisticalAligner(priors=path, iterations=0.3)
    aligner.initialize(lambda: corpus)
    assert recall(aligner, corpus) > 0.9
    text = path.read_text(encoding="utf8")
    assert "LEX\tana\tanao\t" in text and "HMMF" in text and "FERR" in text

    again = StatisticalAligner(priors=path, iterations=0.3)
    assert recall(again, corpus[:3]) > recall(StatisticalAligner(iterations=0.3), corpus[:3])
    again.initialize(lambda: pytest.fail("the file has the priors"))
    assert path.read_text(encoding="utf8") == text


def test_eflomal_with_empty_sides_and_odd_words(make_bitext):
    pytest.importorskip("eflomal")
    odd = [["a\u00a0b", "\n", "<NULL>"], ["x", "\x85", "\u2028", "|||"], ["\x00", "\x1c", "é"]]
    pairs = [make_bitext("", ""), make_bitext("", "x"), make_bitext("a", "")]
    pairs += [make_bitext(a, b) for a in odd for b in odd]
    aligner = StatisticalAligner(iterations=0.1)
    for _ in range(2):  # without priors, and with those of the corpus
        found = list(aligner(pairs))
        assert len(found) == len(pairs) and [len(links) for links in found[:3]] == [0, 0, 0]
        for links, pair in zip(found, pairs):
            links.to_matrix(len(pair.source), len(pair.target))
        aligner.initialize(lambda: pairs)
    for nothing in ([], pairs[:3]):
        aligner.initialize(lambda nothing=nothing: nothing)
        assert [len(links) for links in aligner(nothing)] == [0] * len(nothing)
        assert len(list(aligner(pairs))) == len(pairs)


def test_the_longest_sentence_that_eflomal_aligns(make_bitext):
    pytest.importorskip("eflomal")
    pair = make_bitext([f"w{i}" for i in range(MAX_LENGTH)], "w1 w2")
    (links,) = StatisticalAligner(iterations=0.01)([pair])
    assert len(links)
    pair = make_bitext([f"w{i}" for i in range(MAX_LENGTH + 1)], "w1 w2")
    with pytest.raises(XprojError, match="'w0 w1 w2 w3 w4 …': a sentence of 1024 words, eflomal aligns 1023"):
        list(StatisticalAligner()([pair]))


def test_what_eflomal_is_given(make_bitext, diagonal):
    pair = make_bitext(["Yes", "O\u0323", "\u0301", "a\u00a0b"], ["\n", "Ọ\u0301"])
    (links,) = StatisticalAligner()([pair])
    assert diagonal.calls == [(["yes ọ\u0301 ab"], ["␣ ọ\u0301"], None)]
    assert links.to_pharaoh() == "0-0 1-1 2-1"  # a mark that was split off has the links of its word


def test_buffers_share_the_priors(make_bitext, diagonal):
    aligner = StatisticalAligner(sample=4, buffer=2)
    pairs = [make_bitext(f"w{i}", "x") for i in range(5)]
    aligner.initialize(lambda: pairs)
    read = []
    stream = aligner(read.append(pair) or pair for pair in pairs)
    next(stream)
    assert len(read) == 2 and len(list(stream)) == 4
    sizes = [(len(source), priors) for source, _, priors in diagonal.calls]
    priors = ["(4, 4, 4, 4)\n"]
    assert sizes == [(4, None), (2, priors), (2, priors), (1, priors)]


def test_learning_again_forgets(make_bitext, diagonal):
    aligner = StatisticalAligner()
    for n in (2, 3):
        aligner.initialize(lambda n=n: [make_bitext("a", "x")] * n)
        assert aligner.priors == [f"({n}, {n}, {n}, {n})\n"]
    assert [priors for *_, priors in diagonal.calls] == [None, None]


def test_files_that_hold_no_priors(tmp_path, diagonal):
    path = tmp_path / "priors"
    path.write_text("bad\n")
    with pytest.raises(XprojError, match="priors: not a file with priors"):
        StatisticalAligner(path)
    path.unlink()
    aligner = StatisticalAligner(path)
    with pytest.raises(RuntimeError):
        aligner.initialize(broken)
    assert not list(tmp_path.iterdir())


def broken():
    raise RuntimeError("the corpus cannot be read")


def test_eflomal_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "eflomal", None)
    with pytest.raises(XprojError, match=r"pip install 'spacy_xproj\[eflomal\]'"):
        StatisticalAligner()


def test_links_of_both_directions_and_of_one(make_bitext, diagonal, monkeypatch):
    monkeypatch.setattr(diagonal, "align", write_two_directions)
    (links,) = StatisticalAligner()([make_bitext("a b c d e f", "u v w x y z")])
    assert links.to_pharaoh() == "0-0 1-1 1-2:0.5 2-1:0.5 4-5:0.5 5-3:0.5"


def write_two_directions(source, target, forward, backward, priors_input):
    Path(forward).write_text("0-0 1-1 1-2 4-5\n")
    Path(backward).write_text("0-0 1-1 2-1 5-3\n")


@pytest.mark.parametrize("settings", [{"sample": 0}, {"buffer": 0}, {"buffer": -1}])
def test_numbers_of_pairs(settings, diagonal):
    with pytest.raises(XprojError, match="numbers of pairs, give 1 or more"):
        StatisticalAligner(**settings)
