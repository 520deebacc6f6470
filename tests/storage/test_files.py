"""Files: nothing half-written stays, and what cannot be read says why in one line."""

import hashlib
import os

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.files import (
    atomic_path,
    check_output,
    input_digests,
    put_in_place,
    read_bytes,
    read_json,
    read_text,
    sha256,
    write_json,
)


def test_a_file_appears_when_it_is_finished(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with atomic_path(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists() and temporary.parent == path.parent
    assert path.read_text() == "whole"
    assert list(path.parent.iterdir()) == [path]


def test_a_directory_replaces_the_one_before(tmp_path):
    path = tmp_path / "out"
    path.mkdir()
    (path / "old.txt").write_text("old")
    with atomic_path(path) as temporary:
        temporary.mkdir()
        (temporary / "new.txt").write_text("new")
        assert (path / "old.txt").exists()
    assert [file.name for file in path.iterdir()] == ["new.txt"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [XprojError("bad input"), KeyboardInterrupt(), OSError("disk full")])
@pytest.mark.parametrize("is_directory", [True, False])
def test_what_was_there_survives_an_error(tmp_path, error, is_directory):
    path = tmp_path / "out"
    path.write_text("before")

    def write():
        with atomic_path(path) as temporary:
            if is_directory:
                temporary.mkdir()
                (temporary / "part").write_text("half")
            else:
                temporary.write_text("half")
            raise error

    with pytest.raises(type(error)):
        write()
    assert path.read_text() == "before" and list(tmp_path.iterdir()) == [path]


def test_an_error_before_anything_is_written(tmp_path):
    with pytest.raises(XprojError), atomic_path(tmp_path / "out"):
        raise XprojError("nothing to write")
    assert list(tmp_path.iterdir()) == []


def test_read_text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"\xef\xbb\xbfan\xc3\xa1\r\nb\n")
    assert read_text(path) == "aná\r\nb\n"
    path.write_bytes(b"one\ntwo\ncaf\xe9\n")
    with pytest.raises(XprojError, match=r"text\.txt, line 3: not valid UTF-8; save the file as UTF-8"):
        read_text(path)


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(XprojError, match="missing.txt: no such file; check the path"):
        read_bytes(tmp_path / "missing.txt")
    with pytest.raises(XprojError, match="cannot be read .*; check the path and its permissions"):
        read_bytes(tmp_path)


def test_sha256(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(bytes(range(256)) * 10_000)
    assert sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_does_not_replace_a_directory(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("before")
    with (
        pytest.raises(XprojError, match="out: is a directory; name a file"),
        atomic_path(tmp_path / "out") as temporary,
    ):
        temporary.write_text("new")
    assert (tmp_path / "out" / "mine.txt").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "directory", "message"),
    [
        ("file", True, "file: is a file; name a directory"),
        ("link", True, "link: is a file; name a directory"),
        ("folder", False, "folder: is a directory; name a file"),
        ("file/a/b", False, "file/a/b: cannot be written, .*file is a file"),
        ("file/a", True, "file/a: cannot be written, .*file is a file"),
        (".", True, "runs in and would be replaced"),
        ("..", True, "runs in and would be replaced"),
        (".", False, "is a directory; name a file"),
    ],
)
def test_output_that_cannot_be_written(tmp_path, monkeypatch, name, directory, message):
    (tmp_path / "file").write_text("before")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(XprojError, match=message):
        check_output(name, directory)


def test_output_without_permission(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path / "mine")  # root may write anywhere
    with pytest.raises(XprojError, match="out: cannot be written, no permission in .*mine; name another path"):
        check_output(tmp_path / "mine" / "new" / "out", directory=True)


def test_output_that_can_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("before")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    monkeypatch.chdir(tmp_path)
    for name, directory in (("file", False), ("folder", True), ("link", True), ("new/a", True), ("new/a", False)):
        check_output(name, directory)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder", "link"]


@pytest.mark.parametrize("name", ["link", "folder/..", "."])
def test_a_link_stays_and_what_it_stands_for_is_replaced(tmp_path, monkeypatch, name):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "folder").mkdir()
    (tmp_path / "link").symlink_to("real")
    monkeypatch.chdir(tmp_path / "real" if name != "link" else tmp_path)
    with atomic_path(name) as temporary:
        temporary.mkdir()
        (temporary / "new.txt").write_text("new")
    assert [file.name for file in (tmp_path / "real").iterdir()] == ["new.txt"]
    assert (tmp_path / "link").is_symlink() and len(list(tmp_path.iterdir())) == 2


def test_a_directory_does_not_replace_a_file(tmp_path):
    (tmp_path / "out").write_text("before")
    with (
        pytest.raises(XprojError, match="out: is a file; name a directory"),
        atomic_path(tmp_path / "out") as temporary,
    ):
        temporary.mkdir()
    with pytest.raises(XprojError, match="out/new: cannot be written"), atomic_path(tmp_path / "out" / "new"):
        pass
    assert (tmp_path / "out").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_leftovers_of_a_killed_run_are_in_nobodys_way(tmp_path):
    with atomic_path(tmp_path / "out") as left_by_another:
        left_by_another.mkdir()
        with atomic_path(tmp_path / "out") as temporary:
            temporary.mkdir()
            assert temporary != left_by_another


def test_a_directory_is_not_lost_where_the_new_one_cannot_take_its_place(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("before")
    with pytest.raises(FileNotFoundError):
        put_in_place(tmp_path / "missing", tmp_path / "out")
    assert (tmp_path / "out" / "mine.txt").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_json_keeps_every_digit(tmp_path):
    data = {"a": 3.1234567890123456, "b": [1e-17, "á"], "c": None}
    write_json(tmp_path / "a.json", data)
    assert read_json(tmp_path / "a.json") == data
    for text in ("", "{", "[" * 100_000):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(XprojError, match="a.json: not JSON .*; write it again"):
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
