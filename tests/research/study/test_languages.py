"""A study whose languages differ in any section: ``[languages.CODE]``."""

from functools import partial

import pytest
import srsly

LANGUAGES = """
[languages]

[languages.hau]

[languages.sw]

[languages.sw.study]
path = "ROOT/other.txt"

[languages.sw.converter]
@xproj_converters = "spacy-xproj.WikiannConverter.v1"
lang = "sw"

[languages.sw.translator]
path = "ROOT/swa.tsv"

[languages.sw.methods]

[languages.sw.methods.again]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"
extractor = ${methods.string.extractor}
scorer = ${methods.string.scorer}
solver = ${methods.string.solver}
"""


@pytest.fixture
def study(invoke, study_dir):
    path = study_dir / "study.cfg"
    text = path.read_text(encoding="utf8").replace('dataset = "masakhaner2"', 'title = "Two"')
    text = text.replace('languages = "hau,swa"', "") + LANGUAGES.replace("ROOT", study_dir.as_posix())
    path.write_text(text, encoding="utf8")
    (study_dir / "other.txt").write_text("sw:Ana\tB-PER\nsw:yuko\tO\nsw:Lagos\tB-LOC\n\n", encoding="utf8")
    return partial(invoke, "research", "study", path, study_dir / "out")


def test_each_language_has_its_own_sections(study, study_dir):
    result = study()
    assert result.exit_code == 0, result.output
    table = srsly.read_json(study_dir / "out" / "table.json")
    assert (table["title"], table["languages"]) == ("Two", {"hau": "Hausa", "sw": "Swahili"})
    rows = {row["method"]: row for row in table["rows"]}
    assert {method: set(row["scores"]) for method, row in rows.items()} == {
        "lagos": {"hau", "sw"},
        "string": {"hau", "sw"},
        "again": {"sw"},
    }
    assert rows["string"]["mean"]["over"] == ["sw"]  # where `again` has a figure as well
    assert (study_dir / "out" / "table.md").read_text(encoding="utf8").startswith("Two: strict entity F1")


def test_some_languages(study, study_dir):
    assert study("--study.languages", "sw").exit_code == 0
    assert list(srsly.read_json(study_dir / "out" / "table.json")["languages"]) == ["sw"]


def test_overrides(study, study_dir):
    """Of one language, and of all."""
    result = study("--languages.sw.converter.lang", "xx", "--study.limit", "1")
    assert result.exit_code == 0, result.output
    assert srsly.read_json(study_dir / "out" / "hau" / "translate_test" / "string.json")["sentences"] == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--study.languages", "yo"], "[study] languages: no section [languages.yo]; take some of: hau, sw"),
        (["--languages.yo.study.path", "x"], "[languages.yo.study], which it does not have"),
        (["--stud.limit", "1"], "[stud], which it does not have"),
    ],
)
def test_bad_settings(study, study_dir, arguments, message):
    result = study(*arguments)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert message in result.text and not (study_dir / "out").exists()


def test_unknown_language(study, study_dir):
    path = study_dir / "study.cfg"
    path.write_text(path.read_text(encoding="utf8").replace("[languages.sw", "[languages.qq"), encoding="utf8")
    assert "[languages.qq]: unknown language" in study().text


def test_no_languages(study, study_dir):
    path = study_dir / "study.cfg"
    path.write_text(path.read_text(encoding="utf8").partition("[languages]")[0], encoding="utf8")
    assert "[study] has no dataset, and there are no languages" in study().text
