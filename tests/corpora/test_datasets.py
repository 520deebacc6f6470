"""The datasets of the study and their languages."""

import pytest

from spacy_xproj.corpora.datasets import DATASETS, dataset_code, dataset_rows, study_languages
from spacy_xproj.errors import XprojError


def test_the_study_has_57_rows():
    assert {name: len(study_languages(name)) for name in DATASETS} == {"wikiann": 39, "masakhaner2": 18}
    both = {row.code for row in study_languages("wikiann")} & {row.code for row in study_languages("masakhaner2")}
    assert both == {"sw", "yo"}


@pytest.mark.parametrize("name", DATASETS)
def test_what_the_study_leaves_out(name):
    left_out = {row.code for row in dataset_rows(name)} - {row.code for row in study_languages(name)}
    assert left_out == {"wikiann": {"en"}, "masakhaner2": {"bbj", "pcm"}}[name]


def test_some_languages_in_the_order_given():
    rows = study_languages("masakhaner2", ["zul", "hau"])
    assert [dataset_code(row, "masakhaner2") for row in rows] == ["zul", "hau"]


@pytest.mark.parametrize(
    "name, codes, message",
    [
        ("conll", [], "unknown dataset 'conll'"),
        ("masakhaner2", ["pcm"], "no language 'pcm'"),
        ("wikiann", ["en"], "en"),
    ],
)
def test_others_are_refused(name, codes, message):
    with pytest.raises(XprojError, match=message):
        study_languages(name, codes)
