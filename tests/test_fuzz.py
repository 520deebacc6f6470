"""Damaged input ends in one line: some inputs of `benchmarks/fuzz.py`, which tries as many as one likes."""

import importlib.util
import random
import subprocess
import sys
from pathlib import Path

import pytest

PATH = Path(__file__).parent.parent / "benchmarks" / "fuzz.py"

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


@pytest.fixture(scope="module")
def fuzz():
    spec = importlib.util.spec_from_file_location("fuzz", PATH)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PATH.parent))
        for variable in (*THREADS, "TOKENIZERS_PARALLELISM", "HF_HUB_OFFLINE"):
            patch.setenv(variable, "1")  # which it sets
        spec.loader.exec_module(module)
    return module


def test_no_reader_ends_in_a_traceback():
    run = subprocess.run([sys.executable, str(PATH), "--inputs", "150"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_good_input_is_taken(fuzz, tmp_path):
    for name, reader in fuzz.make_readers(tmp_path).items():
        (tmp_path / "input").write_bytes(fuzz.zlib.compress(reader.good) if reader.inner else reader.good)
        reader.read(tmp_path / "input"), name


def test_a_seed_makes_an_input_again(fuzz):
    inputs = [fuzz.damage(b"some good input", random.Random(seed)) for seed in range(300)]
    assert inputs == [fuzz.damage(b"some good input", random.Random(seed)) for seed in range(300)]
    assert len(set(inputs)) > 200


def test_what_is_found(fuzz, tmp_path):
    def read(file):
        if b"\0" in file.read_bytes():
            raise KeyError("a traceback")

    found = list(fuzz.try_reader(fuzz.Reader(b"good" * 20, read), tmp_path / "input", iter(range(200))))
    assert found and all(error == "KeyError('a traceback')" for _, error in found)
