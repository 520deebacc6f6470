"""What cannot be read says why in one line; inputs are known by what is in them."""

import hashlib

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.files import (
    TextFile,
    input_digests,
    read_bytes,
    read_head,
    read_json,
    read_text,
    sha256,
    split_lines,
    write_json,
)


def test_read_text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xef\xbb\xbfan\xc3\xa1\r\nb\n")
    assert read_text(path) == "aná\r\nb\n"
    path.write_bytes(b"one\ntwo\ncaf\xe9\n")
    with pytest.raises(XprojError, match=r"text\.txt, line 3: not valid UTF-8; save the file as UTF-8"):
        read_text(path)


def test_a_file_by_the_line(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffaná\r\n\u2028b\n\n\ufeffc".encode())
    for _ in range(2):
        assert list(TextFile(path)) == list(split_lines(read_text(path))) == ["aná\r\n", "\u2028b\n", "\n", "\ufeffc"]
    for text in (TextFile(path), read_text(path)):
        heads = ["aná\r\n", "aná\r\n", "aná\r\n\u2028b\n", read_text(path)]
        assert [read_head(text, size) for size in (1, 5, 6, 99)] == heads
    path.write_bytes(b"one\ntwo\ncaf\xe9\n")
    lines = iter(TextFile(path))
    assert [next(lines), next(lines)] == ["one\n", "two\n"]
    with pytest.raises(XprojError, match=r"text\.txt, line 3: not valid UTF-8; save the file as UTF-8"):
        next(lines)


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(XprojError, match="missing.txt: no such file; check the path"):
        read_bytes(tmp_path / "missing.txt")
    with pytest.raises(XprojError, match="cannot be read .*; check the path and its permissions"):
        read_bytes(tmp_path)
    with pytest.raises(XprojError, match="missing.txt: no such file; check the path"):
        list(TextFile(tmp_path / "missing.txt"))
    with pytest.raises(XprojError, match="cannot be read .*; check the path and its permissions"):
        list(TextFile(tmp_path))


def test_sha256(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * 10_000)
    assert sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_json_keeps_every_digit(tmp_path):
    data = {"a": 3.1234567890123456, "b": [1e-17, "á"], "c": None}
    write_json(tmp_path / "a.json", data)
    assert read_json(tmp_path / "a.json") == data
    for text in ("", "{", "[" * 100_000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(XprojError, match="a.json: not JSON .*; write it again"):
            read_json(tmp_path / "a.json")


@pytest.mark.parametrize("text", [b"{", rb'["\ud800"]', rb'{"\udfff": 1}', b"[" * 100_000, b'"\xed\xa0\x80"'])
def test_what_is_no_json(tmp_path, text):
    (tmp_path / "a.json").write_bytes(text)
    with pytest.raises(XprojError, match=r"a\.json.*: not (JSON|valid UTF-8)"):
        read_json(tmp_path / "a.json")


def test_inputs_are_told_apart_by_what_is_in_them(tmp_path):
    (tmp_path / "model" / "ner").mkdir(parents=True)
    (tmp_path / "model" / ".cache").mkdir()
    for name in ("config.cfg", "ner/model", ".cache/time"):
        (tmp_path / "model" / name).write_text(name)
    before = input_digests(tmp_path / "model")
    assert list(before) == [str(tmp_path / "model" / name) for name in ("config.cfg", "ner/model")]
    (tmp_path / "model" / ".cache" / "time").write_text("later")
    assert input_digests(tmp_path / "model") == before
    (tmp_path / "model" / "ner" / "model").write_text("other")
    assert input_digests(tmp_path / "model") != before
    assert input_digests(tmp_path / "model" / "ner" / "model").popitem()[1] == sha256(tmp_path / "model/ner/model")


def test_files_and_models(tmp_path):
    (tmp_path / "links").write_text("0-0\n")
    for folder in ("model/inner", "sw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "model" / "inner" / "weights").write_text("1")
    (tmp_path / "sw" / "log").write_text("of something else")
    links, model, folder = (str(tmp_path / name) for name in ("links", "model", "sw"))
    settings = {"a": {"path": links, "n": 3, "none": None}, "b": [{"model": model}], "lang": folder, "long": "x" * 5000}
    digests = input_digests(settings)
    assert sorted(digests) == sorted([links, f"{model}/config.json", f"{model}/inner/weights"])
    assert digests[links] == hashlib.sha256(b"0-0\n").hexdigest()
