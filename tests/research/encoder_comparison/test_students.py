"""What the students of a comparison depend on."""

from pathlib import Path

import pytest

from spacy_xproj.research.encoder_comparison.config import read_comparison
from spacy_xproj.research.encoder_comparison.students import Inputs, list_specs
from spacy_xproj.storage.files import json_digest

TRAIN_CONFIG = Path(__file__).parents[3] / "configs" / "train" / "small.cfg"


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf8")


@pytest.fixture
def digest(tmp_path):
    """Make a function that reads the files anew and gives the digest of a student."""
    for name in ("text/config.json", "clip/config.json", "test.spacy", "train/de/own.spacy", "train/pt/own.spacy"):
        write(tmp_path / name, name)
    config = {
        "comparison": {"train_config": str(TRAIN_CONFIG), "labels": "PER,ORG,LOC", "seeds": [0]},
        "encoders": {name: str(tmp_path / name) for name in ("text", "clip")},
        "data": {"own": {"train": str(tmp_path / "train"), "dev": str(tmp_path / "train")}},
        "tests": {"pt": str(tmp_path / "test.spacy")},
        "modes": {"short": {"vars": {"steps": 1}}},
    }

    def make():
        comparison = read_comparison(config)
        return json_digest(Inputs(comparison).of(next(iter(list_specs(comparison)))))

    return make


@pytest.mark.parametrize("name", ["train/de/own.spacy", "train/pt/own.spacy", "text/config.json", "test.spacy"])
def test_every_file_counts(tmp_path, digest, name):
    """Also those that have the name of another one in the same corpus."""
    before = digest()
    write(tmp_path / name, "something else")
    assert digest() != before


@pytest.mark.parametrize("name", ["README.md", "pretrain.json"])
def test_what_is_said_about_an_encoder_does_not_count(tmp_path, digest, name):
    """How long its training took, for instance."""
    before = digest()
    write(tmp_path / "text" / name, "7 seconds")
    assert digest() == before
