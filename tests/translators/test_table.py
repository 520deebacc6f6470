"""Given translations."""

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.translators.table import make_table_translator


def write(tmp_path, text, name="table.tsv"):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    "name, text",
    [
        ("table.tsv", "One.\tUm.\r\n\nTwo.\tDois.\r\nOne.\tUm.\n"),
        ("table.jsonl", '{"source": "One.", "target": "Um."}\n{"target": "Dois.", "source": "Two."}\n'),
    ],
)
def test_looks_up(tmp_path, name, text):
    translator = make_table_translator(write(tmp_path, text, name), "en", "pt")
    assert list(translator(["Two.", " ", "One.", "Two."])) == ["Dois.", " ", "Um.", "Dois."]
    assert (translator.src_lang, translator.tgt_lang) == ("en", "pt")


def test_the_file_is_an_input(tmp_path):
    path = write(tmp_path, "One.\tUm.\n")
    before = make_table_translator(path, "en", "pt").input_digests()
    assert list(before) == [str(path)]
    write(tmp_path, "One.\tUma.\n")
    assert make_table_translator(path, "en", "pt").input_digests() != before


def test_unknown_text(tmp_path):
    translator = make_table_translator(write(tmp_path, "One.\tUm.\n"), "en", "pt")
    with pytest.raises(XprojError, match=r"no translation of 'Three.' \(text 2\); add a line for each \('xproj export"):
        list(translator(["One.", "Three."]))


def test_all_unknown_texts_are_counted(tmp_path):
    translator = make_table_translator(write(tmp_path, "One.\tUm.\n"), "en", "pt")
    texts = ["One.", "Two.", " ", "Three.", "One.", *"abcdef"]
    with pytest.raises(XprojError, match=r"'Two.' \(text 2\) and of 7 more \(text 4, 6, 7, 8, 9, …\); add"):
        list(translator(texts))
    found = iter(translator(iter(texts)))
    assert next(found) == "Um."  # what has a translation comes before the error


@pytest.mark.parametrize(
    "name, text, message",
    [
        ("a.tsv", "One.\tUm.\nTwo.\n", "line 2: 1 columns"),
        ("a.tsv", "One.\tUm.\tUma.\n", "line 1: 3 columns"),
        ("a.tsv", "One.\tUm.\nTwo.\tDois.\nOne.\tUma.\n", "lines 1 and 3: two translations of 'One.'"),
        ("a.jsonl", '{"source": "One."}\n', "line 1: write"),
        ("a.jsonl", '{"source": "One.", "target": 1}\n', "line 1: write"),
        ("a.jsonl", "{\n", "line 1: write"),
        (
            "a.jsonl",
            '{"source": "One.", "target": "\\ud83d"}\n',
            r"line 1: half of a surrogate pair, such as \\ud83d; write",
        ),
        ("a.jsonl", '{"source": "\\ude00", "target": "Um."}\n', "line 1: half of a surrogate pair"),
    ],
)
def test_bad_lines(tmp_path, name, text, message):
    with pytest.raises(XprojError, match=message):
        make_table_translator(write(tmp_path, text, name), "en", "pt")
