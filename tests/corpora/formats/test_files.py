import spacy
from spacy.tokens import Doc

from spacy_xproj.corpora.formats.files import FileConverter, read_file
from spacy_xproj.storage.files import TextFile

VOCAB = spacy.blank("xx").vocab


def by_line(text):
    return [Doc(VOCAB, words=line.split()) for line in text.splitlines()]


class ByLine(FileConverter):
    def __call__(self, text):
        self.given = text
        for line in text:
            yield Doc(VOCAB, words=line.split())


def test_a_converter_gets_the_text_or_the_path(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("Ana came .\nShe left .\n", encoding="utf8")
    converter = ByLine()
    texts = [[doc.text for doc in read_file(file, one)] for one in (by_line, converter)]
    assert texts == 2 * [["Ana came . ", "She left . "]]
    assert isinstance(converter.given, TextFile)


def test_what_comes_before_bad_input_is_read(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"Ana came .\n\xff\n")
    assert next(read_file(file, ByLine())).text == "Ana came . "
