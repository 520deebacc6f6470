"""Data sets on disk, if `datasets` is installed; and what is said if it is not."""

import sys
from pathlib import Path
from typing import Any

import pytest

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.conversion import find_format
from spacy_xproj.corpora.formats.datasets import DatasetsConverter

ROWS = {"id": ["a", "b"], "tokens": [["Ana", "May", "saw"], ["Rio"]], "ner_tags": [[1, 2, 0], [3]]}
NAMES = ["O", "B-PER", "I-PER", "B-LOC"]


@pytest.fixture
def data() -> Any:
    datasets = pytest.importorskip("datasets")
    kind = getattr(datasets, "List", datasets.Sequence)
    tags = kind(datasets.ClassLabel(names=NAMES))
    text = datasets.Value("string")
    return datasets.Dataset.from_dict(
        ROWS, features=datasets.Features({"id": text, "tokens": kind(text), "ner_tags": tags})
    )


def test_parquet_and_directories(data: Any, tmp_path: Path) -> None:
    data.to_parquet(str(tmp_path / "a.parquet"))
    data.save_to_disk(str(tmp_path / "disk"))
    for name in ("a.parquet", "disk"):
        assert find_format(tmp_path / name, "auto") == "datasets"
        first, second = DatasetsConverter("en").read_path(tmp_path / name)
        assert [(ent.text, ent.label_) for ent in (*first.ents, *second.ents)] == [("Ana May", "PER"), ("Rio", "LOC")]
        assert (first.user_data["sent_id"], second.text) == ("a", "Rio")


def test_several_parts(data: Any, tmp_path: Path) -> None:
    import datasets

    datasets.DatasetDict({"train": data, "test": data}).save_to_disk(str(tmp_path / "disk"))
    with pytest.raises(XprojError, match="has several parts; convert one of .*disk/train, .*disk/test"):
        list(DatasetsConverter("en").read_path(tmp_path / "disk"))


def test_no_data_set(data: Any, tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"no parquet")
    with pytest.raises(XprojError, match="no data set that can be read"):
        list(DatasetsConverter("en").read_path(tmp_path / "a.parquet"))


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(XprojError, match=r"needs the package datasets; pip install 'spacy_xproj\[datasets\]'"):
        list(DatasetsConverter("en").read_path(tmp_path / "a.parquet"))
