"""The ceiling that the projection benchmark quotes."""

import importlib.util
from pathlib import Path

import pytest
from spacy.tokens import Span

PATH = Path(__file__).parent.parent / "benchmarks" / "projection.py"


@pytest.fixture(scope="module")
def benchmark():
    spec = importlib.util.spec_from_file_location("projection_benchmark", PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ceiling_counts_by_type_and_sentence(benchmark, make_bitext):
    first = make_bitext("a b c", "x y z", [(0, 1, "PER"), (1, 2, "PER"), (2, 3, "LOC")])
    second = make_bitext("a", "x y", [(0, 1, "ORG")])
    gold = [first.target.copy(), second.target.copy()]
    gold[0].ents = [Span(gold[0], 0, 1, "PER"), Span(gold[0], 2, 3, "ORG")]
    gold[1].ents = [Span(gold[1], 0, 2, "ORG")]
    assert benchmark.ceiling(benchmark.Corpus([first, second], gold)) == pytest.approx(2 * 2 / (4 + 3))
    nothing = make_bitext("a", "x")
    assert benchmark.ceiling(benchmark.Corpus([nothing], [nothing.target])) == 0
