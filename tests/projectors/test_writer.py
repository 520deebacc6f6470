"""A run that is interrupted, wherever, and goes on: its output is that of a run that was not, byte by byte."""

import json
import os
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
import srsly
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from spacy_xproj.corpora.docbin import corpus_files, read_docs
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.errors import XprojError
from spacy_xproj.parts import prepare
from spacy_xproj.projectors import writer
from spacy_xproj.projectors import writer as projection_writer
from spacy_xproj.projectors.apply import apply_projection
from spacy_xproj.projectors.stream import project_shards
from spacy_xproj.projectors.writer import ProjectionWriter
from spacy_xproj.registry import registry
from spacy_xproj.storage import journal

SENTENCES = [
    ("Ana lives in Berlin", "Berlin , da lebt Ana", [(0, 1, "PER"), (3, 4, "LOC")], "0-4 1-3 2-1 3-0"),
    ("nobody knows Ben", "niemand kennt Ben", [(2, 3, "PER")], "0-0 1-1 2-2:0.6"),
    ("it rains", "es regnet", [], "0-0 1-1"),
    ("", "", [], ""),
    ("Ben in Lisbon", "Ben in Lissabon", [(0, 1, "PER"), (2, 3, "LOC")], "0-0:0.9 1-1:0.4"),
    ("Anna and Ben", "Ben", [(0, 1, "PER"), (2, 3, "PER")], "2-0"),
    ("Lisbon", "in Lissabon", [(0, 1, "LOC")], "0-1:0.7"),
]
SCORER = {"@xproj_scores": "spacy-xproj.SoftAlignmentScore.v1"}
SOLVER = {"@xproj_solvers": "spacy-xproj.ExactSolver.v1"}
NGRAMS = {"@xproj_extractors": "spacy-xproj.NgramCandidates.v1", "max_length": 3}
MATCHING = {
    "@xproj_projectors": "spacy-xproj.CandidateMatching.v1",
    "extractor": NGRAMS,
    "scorer": SCORER,
    "solver": SOLVER,
}
FILTER = {"@xproj_filters": "spacy-xproj.ProjectionFilter.v1", "drop_incomplete": True}


@pytest.fixture
def job(tmp_path, make_bitext):
    """Give a function that projects the sentences in shards of two, as the command does."""
    pairs = [make_bitext(source, target, ents) for source, target, ents, _ in SENTENCES]
    pairs[0].target.user_data["sent_id"] = "first"
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "de", {}, shard_size=3)
    (tmp_path / "links.txt").write_text("".join(f"{links}\n" for *_, links in SENTENCES))

    def run(out, projector=None, seen=None, on_projection=None, filter_settings=FILTER, shard_size=2):
        aligner = {"@xproj_aligners": "spacy-xproj.PharaohAligner.v1", "path": str(tmp_path / "links.txt")}
        config = {"projector": projector or {**MATCHING, "aligner": aligner}, "filter": filter_settings}
        built = registry.resolve(config)
        corpus = ParallelCorpus(tmp_path / "bitext")
        writer = ProjectionWriter(tmp_path / out, corpus, config, built["projector"], built["filter"], shard_size)
        writer.statistics = prepare(built["projector"], lambda: corpus, writer.statistics)
        if seen is not None:
            seen.append(writer.done)
        projections = project_shards(built["projector"], corpus, shard_size, writer.done)
        return writer.write(map(on_projection, projections) if on_projection else projections)

    return run


def content(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


class Alarm:
    """Raises when it is asked for the n-th time."""

    def __init__(self, n):
        self.left = n

    def __call__(self, item=None):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt
        return item

    def before(self, function):
        def alarmed(*args, **kwargs):
            self()
            return function(*args, **kwargs)

        return alarmed


def test_an_interruption_anywhere_changes_nothing(job, tmp_path, monkeypatch):
    job("whole")
    expected = content(tmp_path / "whole")
    assert sorted(expected) == [
        "outcomes.jsonl",
        "pairs.jsonl",
        "rejects.jsonl",
        "summary.json",
        "target.spacy",
        "xproj.json",
    ]
    starts = []
    monkeypatch.setattr(os, "fsync", id)  # the disk has no part in this, and is slow
    for moment in range(1, 1000):
        alarm = Alarm(moment)
        with monkeypatch.context() as patch:
            for owner, names in (
                (journal, ("sha256", "atomic_path", "write_json", "read_bytes")),
                (projection_writer, ("write_json", "apply_projection")),
                (Path, ("write_bytes",)),
                (shutil, ("rmtree",)),
            ):
                for name in names:
                    patch.setattr(owner, name, alarm.before(getattr(owner, name)))
            try:
                job("out", on_projection=alarm)
                break
            except KeyboardInterrupt:
                pass
        job("out", seen=starts)
        assert content(tmp_path / "out") == expected
        assert not list(tmp_path.glob("*.partial")) and not list(tmp_path.glob(".*.tmp"))
        shutil.rmtree(tmp_path / "out")
    assert moment > 30 and set(starts) == {0, 2, 4, 6, 7}
    assert starts[:-1] == sorted(starts[:-1])  # the last interruption is in the removal of shards, after the result


def test_shards_are_joined_to_what_one_file_was(job, tmp_path):
    counts = job("out", filter_settings={**FILTER, "drop_incomplete": False})
    docs = DocBin(store_user_data=True)
    job(
        "again",
        filter_settings={**FILTER, "drop_incomplete": False},
        on_projection=lambda p: docs.add(apply_projection(p)) or p,
    )
    assert (tmp_path / "out" / "target.spacy").read_bytes() == docs.to_bytes()
    read = list(DocBin().from_disk(tmp_path / "out" / "target.spacy").get_docs(Vocab()))
    assert len(read) == counts.pairs == len(SENTENCES)
    assert read[0].user_data["sent_id"] == "first"
    assert [ent.text for ent in read[0].ents] == ["Berlin", "Ana"]


@pytest.mark.parametrize(("size", "files"), [(1, 4), (4, 2), (100, 1)])
def test_a_large_target_is_several_files(job, tmp_path, monkeypatch, size, files):
    """As many shards of two pairs go into one as it has room for; a shard is never cut."""
    job("small")
    monkeypatch.setattr(writer, "FILE_SIZE", size)
    job("large")
    found = corpus_files(tmp_path / "large" / "target.spacy")
    assert len(found) == files
    small, large = (read_docs(tmp_path / name / "target.spacy") for name in ("small", "large"))
    assert [doc.to_json() for doc in large] == [doc.to_json() for doc in small]
    job("large")
    assert corpus_files(tmp_path / "large" / "target.spacy") == found


def test_interruptions_twice(job, tmp_path, capsys):
    job("whole")
    for number in (4, 4):
        with pytest.raises(KeyboardInterrupt):
            job("out", on_projection=Alarm(number))
    capsys.readouterr()
    starts = []
    job("out", seen=starts)
    assert starts == [4] and "going on after 4 sentences" in " ".join(capsys.readouterr().out.split())
    assert content(tmp_path / "out") == content(tmp_path / "whole")


@pytest.mark.parametrize("file", ["00001-target.spacy", "00001-outcomes.jsonl", "00000-statistics.msgpack"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_shard_is_made_again(job, tmp_path, capsys, file, damage):
    job("whole")
    with pytest.raises(KeyboardInterrupt):
        job("out", on_projection=Alarm(6))
    path = tmp_path / "out.partial" / file
    path.unlink() if damage == "missing" else path.write_bytes(path.read_bytes() + b"!")
    starts = []
    job("out", seen=starts)
    assert starts == [2 * int(file[:5])]
    assert f"{file}: missing or damaged" in " ".join(capsys.readouterr().out.split()).replace(" " + file, file)
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_damage_after_the_start_is_not_joined(job, tmp_path):
    def damage(projection):
        (tmp_path / "out.partial").exists() and (tmp_path / "out.partial" / "00000-rejects.jsonl").write_text("{}\n")
        return projection

    with pytest.raises(XprojError, match="00000-rejects.jsonl: missing or damaged; run the command again"):
        job("out", on_projection=damage)
    assert not (tmp_path / "out").exists()
    job("whole")
    job("out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_a_damaged_progress_file(job, tmp_path, capsys):
    with pytest.raises(KeyboardInterrupt):
        job("out", on_projection=Alarm(6))
    (tmp_path / "out.partial" / "progress.json").write_text('{"digest": "')
    starts = []
    job("out", seen=starts)
    assert starts == [0] and "missing or damaged; starting afresh" in " ".join(capsys.readouterr().out.split())


def change_links(tmp_path, arguments):
    (tmp_path / "links.txt").write_text("0-0\n0-0\n\n\n0-0\n\n0-1\n")


def change_corpus(tmp_path, arguments):
    manifest = json.loads((tmp_path / "bitext" / "manifest.json").read_text())
    (tmp_path / "bitext" / "manifest.json").write_text(json.dumps({**manifest, "provenance": {"seen": "anew"}}))


def change_filter(tmp_path, arguments):
    arguments["filter_settings"] = {**FILTER, "drop_incomplete": False}


def change_shards(tmp_path, arguments):
    arguments["shard_size"] = 3


@pytest.mark.parametrize("change", [change_links, change_corpus, change_filter, change_shards])
def test_other_input_starts_afresh(job, tmp_path, capsys, change):
    with pytest.raises(KeyboardInterrupt):
        job("out", on_projection=Alarm(6))
    starts, arguments = [], {}
    change(tmp_path, arguments)
    job("out", seen=starts, **arguments)
    assert starts == [0] and "other input or settings; starting afresh" in " ".join(capsys.readouterr().out.split())
    job("whole", **arguments)
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_another_version_starts_afresh(job, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        job("out", on_projection=Alarm(6))
    monkeypatch.setattr(projection_writer, "__version__", "another")
    starts = []
    job("out", seen=starts)
    assert starts == [0]


def test_something_else_is_not_removed(job, tmp_path):
    for name in ("out", "out.partial"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine").write_text("mine")
        with pytest.raises(XprojError, match=f"{name}: exists and is not"):
            job("out")
        assert (tmp_path / name / "mine").read_text() == "mine"
        shutil.rmtree(tmp_path / name)


def test_a_number_that_differs_in_its_last_digits_starts_afresh(job):
    with pytest.raises(KeyboardInterrupt):
        job("out", on_projection=Alarm(6), filter_settings={**FILTER, "min_score": 1e-12})
    starts = []
    job("out", seen=starts, filter_settings={**FILTER, "min_score": 2e-12})
    assert starts == [0]


@pytest.mark.parametrize("first", [1, 4])
def test_two_runs_at_a_time(job, tmp_path, first):
    """The other one starts before, or after, this one has written its first shard."""
    seen = []

    def start_other(projection):
        seen.append(projection)
        if len(seen) == first:
            with pytest.raises(XprojError, match="another run is writing there") if first > 2 else nullcontext():
                job("out")
        return projection

    job("out", on_projection=start_other)
    job("whole")
    assert content(tmp_path / "out") == content(tmp_path / "whole")


def test_a_run_that_is_killed_while_it_removes_its_shards(job, tmp_path, monkeypatch):
    job("whole")
    with monkeypatch.context() as patch:
        unlink = Path.unlink
        alarm = Alarm(4)
        patch.setattr(Path, "unlink", alarm.before(unlink))
        with pytest.raises(KeyboardInterrupt):
            job("out")
    assert (tmp_path / "out.partial").is_dir()
    job("out")
    assert content(tmp_path / "out") == content(tmp_path / "whole")
    assert not (tmp_path / "out.partial").exists()


def test_a_filter_that_drops_all_leaves_nothing(job, tmp_path):
    doubtful = ["0-0:0.5" if source else "" for source, *_ in SENTENCES]
    (tmp_path / "links.txt").write_text("".join(f"{links}\n" for links in doubtful))
    with pytest.raises(XprojError, match="the filter drops every sentence"):
        job("out", filter_settings={**FILTER, "min_score": 1.0, "drop_empty": True})
    assert not list(tmp_path.glob("*out*"))


def embedding(folder):
    aligner = {"@xproj_aligners": "spacy-xproj.EmbeddingAligner.v1", "encoder": folder, "layer": 2, "device": "cpu"}
    return {**MATCHING, "aligner": {**aligner, "method": "soft", "lexicon_weight": 0.3}}


def translation(folder):
    scorer = {"@xproj_scores": "spacy-xproj.TranslationScore.v1", "model": folder, "src_lang": "en", "tgt_lang": "de"}
    return {**MATCHING, "scorer": {**scorer, "threshold": 0.0, "device": "cpu"}}


def constrained(folder):
    projector = {"@xproj_projectors": "spacy-xproj.ConstrainedProjector.v1", "model": folder, "device": "cpu"}
    return {**projector, "src_lang": "en", "tgt_lang": "de", "extractor": NGRAMS, "solver": SOLVER}


@pytest.mark.parametrize(
    "make, model", [(embedding, "tiny_encoder_dir"), (translation, "m2m100"), (constrained, "m2m100")]
)
def test_models_give_the_same_after_an_interruption(job, tmp_path, request, make, model):
    projector = make(request.getfixturevalue(model))
    job("whole", projector)
    for number in (3, 7):
        with pytest.raises(KeyboardInterrupt):
            job("out", projector, on_projection=Alarm(number))
        starts = []
        job("out", projector, seen=starts)
        assert starts == [number - 1]
        assert content(tmp_path / "out") == content(tmp_path / "whole")
    counts = srsly.read_json(tmp_path / "out" / "summary.json")["counts"]
    assert bool(counts) == (make is constrained) and all(counts.values())
