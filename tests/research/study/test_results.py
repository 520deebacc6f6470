"""The table."""

import pytest

from spacy_xproj.research.study.cells import Cell
from spacy_xproj.research.study.config import StudySettings
from spacy_xproj.research.study.results import CellResult, make_table, to_markdown

SETTINGS = StudySettings(dataset="masakhaner2", path="{code}", labels="PER,LOC", resamples=50)


def result(language, cell, right, of=4):
    """A result on sentences with an entity each, of which so many are found, and nothing else."""
    counts = [f"{int(i < right)} 0 {int(i >= right)}" for i in range(of)] if right is not None else []
    f = 2 * right / (right + of) if counts else 0
    scores = {"strict": {"p": 1.0, "r": f, "f": f}, "counts": counts} if counts else None
    return CellResult(language, language.upper(), cell, scores, reason="" if scores else "out of memory")


def make(figures, settings=SETTINGS):
    """`figures`: of each row, by setup, method and seed, the entities that are found in each language."""
    return make_table(
        [result(code, Cell(*key), right) for key, found in figures.items() for code, right in found.items()], settings
    )


def test_mean_is_over_languages_that_all_rows_of_a_setup_have():
    table = make(
        {
            ("translate_test", "align"): {"bam": 4, "ewe": 2, "fon": 4},
            ("translate_test", "codec_x"): {"bam": 2, "ewe": None, "fon": 4},
            ("translate_train", "align", 0): {"ewe": 4},
        }
    )
    align, codec, train = table["rows"]
    assert (align["mean"]["f"], align["mean"]["over"]) == (1.0, ["bam", "fon"])
    assert codec["mean"]["f"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-5)
    assert (train["mean"]["over"], train["gain"]["over"]) == (["ewe"], ["ewe"])
    assert align["gain"] is None and table["baseline"] == "translate_test/align"
    assert codec["gain"]["f"] == pytest.approx((2 / 3 - 1) / 2, abs=1e-5)  # over bam and fon
    assert train["gain"]["f"] == pytest.approx(1 - 2 / 3, abs=1e-5)
    assert table["failures"] == [{"language": "ewe", "cell": "translate_test/codec_x", "reason": "out of memory"}]
    lines = to_markdown(table).splitlines()
    assert lines[2] == "| setup, method | bam BAM | ewe EWE | fon FON | mean | − translate-test, align |"
    assert lines[4].startswith("| translate-test, align | **100.0** | **66.7** | **100.0** | 100.0 (100.0 to 100.0; 2)")
    assert lines[5].startswith("| translate-test, codec x | 66.7 | – | **100.0** | 83.3 (")
    assert lines[6].startswith("| translate-train, align | – | **100.0** | – | 100.0 (100.0 to 100.0; 1) | +33.3 (")
    assert lines[-1] == "- ewe (translate_test/codec_x): out of memory"


def test_seeds_are_averaged():
    table = make(
        {("translate_train", "align", 0): {"bam": 4}, ("translate_train", "align", 1): {"bam": 2}},
    )
    (row,) = table["rows"]
    assert row["scores"]["bam"]["seeds"] == [1.0, pytest.approx(2 / 3, abs=1e-5)]
    assert row["scores"]["bam"]["f"] == pytest.approx(5 / 6, abs=1e-5)
    assert row["scores"]["bam"]["low"] < 5 / 6 < row["scores"]["bam"]["high"]


def test_a_seed_that_failed_leaves_no_figure():
    figures = {("union", "align", 0): {"bam": 4}, ("union", "align", 1): {"bam": None}}
    (row,) = make(figures)["rows"]
    assert (row["scores"], row["mean"]) == ({}, None)


def test_a_comparison_is_paired():
    """A row that finds one entity more in a sentence than the baseline has is never below it, whatever is drawn."""
    figures = {("translate_test", "align"): {"bam": 2}, ("translate_test", "nmt"): {"bam": 3}}
    settings = SETTINGS.copy(update={"baseline": "translate_test/align"})
    _, row = make(figures, settings)["rows"]
    assert row["gain"]["low"] >= 0
    assert row["scores"]["bam"]["low"] < make(figures, settings)["rows"][0]["scores"]["bam"]["high"]


def test_a_projection_is_not_compared_with_other_sentences():
    figures = {("model_transfer", "ner"): {"bam": 2}, ("projection", "align"): {"bam": 3}}
    assert make(figures)["rows"][1]["gain"] is None


def test_nothing_but_failures():
    table = make({("translate_test", "align"): {"bam": None}})
    assert (table["rows"][0]["scores"], table["rows"][0]["mean"]) == ({}, None)
    assert "| translate-test, align | – | – | – |" in to_markdown(table)
