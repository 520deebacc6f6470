import numpy
import pytest

from spacy_xproj.scores.abbreviations import spell_out


def spelled(source, target, row, light=frozenset()):
    """Spell out a sentence of one word, which is linked as a row says."""
    links = numpy.asarray([row], dtype="float32")
    return spell_out(links, [source], numpy.asarray([[0, 1]]), target, light)[0].tolist()


@pytest.mark.parametrize(
    "source, target",
    [
        ("EU", ["Unione", "europea"]),
        ("EU", ["Europäische", "Union"]),
        ("UN", ["Ünited", "Nations"]),
        ("UN", ["Únicas", "Nações"]),
        ("ЕС", ["Европейский", "союз"]),
    ],
)
def test_words_have_what_the_abbreviation_has(source, target):
    assert spelled(source, target, [0.1, 0.8]) == pytest.approx([0.9, 0.9])


def test_function_words_between():
    row = [0.1, 0.5, 0.2, 0.0, 0.2]
    light = frozenset(["the", "of"])
    words = ["the", "United", "States", "of", "America"]
    assert spelled("USA", words, row, light) == pytest.approx([0.1, 0.9, 0.9, 0.0, 0.9])
    assert spelled("USA", ["os", "Estados", "Unidos", "da", "América"], row) == pytest.approx(row)  # other initials


@pytest.mark.parametrize(
    "source, target",
    [
        ("Eu", ["Unione", "europea"]),  # no abbreviation
        ("E", ["europea", "Unione"]),  # an initial
        ("EU", ["Unione", "dei"]),  # other initials
        ("EU", ["Unione", ",", "europea"][:2]),  # punctuation has no initial
        ("ONU", ["Unione", "ora"]),  # fewer words than letters
    ],
)
def test_others_keep_their_links(source, target):
    assert spelled(source, target, [0.1, 0.8]) == pytest.approx([0.1, 0.8])


def test_unlinked_words_are_not_what_it_stands_for():
    assert spelled("EU", ["Unione", "europea", "UE"], [0.1, 0.1, 0.8]) == pytest.approx([0.1, 0.1, 0.8])


def test_input_is_left_alone():
    links = numpy.asarray([[0.1, 0.8]])
    assert spell_out(links, ["EU"], numpy.asarray([[0, 1]]), ["Unione", "europea"], frozenset()) is not links
    assert links.tolist() == [[0.1, 0.8]]


def test_a_longer_entity_is_no_abbreviation():
    links = numpy.asarray([[0.1, 0.8], [0.0, 0.0]])
    spans = numpy.asarray([[0, 2]])
    assert spell_out(links, ["EU", "x"], spans, ["Unione", "europea"], frozenset()) is links
