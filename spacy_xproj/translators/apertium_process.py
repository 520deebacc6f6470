"""The program apertium as a process that stays open, one for many texts."""

import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import threading
from contextlib import suppress
from typing import IO, Dict, List, Optional

from ..errors import XprojError

PROGRAM = "apertium"
#: Seconds without any output after which a process is given up.
TIMEOUT = 120
#: What ends a text, as apertium's own line format has it; the NUL after it makes every program of the pipe flush.
END = "[][\n]"
#: Apertium's gawk holds records back until others follow.
PADDING = b"[]\0" * 4
NUMBER = re.compile(r"\[(\d+)\]")


class ProcessEnded(Exception):
    """The process ended, or hung, before it had given everything back."""


class ApertiumProcess:
    """A pipe of apertium's programs for one direction. It is started when the first text comes, and again after it has
    ended. A process that was forked starts its own.

    mode (str): the direction, as apertium names it: `eng-spa`.
    timeout (float): seconds without any output after which it is given up.
    """

    def __init__(self, mode: str, timeout: float = TIMEOUT):
        self.mode = mode
        self.timeout = timeout
        self.n_started = 0
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._owner = 0
        self._errors: Optional[IO[bytes]] = None

    def __call__(self, records: List[str]) -> List[str]:
        """Translate texts in apertium's stream format.

        records (List[str]): the texts. They are sent with numbers, so that none is lost or doubled unseen.
        RETURNS (List[str]): the translation of each.
        RAISES (ProcessEnded): if the process ends or hangs; it is started again by the next call.
        """
        process = self._start()
        data = "".join(f"[{number}]{record}{END}\0" for number, record in enumerate(records)).encode("utf8", "replace")
        writer = threading.Thread(target=_write, args=(process.stdin, data + PADDING), daemon=True)
        writer.start()
        found: Dict[int, str] = {}
        pending = b""
        try:
            while len(found) < len(records):
                *complete, pending = (pending + self._read(process)).split(b"\0")
                for record in map(bytes.decode, complete):
                    number = NUMBER.match(record)
                    if number:
                        found[int(number[1])] = record[number.end() :].removesuffix(END)
            writer.join(self.timeout)
        except BaseException:  # also if the user interrupts: what comes later would be taken for the next texts
            self.close()
            raise
        return [found[number] for number in range(len(records))]

    def close(self) -> None:
        """End the process, with all programs of its pipe."""
        process, self._process = self._process, None
        if process is not None and self._owner == os.getpid():
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with suppress(OSError, ValueError):
                    pipe.close()  # type: ignore[union-attr]

    def __del__(self) -> None:
        with suppress(Exception):  # the interpreter may be half gone
            self.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        if self._process is None or self._owner != os.getpid():
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115
            command = [find_program(), "-f", "none", "-z", self.mode]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
            )
            self._owner = os.getpid()
            self.n_started += 1
        return self._process

    def _read(self, process: "subprocess.Popen[bytes]") -> bytes:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], self.timeout)
        data = os.read(process.stdout.fileno(), 1 << 16) if ready else b""
        if not data:
            raise ProcessEnded(self._last_words() or ("it ended" if ready else f"no output for {self.timeout:g} s"))
        return data

    def _last_words(self) -> str:
        assert self._errors is not None
        self._errors.seek(0)
        lines = self._errors.read().decode("utf8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def _write(pipe: IO[bytes], data: bytes) -> None:
    with suppress(OSError, ValueError):  # the reader notices that the process has ended
        pipe.write(data)
        pipe.flush()


def find_program() -> str:
    """Find the program. RAISES (XprojError): if it is not installed."""
    path = shutil.which(PROGRAM)
    if path is None:
        raise XprojError(f"the program {PROGRAM} is not installed: apt-get install {PROGRAM}")
    return path


def installed_modes() -> List[str]:
    """List the directions that are installed, as apertium names them. RAISES (XprojError): if it cannot be run."""
    done = subprocess.run([find_program(), "-l"], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise XprojError(f"{PROGRAM} -l fails: {' '.join(reason)}; install {PROGRAM} again")
    return done.stdout.split()
