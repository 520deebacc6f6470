"""Scores of what is nearly right: by hand, and against nervaluate."""

from typing import List, Tuple

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span

from spacy_xproj.evaluation.partial import FAULTS, MEASURES, count_faults, partial_scores

VOCAB = spacy.blank("xx").vocab
Entity = Tuple[int, int, str]


def make_doc(length: int, ents: List[Entity]) -> Doc:
    doc = Doc(VOCAB, words=["x"] * length)
    doc.set_ents([Span(doc, *ent) for ent in ents], default="outside")
    return doc


def test_by_hand() -> None:
    gold = make_doc(10, [(0, 3, "PER"), (4, 6, "LOC"), (8, 9, "ORG")])
    predicted = make_doc(10, [(0, 2, "PER"), (4, 6, "ORG"), (7, 8, "LOC")])
    scores = partial_scores([gold], [predicted])
    counts = {
        name: tuple(scores[name][key] for key in ("correct", "partial", "incorrect", "missed", "spurious"))
        for name in MEASURES
    }
    assert counts == {"exact": (1, 0, 1, 1, 1), "partial": (1, 1, 0, 1, 1), "type": (1, 0, 1, 1, 1)}
    assert scores["partial"]["p"] == scores["partial"]["r"] == scores["partial"]["f"] == 0.5
    assert scores["exact"]["f"] == pytest.approx(1 / 3)


def test_kinds_of_fault_by_hand() -> None:
    gold = make_doc(20, [(0, 2, "PER"), (3, 5, "PER"), (6, 8, "LOC"), (9, 12, "LOC"), (13, 14, "ORG")])
    predicted = make_doc(20, [(0, 2, "PER"), (3, 4, "PER"), (6, 8, "ORG"), (9, 10, "ORG"), (16, 17, "ORG")])
    faults = count_faults([gold], [predicted])
    expected = {"PER": ["exact", "boundary"], "LOC": ["type", "both"], "ORG": ["missed", "invented"]}
    assert {label: sorted(kind for kind in row if row[kind]) for label, row in faults.items()} == {
        label: sorted(kinds) for label, kinds in expected.items()
    }
    assert list(count_faults([gold], [predicted], ["PER"])) == ["PER"]


def test_labels_and_nothing_at_all() -> None:
    gold, predicted = make_doc(3, [(0, 1, "PER")]), make_doc(3, [(0, 1, "LOC")])
    assert partial_scores([gold], [predicted], ["PER"])["exact"]["missed"] == 1
    for row in partial_scores([gold], [predicted], ["ORG"]).values():
        assert not any(row.values())


def test_tokens_may_differ() -> None:
    gold = Doc(VOCAB, words=["Ana's", "car"], ents=["B-PER", "O"])
    predicted = Doc(VOCAB, words=["Ana", "'s", "car"], spaces=[False, True, False], ents=["B-PER", "O", "O"])
    scores = partial_scores([gold], [predicted])
    assert (scores["partial"]["f"], scores["type"]["f"], scores["exact"]["f"]) == (0.5, 1.0, 0.0)


@st.composite
def entities(draw: st.DrawFn, length: int = 9) -> List[Entity]:
    found: List[Entity] = []
    position = 0
    while position < length:
        size = draw(st.integers(0, min(4, length - position)))
        if size:
            found.append((position, position + size, draw(st.sampled_from(["PER", "LOC"]))))
        position += size or 1
    return found


@given(corpus=st.lists(st.tuples(entities(), entities()), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_as_nervaluate(corpus: List[Tuple[List[Entity], List[Entity]]]) -> None:
    nervaluate = pytest.importorskip("nervaluate.evaluator")
    sides = [[make_doc(9, pair[side]) for pair in corpus] for side in (0, 1)]
    ours = partial_scores(*sides)
    rows = [
        [[{"label": label, "start": start, "end": end - 1} for start, end, label in pair[side]] for pair in corpus]
        for side in (0, 1)
    ]
    theirs = nervaluate.Evaluator(*rows, tags=["PER", "LOC"], loader="dict").evaluate()["overall"]
    for measure, name in (("exact", "exact"), ("partial", "partial"), ("type", "ent_type")):
        for key in ("correct", "partial", "incorrect", "missed", "spurious"):
            assert ours[measure][key] == getattr(theirs[name], key), (measure, key)
        for key, other in (("p", "precision"), ("r", "recall"), ("f", "f1")):
            assert ours[measure][key] == pytest.approx(getattr(theirs[name], other))


@settings(max_examples=100, deadline=None)
@given(entities(), entities())
def test_every_entity_is_of_one_kind(gold: List[Entity], predicted: List[Entity]) -> None:
    rows = count_faults([make_doc(9, gold)], [make_doc(9, predicted)]).values()
    total = {kind: sum(row[kind] for row in rows) for kind in FAULTS}
    paired = sum(total[kind] for kind in ("exact", "boundary", "type", "both"))
    assert paired + total["missed"] == len(gold) and paired + total["invented"] == len(predicted)
    assert total["exact"] == len(set(gold) & set(predicted))
