"""The comparison as a user runs it: `xproj research compare-encoders`."""

import json
import shutil
from base64 import b64encode
from itertools import product
from pathlib import Path
from statistics import fmean

import pytest
import spacy
import srsly
from safetensors.torch import load_file
from scipy.stats import ttest_rel
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from spacy_xproj.research.encoder_comparison.tables import comparison_tables, to_markdown
from spacy_xproj.research.training import label_tests, train_student

TRAIN_CONFIG = Path(__file__).parents[3] / "configs" / "train" / "transformer.cfg"


def summary(folder):
    return json.loads((folder / "out" / "report.json").read_text(encoding="utf8"))


def students(folder):
    """List where the results of the students are."""
    return sorted(path.parent for path in (folder / "out" / "students").rglob("result.json"))


def tags(path):
    docs = DocBin().from_disk(path).get_docs(Vocab())
    return [[f"{t.ent_iob_}-{t.ent_type_}" if t.ent_type_ else "O" for t in doc] for doc in docs]


class Recorder:
    """Stands for `run_alone`: remembers what was called, and does not do what `fails` says."""

    def __init__(self, fails=lambda number, args: None):
        self.calls = []
        self.fails = fails

    def __call__(self, function, *args):
        self.calls.append((function, args))
        error = self.fails(len(self.calls), args)
        if error is not None:
            raise error
        return function(*args)

    def trained(self):
        return [args[1] for function, args in self.calls if function is train_student]


def test_scores_are_those_of_seqeval(finished):
    report = summary(finished)
    assert len(report["scores"]) == 8
    text = (finished / "out" / "report.md").read_text(encoding="utf8")
    for row in report["scores"]:
        gold = tags(finished / f"{row['language']}.spacy")
        students = finished / "out" / "students" / row["encoder"] / row["mode"] / "source" / "all"
        scores = [
            f1_score(gold, tags(students / seed / f"{row['language']}.spacy"), mode="strict", scheme=IOB2)
            for seed in ("0", "1")
        ]
        assert list(row["seeds"].values()) == pytest.approx(scores)
        assert row["mean"] == pytest.approx(fmean(scores))
        assert row["low"] <= row["mean"] <= row["high"]
        names = " | ".join([row["mode"], "source", row["language"], row["encoder"]])
        assert f"| {names} | {100 * fmean(scores):.1f} | " in text
    assert max(row["mean"] for row in report["scores"]) > 0.5  # something was learned


def test_rows_agree_with_each_other(finished):
    report = summary(finished)
    means = {(row["encoder"], row["mode"], row["language"]): row["mean"] for row in report["scores"]}
    for row in report["differences"]:
        expected = means["clip", row["mode"], row["language"]] - means["text", row["mode"], row["language"]]
        assert row["mean"] == pytest.approx(expected)
    for row in report["tests"]:
        differences = [one["mean"] for one in report["differences"] if one["mode"] == row["mode"]]
        assert (row["n"], row["mean"]) == (4, pytest.approx(fmean(differences)))
    # one training data set: a pair of students for each seed, with the mean of both languages
    for row in report["students"]:
        seeds = {"clip": [], "text": []}
        for name, scores in seeds.items():
            rows = [one for one in report["scores"] if (one["encoder"], one["mode"]) == (name, row["mode"])]
            scores.extend(fmean(one["seeds"][seed] for one in rows) for seed in ("0", "1"))
        assert row["n"] == 2
        assert row["mean"] == pytest.approx(fmean(seeds["clip"]) - fmean(seeds["text"]))
        difference = [ours - theirs for ours, theirs in zip(seeds["clip"], seeds["text"])]
        assert row["t_p"] is None or row["t_p"] == pytest.approx(ttest_rel(seeds["clip"], seeds["text"]).pvalue)
        assert (row["t_p"] is None) == (abs(difference[0] - difference[1]) < 1e-12)
    slices = {(row["encoder"], row["mode"], row["slice"]): row for row in report["slices"]}
    for encoder, mode in product(("text", "clip"), ("fine_tuned", "frozen")):
        gold = {name: row["gold"] for (*names, name), row in slices.items() if names == [encoder, mode]}
        assert gold["seen"] + gold["unseen"] == gold["concrete"] + gold["abstract"] == 6
        assert (
            gold["unseen"] == 2 and gold["LOC unseen"] == 1
        )  # annabel; "lisbon" and the others are in the training data
    for row in report["contrasts"]:
        first, _, second = row["contrast"].split()
        gains = [
            slices["clip", row["mode"], name]["f"] - slices["text", row["mode"], name]["f"] for name in (first, second)
        ]
        assert row["mean"] == pytest.approx(gains[0] - gains[1])


def test_costs_and_curves(finished):
    report = summary(finished)
    assert len(report["costs"]) == 4
    for row in report["costs"]:
        assert row["training_speed"] > 0 and row["labelling_speed"] > 0 and row["training_memory"] > 50
        means = [
            one["mean"] for one in report["scores"] if (one["encoder"], one["mode"]) == (row["encoder"], row["mode"])
        ]
        assert row["mean"] == pytest.approx(fmean(means))
    assert len(report["curves"]) == 8
    for row in report["curves"]:
        assert [point["step"] for point in row["points"]] == [0, 3, 6]
    result = srsly.read_json(students(finished)[0] / "result.json")
    assert result["labelling"]["sentences"] == 5
    assert result["training"]["sentences"] >= 7  # spaCy takes one step more than it is told


def test_predictions_are_small(finished):
    """They hold entities, and not the encoder's vectors."""
    for path in (finished / "out").rglob("students/**/*.spacy"):
        assert not any("trf_data" in key for doc in DocBin().from_disk(path).get_docs(Vocab()) for key in doc.user_data)


def test_report(finished):
    """The page has the figures and every cell of the tables, of which the Markdown is made."""
    out = finished / "out"
    text = (out / "report.html").read_text(encoding="utf8")
    for name in ("f1", "curves"):
        assert b64encode((out / f"{name}.svg").read_bytes()).decode() in text
    report = summary(finished)
    assert (out / "report.md").read_text(encoding="utf8") == to_markdown(report)
    for table in comparison_tables(report):
        assert all(f">{cell}</td>" in text for row in table.rows for cell in row)


def test_what_is_done_is_not_done_again(copied, compare):
    before = (copied / "out" / "report.json").read_bytes()
    recorder = Recorder()
    result = compare(copied, run_alone=recorder)
    assert result.exit_code == 0, result.output
    assert recorder.calls == []
    assert result.text.count("done before") == 8
    assert (copied / "out" / "report.json").read_bytes() == before
    assert not list((copied / "out").rglob("model"))


def test_an_interrupted_run_goes_on(copied, compare):
    for path in students(copied)[:3]:
        shutil.rmtree(path)
    interrupted = Recorder(lambda number, args: KeyboardInterrupt() if number == 4 else None)  # in the second student
    assert compare(copied, run_alone=interrupted).exit_code != 0
    assert len(students(copied)) == 6
    assert not list((copied / "out").rglob("model"))
    recorder = Recorder()
    assert compare(copied, run_alone=recorder).exit_code == 0
    assert len(recorder.trained()) == 2
    assert len(students(copied)) == 8


def test_what_a_failed_run_predicts_does_not_replace_finished_predictions(copied, compare):
    """Other settings, whose student labels a test set and dies; then the old settings again."""
    before = (copied / "out" / "report.json").read_bytes()

    def die_while_labelling(function, *args):
        if function is label_tests:
            model, tests, path, gpu_id = args
            label_tests(model, {"pt": tests["pt"]}, path, gpu_id)
            raise MemoryError("no memory left")
        return function(*args)

    other = ["--training.vars.steps", "1", "--training.vars.warmup", "0"]
    assert compare(copied, *other, run_alone=die_while_labelling).exit_code == 1
    recorder = Recorder()
    assert compare(copied, run_alone=recorder).exit_code == 0
    assert recorder.calls == []
    assert (copied / "out" / "report.json").read_bytes() == before


@pytest.mark.parametrize("lost", ["pt.spacy", "result.json"])
def test_a_student_that_lacks_a_file_is_made_anew(copied, compare, lost):
    path = students(copied)[0]
    (path / lost).unlink()
    recorder = Recorder()
    assert compare(copied, run_alone=recorder).exit_code == 0
    assert len(recorder.trained()) == 1
    assert sorted(file.name for file in path.iterdir()) == ["de.spacy", "pt.spacy", "result.json"]


def test_models_of_finished_students_can_still_be_kept(copied, compare):
    shutil.rmtree(copied / "out" / "students" / "clip")
    shutil.rmtree(copied / "out" / "students" / "text" / "frozen")
    arguments = ["--comparison.keep_models", "true", "--comparison.seeds", "[0]"]
    assert compare(copied, *arguments).exit_code == 0
    assert len(list((copied / "out").rglob("model/config.cfg"))) == 4
    recorder = Recorder()
    assert compare(copied, *arguments, run_alone=recorder).exit_code == 0
    assert recorder.calls == []


def test_what_has_changed_is_trained_again(copied, finished, compare):
    other = copied / "other"
    shutil.copytree(finished / "clip", other)
    moved = ["--encoders.clip", str(other)]
    recorder = Recorder()
    assert compare(copied, *moved, run_alone=recorder).exit_code == 0
    assert recorder.calls == []  # the same encoder in another place
    (other / "added_tokens.json").write_text("{}")
    no_work = Recorder(lambda number, args: XprojTestError("not now"))
    result = compare(copied, *moved, run_alone=no_work)
    assert result.exit_code == 1
    assert {overrides["paths.encoder"] for overrides in no_work.trained()} == {str(other)}
    assert len(no_work.trained()) == 4
    assert "4 of 8 students are missing" in result.text


class XprojTestError(Exception):
    """Whatever may go wrong in a training."""


def test_a_failure_is_reported_and_the_others_go_on(copied, compare):
    shutil.rmtree(copied / "out" / "students" / "clip" / "frozen")
    recorder = Recorder(lambda number, args: MemoryError("no memory left"))
    result = compare(copied, run_alone=recorder)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert len(recorder.calls) == 2
    assert "2 of 8 students are missing" in result.text
    log = copied / "out" / "students" / "clip" / "frozen" / "source" / "all" / "0" / "error.txt"
    assert "Traceback" in log.read_text(encoding="utf8")
    report = summary(copied)
    assert [row["reason"] for row in report["failures"]] == ["MemoryError: no memory left"] * 2
    assert {row["mode"] for row in report["tests"]} == {"fine_tuned"}
    assert {(row["encoder"], row["mode"]) for row in report["costs"]} == {
        ("text", "fine_tuned"),
        ("clip", "fine_tuned"),
        ("text", "frozen"),
    }
    assert "| clip, frozen, source to pt/de, seed 0 | MemoryError: no memory left |" in (
        copied / "out" / "report.md"
    ).read_text(encoding="utf8")


def test_a_missing_seed_is_left_out_of_both_sides(copied, compare):
    shutil.rmtree(copied / "out" / "students" / "clip" / "fine_tuned" / "source" / "all" / "1")
    assert compare(copied, run_alone=Recorder(lambda number, args: MemoryError())).exit_code == 1
    report = summary(copied)
    assert {row["mode"]: row["n"] for row in report["tests"]} == {"fine_tuned": 2, "frozen": 4}
    row = next(row for row in report["differences"] if (row["mode"], row["language"]) == ("fine_tuned", "pt"))
    first = {
        one["encoder"]: one["seeds"]["0"]
        for one in report["scores"]
        if (one["mode"], one["language"]) == ("fine_tuned", "pt")
    }
    assert row["mean"] == pytest.approx(first["clip"] - first["text"])


def test_an_encoder_that_fails_takes_no_slices_from_the_others(finished, copied, compare):
    """Those of the others, and their contrasts, are what they were without it."""
    shutil.copytree(finished / "text", copied / "broken")
    (copied / "broken" / "added_tokens.json").write_text("{}")
    arguments = ["--encoders.broken", str(copied / "broken")]
    assert compare(copied, *arguments, run_alone=Recorder(lambda number, args: MemoryError())).exit_code == 1
    assert summary(finished)["slices"] and summary(finished)["contrasts"]
    for rows in ("slices", "contrasts"):
        assert summary(copied)[rows] == summary(finished)[rows]
    assert len([row for row in summary(copied)["failures"] if row["student"].startswith("broken")]) == 4


def test_frozen_encoders_do_not_change(finished, copied, compare):
    """And models are kept where asked for, and load."""
    shutil.rmtree(copied / "out" / "students")
    arguments = ["--comparison.keep_models", "true", "--comparison.seeds", "[0]"]
    assert compare(copied, *arguments).exit_code == 0
    before = load_file(finished / "text" / "model.safetensors")
    for mode in ("frozen", "fine_tuned"):
        path = copied / "out" / "students" / "text" / mode / "source" / "all" / "0"
        model = spacy.load(path / "model").get_pipe("transformer").model.transformer
        after = model.state_dict()
        changed = [name for name, weights in before.items() if not weights.equal(after[name])]
        assert bool(changed) == (mode == "fine_tuned")


def test_what_the_training_config_freezes_stays_frozen(finished, tmp_path):
    """As in `spacy train`, also where a variable says so, and the student's config still says so."""
    text = TRAIN_CONFIG.read_text(encoding="utf8")
    text = text.replace("frozen_components = []", "frozen_components = ${vars.frozen}")
    text = text.replace("annotating_components = []", 'annotating_components = ["transformer"]')
    (tmp_path / "train.cfg").write_text(text.replace("[vars]", '[vars]\nfrozen = ["transformer"]'), encoding="utf8")
    corpus = str(finished / "train.spacy")
    paths = {"paths.train": corpus, "paths.dev": corpus, "paths.encoder": str(finished / "text")}
    steps = {"vars.steps": 2, "vars.warmup": 1, "vars.eval_frequency": 1}
    train_student(tmp_path / "train.cfg", {**paths, **steps}, tmp_path / "model", -1)
    nlp = spacy.load(tmp_path / "model")
    assert nlp.config["training"]["frozen_components"] == nlp.config["training"]["annotating_components"]
    assert nlp.config["training"]["frozen_components"] == ["transformer"]
    after = nlp.get_pipe("transformer").model.transformer.state_dict()
    before = load_file(finished / "text" / "model.safetensors")
    assert all(weights.equal(after[name]) for name, weights in before.items())


def test_gold_labels_are_not_read(finished, copied, compare):
    assert compare(copied, "--comparison.keep_models", "true", "--comparison.seeds", "[2]").exit_code == 0
    path = copied / "out" / "students" / "clip" / "fine_tuned" / "source" / "all" / "2"
    docs = list(DocBin().from_disk(finished / "pt.spacy").get_docs(Vocab()))
    for doc in docs:
        doc.set_ents([], default="missing")
    DocBin(docs=docs).to_disk(copied / "bare.spacy")
    label_tests(path / "model", {"bare": copied / "bare.spacy"}, copied / "labelled", -1)
    assert tags(copied / "labelled" / "bare.spacy") == tags(path / "pt.spacy")


def test_a_corpus_and_a_student_for_each_language(finished, copied, compare):
    for lang in ("pt", "de"):
        (copied / lang).mkdir()
        shutil.copy(finished / "train.spacy", copied / lang / "train.spacy")
    arguments = ["--data.source.train", str(copied / "{lang}"), "--data.source.lang", "{lang}"]
    recorder = Recorder()
    result = compare(copied, *arguments, "--comparison.seeds", "[0]", run_alone=recorder)
    assert result.exit_code == 0, result.output
    trained = recorder.trained()
    assert len(trained) == 8
    assert {(overrides["nlp.lang"], overrides["paths.train"]) for overrides in trained} == {
        (lang, str(copied / lang)) for lang in ("pt", "de")
    }
    folder = copied / "out" / "students" / "text" / "frozen" / "source"
    assert [path.name for path in (folder / "pt" / "0").glob("*.spacy")] == ["pt.spacy"]
    assert len(summary(copied)["scores"]) == 8


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--comparison.colour", "red"], "[comparison] colour"),
        (["--comparison.seeds", "[1,1]"], "seeds [1, 1]: give at least one, each once"),
        (["--comparison.abstract", "ORG"], "ORG not among the labels"),
        (["--encoders.clip", "nowhere"], "[encoders] clip: nowhere is no encoder's directory"),
        (["--tests.pt", "nowhere.spacy"], "[tests] pt: nowhere.spacy: no .spacy file"),
        (["--tests.pt", "."], "[tests] pt: .: is a directory; name one .spacy file"),
        (["--tests.pt", "3"], "[tests] pt: 3 is no path; write a path in quotes"),
        (["--encoders.clip", "3"], "[encoders] clip: 3 is no path; write a path in quotes"),
        (["--data.other", "3"], "[data] other: 3 is no section; write [data.other]"),
        (["--modes.other", "fast"], "[modes] other: fast is no section; write [modes.other]"),
        (["--data.source.train", "{lang}.spacy"], "[data.source] train: pt.spacy: no .spacy file"),
        (["--data.source.dev", "{lang}.spacy"], "[data.source] dev: has {lang} and train has not"),
        (["--data.source.lang", "{lang}"], "[data.source] lang: has {lang} and train has not"),
        (["--data.source.train", "nowhere"], "[data.source] train: nowhere: no .spacy file"),
        (["--comparison.train_config", "no.cfg"], "no.cfg: no such file"),
    ],
)
def test_bad_settings(copied, compare, arguments, message):
    result = compare(copied, *arguments, run_alone=Recorder(lambda number, args: AssertionError()))
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert message in result.text and "students are missing" not in result.text


def test_a_directory_without_corpora(copied, compare):
    (copied / "empty").mkdir()
    result = compare(copied, "--data.source.dev", str(copied / "empty"))
    assert result.exit_code == 1 and f"[data.source] dev: {copied / 'empty'}: no .spacy file" in result.text


@pytest.mark.parametrize("section", ["comparison", "encoders", "tests", "modes"])
def test_missing_sections(copied, compare, section):
    config = (copied / "comparison.cfg").read_text(encoding="utf8")
    (copied / "comparison.cfg").write_text(config.replace(f"[{section}", "[other"), encoding="utf8")
    result = compare(copied)
    assert result.exit_code == 1 and f"section [{section}] is missing or empty" in result.text
