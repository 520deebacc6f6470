"""Sentences in another order: as if all had been in memory."""

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xproj.corpora import docbin
from spacy_xproj.corpora.docbin import DocCorpus, write_docs
from spacy_xproj.corpora.order import are_repeated, find_keys, in_order, name_keys, text_keys


@given(st.lists(st.sampled_from("abcde")), st.lists(st.sampled_from("abcdefg")))
def test_keys_are_found_as_a_dict_finds_them(wanted, names):
    first = {name: names.index(name) for name in names}
    found = find_keys(text_keys(wanted), text_keys(names))
    assert found.tolist() == [first.get(name, -1) for name in wanted]
    assert are_repeated(text_keys(names)).tolist() == [names.count(name) > 1 for name in names]


def test_names_of_other_types_are_others():
    docs = [Doc(Vocab(), words=["a"], user_data={"sent_id": name}) for name in (1, "1", None, "None")]
    keys = name_keys([*docs, Doc(Vocab(), words=["b"])]).tolist()
    assert keys[2] == keys[4] == 0 and len(set(keys)) == 4
    keys = name_keys(docs, str).tolist()
    assert keys[0] == keys[1] and keys[2] == 0 and len(set(keys)) == 3


@pytest.mark.parametrize("size", [3, 100])
def test_order_on_disk_is_that_in_memory(tmp_path, monkeypatch, size):
    monkeypatch.setattr(docbin, "FILE_SIZE", size)
    docs = [Doc(Vocab(), words=[f"w{i}", "x"], ents=["B-PER", "O"], user_data={"sent_id": i}) for i in range(8)]
    write_docs(docs, tmp_path / "a.spacy")
    numbers = numpy.array([7, 0, 3, 3])
    there, here = in_order(DocCorpus(tmp_path / "a.spacy"), numbers), in_order(docs, numbers)
    for _ in range(2):
        assert [doc.to_json() for doc in there] == [doc.to_json() for doc in here]
        assert [doc.user_data for doc in there] == [doc.user_data for doc in here]
    assert len(there) == 4 and there[1].text == "w0 x " and [doc.text for doc in there[2:]] == ["w3 x ", "w3 x "]
