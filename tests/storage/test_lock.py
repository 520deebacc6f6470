"""The lock on a directory."""

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.lock import lock_directory


def test_one_run_at_a_time(tmp_path):
    held = lock_directory(tmp_path)
    with pytest.raises(XprojError, match="another run is writing there; wait for its end, or name another output"):
        lock_directory(tmp_path)
    held.release()
    lock_directory(tmp_path).release()


def test_a_directory_that_the_other_run_has_just_renamed(tmp_path):
    with pytest.raises(XprojError, match="another run"):
        lock_directory(tmp_path / "gone")
    assert not (tmp_path / "gone").exists()
