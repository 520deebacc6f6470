import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Callable, Iterator, List, Tuple

import pytest
import spacy
import srsly
from spacy.tokens import Doc

from spacy_xproj.corpora.docbin import doc_lang, read_docs
from spacy_xproj.corpora.formats.conversion import FORMATS
from spacy_xproj.registry import registry
from spacy_xproj.types import Converter

GOOD = "Ana B-PER\nin O\nRio B-LOC\n\non O\nTuesday B-DATE\n"
STRAY = "Ana B-PER\nin O\nRio I-LOC\n"


@pytest.fixture
def convert(invoke: Callable) -> Callable:
    """Converts to a `.spacy` file beside the input. Gives the exit code and the output on one line."""

    def run(path: Path, *options: str, format: str = "conll", lang: str = "en") -> Tuple[int, str]:
        result = invoke("convert", path, path.with_suffix(".spacy"), "--format", format, "--lang", lang, *options)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.text

    return run


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "a.conll"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_docs_and_counts(convert: Callable, corpus: Path) -> None:
    code, output = convert(corpus, lang="pt")
    assert code == 0
    assert "2 sentences, 5 tokens entities: DATE 1, LOC 1, PER 1 renamed: none dropped: none fixes: none" in output
    docs = read_docs(corpus.with_suffix(".spacy"))
    assert [(doc.text, doc_lang(doc), doc.vocab.lang) for doc in docs] == [
        ("Ana in Rio", "pt", "pt"),
        ("on Tuesday", "pt", "pt"),
    ]
    assert [p.name for p in sorted(corpus.parent.iterdir())] == ["a.conll", "a.spacy"]


def test_labels_are_mapped_and_counted(convert: Callable, corpus: Path) -> None:
    code, output = convert(corpus, "--labels", "PER,GPE", "--map", "LOC=GPE,DATE=")
    assert code == 0
    assert "entities: GPE 1, PER 1 renamed: LOC=GPE 1 dropped: DATE 1" in output
    docs = read_docs(corpus.with_suffix(".spacy"))
    assert [[ent.label_ for ent in doc.ents] for doc in docs] == [["PER", "GPE"], []]
    assert docs[1].has_annotation("ENT_IOB")


def test_limit(convert: Callable, corpus: Path) -> None:
    assert convert(corpus, "--limit", "1")[0] == 0
    assert len(read_docs(corpus.with_suffix(".spacy"))) == 1


def test_fixes_are_listed_and_a_stale_list_goes(convert: Callable, corpus: Path) -> None:
    listed = corpus.with_name("a.spacy.repairs.jsonl")
    corpus.write_text(STRAY, encoding="utf-8")
    code, output = convert(corpus, "--repair")
    assert code == 0
    assert "fixes: 1, listed in" in output
    (fix,) = srsly.read_jsonl(listed)
    assert (fix["line"], fix["token"], fix["before"], fix["after"]) == (3, "Rio", "I-LOC", "B-LOC")
    corpus.write_text(GOOD, encoding="utf-8")
    assert convert(corpus, "--repair")[0] == 0
    assert not listed.exists()


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (STRAY, ["--strict"], "a.conll, line 3: bad IOB2 tag 'I-LOC' at 'Rio'"),
        ("a O\nb\n", [], "a.conll, line 2: 1 columns, not 2"),
        (GOOD, ["--labels", "PER,LOC"], "a.conll, line 5: label 'DATE' is not among LOC, PER"),
        (GOOD, ["--map", "DATE"], "bad label map 'DATE'"),
        (GOOD, ["--scheme", "IOB9"], "unknown tag scheme 'IOB9'"),
        ("", [], "a.conll: no sentence in it"),
        ("\n-DOCSTART- O\n\n", [], "a.conll: no sentence in it"),
    ],
)
def test_bad_input_leaves_the_old_output(
    convert: Callable, corpus: Path, content: str, options: List[str], message: str
) -> None:
    assert convert(corpus)[0] == 0
    before = corpus.with_suffix(".spacy").read_bytes()
    corpus.write_text(content, encoding="utf-8")
    code, output = convert(corpus, *options)
    assert code == 1
    assert message in output
    assert corpus.with_suffix(".spacy").read_bytes() == before
    assert [p.name for p in sorted(corpus.parent.iterdir())] == ["a.conll", "a.spacy"]


def test_europarl_is_read_as_conll(convert: Callable, corpus: Path) -> None:
    assert convert(corpus)[0] == 0
    before = [doc.to_json() for doc in read_docs(corpus.with_suffix(".spacy"))]
    assert convert(corpus, format="europarl")[0] == 0
    assert [doc.to_json() for doc in read_docs(corpus.with_suffix(".spacy"))] == before


def test_unknown_format_and_language(convert: Callable, corpus: Path) -> None:
    code, output = convert(corpus, format="brut")
    assert code == 1
    assert (
        "unknown format 'brut'; take one of: auto, " in output
        and "brat, cluener, conll, conllu, csv, datasets" in output
    )
    code, output = convert(corpus, lang="zzz")
    assert code == 1
    assert "unknown language 'zzz'" in output
    assert not corpus.with_suffix(".spacy").exists()


def test_missing_file_and_bad_encoding(convert: Callable, corpus: Path) -> None:
    corpus.write_bytes(b"a O\nb\xff O\n")
    assert "line 2: not valid UTF-8" in convert(corpus)[1]
    corpus.unlink()
    code, output = convert(corpus)
    assert code == 1
    assert "no such file" in output


def test_a_directory_is_no_output(convert: Callable, corpus: Path) -> None:
    corpus.with_suffix(".spacy").mkdir()
    assert convert(corpus)[0] != 0
    assert corpus.with_suffix(".spacy").is_dir()


def test_the_input_is_no_output(invoke: Callable, corpus: Path) -> None:
    link = corpus.with_name("link.spacy")
    link.symlink_to(corpus)
    fixes = corpus.with_name("b.spacy.repairs.jsonl")
    fixes.write_text(GOOD, encoding="utf-8")
    for given, output in ((corpus, corpus), (corpus, link), (fixes, fixes.with_name("b.spacy"))):
        result = invoke("convert", given, output, "--format", "conll", "--lang", "en")
        assert (result.exit_code, "is an input too" in result.output) == (1, True)
        assert given.read_text(encoding="utf-8") == GOOD


def test_a_format_without_tags_takes_no_scheme(convert: Callable, corpus: Path) -> None:
    code, output = convert(corpus, "--scheme", "IOB2", format="jsonl")
    assert code == 1
    assert "--format jsonl takes no such setting" in output


def test_every_format_is_registered() -> None:
    converters = registry.xproj_converters.get_all()  # type: ignore[attr-defined]
    assert set(FORMATS.values()) <= set(converters)


def test_a_registered_converter_is_a_format(convert: Callable, corpus: Path) -> None:
    def make_words(lang: str, repair: bool) -> Converter:
        def read_words(text: str) -> Iterator[Doc]:
            yield Doc(spacy.blank(lang).vocab, words=text.split(), ents=["B-X"] + ["O"] * (len(text.split()) - 1))

        return read_words

    registry.xproj_converters.register("test.Words.v1", func=make_words)  # type: ignore[attr-defined]
    code, output = convert(corpus, format="test.Words.v1")
    assert (code, "1 sentences, 10 tokens entities: X 1" in output) == (0, True)
    assert "test.Words.v1" in convert(corpus, format="brut")[1]


def test_in_a_process_of_its_own(corpus: Path) -> None:
    args = ["convert", str(corpus), str(corpus.with_suffix(".spacy")), "--format", "conll", "--lang", "en"]
    done = subprocess.run([sys.executable, "-m", "spacy", "xproj", *args], capture_output=True, text=True, check=False)
    assert (done.returncode, "2 sentences" in " ".join(done.stdout.split())) == (0, True), done.stderr


def test_the_command_imports_nothing_heavy() -> None:
    modules = "spacy_xproj.cli.convert, spacy_xproj.cli.evaluate, spacy_xproj.evaluation.strict"
    code = f"import sys, spacy.cli; before = set(sys.modules); import {modules}; print(*set(sys.modules) - before)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "spacy_xproj.cli.convert" in found
    assert not {"torch", "transformers", "sklearn", "seqeval"} & set(found)


def test_segment(invoke: Callable, tmp_path: Path) -> None:
    (tmp_path / "ja.jsonl").write_text('{"text": "東京だ", "ents": [{"start": 0, "end": 2, "label": "LOC"}]}\n', "utf8")
    arguments = ["convert", tmp_path / "ja.jsonl", tmp_path / "ja.spacy", "--lang", "ja", "--segment"]
    result = invoke(*arguments, "characters", "--format", "jsonl")
    assert result.exit_code == 0, result.output
    assert [token.text for token in read_docs(tmp_path / "ja.spacy")[0]] == ["東", "京", "だ"]
    (tmp_path / "ja.conll").write_text("東 O\n", "utf8")
    arguments[1] = tmp_path / "ja.conll"
    result = invoke(*arguments, "characters", "--format", "conll")
    assert result.exit_code == 1 and "takes no such setting" in result.text


def test_look_shows_sentences_and_writes_nothing(invoke: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_text("# sent_id = s1\n1\tAna\tB-PER\n2\tsaw\tO\n\n1\tRio\tB-LOC\n", "utf8")
    result = invoke("convert", path, "--look")
    assert result.exit_code == 0, result.output
    assert "s1: [Ana PER] | saw" in result.text and "[Rio LOC]" in result.text
    assert "conll: 3 columns: 2 token, 3 tag, 1 numbers, comments #, scheme IOB2" in result.text
    assert list(tmp_path.iterdir()) == [path]
    result = invoke("convert", path)
    assert result.exit_code == 1 and "look at the input first (--look)" in result.text


def test_the_format_is_told_and_said(convert: Callable, corpus: Path) -> None:
    code, output = convert(corpus, format="auto")
    assert (code, "a.conll: read as conll: 2 columns: 1 token, 2 tag, scheme IOB2" in output) == (0, True)
    code, output = convert(corpus, "--tag-column", "1", "--token-column", "2", format="auto")
    assert code == 1 and "no tags of entities" in output


def test_a_file_without_empty_lines_is_warned_of(convert: Callable, corpus: Path) -> None:
    corpus.write_text("Ana B-PER\n" + "w O\n" * 80, "utf8")
    code, output = convert(corpus)
    assert (code, "no empty lines: one sentence of 81 tokens" in output) == (0, True)


def test_what_is_left_out_is_listed(convert: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "Ana.", "spans": [], "answer": "accept"}\n{"text": "Bad.", "spans": [], "answer": "reject"}\n', "utf8"
    )
    code, output = convert(path, format="auto")
    assert (code, "left out: 1, listed in" in output) == (0, True)
    assert next(srsly.read_jsonl(tmp_path / "a.spacy.rejects.jsonl"))["reason"] == "answer: reject"


def test_plain_text_stays_unlabelled(convert: Callable, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Ana saw Rio.\nNobody came.\n", "utf8")
    code, output = convert(path, format="auto")
    assert (code, "without labels: 2 sentences" in output) == (0, True)
    assert not any(doc.has_annotation("ENT_IOB") for doc in read_docs(tmp_path / "a.spacy"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize(
    "text, message", [("Ana B-PER\nruns O\n", None), ("Ana B-PER\nruns\n", "line 2: 1 columns, not 2")]
)
def test_a_pipe_is_an_input(invoke, tmp_path, text, message):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(text,))
    writer.start()
    result = invoke("convert", tmp_path / "pipe", tmp_path / "out.spacy", "-f", "conll", "-l", "en")
    writer.join()
    if message is None:
        assert result.exit_code == 0 and [doc.text for doc in read_docs(tmp_path / "out.spacy")] == ["Ana runs"]
    else:
        assert result.exit_code == 1 and f"{tmp_path / 'pipe'}, {message}" in result.text
