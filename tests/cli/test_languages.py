"""`languages` as a user runs it."""

import pytest
import srsly


@pytest.mark.parametrize("dataset, lines, in_study", [("wikiann", 40, 39), ("masakhaner2", 20, 18)])
def test_one_dataset(invoke, dataset, lines, in_study, tmp_path):
    result = invoke("languages", "--dataset", dataset, "--json", tmp_path / "table.json")
    assert result.exit_code == 0, result.output
    assert sum(line.startswith(dataset) for line in result.output.splitlines()) == lines
    assert f"{in_study} languages; licence: " in result.text
    rows = srsly.read_json(tmp_path / "table.json")
    assert (len(rows), sum(row["study"] for row in rows)) == (lines, in_study)


def test_both_datasets(invoke, tmp_path):
    result = invoke("languages", "--json", tmp_path / "table.json")
    assert result.exit_code == 0, result.output
    rows = {(row["dataset"], row["code"]): row for row in srsly.read_json(tmp_path / "table.json")}
    assert len(rows) == 60 and sum(row["study"] for row in rows.values()) == 57
    assert rows["masakhaner2", "swa"]["nllb"] == rows["wikiann", "sw"]["nllb"] == "swh_Latn"
    assert rows["masakhaner2", "swa"]["license"] == "CC BY-NC 4.0"
    assert rows["masakhaner2", "bbj"]["nllb"] == "" and not rows["masakhaner2", "bbj"]["study"]
    assert not rows["wikiann", "th"]["spaced"]


def test_unknown_dataset(invoke):
    result = invoke("languages", "--dataset", "conll")
    assert result.exit_code == 1 and "unknown dataset 'conll'; take one of: wikiann, masakhaner2" in result.output
