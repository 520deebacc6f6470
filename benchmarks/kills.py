"""Kill every command at every single file operation, and run it again: `python benchmarks/kills.py`.

What is run again must end well and leave, byte by byte, what one run leaves that nobody disturbs: no temporary file, no
lock, no unfinished result. It is tried twice: with the process killed, and as if the power had failed, when half of all
that was not synced is lost. `--step 5` tries every fifth operation only; names of scenarios choose some. Linux only.
"""
# The paths of file operations are texts, and so is what is done with them:
# ruff: noqa: PTH109, PTH110, PTH113, PTH115, PTH116, PTH118, PTH123, PTH202

import argparse
import os
import shlex
import shutil
import signal
import sqlite3
import sys
import tempfile
from contextlib import closing
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"

os.environ["SPACY_XPROJ_CACHE"] = "cache"  # in the directory that a command runs in

import spacy.cli  # noqa: E402
import weasel.cli.run  # noqa: E402
from kill_scenarios import FILE_SIZE, SCENARIOS, Scenario, make_inputs  # noqa: E402
from typer.main import get_command  # noqa: E402
from wasabi import msg  # noqa: E402

import spacy_xproj.research.cli  # noqa: E402  (its commands join the group)
from spacy_xproj.cli import app  # noqa: E402
from spacy_xproj.corpora import docbin  # noqa: E402
from spacy_xproj.projectors import writer  # noqa: E402
from spacy_xproj.research import training  # noqa: E402
from spacy_xproj.research.encoder_comparison import students as compared_students  # noqa: E402
from spacy_xproj.research.study import corpora as study_corpora  # noqa: E402
from spacy_xproj.research.study import language, students  # noqa: E402

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR
#: What others write: SQLite syncs by itself, and `spacy project run` never does.
OTHERS = ("*.sqlite*", "project.lock")


class Killer:
    """Counts the file operations of this process below a directory, and kills it before one of them.

    A statement to SQLite is an operation too. What libraries in C or Rust write by themselves (the weights of a model)
    is none, but is lost like the rest if the power fails.

    directory (Path): the directory.
    moment (Optional[int]): the operation, from 1; none is killed without it.
    power (bool): let go of half of what was not synced.
    """

    def __init__(self, directory: Path, moment: Optional[int], power: bool) -> None:
        self.directory = directory
        self.moment = moment
        self.power = power
        self.count = 0
        #: Time and size of the last state of a file, by its inode, that is on disk for sure.
        self.synced = dict(map(_state, self._files()))
        self.dying = False

    def start(self) -> None:
        """Watch this process from now on. Nothing is synced for real: disks are slow, and keep what a process wrote."""
        os.fsync = self._sync
        sqlite3.connect = partial(self._connect, sqlite3.connect)
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: Tuple[Any, ...]) -> None:
        changed = event in CHANGES or (event == "open" and (arguments[2] or 0) & WRITES)
        if changed and any(path.startswith(f"{self.directory}{os.sep}") for path in self._paths(event, arguments)):
            self._step()

    def _connect(self, connect: Callable[..., sqlite3.Connection], *arguments: Any, **more: Any) -> sqlite3.Connection:
        database = connect(*arguments, **more)
        database.set_trace_callback(lambda statement: self._step())
        return database

    def _step(self) -> None:
        if not self.dying:
            self.count += 1
            if self.count == self.moment:
                self._die()

    def _paths(self, event: str, arguments: Tuple[Any, ...]) -> Iterator[str]:
        """The paths of an operation; those that are relative to an open directory are looked up."""
        if event == "open" and not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        last = arguments[-1] if event in ("os.remove", "os.mkdir", "os.rmdir") else -1
        for path in arguments[: 2 if event in ("os.rename", "os.link", "os.symlink") else 1]:
            if isinstance(path, int):
                continue
            folder = os.readlink(f"/proc/self/fd/{last}") if isinstance(last, int) and last >= 0 else os.getcwd()
            yield os.path.join(folder, os.fsdecode(path))

    def _files(self) -> Iterator[os.stat_result]:
        for path in self.directory.rglob("*"):
            if path.is_file():
                yield path.stat()

    def _sync(self, descriptor: int) -> None:
        file, state = _state(os.fstat(descriptor))
        self.synced[file] = state

    def _die(self) -> None:
        self.dying = True
        for path in list(self.directory.rglob("*")) if self.power else ():
            if path.is_file() and not any(path.match(name) for name in OTHERS):
                file, state = _state(path.stat())
                if self.synced.get(file) != state:
                    os.truncate(path, path.stat().st_size // 2)
        os.kill(os.getpid(), signal.SIGKILL)


def _state(file: os.stat_result) -> Tuple[int, Tuple[int, int]]:
    return file.st_ino, (file.st_mtime_ns, file.st_size)


def run(directory: Path, command: str, moment: Optional[int] = None, power: bool = False) -> Tuple[int, int]:
    """Run a command in a process of its own, in a directory.

    directory (Path): the directory.
    command (str): the command.
    moment (Optional[int]): the file operation before which it is killed.
    power (bool): see `Killer`.
    RETURNS (Tuple[int, int]): its exit code, -9 if it was killed, and how many file operations it took.
    """
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        code = 70
        try:
            os.chdir(directory)
            with open(os.devnull, "w") as nothing:
                sys.stdout = nothing
                if "KILLS_VERBOSE" not in os.environ:
                    sys.stderr = nothing
                killer = Killer(directory, moment, power)
                killer.start()
                code = execute(command)
            os.write(writer, str(killer.count).encode())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        count = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), int(count or 0)


def execute(command: str) -> int:
    """Run a command of `xproj`, or of spaCy if it begins so, in this process. RETURNS (int): its exit code."""
    words = shlex.split(command)
    try:
        if words[0] == "spacy" and words[1] != "xproj":
            get_command(spacy.cli.app)(words[1:])
        else:
            get_command(app)(words[2:] if words[0] == "spacy" else words)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def in_one_process() -> None:
    """Let commands do in their own process what they start others for, and measure no time and memory: results that
    say how long they took are comparable then."""
    for module in (students, compared_students):
        module.run_alone = lambda function, *arguments: function(*arguments)
    for module in (study_corpora, language, spacy_xproj.research.cli.pretrain):
        module.perf_counter = lambda: 0.0
    ticks = count()
    training.perf_counter = lambda: float(next(ticks))  # no time at all would be divided by
    training.peak_memory = lambda: 0.0
    weasel.cli.run.run_command = _run_step


def _run_step(words: List[str], capture: bool) -> None:
    code = execute(shlex.join(words[2:]))
    if code:
        sys.exit(code)


def content(directory: Path) -> Dict[str, Optional[bytes]]:
    """What is in a directory, hidden files included: the bytes of each file, None for a directory; of a database, its
    size and statements that make it again."""
    paths = sorted(directory.rglob("*"))
    return {str(path.relative_to(directory)): None if path.is_dir() else _read(path) for path in paths}


def _read(path: Path) -> bytes:
    if path.suffix != ".sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        return "\n".join([str(path.stat().st_size), *database.iterdump()]).encode()


class Result(NamedTuple):
    """What came of a scenario: the operations of a run, the kills, and what was wrong after them."""

    operations: int
    kills: int
    faults: List[str]


def try_scenario(scenario: Scenario, inputs: Path, power: bool, step: int = 1) -> Result:
    """Kill a command at every operation, or some, and run it again each time.

    scenario (Scenario): the command.
    inputs (Path): what it reads.
    power (bool): see `Killer`.
    step (int): kill at every operation of this many.
    RETURNS (Result): what came of it.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready, work = Path(folder) / "ready", Path(folder) / "work"
        shutil.copytree(inputs, ready)
        for command in scenario.before:
            code, _ = run(ready, command)
            assert code == 0, command
        shutil.copytree(ready, work)
        code, operations = run(work, scenario.command)
        assert code == 0 and operations, scenario.command
        expected = content(work)
        faults = []
        moments = range(1, operations + 1, max(step, scenario.step))
        for moment in moments:
            shutil.rmtree(work)
            shutil.copytree(ready, work)
            killed, _ = run(work, scenario.command, moment, power)
            code, _ = run(work, scenario.command)
            after = content(work)
            if (killed, code) != (-signal.SIGKILL, 0) or after != expected:
                differs = sorted(name for name in {*after, *expected} if after.get(name, 0) != expected.get(name, 0))
                faults.append(f"operation {moment}: exit codes {killed}, {code}; differs: {', '.join(differs)}")
        return Result(operations, len(moments), faults)


def warm(scenarios: List[Scenario], inputs: Path) -> None:
    """Run the commands once in this process, so that the many processes to come have all modules loaded."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path.cwd()
        for number, scenario in enumerate(scenarios):
            shutil.copytree(inputs, Path(folder) / str(number))
            os.chdir(Path(folder) / str(number))
            for command in (*scenario.before, scenario.command):
                assert execute(command) == 0, command
        os.chdir(home)


def main() -> int:
    """Try scenarios, by default all, and print a table. RETURNS (int): 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(SCENARIOS))
    parser.add_argument("--step", type=int, default=1)
    arguments = parser.parse_args()
    docbin.FILE_SIZE = writer.FILE_SIZE = FILE_SIZE
    in_one_process()
    chosen = {name: SCENARIOS[name] for name in arguments.names or SCENARIOS}
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        make_inputs(inputs)
        warm(list(chosen.values()), inputs)
        for name, scenario in chosen.items():
            killed, power = (try_scenario(scenario, inputs, power, arguments.step) for power in (False, True))
            faults += [f"{name}, {fault}" for fault in (*killed.faults, *power.faults)]
            identical = [str(one.kills - len(one.faults)) for one in (killed, power)]
            step = max(arguments.step, scenario.step)
            rows.append((name, killed.operations, step, killed.kills, identical[0], power.kills, identical[1]))
            print(*rows[-1], *killed.faults, *power.faults, sep="\t", file=sys.stderr, flush=True)
    header = ("command", "operations", "every", "kills", "the same", "power failures", "the same")
    msg.table(rows, header=header, aligns=("l", "r", "r", "r", "r", "r", "r"))
    for fault in faults:
        msg.fail(fault)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
