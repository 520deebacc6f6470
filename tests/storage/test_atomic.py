"""Files and directories: nothing half-written stays, and nothing that was there is lost."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.storage.atomic import atomic_path, is_stream, mark_line, put_in_place, recover, recover_below
from spacy_xproj.storage.marker import is_made_by

#: Begins to replace a directory, and is killed when there is none of its name.
KILLED_BETWEEN_RENAMES = """
import os, signal, sys
from pathlib import Path
from spacy_xproj.storage.atomic import atomic_path
from spacy_xproj.storage.marker import is_made_by
real = Path.replace
def replace(self, target):
    if self.name == "new":
        os.kill(os.getpid(), signal.SIGKILL)
    return real(self, target)
Path.replace = replace
with atomic_path(Path(sys.argv[1])) as temporary:
    temporary.mkdir()
    (temporary / "file").write_text("new")
"""


def test_a_file_appears_when_it_is_finished(tmp_path):
    path = tmp_path / "new" / "file.txt"
    with atomic_path(path) as temporary:
        temporary.write_text("whole")
        assert not path.exists() and temporary.parent.parent == path.parent
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


def test_a_file_does_not_replace_a_directory(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("before")
    with (
        pytest.raises(XprojError, match="out: is a directory; name a file"),
        atomic_path(tmp_path / "out") as temporary,
    ):
        temporary.write_text("new")
    assert (tmp_path / "out" / "mine.txt").read_text() == "before" and len(list(tmp_path.iterdir())) == 1


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


def write(path, text, overwrite=True):
    with atomic_path(path, overwrite) as temporary:
        temporary.write_text(text)


def test_killed_between_the_two_renames(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "file").write_text("old")
    subprocess.run([sys.executable, "-c", KILLED_BETWEEN_RENAMES, str(tmp_path / "out")], check=False)
    assert not (tmp_path / "out").exists()
    recover(tmp_path / "out")
    assert (tmp_path / "out" / "file").read_text() == "new" and len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_run_left_goes_with_the_next_one(tmp_path):
    left = tmp_path / ".out.0123456789ab.tmp"
    left.mkdir()
    (left / "new").write_text("half")
    mine = tmp_path / ".out.mine.tmp"
    mine.mkdir()
    write(tmp_path / "out", "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".out.mine.tmp", "out"]


def test_what_killed_runs_left_at_any_depth(tmp_path):
    for left in (".out.0123456789ab.tmp", "a/b/.out.0123456789ab.tmp", "a/.b.0123456789ab.tmp/new/.c.0123456789ab.tmp"):
        (tmp_path / left).mkdir(parents=True)
    (tmp_path / "a" / ".mine.tmp").mkdir()
    with atomic_path(tmp_path / "a" / "running") as temporary:
        temporary.write_text("first")
        recover_below(tmp_path)
        assert temporary.read_text() == "first"
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert names == ["a", "a/.mine.tmp", "a/b", "a/running"]


def test_what_another_run_is_writing_is_left_alone(tmp_path):
    with atomic_path(tmp_path / "out") as temporary:
        temporary.write_text("first")
        write(tmp_path / "out", "second")
        recover(tmp_path / "out")
        assert temporary.read_text() == "first"
    assert (tmp_path / "out").read_text() == "first"


@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_the_mode_of_a_file_is_kept(tmp_path, mode):
    path = tmp_path / "out"
    path.write_text("before")
    path.chmod(mode)
    write(path, "after")
    assert path.read_text() == "after" and stat.S_IMODE(path.stat().st_mode) == mode


def test_a_file_that_is_write_protected_stays(tmp_path):
    path = tmp_path / "out"
    path.write_text("before")
    path.chmod(0o444)
    with pytest.raises(XprojError, match="out: is write-protected"):
        write(path, "after")
    assert path.read_text() == "before" and len(list(tmp_path.iterdir())) == 1


def test_a_file_with_other_content_is_not_overwritten(tmp_path):
    path = tmp_path / "out"
    path.write_text("mine")
    with pytest.raises(XprojError, match=r"out: exists, with other content; the new one is in .*out\.new: rename it"):
        write(path, "new", overwrite=False)
    assert path.read_text() == "mine" and (tmp_path / "out.new").read_text() == "new"
    with pytest.raises(XprojError, match="the new one is in"):
        write(path, "newer", overwrite=False)
    assert (tmp_path / "out.new").read_text() == "new" and len(list(tmp_path.iterdir())) == 3
    write(path, "mine", overwrite=False)


def test_a_file_of_the_same_command_is_overwritten(tmp_path):
    path = tmp_path / "out"
    for text in ("first", "second"):
        with atomic_path(path, overwrite=False) as temporary:
            temporary.write_bytes(text.encode() + mark_line("convert"))
    assert path.read_bytes() == b"second\n# xproj convert\n"
    assert is_made_by(path, "convert") and not is_made_by(path, "label") and not is_made_by(tmp_path, "convert")
    with pytest.raises(XprojError, match="exists"), atomic_path(path, overwrite=False) as temporary:
        temporary.write_bytes(b"third" + mark_line("label"))


def test_a_device_is_written_to(tmp_path):
    assert is_stream(Path("/dev/null")) and not is_stream(tmp_path) and not is_stream(tmp_path / "missing")
    write(Path("/dev/null"), "lost")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_a_pipe_is_written_to(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write(tmp_path / "pipe", "through")
    assert os.read(reader, 100) == b"through" and stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    os.close(reader)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "link"])
@pytest.mark.parametrize("to_file", [True, False])
def test_standard_output_is_written_to(tmp_path, name, to_file):
    """Also if it is a file, which is not replaced behind the back of whoever opened it."""
    (tmp_path / "link").symlink_to("/dev/stdout")
    code = f"from spacy_xproj.storage.files import write_json; print(1); write_json({name!r}, 2); print(3)"
    if to_file:
        with (tmp_path / "file").open("w") as file:
            subprocess.run([sys.executable, "-c", code], check=True, stdout=file, cwd=tmp_path)
        assert (tmp_path / "file").read_text() == "1\n2\n3\n" and len(list(tmp_path.iterdir())) == 2
    else:
        assert (
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, cwd=tmp_path).stdout
            == b"1\n2\n3\n"
        )
