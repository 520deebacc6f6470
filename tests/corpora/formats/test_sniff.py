"""What a file is taken for, and what is refused so that its labels are not lost without a word."""

import json

import pytest

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.conversion import converters
from spacy_xproj.corpora.formats.sniff import sniff


def read(tmp_path, text):
    path = tmp_path / "corpus"
    path.write_text(text, encoding="utf8")
    docs = list(converters()[sniff(path, converters())](lang="en")(text))
    return [([token.text for token in doc], [(ent.text, ent.label_) for ent in doc.ents]) for doc in docs]


@pytest.mark.parametrize(
    "text",
    [
        "B-PER Ana\nO in\nB-LOC Rio\n\nO nobody\n",
        "Ana/B-PER in/O Rio/B-LOC\nnobody/O\n",
        "Ana|B-PER in|O Rio|B-LOC\nnobody|O\n",
    ],
)
def test_tags_stand_on_any_side(tmp_path, text):
    assert read(tmp_path, text) == [(["Ana", "in", "Rio"], [("Ana", "PER"), ("Rio", "LOC")]), (["nobody"], [])]


def test_slashes_of_a_token_are_its_own(tmp_path):
    assert read(tmp_path, "1/2/O AC/DC/B-ORG\n") == [(["1/2", "AC/DC"], [("AC/DC", "ORG")])]


@pytest.mark.parametrize("key", ["text", "sentence", "content", "data"])
def test_a_text_goes_by_several_names(tmp_path, key):
    item = {key: "Ana in Rio", "entities": [{"type": "LOC", "start_offset": 7, "end_offset": 10}]}
    assert read(tmp_path, json.dumps([item])) == [(["Ana", "in", "Rio"], [("Rio", "LOC")])]


@pytest.mark.parametrize(
    "text,reason",
    [
        ("<PER>Ana</PER> sang.\n<ENAMEX TYPE='x'>Rio</ENAMEX> sleeps.\n", "markup, such as <PER>Ana</PER>"),
        ("[Ana](PER) sang.\n", "links"),
        ("Ana{B-PER} in Rio{B-LOC}.\n", "tags, such as B-PER"),
        (json.dumps([{"paragraphs": []}]), "python -m spacy convert"),
    ],
)
def test_labels_of_an_unknown_kind_are_not_taken_for_text(tmp_path, text, reason):
    with pytest.raises(XprojError, match="(?s).*") as error:
        read(tmp_path, text)
    assert reason in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["Ana sang.\nI-95 is closed.\nThe B-52 flew.\nNobody came.\n", "See <b>this</b>.\n" + "Ana.\n" * 9]
)
def test_text_may_have_some_of_it(tmp_path, text):
    assert all(not ents for _, ents in read(tmp_path, text))


@pytest.mark.parametrize("column", ["sentence_id", "Sentence #", "sent_idx"])
def test_a_column_ends_sentences(column):
    rows = [("1", "Ana", "B-PER"), ("1", "sang", "O"), ("2", "Rio", "B-LOC")]
    text = f"{column}\ttoken\tlabel\n" + "".join("\t".join(row) + "\n" for row in rows)
    first, second = converters()["conll"](lang="en")(text)
    assert [first.text, second.text] == ["Ana sang", "Rio"]
    assert [doc.user_data["sent_id"] for doc in (first, second)] == ["1", "2"]
