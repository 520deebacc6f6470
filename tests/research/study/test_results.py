"""The table."""

from spacy_xproj.research.study.config import StudySettings
from spacy_xproj.research.study.results import MethodResult, make_table, to_markdown

SETTINGS = StudySettings(dataset="masakhaner2", path="{code}", labels="PER,LOC")


def result(language, method, f):
    scores = None if f is None else {"strict": {"p": f, "r": f, "f": f}}
    return MethodResult(language, language.upper(), method, scores, reason="" if scores else "out of memory")


def test_mean_is_over_rows_without_gaps():
    figures = {"bam": (0.25, 0.5), "ewe": (0.75, None), "fon": (0.5, 0.25)}
    results = [result(code, name, f) for code, row in figures.items() for name, f in zip(("align", "codec_x"), row)]
    table = make_table(results, SETTINGS)
    assert (table["mean"], table["mean_over"]) == ({"align": 0.375, "codec_x": 0.375}, ["bam", "fon"])
    assert table["failures"] == [{"language": "ewe", "method": "codec_x", "reason": "out of memory"}]
    assert to_markdown(table).splitlines()[2:] == [
        "| language | align | codec x |",
        "| --- | ---: | ---: |",
        "| bam BAM | 25.0 | **50.0** |",
        "| ewe EWE | **75.0** | – |",
        "| fon FON | **50.0** | 25.0 |",
        "| mean of 2 | **37.5** | **37.5** |",
        "",
        "Without a figure, and left out of the mean with all of their row:",
        "",
        "- ewe (codec_x): out of memory",
    ]


def test_nothing_but_failures():
    table = make_table([result("bam", "align", None)], SETTINGS)
    assert (table["mean"], table["mean_over"]) == ({}, [])
    assert "| mean of 0 | – |" in to_markdown(table)
