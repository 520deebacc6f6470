"""Projecting a corpus shard by shard."""

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.projectors.stream import GivenLinks, project_shards
from spacy_xproj.registry import registry
from spacy_xproj.types import Projection

SENTENCES = ["a b", "c d", "e f", "g h", "i j"]
HEURISTIC = {"@xproj_projectors": "spacy-xproj.AlignmentHeuristic.v1"}


class Recorder:
    """Projects nothing, and records which pairs came with which call."""

    def __init__(self):
        self.calls = []

    def __call__(self, bitexts):
        self.calls.append([])
        for bitext in bitexts:
            self.calls[-1].append(bitext.source.text.strip())
            yield Projection(bitext, [])


@pytest.fixture
def bitexts(make_bitext):
    return [make_bitext(text, text.upper(), [(0, 1, "PER")]) for text in SENTENCES]


@pytest.mark.parametrize("done, calls", [(0, [["a b", "c d"], ["e f", "g h"], ["i j"]]), (4, [["i j"]]), (5, [])])
def test_a_call_for_each_shard_that_is_left(bitexts, done, calls):
    projector = Recorder()
    results = list(project_shards(projector, bitexts, 2, done))
    assert [result.bitext for result in results] == bitexts[done:]
    assert projector.calls == calls


def test_a_projector_that_loses_a_pair(bitexts):
    class Losing(Recorder):
        def __call__(self, bitexts):
            yield from list(super().__call__(bitexts))[:-1]

    with pytest.raises(ValueError):
        list(project_shards(Losing(), bitexts, 2))


@pytest.mark.parametrize("done", [0, 2, 4])
def test_an_aligner_that_goes_by_place_gets_all_pairs(bitexts, tmp_path, done):
    (tmp_path / "links").write_text("0-0\n0-1\n0-0\n0-1\n0-0\n")
    aligner = {"@xproj_aligners": "spacy-xproj.PharaohAligner.v1", "path": str(tmp_path / "links")}
    projector = registry.resolve({"projector": {**HEURISTIC, "aligner": aligner}})["projector"]
    results = list(project_shards(projector, bitexts, 2, done))
    assert [result.outcomes[0].spans for result in results] == [((i % 2, i % 2 + 1),) for i in range(done, 5)]
    assert not isinstance(projector.aligner, GivenLinks)


def test_the_file_must_fit_the_corpus(bitexts, tmp_path):
    aligner = {"@xproj_aligners": "spacy-xproj.PharaohAligner.v1", "path": str(tmp_path / "links")}
    projector = registry.resolve({"projector": {**HEURISTIC, "aligner": aligner}})["projector"]
    for number in (4, 6):
        (tmp_path / "links").write_text("0-0\n" * number)
        with pytest.raises(XprojError, match=f"{number} lines"):
            list(project_shards(projector, bitexts, 2, 2))
