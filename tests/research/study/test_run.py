"""The study as a user runs it: `xproj research study`."""

from functools import partial

import pytest
import srsly
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.research.study import data
from spacy_xproj.translators.table import TableTranslator


@pytest.fixture
def study(invoke, study_dir):
    """Make a function that runs the study, with overrides."""
    return partial(invoke, "research", "study", study_dir / "study.cfg", study_dir / "out")


def figures(study_dir):
    table = srsly.read_json(study_dir / "out" / "table.json")
    return {
        code: {row["method"]: round(row["scores"][code]["f"], 3) for row in table["rows"] if code in row["scores"]}
        for code in table["languages"]
    }


def test_figures_and_table(study, study_dir):
    result = study()
    assert result.exit_code == 0, result.output
    assert figures(study_dir) == {
        "hau": {"lagos": 0.5, "string": 1.0},
        "swa": {"lagos": 0.667, "string": 1.0},
    }
    text = (study_dir / "out" / "table.md").read_text(encoding="utf8")
    assert "| setup, method | hau Hausa | swa Swahili | mean | − model transfer, lagos |" in text
    assert "| model transfer, lagos | **50.0** | **66.7** | 58.3 (" in text
    assert "| translate-test, string | **100.0** | **100.0** | 100.0 (50.0 to 100.0; 2) | +41.7 (" in text
    assert "labels PER, ORG, LOC" in text and "Without a figure" not in text


def test_what_is_on_disk(study, study_dir):
    study()
    folder = study_dir / "out" / "hau"
    pairs = list(ParallelCorpus(folder / "labelled"))
    assert [pair.source.text for pair in pairs] == ["Ana is in Lagos", "Ana did", "Tomorrow"]
    assert [[(ent.text, ent.label_) for ent in pair.source.ents] for pair in pairs] == [
        [("Ana", "PER"), ("Lagos", "LOC")],
        [("Ana", "PER")],
        [],
    ]
    assert not any(pair.target.ents for pair in pairs)  # gold labels do not leak
    docs = list(DocBin().from_disk(folder / "translate_test" / "string.spacy").get_docs(Vocab()))
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs] == [
        [("Ana", "PER"), ("Lagos", "LOC")],
        [("Ana", "PER")],
        [],
    ]
    scores = srsly.read_json(folder / "translate_test" / "string.json")
    assert (scores["sentences"], scores["outcomes"], scores["flags"]) == (3, {"projected": 3}, {})
    assert scores["strict"]["per_type"]["PER"]["support"] == 2


def test_what_is_done_is_not_done_again(study, study_dir):
    study()
    before = {path: path.read_bytes() for path in (study_dir / "out").rglob("*.*")}
    for name in ("hau.tsv", "swa.tsv"):
        (study_dir / name).unlink()
    result = study()
    assert result.exit_code == 0, result.output
    assert result.text.count("done before") == 4
    assert {path: path.read_bytes() for path in before} == before


def test_what_killed_runs_have_left_goes_with_the_next_run(study, study_dir):
    """Also beside what is done, where nothing is written again."""
    study()
    out = study_dir / "out"
    before = sorted(out.rglob("*"))
    for name in (
        ".xproj.json",
        ".table.md",
        "hau/.labelled",
        "hau/.translated.partial",
        "hau/translate_test/.string.json",
    ):
        left = out / f"{name}.0123456789ab.tmp"
        (left / "old").mkdir(parents=True)
        (left / "old" / ".lock").write_text("")
    partial_corpus = out / "hau" / "labelled.partial"
    partial_corpus.mkdir()
    srsly.write_json(partial_corpus / "xproj.json", srsly.read_json(out / "hau" / "labelled" / "xproj.json"))
    (partial_corpus / "00000-source").write_bytes(b"")
    (out / "hau" / "translate_test" / "string.json").unlink()  # made again, from what is there
    result = study()
    assert result.exit_code == 0, result.output
    assert sorted(out.rglob("*")) == before


def test_a_run_that_was_killed_as_it_marked_its_directory_is_in_nobodys_way(study, study_dir):
    left = study_dir / "out" / ".xproj.json.0123456789ab.tmp"
    left.mkdir(parents=True)
    (left / "new").write_text("{")
    assert study().exit_code == 0
    assert not left.exists()


def test_settings_with_many_digits_are_the_same_in_the_next_run(study, study_dir):
    with (study_dir / "study.cfg").open("a", encoding="utf8") as file:
        file.write("[translation]\nmax_ratio = 3.1234567890123\n")
    study()
    (study_dir / "hau.tsv").unlink()  # would be needed to translate again
    (study_dir / "out" / "hau" / "translate_test" / "string.json").unlink()
    result = study()
    assert result.exit_code == 0, result.output
    assert result.text.count("done before") == 3


@pytest.mark.parametrize("name", ["translate_test/string.json", "translated/manifest.json", "labelled/manifest.json"])
def test_what_is_damaged_is_made_again(study, study_dir, name):
    study()
    before = figures(study_dir)
    (study_dir / "out" / "hau" / name).write_text("")
    result = study("--methods.string.extractor.max_length", "2")
    assert result.exit_code == 0, result.output
    assert "making the" in result.text and figures(study_dir) == before


def test_a_changed_method_alone_is_done_again(study, study_dir):
    study()
    (study_dir / "hau.tsv").unlink()  # would be needed to translate again
    (study_dir / "swa.tsv").unlink()
    result = study("--methods.string.extractor.max_length", "1")
    assert result.exit_code == 0, result.output
    assert result.text.count("done before") == 2
    assert figures(study_dir)["hau"]["string"] == 1.0


def test_other_labels_do_not_need_other_translations(study, study_dir):
    study()
    (study_dir / "hau.tsv").unlink()
    (study_dir / "swa.tsv").unlink()
    result = study("--study.map", "DATE=,MISC=,LOC=")
    assert result.exit_code == 0, result.output
    assert "done before" not in result.text
    assert figures(study_dir)["swa"] == {"lagos": 0.0, "string": 1.0}


def test_changed_gold_is_translated_again(study, study_dir):
    study()
    (study_dir / "swa.test.txt").write_text("Rui O\n", encoding="utf8")
    result = study()
    assert result.exit_code == 1
    assert "no translation of 'Rui'" in result.text
    assert result.text.count("done before") == 2


def test_a_missing_file_is_reported_and_the_others_go_on(study, study_dir):
    gold = (study_dir / "hau.test.txt").read_text(encoding="utf8")
    (study_dir / "hau.test.txt").unlink()
    result = study()
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "hau.test.txt: no such file; get MasakhaNER 2.0 from https://github.com/masakhane-io" in result.text
    assert "2 of 4 results are missing (hau)" in result.text
    assert figures(study_dir) == {"hau": {}, "swa": {"lagos": 0.667, "string": 1.0}}
    text = (study_dir / "out" / "table.md").read_text(encoding="utf8")
    assert "| model transfer, lagos | – | **66.7** | 66.7 (" in text
    assert "- hau (model_transfer/lagos, translate_test/string): " in text

    (study_dir / "hau.test.txt").write_text(gold, encoding="utf8")
    result = study()
    assert result.exit_code == 0, result.output
    assert result.text.count("done before") == 2
    assert not list((study_dir / "out").rglob("*.error.txt"))


def test_a_translator_that_fails_is_asked_once_and_model_transfer_goes_on(study, study_dir, monkeypatch):
    asked = []

    def fail(self, texts):
        asked.append(self.src_lang)
        raise MemoryError("no memory left")

    monkeypatch.setattr(TableTranslator, "__call__", fail)
    with (study_dir / "study.cfg").open("a", encoding="utf8") as file:
        file.write('[methods.again]\n@xproj_projectors = "spacy-xproj.CandidateMatching.v1"\n')
    result = study()
    assert result.exit_code == 1
    assert asked == ["ha", "sw"]
    assert "4 of 6 results are missing (hau, swa)" in result.text
    assert "hau, translate_test/again: MemoryError: no memory left" in result.text
    assert figures(study_dir)["hau"] == {"lagos": 0.5}
    assert "Traceback" in (study_dir / "out" / "hau" / "translate_test" / "string.error.txt").read_text(encoding="utf8")


def test_an_interrupted_translation_goes_on(watch_tables, study, study_dir, monkeypatch):
    monkeypatch.setattr(data, "SHARD_SIZE", 1)
    seen = watch_tables(2)
    assert study("--study.languages", "hau").exit_code != 0
    assert (study_dir / "out" / "hau" / "translated.partial").is_dir()
    watch_tables()
    result = study("--study.languages", "hau")
    assert result.exit_code == 0, result.output
    assert sorted(seen) == sorted(["Ana na Lagos", "Ana ta yi", "Gobe"])
    assert figures(study_dir)["hau"]["string"] == 1.0


def test_a_sentence_without_translation_is_scored_all_the_same(study, study_dir):
    (study_dir / "hau.tsv").write_text("Ana na Lagos\t\nAna ta yi\tAna did\nGobe\tTomorrow\n", encoding="utf8")
    result = study()
    assert result.exit_code == 0, result.output
    scores = srsly.read_json(study_dir / "out" / "hau" / "translate_test" / "string.json")
    assert (scores["sentences"], scores["flags"]) == (3, {"empty": 1})
    assert (scores["strict"]["p"], round(scores["strict"]["r"], 3)) == (1.0, 0.333)


def test_a_label_that_nobody_settled_is_an_error(study, study_dir):
    result = study("--study.map", "DATE=")
    assert result.exit_code == 1
    assert "label 'MISC' is not among LOC, ORG, PER" in result.text


def test_limit(study, study_dir):
    assert study("--study.limit", "1").exit_code == 0
    assert srsly.read_json(study_dir / "out" / "hau" / "translate_test" / "string.json")["sentences"] == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--study.dataset", "conll"], "unknown dataset 'conll'"),
        (["--study.languages", "hau,pcm"], "no language 'pcm' in the study"),
        (["--study.colour", "red"], "colour"),
        (["--study.limit", "many"], "limit"),
        (["--study.limit", "-1"], "[study] limit: "),
        (["--study.labels", ""], "[study] labels: none, so nothing would be scored"),
        (["--study.labels", ","], "[study] labels: none"),
        (["--study.languages", "hau,swa,hau"], "[study] languages: 'hau' is named 2 times"),
        (["--methods.string", "x"], "[methods.string]: neither a projector nor a tagger"),
    ],
)
def test_bad_settings(study, study_dir, arguments, message):
    result = study(*arguments)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert message in result.text and "Traceback" not in result.text
    assert not (study_dir / "out").exists()


@pytest.mark.parametrize("section", ["study", "converter", "translator", "tagger", "methods"])
def test_missing_sections(study, study_dir, section):
    config = (study_dir / "study.cfg").read_text(encoding="utf8")
    (study_dir / "study.cfg").write_text(config.replace(f"[{section}", "[other"), encoding="utf8")
    result = study()
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert f"no section [{section}]" in result.text


def test_no_methods(study, study_dir):
    config = (study_dir / "study.cfg").read_text(encoding="utf8")
    (study_dir / "study.cfg").write_text(config.split("[methods.")[0], encoding="utf8")
    result = study()
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert "[methods] is empty" in result.text
