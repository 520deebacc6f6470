"""Bad input ends in one clear line and exit code 1, without traceback and without output."""

from pathlib import Path

import pytest

from spacy_xproj.errors import XprojError

GOOD = "Ana B-PER\nruns O\n\nBen B-PER\nsleeps O\n"
CONVERT = ["--format", "conll", "--lang", "en"]

FILES = {
    "columns.txt": b"Ana B-PER\nruns\n",
    "stray.txt": b"Ana B-PER\nruns O\n\nin O\nRio I-LOC\n",
    "latin1.txt": "Ana B-PER\nJosé B-PER\n".encode("latin1"),
    "empty.txt": b"\n\n",
    "good.txt": GOOD.encode(),
    "corrupt.spacy": b"\x00 not a DocBin",
    "no.jsonl": b'{"text": "Ana runs", "ents": [{"start": 0, "end": 3}]}\n',
}

CASES = [
    (["convert", "missing.txt", "out.spacy", *CONVERT], "missing.txt: no such file"),
    (["convert", "columns.txt", "out.spacy", *CONVERT], "columns.txt, line 2: 1 columns, not 2"),
    (["convert", "stray.txt", "out.spacy", *CONVERT], "stray.txt, line 5: bad IOB2 tag 'I-LOC'"),
    (["convert", "latin1.txt", "out.spacy", *CONVERT], "latin1.txt, line 2: not valid UTF-8"),
    (["convert", "empty.txt", "out.spacy", *CONVERT], "empty.txt: no sentence"),
    (["convert", "good.txt", "out.spacy", *CONVERT, "--labels", "LOC"], "good.txt, line 1: label 'PER'"),
    (["convert", "good.txt", "out.spacy", *CONVERT, "--format", "tsv"], "unknown format 'tsv'"),
    (["convert", "good.txt", "out.spacy", *CONVERT, "--lang", "english"], "unknown language 'english'"),
    (["convert", "no.jsonl", "out.spacy", *CONVERT, "--format", "jsonl"], "no.jsonl, line 1"),
    (["pair", "good.spacy", "short.spacy", "bitext"], "2 sentences"),
    (["pair", "good.spacy", "corrupt.spacy", "bitext"], "corrupt.spacy: not a readable .spacy file"),
    (["pair", "good.spacy", "missing.spacy", "bitext"], "missing.spacy: no such file"),
    (["pair", "good.spacy", "good.spacy", "bitext", "--by", "sent_id"], "sent_id"),
    (["translate", "corrupt.spacy", "bitext", "--config", "missing.cfg"], "missing.cfg"),
    (["project", "missing", "projected"], "missing: no such directory"),
    (["evaluate", "good.spacy", "short.spacy", "--json", "scores.json"], "good.spacy and short.spacy"),
    (["evaluate", "good.spacy", "corrupt.spacy", "--json", "scores.json"], "corrupt.spacy"),
    (["label", "good.spacy", "out.spacy", "--model", "missing_pipeline"], "missing_pipeline"),
]


@pytest.fixture(scope="module")
def folder(invoke, tmp_path_factory):
    folder = tmp_path_factory.mktemp("input")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    for name, options in (("good", []), ("short", ["--limit", "1"])):
        result = invoke("convert", folder / "good.txt", folder / f"{name}.spacy", *CONVERT, *options)
        assert result.exit_code == 0, result.output
    return folder


@pytest.mark.parametrize(("arguments", "expected"), CASES)
def test_one_line(invoke, arguments, expected, folder, monkeypatch):
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    result = invoke(*arguments)
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit)
    assert expected in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert sorted(folder.rglob("*")) == before
    assert not Path("out.spacy").exists()


def test_errors_are_one_line_whatever_they_quote():
    error = XprojError("line 1: 'A\u2028B\n' and 'C\x85\r\n'; correct it")
    assert str(error).splitlines() == [str(error)] and "'A B '" in str(error)
