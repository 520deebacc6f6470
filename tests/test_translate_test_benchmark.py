"""The contractions that the translate-test benchmark restores."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture
def contract(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import translate_test

    yield translate_test.contract
    for name in ("translate_test", "translate_train"):
        del sys.modules[name]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a capital de a França e de o Brasil", "a capital da França e do Brasil"),
        ("Em os Estados Unidos, por as ruas", "Nos Estados Unidos, pelas ruas"),
        ("foi a o cinema e a as compras", "foi ao cinema e às compras"),
        ("a casa de ela, em este dia, a aquele homem", "a casa dela, neste dia, àquele homem"),
        ("de outro modo, em outubro, a onda", "de outro modo, em outubro, a onda"),
    ],
)
def test_contractions(contract, text, expected):
    assert contract(text) == expected
