"""Corpus statistics are estimated once for a result."""

import pytest

from spacy_xproj.composite import Composite
from spacy_xproj.projectors.statistics import prepare


class Sampler:
    """Estimates something else each time."""

    seen = 0

    def initialize(self, get_bitexts):
        Sampler.seen += len(list(get_bitexts()))
        self.value = Sampler.seen


class Saving(Sampler):
    def to_bytes(self):
        return bytes([self.value])

    def from_bytes(self, data):
        (self.value,) = data


class Parts(Composite):
    def __init__(self, *inner):
        self.inner = inner

    def parts(self):
        return {str(i): part for i, part in enumerate(self.inner)}


def test_a_run_that_goes_on_loads_what_was_estimated():
    first, second = Parts(Saving(), None), Parts(Saving(), None)
    saved = prepare(first, lambda: "abc")
    assert prepare(second, lambda: pytest.fail("estimated again"), saved) == saved
    assert second.inner[0].value == first.inner[0].value


def test_nothing_is_saved_where_a_part_cannot_give_its_own():
    projector = Parts(Saving(), Parts(Sampler()))
    assert prepare(projector, lambda: "abc") is None
    assert projector.inner[1].inner[0].value


def test_a_projector_without_statistics():
    assert prepare(object(), lambda: pytest.fail("nobody asked")) is None
