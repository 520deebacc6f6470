"""Pairing two converted files."""

from pathlib import Path

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.tokens import Span

from spacy_xproj.corpora import pairing
from spacy_xproj.corpora.order import text_keys
from spacy_xproj.corpora.pairing import (
    NO_ID,
    NO_SOURCE,
    NO_TARGET,
    NOT_LISTED,
    REPEATED,
    REPEATED_LINE,
    UNKNOWN,
    IdPair,
    PairTable,
    flag_pairs,
    pair_by_order,
    pair_by_sent_id,
    pair_by_table,
    without_entities,
)
from spacy_xproj.corpora.parallel_writer import Reject
from spacy_xproj.errors import XprojError
from spacy_xproj.translators.quality import Checks
from spacy_xproj.types import Bitext

NLP = spacy.blank("xx")
PATHS = (Path("a.spacy"), Path("b.spacy"))


def docs(*ids):
    made = []
    for sent_id in ids:
        doc = NLP(f"Ana {sent_id}")
        doc.ents = [Span(doc, 0, 1, label="PER")]
        if sent_id is not None:
            doc.user_data["sent_id"] = sent_id
        made.append(doc)
    return made


def test_by_order():
    sources, targets = docs("x", None), docs(None, "y")
    pairs = list(pair_by_order(sources, targets, *PATHS))
    assert [pair.source for pair in pairs] == sources
    assert [pair.target.text for pair in pairs] == ["Ana None", "Ana y"]
    with pytest.raises(XprojError, match="a.spacy has 2 sentences, b.spacy has 1"):
        pair_by_order(sources, targets[:1], *PATHS)


def test_by_sent_id_accounts_for_every_sentence():
    items = list(pair_by_sent_id(docs("1", "2", None, "3"), docs("3", "4", None, "1"), *PATHS))
    pairs = [(item.source.text, item.target.text) for item in items if isinstance(item, Bitext)]
    assert pairs == [("Ana 1", "Ana 1"), ("Ana 3", "Ana 3")]
    rejects = [item for item in items if isinstance(item, Reject)]
    assert [(reject.reason, reject.text, reject.translation) for reject in rejects] == [
        (NO_TARGET, "Ana 2", ""),
        (NO_ID, "Ana None", ""),
        (NO_SOURCE, "", "Ana 4"),
        (NO_ID, "", "Ana None"),
    ]


def rejected(items):
    return [(item.reason, item.text, item.translation, item.sent_id) for item in items if isinstance(item, Reject)]


def paired(items):
    return [(item.source.text, item.target.text) for item in items if isinstance(item, Bitext)]


def test_by_sent_id_refuses_strangers():
    with pytest.raises(XprojError, match="--by order"):
        pair_by_sent_id(docs("1", None), docs("2", None), *PATHS)


def test_by_sent_id_lists_doubles():
    items = list(pair_by_sent_id(docs("1", "2", "3", "3"), docs("1", "1", "2", "3"), *PATHS))
    assert paired(items) == [("Ana 2", "Ana 2")]
    assert rejected(items) == [
        (REPEATED, "Ana 1", "", "1"),
        (REPEATED, "Ana 3", "", "3"),
        (REPEATED, "Ana 3", "", "3"),
        (REPEATED, "", "Ana 1", "1"),
        (REPEATED, "", "Ana 1", "1"),
        (REPEATED, "", "Ana 3", "3"),
    ]


def test_by_order_notices_another_order():
    with pytest.raises(
        XprojError, match=r"same sent_ids in another order \(from sentence 2 on: '2', '3'\).*--by sent_id"
    ):
        pair_by_order(docs("1", "2", "3"), docs("1", "3", "2"), *PATHS)
    assert len(list(pair_by_order(docs("1", "2"), docs("a", "b"), *PATHS))) == 2  # each side has names of its own


def test_by_table(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("a\t2\r\n\nb\t3\nc\t9\nx\t1\nd\t4\nd\t5\n")
    table = PairTable(path)
    items = list(pair_by_table(docs("a", "b", "c", "d", "e"), docs("1", "2", "3", "3", "4", "5"), table, path))
    assert paired(items) == [("Ana a", "Ana 2")]
    assert rejected(items) == [
        (REPEATED, "Ana b", "", "b 3"),
        (UNKNOWN, "Ana c", "", "9"),
        (UNKNOWN, "", "Ana 1", "x"),
        (REPEATED_LINE, "Ana d", "Ana 4", "d 4"),
        (REPEATED_LINE, "Ana d", "Ana 5", "d 5"),
        (NOT_LISTED, "Ana e", "", "e"),
    ]


def test_a_table_of_numbers(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("2\t1\n")
    items = list(pair_by_table(docs(None, None), docs(None), PairTable(path), path))
    assert paired(items) == [("Ana None", "Ana None")]
    assert [row[:1] + row[3:] for row in rejected(items)] == [(NOT_LISTED, "1")]


def test_bad_tables(tmp_path):
    path = tmp_path / "pairs.tsv"
    for text, message in (
        ("a\n", "line 1: write"),
        ("a\t\n", "line 1: write"),
        ("a\tb\tc\n", "line 1"),
        ("", "no line"),
    ):
        path.write_text(text)
        with pytest.raises(XprojError, match=f"pairs.tsv.*{message}"):
            PairTable(path)
    path.write_text("x\ty\n")
    with pytest.raises(XprojError, match=r"no line names a source and a target sentence \(the first: x and y\)"):
        pair_by_table(docs("a"), docs("b"), PairTable(path), path)


@given(
    sources=st.lists(st.none() | st.sampled_from("abcdef"), max_size=8),
    targets=st.lists(st.none() | st.sampled_from("abcdef"), max_size=8),
    lines=st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), min_size=1, max_size=8),
)
@example(sources=["a"], targets=["a", "b", "b"], lines=[("a", "a"), ("c", "b")])
@settings(max_examples=40, deadline=None)
def test_every_sentence_is_paired_or_listed(sources, targets, lines):
    """Each once, but for sentences that several lines of a table name: these are listed for each of them."""
    table = [IdPair(*line) for line in lines]
    for make in (
        lambda: pair_by_sent_id(docs(*sources), docs(*targets), *PATHS),
        lambda: pair_by_table(docs(*sources), docs(*targets), table, PATHS[0]),
    ):
        try:
            items = list(make())
        except XprojError:
            continue
        for side, ids in (("text", sources), ("translation", targets)):
            attribute = {"text": "source", "translation": "target"}[side]
            found = [getattr(item, attribute).text for item in items if isinstance(item, Bitext)]
            listed = [getattr(item, side) for item in items if isinstance(item, Reject)]
            assert len(found) == len(set(found)) and not set(found) & set(listed)
            names = {str(i) for item in items if isinstance(item, Reject) for i in (item.sent_id or "").split()}
            for sent_id in ids:
                text = f"Ana {sent_id}"
                assert text in found or text in listed or sent_id in names


LONG = "They came home late in the old car with all the children."


def test_pairs_are_flagged_as_translations_are():
    nlp = spacy.blank("xx")
    texts = [
        (LONG, "Eles voltaram tarde para casa no carro velho com as crianças."),
        (LONG, LONG),
        (LONG, "la la la la la la la la"),
        (LONG, "Sim."),
        (LONG, " "),
        ("", "Sim."),
    ]
    pairs = [Bitext(nlp(source), nlp(target)) for source, target in texts]
    pairs[3].target.user_data["flags"] = ["split"]
    items = list(flag_pairs([*pairs, Reject(NO_ID, "x")], Checks()))
    assert [list(item.target.user_data.get("flags", [])) for item in items if isinstance(item, Bitext)] == [
        [],
        ["copied_source"],
        ["repetition"],
        ["length_ratio", "split"],
    ]
    assert [reason for reason, *_ in rejected(items)] == ["empty", "empty", NO_ID]
    items = list(flag_pairs(pairs, Checks(on_flag="drop", max_ratio=100)))
    assert [reason for reason, *_ in rejected(items)] == ["copied_source", "repetition", "empty", "empty"]


def test_target_labels_do_not_leak():
    (doc,) = docs("1")
    doc.spans["gold"] = list(doc.ents)
    copy = without_entities(doc)
    assert [token.text_with_ws for token in copy] == [token.text_with_ws for token in doc]
    assert not copy.ents and not copy.spans
    assert [token.ent_iob for token in copy] == [0, 0]  # missing, not outside
    assert copy.user_data["sent_id"] == "1"
    assert len(doc.ents) == 1


def test_a_reason_takes_a_byte():
    """Its text for each of a million sentences took 140 MB."""
    keys = text_keys(map(str, range(100)))
    numbers, places = pairing._no_pair(keys, keys[::-1])
    assert (numbers.nbytes, numbers.any(), places.tolist()) == (100, False, [*range(99, -1, -1)])
