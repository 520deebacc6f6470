"""`verify` finds every kind of damage, and nothing in what is whole."""

import json

import pytest
import spacy
from spacy.tokens import Span

from spacy_xproj.corpora.docbin import read_docs, write_docs
from spacy_xproj.corpora.parallel_writer import Reject, write_parallel_corpus
from spacy_xproj.storage.marker import write_marker
from spacy_xproj.types import Bitext

CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""


@pytest.fixture
def folder(invoke, tmp_path, monkeypatch):
    """A directory with a parallel corpus of two pairs and a reject, and what is projected of it."""
    monkeypatch.chdir(tmp_path)
    nlp = spacy.blank("xx")
    pairs = []
    for number, (source, target) in enumerate([("Ana in Lisbon", "Ana em Lisboa"), ("Rui sleeps", "Rui dorme")]):
        pair = Bitext(nlp(source), nlp(target))
        pair.source.ents = [Span(pair.source, 0, 1, "PER")]
        pair.source.user_data["sent_id"] = f"s{number}"
        pairs.append(pair)
    write_parallel_corpus(
        tmp_path / "bitext", [pairs[0], Reject("empty"), pairs[1]], "en", "pt", {"command": "pair"}, 1
    )
    (tmp_path / "a.cfg").write_text(CONFIG)
    (tmp_path / "links.txt").write_text("0-0 1-1 2-2\n0-0 1-1\n")
    result = invoke("project", "bitext", "out", "-c", "a.cfg")
    assert result.exit_code == 0, result.output
    return tmp_path


def test_what_is_whole(invoke, folder):
    for name, maker in (("bitext", "pair"), ("out", "project")):
        result = invoke("verify", name)
        assert result.exit_code == 0 and f"{name}: whole, made by `xproj {maker}`" in result.text, result.output


@pytest.mark.parametrize("name", ["bitext", "out"])
@pytest.mark.parametrize("damage", [lambda content: None, lambda content: content[:-1] + b"!", lambda content: b"half"])
def test_files_that_changed(invoke, folder, name, damage):
    for file in sorted((folder / name).iterdir()):
        before = file.read_bytes()
        file.unlink()
        if damage(before) is not None:
            file.write_bytes(damage(before))
        result = invoke("verify", name)
        assert result.exit_code == 1 and isinstance(result.exception, SystemExit), (file, result.output)
        file.write_bytes(before)
    (folder / name / "thesis.txt").write_text("mine")
    assert "thesis.txt: not in xproj.json" in invoke("verify", name).text


def edit(path, change):
    path.write_text(change(path.read_text()))


def more_entities(doc):
    doc.ents = [*doc.ents, Span(doc, 1, 2, "LOC")]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda out: edit(out / "outcomes.jsonl", lambda text: text + text), "2 entities, but 4 outcomes"),
        (lambda out: edit(out / "outcomes.jsonl", lambda text: text.replace('"end":3', '"end":2')), "pair 0: entities"),
        (
            lambda out: edit(out / "outcomes.jsonl", lambda text: text.replace('"text":"Rui"', '"text":"Ana"')),
            "'Ana' is not at 0",
        ),
        (
            lambda out: edit(out / "outcomes.jsonl", lambda text: text.replace('"pair":1', '"pair":7')),
            "pair 7: an entity is there twice",
        ),
        (lambda out: edit(out / "outcomes.jsonl", lambda text: "{" + text), "outcomes.jsonl, line 1: not JSON"),
        (lambda out: edit(out / "outcomes.jsonl", lambda text: "[]\n" + text), "not as `xproj project` writes it"),
        (
            lambda out: edit(out / "summary.json", lambda text: text.replace('"entities": 2', '"entities": 3')),
            "3 entities, but 2",
        ),
        (
            lambda out: edit(out / "summary.json", lambda text: text.replace('"pairs": 2', '"pairs": 3')),
            "2 sentences of 3 pairs",
        ),
        (lambda out: write_docs(read_docs(out / "target.spacy")[:1], out / "target.spacy"), "1 sentences of 2 pairs"),
        (lambda out: reject_another(out), "1 sentences of 2 pairs, 1 rejects"),
        (lambda out: relabel(out / "target.spacy"), "pair 0: entities"),
        (lambda out: (out / "target.spacy").write_bytes(b"damaged"), "target.spacy: not a readable"),
    ],
)
def test_a_projection_that_does_not_agree_with_itself(invoke, folder, change, message):
    """Whatever wrote it: the checksums are right."""
    change(folder / "out")
    write_marker(folder / "out", "project")
    result = invoke("verify", "out")
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert message in result.text, result.output


def reject_another(out):
    """A pair that there is not."""
    (out / "rejects.jsonl").write_text('{"pair": 7}\n')
    edit(out / "summary.json", lambda text: text.replace('"rejects": {}', '"rejects": {"empty": 1}'))
    write_docs(read_docs(out / "target.spacy")[:1], out / "target.spacy")


def relabel(path):
    docs = read_docs(path)
    more_entities(docs[0])
    write_docs(docs, path)


def test_a_pair_that_is_there_twice(invoke, folder):
    manifest = json.loads((folder / "bitext" / "manifest.json").read_text())
    manifest["shards"][1] = manifest["shards"][0]
    (folder / "bitext" / "manifest.json").write_text(json.dumps(manifest))
    write_marker(folder / "bitext", "pair")
    assert "pair 1 (counted from 0): is there twice, as sent_id 's0'" in invoke("verify", "bitext").text


@pytest.mark.parametrize("items", [2, 4])
def test_items_that_are_missing(invoke, folder, items):
    manifest = json.loads((folder / "bitext" / "manifest.json").read_text())
    (folder / "bitext" / "manifest.json").write_text(json.dumps({**manifest, "items": items}))
    write_marker(folder / "bitext", "pair")
    assert f"{items} items, but 2 pairs and 1 rejects" in invoke("verify", "bitext").text


def test_what_is_no_result(invoke, folder, check_error):
    check_error(invoke("verify", "."), "not a result of xproj (no xproj.json)")
    check_error(invoke("verify", "missing"), "not a result of xproj")
