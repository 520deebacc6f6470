"""Extractors that take candidates from a model, and that unite those of others."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from thinc.api import Config

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.combined import CombinedCandidates, union
from spacy_xproj.extractors.ner import NerCandidates
from spacy_xproj.registry import registry
from spacy_xproj.types import Candidates


class CapitalTagger:
    """Every word with a capital is an entity. It keeps how many Docs it got at a time."""

    def __init__(self):
        self.sizes = []

    def spans(self, docs):
        self.sizes.append(len(docs))
        return [
            numpy.asarray([[t.i, t.i + 1] for t in doc if t.text.istitle()], dtype=numpy.int32).reshape(-1, 2)
            for doc in docs
        ]


def test_ner_candidates_are_batched_and_in_order(make_bitext):
    tagger = CapitalTagger()
    bitexts = [make_bitext("x", target) for target in ("a B c D", "", "A", "b", "c D")]
    found = list(NerCandidates(tagger, buffer=2)(iter(bitexts)))
    assert [candidates.spans.tolist() for candidates in found] == [[[1, 2], [3, 4]], [], [[0, 1]], [], [[1, 2]]]
    assert tagger.sizes == [2, 2, 1]


spans = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4)).map(lambda s: (s[0], s[0] + s[1])), unique=True)


@given(st.lists(spans, min_size=1, max_size=4))
def test_union_is_that_of_sets_and_keeps_the_origin(parts):
    united = union([Candidates(numpy.asarray(part, dtype=numpy.int32).reshape(-1, 2)) for part in parts])
    found = [tuple(span) for span in united.spans.tolist()]
    assert sorted(found) == sorted(set().union(*parts))
    assert found == sorted(found, key=lambda span: (span[1] - span[0], span[0]))
    for span, origin in zip(found, united.origin.tolist(), strict=True):
        assert origin == [span in part for part in parts]


def test_combined_in_a_config(make_bitext):
    config = Config().from_str("""
    [extractor]
    @xproj_extractors = "spacy-xproj.CombinedCandidates.v1"

    [extractor.*.ngram]
    @xproj_extractors = "spacy-xproj.NgramCandidates.v1"
    max_length = 1

    [extractor.*.aligned]
    @xproj_extractors = "spacy-xproj.AlignedCandidates.v1"
    max_length = 2
    """)
    extractor = registry.resolve(config)["extractor"]
    bitexts = [make_bitext("A b", "c D e", [(0, 1, "PER")], "0-1"), make_bitext("A", "", [(0, 1, "PER")], "")]
    first, empty = extractor(iter(bitexts))
    assert first.spans.tolist() == [[0, 1], [1, 2], [2, 3], [0, 2], [1, 3]]
    assert first.origin.tolist() == [[True, False], [True, True], [True, False], [False, True], [False, True]]
    assert empty.spans.shape == (0, 2) and empty.origin.shape == (0, 2)


def test_combined_initialises_its_parts():
    class Part:
        def initialize(self, get_bitexts):
            self.seen = list(get_bitexts())

    parts = [Part(), Part()]
    CombinedCandidates(*parts).initialize(lambda: [1, 2])
    assert [part.seen for part in parts] == [[1, 2], [1, 2]]


def test_nothing_to_combine():
    with pytest.raises(XprojError, match="no extractors"):
        CombinedCandidates()
