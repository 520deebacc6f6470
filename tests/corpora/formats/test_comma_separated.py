"""CSV: the shapes that people have, each with the sentences that it must give."""

from typing import Any, List, Tuple

import pytest

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.comma_separated import CsvConverter
from spacy_xproj.corpora.formats.conversion import converters
from spacy_xproj.corpora.formats.sniff import are_columns, recognize

WANTED = [("Ana saw Rio", [("Ana", "PER"), ("Rio", "LOC")]), ("Nobody", [])]
KAGGLE = "Sentence #,Word,POS,Tag\nSentence: 1,Ana,NNP,B-PER\n,saw,VBD,O\n,Rio,NNP,B-LOC\nSentence: 2,Nobody,NN,O\n"
SHAPES = {
    "named once": KAGGLE,
    "named in each row": "sent_id,words,labels\na,Ana,B-PER\na,saw,O\na,Rio,B-LOC\nb,Nobody,O\n",
    "index": ",sentence_idx,token,ner\n0,1,Ana,B-PER\n1,1,saw,O\n2,1,Rio,B-LOC\n3,2,Nobody,O\n",
    "empty lines": "token,tag\nAna,B-PER\nsaw,O\nRio,B-LOC\n\nNobody,O\n",
    "no header": "Ana,B-PER\nsaw,O\nRio,B-LOC\n,\nNobody,O\n",
    "semicolons": "\ufeffWord;Tag\r\nAna;B-PER\r\nsaw;O\r\nRio;B-LOC\r\n;\r\nNobody;O\r\n",
    "tag first": "Tag,Word\nB-PER,Ana\nO,saw\nB-LOC,Rio\n\nO,Nobody\n",
    "a sentence a row": "text,labels\nAna saw Rio,B-PER O B-LOC\nNobody,O\n",
    "lists": "Sentence #,Sentence,POS,Tag\nSentence: 1,Ana saw Rio,\"['NNP', 'VBD', 'NNP']\","
    "\"['B-PER', 'O', 'B-LOC']\"\nSentence: 2,Nobody,['NN'],['O']\n",
    "lists of NumPy": "id,tokens,ner_tags\n7,['Ana' 'saw' 'Rio'],['B-PER' 'O' 'B-LOC']\n8,['Nobody'],['O']\n",
}


def read(text: str, **settings: Any) -> List[Tuple[str, List[Tuple[str, str]]]]:
    return [(doc.text, [(ent.text, ent.label_) for ent in doc.ents]) for doc in CsvConverter("en", **settings)(text)]


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(shape: str) -> None:
    assert recognize(SHAPES[shape], converters()) == "csv"
    assert read(SHAPES[shape]) == WANTED


def test_names_and_lines() -> None:
    converter = CsvConverter("en")
    docs = list(converter(KAGGLE))
    assert [doc.user_data for doc in docs] == [
        {"lang": "en", "line": 2, "sent_id": "Sentence: 1"},
        {"lang": "en", "line": 5, "sent_id": "Sentence: 2"},
    ]
    assert converter.description == "4 columns: 2 token, 4 tag (Tag), header, scheme IOB2"


def test_quotes_and_separators_in_cells() -> None:
    assert read('token,tag\n"""",O\nAna,B-PER\n"""",O\n",",O\n') == [('" Ana " ,', [("Ana", "PER")])]
    assert read('Word,Tag\n",O\nAna,B-PER\n",O\n') == [('" Ana "', [("Ana", "PER")])]  # no quotes, but a token
    assert read('text,labels\n"Ana ,\n said",B-PER O O\n') == [("Ana , said", [("Ana", "PER")])]


def test_texts_without_tags() -> None:
    converter = CsvConverter("en")
    (first, second) = converter('sent_id,text,kind\na,"Ana, who saw Rio.",news\nb,Nobody came.,other\n')
    assert (first.text, first[1].text, first.user_data["sent_id"]) == ("Ana, who saw Rio.", ",", "a")
    assert not first.has_annotation("ENT_IOB") and second.user_data["line"] == 3
    assert converter.description == "texts in column 2 (text), without labels"


def test_columns_that_are_named() -> None:
    text = "Word,Coarse,Fine\nAna,B-PER,B-artist\nRio,B-LOC,B-city\n"
    with pytest.raises(XprojError, match="choose one with --tag-column"):
        read(text)
    assert read(text, tag_column="Fine") == [("Ana Rio", [("Ana", "artist"), ("Rio", "city")])]
    assert read(text, tag_column=2) == [("Ana Rio", [("Ana", "PER"), ("Rio", "LOC")])]
    assert read("Tag,O\nAna,B-PER\n", header="no") == [("Tag Ana", [("Ana", "PER")])]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("token,tag\nAna,B-PER\nRio\nsaw,O\n", "line 3: 1 columns, not 2"),
        ("token,tag\nAna,B-PER\n,O\nsaw,O\n", "line 3: column 1 is empty"),
        (
            "text,labels\nAna saw,B-PER O\nRio saw Ana,B-LOC O\n",
            "line 3: not as many words as tags: 3 in column 1 and 2",
        ),
        ('token,tag\nAna,B-PER\n"R\tio",O\n', "line 3: a tab or the end of a line inside a cell"),
        ('token,tag\nAna,B-PER\n"Rio,O\nsaw,O,x\n', "line 4: 3 columns, not 2"),
        ("token,tag,x\nAna,B-PER\nsaw,O\n", "line 2: 2 columns, but the header has 3"),
        ("S\x1do", "line 1: 1 columns, not 2"),
        ("B-PER O\nO\n", "no column holds words, but numbers or tags"),
        ('text,kind\n"Ana saw Rio, and left",a\n"",b\n', "line 3: the text is empty"),
    ],
)
def test_bad_input_is_named(text: str, message: str) -> None:
    with pytest.raises(XprojError) as error:
        read(text)
    assert message in str(error.value)


def test_rows_without_a_token_are_listed() -> None:
    (doc,) = CsvConverter("en", repair=True)("token,tag\nAna,B-PER\n,O\nsaw,O\n")
    assert doc.text == "Ana saw" and [one["line"] for one in doc.user_data["repairs"]] == [3]


@pytest.mark.parametrize(
    "text",
    [
        "Ana saw Rio, and left.\nBen, too, was there.\nNobody, in short, came.\n",
        "Text, and more text.\nNo comma.\nNone here.\nNor here.\n",
        "Ana B-PER\n, O\nRio B-LOC\n",
        "1,000 people came.\n2,000 left.\n3,000 stayed.\n",
    ],
)
def test_other_files_are_no_csv(text: str) -> None:
    assert recognize(text, converters()) != "csv"
    assert are_columns(text) == text.startswith("Ana B-PER")
