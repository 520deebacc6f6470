"""Work in a process of its own."""

import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from spacy_xproj.research.isolate import peak_memory, run_alone


def peak_after(megabytes):
    block = b"x" * (megabytes * 10**6)
    return len(block), peak_memory()


def test_another_process_with_its_own_memory():
    assert run_alone(os.getpid) != os.getpid()
    small, large = (run_alone(peak_after, size)[1] for size in (1, 300))
    assert 250 < large - small < 350


def test_errors_come_back():
    with pytest.raises(ValueError, match="invalid literal"):
        run_alone(int, "x")
    with pytest.raises(BrokenProcessPool):
        run_alone(os._exit, 1)


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.1)
    return condition()


def beat(path):
    """Work of some two minutes, which counts in a file as long as it goes on."""
    for count in range(2400):
        path.write_text(str(count))
        time.sleep(0.05)


def still_beats(path):
    before = path.read_text()
    time.sleep(1)
    return path.read_text() != before


def test_work_ends_with_the_process_that_asked_for_it(tmp_path):
    """Even where that is killed."""
    module, heart = Path(__file__), tmp_path / "heart"
    script = tmp_path / "script.py"
    script.write_text(
        f"import sys; sys.path.insert(0, {str(module.parent)!r})\n"
        f"from pathlib import Path; from {module.stem} import beat, run_alone\n"
        f"if __name__ == '__main__': run_alone(beat, Path({str(heart)!r}))\n"
    )
    process = subprocess.Popen([sys.executable, str(script)])
    assert wait_for(heart.exists)
    process.kill()
    process.wait()
    assert wait_for(lambda: not still_beats(heart), 20)
