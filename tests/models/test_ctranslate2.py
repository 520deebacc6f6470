"""The conversion for CTranslate2: once, safely, and whole. Its translations are tested with the translator."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import copytree

import pytest
import torch

from spacy_xproj.errors import XprojError
from spacy_xproj.models import ctranslate2 as module
from spacy_xproj.models.ctranslate2 import CTranslate2Model, converted, load_converted

pytest.importorskip("ctranslate2")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def conversions(monkeypatch):
    """The number formats of the conversions that were done."""
    done, convert = [], module._convert
    monkeypatch.setattr(module, "_convert", lambda *arguments: done.append(arguments[2]) or convert(*arguments))
    return done


def test_conversion_is_done_once_for_each_model_and_number_format(marian, m2m100, conversions, tmp_path):
    paths = [converted(*key) for key in [(marian, None, "int8"), (marian, None, "float32"), (m2m100, None, "int8")] * 2]
    assert conversions == ["int8", "float32", "int8"]
    assert paths[:3] == paths[3:] and len(set(paths)) == 3
    moved = copytree(marian, tmp_path / "moved")
    assert converted(str(moved), None, "int8") == paths[0]
    (Path(moved) / "generation_config.json").write_text("{}")
    assert converted(str(moved), None, "int8") not in paths


def test_several_at_once_convert_once(marian, conversions):
    with ThreadPoolExecutor(4) as pool:
        paths = set(pool.map(lambda _: converted(marian, None, "int8"), range(4)))
    assert len(paths) == 1 and conversions == ["int8"]


def test_damaged_conversion_is_done_again(marian, conversions):
    path = converted(marian, None, "int8")
    data = (path / "model.bin").read_bytes()
    (path / "model.bin").write_bytes(data[:-100])
    assert converted(marian, None, "int8") == path
    assert (path / "model.bin").read_bytes() == data and len(conversions) == 2


def test_failed_conversion_leaves_nothing(marian, cache, monkeypatch):
    def fail(name, revision, compute_type, directory):
        directory.mkdir()
        (directory / "model.bin").write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(module, "_convert", fail)
    with pytest.raises(OSError):
        converted(marian, None, "int8")
    assert [path.suffix for path in cache.iterdir()] in ([], [".lock"])


def test_weights_are_read_from_safetensors_only(marian, tmp_path, cache):
    folder = Path(copytree(marian, tmp_path / "pickled"))
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(XprojError, match="safetensors"):
        converted(str(folder), None, "int8")
    assert not any(path.is_dir() for path in cache.iterdir())


def test_model_of_another_kind(tiny_encoder_dir):
    with pytest.raises(XprojError, match="of type bert, not NLLB-200, M2M100 or MarianMT; use transformers"):
        converted(tiny_encoder_dir, None, "int8")


def test_number_format_that_there_is_not(marian):
    with pytest.raises(XprojError, match="no compute_type 'int4': use one of int8, "):
        CTranslate2Model(marian, None, "cpu", "int4")
    with pytest.raises(XprojError, match="compute_type bfloat17: this cpu has .*int8"):
        load_converted(marian, None, "cpu", "bfloat17")


def test_weights_are_not_read_before_they_are_needed(marian, conversions):
    model = CTranslate2Model(marian, None, "cpu", "int8")
    assert model.limit == 24 and model.dtype.startswith("int8 (ctranslate2 ") and not conversions


def test_missing_package_is_named_at_once(marian, monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(XprojError, match="pip install 'spacy_xproj\\[ctranslate2\\]'"):
        CTranslate2Model(marian, None, "cpu", "int8")
