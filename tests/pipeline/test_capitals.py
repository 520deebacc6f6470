"""What lower-case words are worth where names have capitals."""

import pytest
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_xproj.pipeline.capitals import capitalized
from spacy_xproj.types import Bitext, Outcome, Projection


def projected(text, *spans):
    """A projection of as many entities as there are spans onto a text."""
    source = Doc(Vocab(), words=[f"N{i}" for i in range(len(spans))])
    source.set_ents([Span(source, i, i + 1, "PER") for i in range(len(spans))])
    outcomes = [Outcome(i, "PER", "projected", (span,), (0.5,), (0.25,)) for i, span in enumerate(spans)]
    return Projection(Bitext(source, Doc(source.vocab, words=text.split())), outcomes)


@pytest.mark.parametrize(
    "text, span, name",
    [
        ("Kaže da se kani vratiti", (3, 4), None),
        ("Kaže da se kani vratiti", (3, 5), None),
        ("Kaže „ kani “ opet", (1, 4), None),  # marks are no words
        ("Dio jugoistočne Europe", (1, 3), "Europe"),
        ("Vijeće sigurnosti", (0, 2), "Vijeće sigurnosti"),  # lower-case words may follow
        ("Kaže iPod", (1, 2), "iPod"),
        ("Kaže d'Ávila", (1, 2), "d'Ávila"),
        ("Radio 1. program", (1, 3), "1. program"),
        ("Radio 101", (1, 2), "101"),
        ("Radio ǅamija", (1, 2), "ǅamija"),  # a letter of two, the first of them a capital
        ("ona je doma", (0, 1), "ona"),  # nothing here has a capital
        ("Juan 胡安", (1, 2), "胡安"),
        ("Ana მარია", (1, 2), "მარია"),  # capitals are not used, though Unicode has them
        ("Ana მარია", (0, 2), "Ana მარია"),
        ("Ana ,", (1, 2), None),
    ],
)
def test_where_names_begin(text, span, name):
    (outcome,) = capitalized(projected(text, span)).outcomes
    words = text.split()
    assert [" ".join(words[start:end]) for start, end in outcome.spans] == ([] if name is None else [name])
    assert outcome.status == ("no_capital" if name is None else "projected")
    assert len(outcome.scores) == len(outcome.margins) == len(outcome.spans)


def test_the_others_stay():
    before = projected("Ana zove marija i Ivo", (0, 1), (2, 3), (4, 5))
    after = capitalized(before)
    assert [outcome.status for outcome in after.outcomes] == ["projected", "no_capital", "projected"]
    assert after.outcomes[0] == before.outcomes[0] and after.outcomes[2] == before.outcomes[2]
    lost = Projection(before.bitext, [Outcome(0, "PER", "unaligned")])
    assert capitalized(lost).outcomes == lost.outcomes


def test_one_of_two_places():
    bitext = projected("Ana ili ana", (0, 1)).bitext
    both = Projection(bitext, [Outcome(0, "PER", "projected", ((0, 1), (2, 3)), (0.9, 0.8))])
    (outcome,) = capitalized(both).outcomes
    assert (outcome.status, outcome.spans, outcome.scores, outcome.margins) == ("projected", ((0, 1),), (0.9,), ())
