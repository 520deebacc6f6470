"""What an interrupted run leaves behind: resumption, whatever the writer, and what is never touched."""

import os
import shutil
import subprocess
import sys

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.files import read_json
from spacy_xproj.storage.journal import Journal, partial_path

#: Makes a result of the numbers below 10 in shards of two; is killed, not only interrupted, before a number.
KILLED = """
import os, signal, sys
from pathlib import Path
from spacy_xproj.storage.journal import Journal
book = Journal(Path(sys.argv[1]), "all", "sum", lambda: "digest")
print(book.done, flush=True)
for start in range(book.done, 10, 2):
    for number in (start, start + 1):
        if number == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
    book.append(2, {"numbers": f"{start} {start + 1} ".encode()}, {"sum": 2 * start + 1})
with book.finish() as directory:
    book.join("numbers", directory)
    book.place(0, "numbers", directory / "first")
    (directory / "all").write_text(str(sum(entry.counts["sum"] for entry in book.entries)))
"""


def open_journal(path, command="all", digest="digest"):
    return Journal(path, command, "sum", lambda: digest)


def test_a_run_that_is_killed(tmp_path):
    starts = []
    for killed_before in (1, 5, 5, 8, -1):
        command = [sys.executable, "-c", KILLED, str(tmp_path / "out"), str(killed_before)]
        run = subprocess.run(command, capture_output=True, text=True)
        assert run.returncode == (0 if killed_before < 0 else -9), run.stderr
        starts += [int(line) for line in run.stdout.splitlines() if line.isdigit()]
    assert starts == [0, 0, 4, 4, 8]
    assert {file.name: file.read_text() for file in (tmp_path / "out").iterdir()} == {
        "numbers": "0 1 2 3 4 5 6 7 8 9 ",
        "first": "0 1 ",
        "all": "45",
        "xproj.json": (tmp_path / "out" / "xproj.json").read_text(),
    }
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_the_progress_names_files_that_are_there(tmp_path):
    book = open_journal(tmp_path / "out")
    assert not book.path.exists()
    book.append(2, {"a": b"1", "b": b"2"}, {"n": 1e-17})
    progress = read_json(book.path / "progress.json")
    assert progress["digest"] == "digest" and progress["entries"][0]["counts"] == {"n": 1e-17}
    for name in progress["entries"][0]["files"]:
        assert (book.path / f"00000-{name}").is_file()


def test_a_finished_result_is_not_written_to(tmp_path, monkeypatch):
    """It shares files with the shards, if the run was killed before it removed them."""
    book = open_journal(tmp_path / "out")
    for content in (b"0", b"1", b"2"):
        book.append(1, {"a": content}, {})
    with monkeypatch.context() as patch, book.finish() as directory:
        patch.setattr(book, "remove", book.close)
        (directory / "all").touch()
        book.place(2, "a", directory / "last")
    (book.path / "00001-a").unlink()
    book = open_journal(tmp_path / "out")
    assert book.done == 1
    for content in (b"3", b"4"):
        book.append(1, {"a": content}, {})
    assert book.read(2, "a") == b"4" and (tmp_path / "out" / "last").read_bytes() == b"2"


@pytest.mark.parametrize("link", [os.link, None])
def test_the_result_does_not_hang_on_the_shards(tmp_path, monkeypatch, link):
    """Also on a file system without hard links."""

    def refuse(*paths):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", link or refuse)
    book = open_journal(tmp_path / "out")
    book.append(1, {"a": b"1"}, {})
    with pytest.raises(KeyboardInterrupt), book.finish() as directory:
        book.place(0, "a", directory / "whole")
        raise KeyboardInterrupt
    assert book.read(0, "a") == b"1" and not (tmp_path / "out").exists()
    with book.finish() as directory:
        book.place(0, "a", directory / "whole")
    assert (tmp_path / "out" / "whole").read_bytes() == b"1" and not book.path.exists()


def test_a_result_of_another_command_is_not_lost(tmp_path):
    book = open_journal(tmp_path / "out")
    book.append(2, {"a": b"1"}, {})
    book.close()
    with pytest.raises(XprojError, match="out.partial: exists and is not an unfinished sum that `xproj other` made"):
        open_journal(tmp_path / "out", command="other")
    assert open_journal(tmp_path / "out").done == 2


def test_another_digest_takes_nothing_over_and_removes_nothing_yet(tmp_path, capsys):
    """A setting that was mistyped costs nothing if it is corrected before the first shard."""
    book = open_journal(tmp_path / "out")
    book.append(2, {"a": b"1"}, {})
    book.close()
    other = open_journal(tmp_path / "out", digest="another")
    assert other.done == 0 and "starting afresh" in " ".join(capsys.readouterr().out.split())
    other.close()
    book = open_journal(tmp_path / "out")
    assert book.done == 2
    book.close()
    other = open_journal(tmp_path / "out", digest="another")
    other.append(1, {"b": b"1"}, {})
    assert sorted(file.name for file in other.path.iterdir()) == [".lock", "00000-b", "progress.json", "xproj.json"]


def test_a_directory_of_the_users_is_not_touched(tmp_path):
    partial = partial_path(tmp_path / "out")
    for mine in ("progress.json", "notes.txt", "00000-a"):
        partial.mkdir()
        (partial / mine).write_text('{"unfinished": "an unfinished sum", "digest": "digest", "entries": []}')
        with pytest.raises(XprojError, match="out.partial: exists and is not an unfinished sum"):
            open_journal(tmp_path / "out")
        assert [file.name for file in partial.iterdir()] == [mine]
        shutil.rmtree(partial)


@pytest.mark.parametrize("finished", [True, False])
def test_a_file_of_the_users_in_it_is_not_lost(tmp_path, finished):
    book = open_journal(tmp_path / "out")
    book.append(1, {"a": b"1"}, {})
    if finished:
        with book.finish() as directory:
            book.place(0, "a", directory / "a")
    book.close()
    place = tmp_path / "out" if finished else book.path
    (place / "thesis.txt").write_text("mine")
    with pytest.raises(XprojError, match=f"{place.name}: has a file 'thesis.txt' that is not of `xproj all`; move it"):
        open_journal(tmp_path / "out")
    (place / "thesis.txt").unlink()
    open_journal(tmp_path / "out").close()


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\xff", b'{"checksum": 1}'])
def test_a_damaged_progress_starts_afresh(tmp_path, damage, capsys):
    book = open_journal(tmp_path / "out")
    book.append(1, {"a": b"1"}, {"n": 1})
    book.close()
    intact = (book.path / "progress.json").read_bytes()
    for content in (damage, intact.replace(b'"n": 1', b'"n": 2'), intact.replace(b'"a": ', b'"../a": ')):
        (book.path / "progress.json").write_bytes(content)
        book = open_journal(tmp_path / "out")
        assert book.done == 0 and "missing or damaged; starting afresh" in " ".join(capsys.readouterr().out.split())
        book.close()
    (book.path / "progress.json").write_bytes(intact)
    assert open_journal(tmp_path / "out").done == 1


def test_damage_that_appears_later_stops_the_end(tmp_path):
    book = open_journal(tmp_path / "out")
    book.append(1, {"a": b"1"}, {})
    (book.path / "00000-a").write_bytes(b"2")
    for use in (book.read, lambda number, name: book.place(number, name, tmp_path / "x")):
        with pytest.raises(XprojError, match="00000-a: missing or damaged; run the command again"):
            use(0, "a")


def test_a_run_at_a_time(tmp_path):
    book = open_journal(tmp_path / "out")
    book.start()
    with pytest.raises(XprojError, match="another run is writing there"):
        open_journal(tmp_path / "out")
    book.close()
    open_journal(tmp_path / "out").close()
