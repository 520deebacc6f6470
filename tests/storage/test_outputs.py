"""What a command reads and writes is checked before its work."""

import os

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.outputs import check_output


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
