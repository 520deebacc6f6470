"""Large corpora are directories of files: every command takes them, and does what it does with one file."""

import json
import shutil

import pytest
import spacy

from spacy_xproj.corpora import docbin
from spacy_xproj.corpora.docbin import corpus_files, read_docs
from spacy_xproj.projectors import writer

NUMBER = 25
CONFIG = """
[translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "table.tsv"
src_lang = "en"
tgt_lang = "pt"

[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
COMMANDS = """
convert en.jsonl en.spacy --format jsonl --lang en
convert pt.jsonl pt.spacy --format jsonl --lang pt
convert mixed.jsonl mixed.spacy --format jsonl --lang pt
evaluate pt.spacy mixed.spacy --map PER=HUMAN --json scores.json
evaluate pt.spacy pt.spacy --json perfect.json
compare-text pt.spacy mixed.spacy --json texts.json
consistency pt.spacy --fill PER --output filled.spacy --json strings.json
rewrite pt.spacy rewritten.spacy --like mixed.spacy
label pt.spacy labelled.spacy --model model
pair en.spacy pt.spacy by_order
pair en.spacy mixed.spacy by_id --by sent_id
pair en.spacy mixed.spacy by_table --table ids.tsv
translate en.spacy translated --config all.cfg
label by_order labelled_pairs --model model
project by_order projected --config all.cfg --shard-size 5
verify projected
evaluate pt.spacy projected/target.spacy --json projected.json
evaluate pt.spacy projected --json same.json
export projected projected.jsonl --to jsonl
export pt.spacy pt.doccano --to doccano
"""


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A function that runs all commands in a new directory, with files of so many sentences."""

    def run(name, size, invoke, commands=COMMANDS):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        monkeypatch.setattr(docbin, "FILE_SIZE", size)
        monkeypatch.setattr(writer, "FILE_SIZE", size)
        make_inputs(folder)
        for line in filter(None, commands.splitlines()):
            result = invoke(*line.split())
            assert result.exit_code == 0, (line, result.output, result.stderr)
        return folder

    return run


def make_inputs(folder):
    rows = {"en": [], "pt": []}
    for i in range(NUMBER):
        ents = [{"start": 0, "end": 3, "label": "PER"}] if i % 3 else []
        rows["en"].append({"text": f"Ana saw the {i}", "ents": ents, "id": f"s{i}"})
        rows["pt"].append({"text": f"Ana viu a {i}", "ents": ents, "id": f"s{i}"})
    rows["mixed"] = [rows["pt"][i * 7 % NUMBER] for i in range(NUMBER)]
    for name, lines in rows.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    pairs = zip(rows["en"], rows["pt"])
    (folder / "table.tsv").write_text("".join(f"{en['text']}\t{pt['text']}\n" for en, pt in pairs))
    (folder / "links.txt").write_text("0-0 1-1 2-2 3-3\n" * NUMBER)
    (folder / "ids.tsv").write_text("".join(f"s{i}\ts{i}\n" for i in reversed(range(NUMBER))))
    (folder / "all.cfg").write_text(CONFIG)
    nlp = spacy.blank("pt")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Ana"}])
    nlp.to_disk(folder / "model")


def test_files_and_directories_of_files_give_the_same(work, invoke):
    small, large = work("small", 10_000, invoke), work("large", 10, invoke)
    names = [path.name for path in small.glob("*.spacy")] + ["projected/target.spacy"]
    assert len(names) == 7
    for name in names:
        assert len(corpus_files(small / name)) == 1 < len(corpus_files(large / name)), name
        here, there = (
            [(doc.to_json(), doc.user_data) for doc in read_docs(folder / name)] for folder in (small, large)
        )
        assert here == there, name
        shutil.rmtree(large / name) if (large / name).is_dir() else None
    for file in small.rglob("*.json*"):
        name = file.relative_to(small)
        if name.name in ("xproj.json", "manifest.json", "summary.json") or "model" in name.parts:
            continue  # which have checksums of what differs
        assert (large / name).read_bytes() == file.read_bytes(), name


def test_a_parallel_corpus_is_no_corpus_of_sentences(work, invoke):
    commands = [line for line in COMMANDS.splitlines() if line.startswith(("convert", "pair")) and "mixed" not in line]
    work("small", 10_000, invoke, "\n".join(commands))
    result = invoke("evaluate", "by_order", "pt.spacy")
    assert result.exit_code == 1 and "a parallel corpus" in result.stderr
