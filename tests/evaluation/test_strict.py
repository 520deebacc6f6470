from typing import List, Set, Tuple

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score
from seqeval.scheme import IOB2
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_xproj import XprojError
from spacy_xproj.evaluation import strict
from spacy_xproj.evaluation.strict import score, strict_counts
from spacy_xproj.evaluation.tags import LabelCounts, tag_pair
from spacy_xproj.text.tokenizers import blank_segmented

VOCAB = spacy.blank("xx").vocab
Entity = Tuple[int, int, str]


def make_doc(tagged: str) -> Doc:
    """`Ana/B-PER _in Rio/B-LOC`: a leading underscore means that no space stands before the token."""
    pieces = [piece.partition("/") for piece in tagged.split()]
    joined = [word.startswith("_") for word, _, _ in pieces[1:]] + [True]
    words = [word.removeprefix("_") for word, _, _ in pieces]
    return Doc(VOCAB, words=words, spaces=[not j for j in joined], ents=[tag or "O" for _, _, tag in pieces])


def test_by_hand() -> None:
    gold = [make_doc("Ana/B-PER Luz/I-PER in Rio/B-LOC"), make_doc("UN/B-ORG in Oslo/B-LOC")]
    predicted = [make_doc("Ana/B-PER Luz in Rio/B-LOC"), make_doc("UN/B-ORG in/B-LOC Oslo/B-ORG")]
    scores = score(gold, predicted)["strict"]
    assert (scores["p"], scores["r"]) == (2 / 5, 2 / 4)
    assert scores["f"] == pytest.approx(4 / 9)
    assert scores["per_type"] == {
        "LOC": {"p": 0.5, "r": 0.5, "f": 0.5, "support": 2},
        "ORG": {"p": 0.5, "r": 1.0, "f": pytest.approx(2 / 3), "support": 1},
        "PER": {"p": 0.0, "r": 0.0, "f": 0.0, "support": 1},
    }


def test_shape() -> None:
    scores = score([make_doc("Rio/B-LOC")], [make_doc("Rio/B-LOC")])
    assert scores == {
        "strict": {"p": 1, "r": 1, "f": 1, "misplaced": 0, "per_type": {"LOC": {"p": 1, "r": 1, "f": 1, "support": 1}}},
        "spacy": {"p": 1, "r": 1, "f": 1, "per_type": {"LOC": {"p": 1, "r": 1, "f": 1}}},
    }


def test_tokens_may_differ() -> None:
    gold = make_doc("Ana/B-PER _'s Rio/B-LOC de/I-LOC Janeiro/I-LOC")
    predicted = make_doc("An/B-PER _a/I-PER _'s Rio/B-LOC de/I-LOC Jan/I-LOC _eiro/I-LOC")
    assert score([gold], [predicted])["strict"]["f"] == 1


def test_a_boundary_inside_a_gold_token_is_a_false_positive() -> None:
    gold = make_doc("Ana's/B-PER Rio/B-LOC")
    predicted = make_doc("Ana/B-PER _'s Rio/B-LOC")
    pair = tag_pair(gold, predicted)
    assert pair.gold == ["B-PER", "B-LOC", "O"]
    assert pair.predicted == ["O", "B-LOC", "B-PER"]
    assert pair.misplaced == 1
    scores = score([gold], [predicted])["strict"]
    assert (scores["p"], scores["r"], scores["misplaced"]) == (1 / 2, 1 / 2, 1)


def test_characters_are_scored_on_gold_words() -> None:
    gold = make_doc("北京/B-ORG _大学/I-ORG _在 _中国/B-LOC")
    predicted = blank_segmented("zh", "characters")(gold.text)
    assert [token.text for token in predicted] == list("北京大学在中国")
    predicted.ents = [Span(predicted, 0, 4, "ORG"), Span(predicted, 5, 6, "LOC")]
    scores = score([gold], [predicted])["strict"]
    assert (scores["p"], scores["r"], scores["misplaced"]) == (1 / 2, 1 / 2, 1)


def test_each_of_two_entities_in_one_gold_token_is_a_false_positive() -> None:
    scores = score([make_doc("Ana/B-PER Rio-Oslo")], [make_doc("Ana/B-PER Rio/B-LOC _- _Oslo/B-LOC")])["strict"]
    assert (scores["p"], scores["r"]) == (1 / 3, 1)
    assert scores["per_type"]["LOC"] == {"p": 0, "r": 0, "f": 0, "support": 0}


def test_white_space_may_differ() -> None:
    gold = make_doc("in New/B-LOC York/I-LOC _.")
    predicted = Doc(VOCAB, words=["in", " \n", "New", " ", "York", "."], spaces=[True, False, True, False, True, False])
    predicted.set_ents([Span(predicted, 2, 5, "LOC")], default="outside")
    assert predicted.ents[0].text == "New  York"
    assert score([gold], [predicted])["strict"]["f"] == 1
    assert score([predicted], [gold])["strict"]["f"] == 1


def test_vocabularies_may_differ() -> None:
    predicted = Doc(Vocab(), words=["Rio"], ents=["B-NEVERSEEN"])
    scores = score([make_doc("Rio/B-LOC")], [predicted])
    for protocol in scores.values():
        assert (protocol["p"], list(protocol["per_type"])) == (0, ["LOC", "NEVERSEEN"])


def test_labels() -> None:
    gold = [make_doc("Ana/B-PER Rio/B-LOC Tuesday/B-DATE")]
    predicted = [make_doc("Ana/B-PER Rio/B-MISC Tuesday/B-DATE")]
    scores = score(gold, predicted, ["PER", "LOC", "ORG"])
    for protocol in ("strict", "spacy"):
        assert (scores[protocol]["p"], scores[protocol]["r"]) == (1, 1 / 2)
        assert list(scores[protocol]["per_type"]) == ["PER", "LOC", "ORG"]
    assert scores["strict"]["per_type"]["ORG"] == {"p": 0, "r": 0, "f": 0, "support": 0}
    counts = LabelCounts()
    counts.add(gold[0], predicted[0])
    left_out = [("gold", "DATE", 1), ("predicted", "DATE", 1), ("predicted", "MISC", 1)]
    assert (counts.ignored(["PER", "LOC"]), counts.ignored(None)) == (left_out, [])
    assert counts.one_sided() == [("gold", "LOC", 1), ("predicted", "MISC", 1)]


@pytest.mark.parametrize(("gold", "predicted"), [("a b", "a b"), ("a/B-X b", "a b"), ("a b", "a/B-X b")])
@pytest.mark.filterwarnings("error")
def test_no_entities_is_zero_without_a_warning(gold: str, predicted: str) -> None:
    scores = score([make_doc(gold)], [make_doc(predicted)])
    for protocol in scores.values():
        assert (protocol["p"], protocol["r"], protocol["f"]) == (0, 0, 0)


def test_other_sentences() -> None:
    a, b = make_doc("Ana in Rio"), make_doc("Ana in Oslo")
    with pytest.raises(XprojError, match="2 gold and 1 predicted sentences; predict on"):
        score([a, b], [a])
    with pytest.raises(XprojError, match="pair 2: the texts differ, 'Ana in Oslo' and 'Ana in Rio'; predict on"):
        score([a, b], [a, a])


def test_entities_that_were_never_set_are_not_none() -> None:
    labelled, unlabelled = make_doc("Ana in Rio/B-LOC"), Doc(VOCAB, words=["Ana", "in", "Rio"])
    for count in (score, strict_counts):
        with pytest.raises(XprojError, match=r"gold sentence 2: .* never set.*\(1 of 2 such sentences\); convert it"):
            count([labelled, unlabelled], [labelled, labelled])
        with pytest.raises(XprojError, match=r"predicted sentence 1: .* never set.*\(2 of 2 such .*xproj label"):
            count([labelled, labelled], [unlabelled, unlabelled])


def test_a_sentence_without_tokens_needs_no_labels() -> None:
    docs = [make_doc("Ana in Rio/B-LOC"), Doc(VOCAB)]
    assert score(docs, docs)["strict"]["f"] == 1


@st.composite
def entities(draw: st.DrawFn, length: int) -> Set[Entity]:
    found: Set[Entity] = set()
    position = 0
    while position < length:
        size = draw(st.integers(0, min(3, length - position)))
        if size:
            found.add((position, position + size, draw(st.sampled_from(["PER", "LOC"]))))
        position += size or 1
    return found


@st.composite
def corpora(draw: st.DrawFn) -> List[Tuple[str, List[int], Set[Entity], List[int], Set[Entity]]]:
    """Texts with two tokenisations, and entities by token on each side."""
    corpus = []
    for _ in range(draw(st.integers(1, 3))):
        text = "abcdefghijkl"[: draw(st.integers(1, 12))]
        row: List = [text]
        for _ in range(2):
            cuts = sorted({0, len(text)} | draw(st.sets(st.integers(0, len(text)))))
            row += [cuts, draw(entities(len(cuts) - 1))]
        corpus.append(tuple(row))
    return corpus


def doc_from_cuts(text: str, cuts: List[int], ents: Set[Entity]) -> Doc:
    words = [text[a:b] for a, b in zip(cuts[:-1], cuts[1:], strict=True)]
    doc = Doc(VOCAB, words=words, spaces=[False] * len(words))
    doc.set_ents([Span(doc, a, b, label) for a, b, label in sorted(ents)], default="outside")
    return doc


def ratio(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


@given(corpus=corpora())
@settings(deadline=None)
def test_strict_is_the_set_of_sentence_start_end_label(corpus: List[Tuple]) -> None:
    gold, predicted, right, found = [], [], set(), set()
    for i, (text, gold_cuts, gold_ents, cuts, ents) in enumerate(corpus):
        gold.append(doc_from_cuts(text, gold_cuts, gold_ents))
        predicted.append(doc_from_cuts(text, cuts, ents))
        right |= {(i, gold_cuts[a], gold_cuts[b], label) for a, b, label in gold_ents}
        found |= {(i, cuts[a], cuts[b], label) for a, b, label in ents}
    scores = score(gold, predicted)["strict"]
    hits = len(right & found)
    assert scores["p"] == pytest.approx(ratio(hits, len(found)))
    assert scores["r"] == pytest.approx(ratio(hits, len(right)))
    assert scores["f"] == pytest.approx(ratio(2 * hits, len(found) + len(right)))
    for label, row in scores["per_type"].items():
        assert row["support"] == sum(entity[3] == label for entity in right)


@given(
    data=st.lists(st.integers(1, 8).flatmap(lambda n: st.tuples(st.just(n), entities(n), entities(n))), min_size=1),
    batch=st.integers(1, 4),
)
@settings(deadline=None)
def test_on_the_same_tokens_it_is_seqeval(data: List[Tuple[int, Set[Entity], Set[Entity]]], batch: int) -> None:
    sides: Tuple[List[Doc], List[Doc]] = ([], [])
    tags: Tuple[List[List[str]], List[List[str]]] = ([], [])
    for length, *both in data:
        for side, rows, ents in zip(sides, tags, both, strict=True):
            side.append(doc_from_cuts("x" * length, list(range(length + 1)), ents))
            rows.append([f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in side[-1]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strict, "BATCH", batch)
        scores = score(*sides)["strict"]
    for key, metric in (("p", precision_score), ("r", recall_score), ("f", f1_score)):
        assert scores[key] == pytest.approx(metric(*tags, mode="strict", scheme=IOB2, zero_division=0))
