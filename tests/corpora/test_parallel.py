"""The parallel corpus: what is written is what is read, also after an interruption."""

import os
import shutil
from contextlib import closing
from itertools import count, islice
from pathlib import Path

import pytest
import spacy
import srsly
from spacy.tokens import Doc, Span

from spacy_xproj.corpora import parallel_writer
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import ParallelCorpusWriter, Reject, make_provenance, write_parallel_corpus
from spacy_xproj.errors import XprojError
from spacy_xproj.storage import journal
from spacy_xproj.types import Bitext

EN = spacy.blank("en")
PT = spacy.blank("pt")


def make_item(number):
    """Every fourth input is rejected."""
    if number % 4 == 3:
        return Reject("empty", f"Source {number}.", "", f"s{number}")
    source = EN(f"Ana saw house {number}.")
    source.ents = [Span(source, 0, 1, label="PER")]
    source.user_data["sent_id"] = f"s{number}"
    target = PT(f"Ana viu a casa {number}.")
    if number % 5 == 0:
        target.user_data["flags"] = ["length_ratio"]
    return Bitext(source, target)


def write(path, n=23, provenance=None, shard_size=5):
    return write_parallel_corpus(path, map(make_item, range(n)), "en", "pt", provenance or {"x": 1}, shard_size)


def begin(path, n):
    """Write the first items and stop, as where the run is killed."""

    def items():
        yield from map(make_item, range(n))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ParallelCorpusWriter(path, "en", "pt", {"x": 1}, 5).write(items())


def files(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_round_trip(tmp_path):
    corpus = write(tmp_path / "bitext")
    expected = [item for item in map(make_item, range(23)) if isinstance(item, Bitext)]
    assert len(corpus) == len(expected) == 18
    assert (corpus.src_lang, corpus.tgt_lang) == ("en", "pt")
    pairs = list(corpus)
    assert len(pairs) == len(expected)
    for pair, wanted in zip(pairs, expected, strict=True):
        assert pair.source.text == wanted.source.text
        assert pair.target.text == wanted.target.text
        assert [(ent.text, ent.label_) for ent in pair.source.ents] == [("Ana", "PER")]
        assert pair.source.user_data["sent_id"] == wanted.source.user_data["sent_id"]
    assert len({id(pair.source.vocab) for pair in pairs}) == 1
    assert pairs[0].source.vocab.lang == "en"
    assert pairs[0].target.vocab.lang == "pt"


def test_manifest_and_rejects(tmp_path):
    corpus = write(tmp_path / "bitext")
    assert corpus.manifest["rejects"] == {"empty": 5}
    assert corpus.manifest["flags"] == {"length_ratio": 4}  # 0, 5, 10, 20; 15 is rejected
    assert corpus.manifest["items"] == 23
    rejects = list(srsly.read_jsonl(tmp_path / "bitext" / "rejects.jsonl"))
    assert [reject["index"] for reject in rejects] == [3, 7, 11, 15, 19]
    assert rejects[1] == {"index": 7, "reason": "empty", "text": "Source 7.", "translation": "", "sent_id": "s7"}
    assert [shard["pairs"] for shard in corpus.manifest["shards"]] == [4, 4, 4, 3, 3]


@pytest.mark.parametrize("stop", [0, 1, 5, 12, 22])
def test_resumed_run_equals_an_uninterrupted_one(tmp_path, stop):
    write(tmp_path / "whole")
    seen = []

    def items(start):
        for number in range(start, 23):
            if number == stop and start <= stop and not seen:
                seen.append(number)
                raise KeyboardInterrupt
            yield make_item(number)

    path = tmp_path / "bitext"
    with pytest.raises(KeyboardInterrupt):
        ParallelCorpusWriter(path, "en", "pt", {"x": 1}, 5).write(items(0))
    assert not path.exists()
    writer = ParallelCorpusWriter(path, "en", "pt", {"x": 1}, 5)
    assert writer.done == stop // 5 * 5
    writer.write(items(writer.done))
    assert files(path) == files(tmp_path / "whole")
    assert not (tmp_path / "bitext.partial").exists()


def test_an_interruption_anywhere_changes_nothing(tmp_path, monkeypatch):
    whole, path = files(write(tmp_path / "whole").path), tmp_path / "bitext"
    places = [(journal, "sha256"), (journal, "atomic_path"), (journal, "write_json"), (Path, "write_bytes")]
    places += [(os, "link"), (parallel_writer, "write_json"), (shutil, "rmtree")]
    monkeypatch.setattr(os, "fsync", id)  # the disk has no part in this, and is slow
    for moment in range(1, 1000):
        calls = count(1)

        def alarmed(function, moment=moment, calls=calls):
            def call(*args, **kwargs):
                if next(calls) == moment:
                    raise KeyboardInterrupt
                return function(*args, **kwargs)

            return call

        with monkeypatch.context() as patch:
            for owner, name in places:
                patch.setattr(owner, name, alarmed(getattr(owner, name)))
            try:
                write(path)
                break
            except KeyboardInterrupt:
                pass
        assert files(write(path).path) == whole
        assert sorted(file.name for file in tmp_path.iterdir()) == ["bitext", "whole"]
        shutil.rmtree(path)
    assert moment > 40 and files(path) == whole


def test_killed_between_files_and_progress(tmp_path):
    """Files of an unfinished shard and temporary files do no harm."""
    write(tmp_path / "whole")
    path = tmp_path / "bitext"
    writer = ParallelCorpusWriter(path, "en", "pt", {"x": 1}, 5)
    writer._write_shard([make_item(number) for number in range(5)])
    writer.close()
    (tmp_path / "bitext.partial" / "00001-rejects.jsonl").write_text('{"index": 7, "rea')
    (tmp_path / "bitext.partial" / "00001-source").write_bytes(b"half")
    (tmp_path / "bitext.partial" / ".progress.json.0123456789ab.tmp").mkdir()
    (tmp_path / "bitext.partial" / ".progress.json.0123456789ab.tmp" / "new").write_bytes(b"half")
    write(path)
    assert files(path) == files(tmp_path / "whole")


def test_other_provenance_starts_afresh(tmp_path, capsys):
    path = tmp_path / "bitext"
    begin(path, 5)
    assert ParallelCorpusWriter(path, "en", "pt", {"x": 1}, 5).done == 5
    capsys.readouterr()
    assert ParallelCorpusWriter(path, "en", "pt", {"x": 2}, 5).done == 0
    assert "afresh" in capsys.readouterr().out


def zeros(file):
    file.write_bytes(bytes(file.stat().st_size))


def end(file):
    file.write_bytes(file.read_bytes()[:-1])


@pytest.mark.parametrize(
    ("name", "damage", "done"),
    [
        ("00000-source", end, 0),
        ("00002-target", zeros, 10),
        ("00002-source", Path.unlink, 10),
        ("00003-rejects.jsonl", end, 15),
        ("00000-rejects.jsonl", zeros, 0),
        ("00000-rejects.jsonl", Path.unlink, 0),
    ],
)
def test_what_is_damaged_is_made_again(tmp_path, capsys, name, damage, done):
    write(tmp_path / "whole")
    path = tmp_path / "bitext"
    begin(path, 20)
    damage(tmp_path / "bitext.partial" / name)
    with closing(ParallelCorpusWriter(path, "en", "pt", {"x": 1}, 5)) as writer:
        assert writer.done == done
    assert f"{name}: missing or damaged" in " ".join(capsys.readouterr().out.split())
    write(path)
    assert files(path) == files(tmp_path / "whole")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"digest": "x"}', '{"unfinished": "x", "digest": "x", "entries": [{"items": 5}]}']
)
def test_a_progress_that_cannot_be_read_starts_afresh(tmp_path, capsys, text):
    write(tmp_path / "whole")
    begin(tmp_path / "bitext", 10)
    (tmp_path / "bitext.partial" / "progress.json").write_text(text)
    write(tmp_path / "bitext")
    assert "starting afresh" in " ".join(capsys.readouterr().out.split())
    assert files(tmp_path / "bitext") == files(tmp_path / "whole")


def test_two_runs_do_not_write_the_same_corpus(tmp_path):
    first = ParallelCorpusWriter(tmp_path / "bitext", "en", "pt", {"x": 1}, 5)
    with pytest.raises(XprojError, match="another run is writing there"):
        ParallelCorpusWriter(tmp_path / "bitext", "en", "pt", {"x": 1}, 5)
    assert len(first.write(map(make_item, range(23)))) == 18
    assert len(write(tmp_path / "bitext")) == 18


def test_a_symbolic_link_stays_and_its_directory_is_written(tmp_path):
    (tmp_path / "link").symlink_to("real")
    for _ in range(2):
        assert len(write(tmp_path / "link")) == 18
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real" / "manifest.json").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]


def test_the_provenance_that_is_read_is_that_which_was_written(tmp_path):
    provenance = {"max_ratio": 3.1234567890123456, "rate": 1e-17}
    assert write(tmp_path / "bitext", provenance=provenance).manifest["provenance"] == provenance


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("x")
    for name in ("file", "file/bitext"):
        with pytest.raises(XprojError, match=f"{name}: "):
            write(tmp_path / name)
    (tmp_path / "bitext.partial").mkdir()
    (tmp_path / "bitext.partial" / "thesis.txt").write_text("x")
    with pytest.raises(XprojError, match="bitext.partial: exists and is not an unfinished parallel corpus"):
        write(tmp_path / "bitext")
    assert (tmp_path / "bitext.partial" / "thesis.txt").exists()


def test_finished_corpus_is_replaced_and_other_directories_are_not(tmp_path):
    write(tmp_path / "bitext")
    assert len(write(tmp_path / "bitext", n=2)) == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(XprojError, match="not a parallel corpus"):
        write(tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_no_pair(tmp_path):
    with pytest.raises(XprojError, match="no pair"):
        write_parallel_corpus(tmp_path / "bitext", [Reject("empty")], "en", "pt", {})
    assert not (tmp_path / "bitext").exists()
    assert '"empty"' in (tmp_path / "bitext.partial" / "rejects.jsonl").read_text()
    assert len(write_parallel_corpus(tmp_path / "bitext", [make_item(0)], "en", "pt", {})) == 1
    assert (tmp_path / "bitext" / "rejects.jsonl").read_text() == ""


def test_missing_unfinished_and_foreign_directories(tmp_path):
    with pytest.raises(XprojError, match="no such directory"):
        ParallelCorpus(tmp_path / "nothing")
    with pytest.raises(XprojError, match="not a parallel corpus"):
        ParallelCorpus(tmp_path)
    ParallelCorpusWriter(tmp_path / "begun", "en", "pt", {})
    with pytest.raises(XprojError, match="not finished"):
        ParallelCorpus(tmp_path / "begun")


@pytest.mark.parametrize(
    "manifest, message",
    [("{", "not a manifest"), ("[]", "not the manifest"), ('{"format": 2}', "format 2"), ('{"format": 1}', "lacks")],
)
def test_bad_manifest(tmp_path, manifest, message):
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(XprojError, match=message):
        ParallelCorpus(tmp_path)


def test_damaged_shard_stops_and_is_named(tmp_path):
    corpus = write(tmp_path / "bitext")
    file = tmp_path / "bitext" / "target-00001.spacy"
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    pairs = iter(corpus)
    assert len(list(islice(pairs, 4))) == 4
    with pytest.raises(XprojError, match="target-00001.spacy"):
        next(pairs)
    file.unlink()
    with pytest.raises(XprojError, match="target-00001.spacy"):
        list(corpus)


def test_language_that_spacy_does_not_know(tmp_path):
    doc = Doc(EN.vocab, words=["a"])
    corpus = write_parallel_corpus(tmp_path / "bitext", [Bitext(doc, doc)], "en", "bbj", {})
    assert next(iter(corpus)).target.vocab.lang == "xx"


def test_provenance_names_the_inputs(tmp_path):
    (tmp_path / "a.txt").write_text("abc")
    provenance = make_provenance("pair", [tmp_path / "a.txt"], {"by": "order"})
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # SHA-256 of "abc", FIPS 180-2
    assert provenance["inputs"] == {str(tmp_path / "a.txt"): digest}


def labelled_corpus(path, labels, words=("Ana", "sleeps")):
    """Write a corpus of which some sources are labelled."""
    pairs = [Bitext(Doc(EN.vocab, words=words), PT("Ana dorme")) for _ in labels]
    for pair, labelled in zip(pairs, labels, strict=True):
        if labelled:
            pair.source.ents = []
    return write_parallel_corpus(path, pairs, "en", "pt", {}, shard_size=2)


@pytest.mark.parametrize("labels, first", [([False, False], 0), ([True, True, True, False, True, False], 3)])
def test_sources_without_labels(tmp_path, labels, first):
    with pytest.raises(XprojError, match=f"pair {first} .*: source side is not labelled; run 'spacy xproj label'"):
        labelled_corpus(tmp_path / "bitext", labels).check_labelled()


def test_sources_that_are_labelled(tmp_path):
    """No entity is a label too, and sentences without tokens need none."""
    labelled_corpus(tmp_path / "bitext", [True, True]).check_labelled()
    labelled_corpus(tmp_path / "bitext", [False], words=()).check_labelled()
