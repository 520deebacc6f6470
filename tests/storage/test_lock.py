"""The lock on a directory."""

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage import lock
from spacy_xproj.storage.lock import lock_directory


def test_one_run_at_a_time(tmp_path):
    held = lock_directory(tmp_path)
    with pytest.raises(XprojError, match="another run is writing there; wait for its end, or name another output"):
        lock_directory(tmp_path)
    held.close()
    lock_directory(tmp_path).close()


def test_a_directory_that_the_other_run_has_just_renamed(tmp_path):
    with pytest.raises(XprojError, match="another run"):
        lock_directory(tmp_path / "gone")


def test_a_system_without_locks(tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "fcntl", None)
    assert lock_directory(tmp_path) is None and lock_directory(tmp_path) is None
