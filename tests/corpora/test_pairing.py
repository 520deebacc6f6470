"""Pairing two converted files."""

from pathlib import Path

import pytest
import spacy
from spacy.tokens import Span

from spacy_xproj.corpora.pairing import NO_ID, NO_SOURCE, NO_TARGET, pair_by_order, pair_by_sent_id, without_entities
from spacy_xproj.corpora.parallel_writer import Reject
from spacy_xproj.errors import XprojError
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


def test_by_sent_id_refuses_doubles_and_strangers():
    with pytest.raises(XprojError, match="b.spacy: sent_id '1' occurs twice"):
        pair_by_sent_id(docs("1"), docs("1", "1"), *PATHS)
    with pytest.raises(XprojError, match="--by order"):
        pair_by_sent_id(docs("1", None), docs("2", None), *PATHS)


def test_target_labels_do_not_leak():
    (doc,) = docs("1")
    doc.spans["gold"] = list(doc.ents)
    copy = without_entities(doc)
    assert [token.text_with_ws for token in copy] == [token.text_with_ws for token in doc]
    assert not copy.ents and not copy.spans
    assert [token.ent_iob for token in copy] == [0, 0]  # missing, not outside
    assert copy.user_data["sent_id"] == "1"
    assert len(doc.ents) == 1
