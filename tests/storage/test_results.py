"""Results on disk."""

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.results import attempt, keep_result


def test_kept_as_long_as_the_inputs_are_the_same(tmp_path):
    path = tmp_path / "sub" / "result.json"
    made, fresh = keep_result(path, {"a": 1, "b": [2]}, lambda: {"f": 1 / 3})
    assert fresh and made["f"] == pytest.approx(1 / 3)
    assert keep_result(path, {"b": [2], "a": 1}, pytest.fail) == (made, False)
    again, fresh = keep_result(path, {"a": 2}, lambda: {"f": 0})
    assert fresh and again["f"] == 0 and again["digest"] != made["digest"]


def test_nothing_is_kept_of_a_failure(tmp_path):
    path = tmp_path / "result.json"
    keep_result(path, {"a": 1}, lambda: {"f": 1})
    with pytest.raises(ZeroDivisionError):
        keep_result(path, {"a": 2}, lambda: {"f": 1 / 0})
    assert keep_result(path, {"a": 1}, pytest.fail)[0]["f"] == 1
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b'{"digest": "x', b"[]", b"{}", b"\xff"])
def test_a_damaged_result_is_made_anew(tmp_path, content):
    path = tmp_path / "result.json"
    path.write_bytes(content)
    assert keep_result(path, {"a": 1}, lambda: {"f": 1})[1]
    assert keep_result(path, {"a": 1}, pytest.fail)[0]["f"] == 1


def test_attempt(tmp_path):
    log = tmp_path / "error.txt"
    assert attempt(log, lambda: 1 / 0) == (None, "ZeroDivisionError: division by zero")
    assert "Traceback" in log.read_text(encoding="utf8")

    def refuse():
        raise XprojError("what,\n where")

    assert attempt(log, refuse) == (None, "what, where")
    assert attempt(log, lambda: 3) == (3, "")
    assert not log.exists()
