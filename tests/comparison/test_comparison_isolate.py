"""Work in a process of its own."""

import os
from concurrent.futures.process import BrokenProcessPool

import pytest

from spacy_xproj.comparison.isolate import peak_memory, run_alone


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
