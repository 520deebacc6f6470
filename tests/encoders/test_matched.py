from pathlib import Path

import pytest
from thinc.api import Config

from spacy_xproj.encoders.matched import read_matched
from spacy_xproj.errors import XprojError

CONFIGS = sorted((Path(__file__).parents[2] / "configs" / "encoders").glob("*.cfg"))
PAIRS = {
    ("FacebookAI/xlm-roberta-base", "laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k"),
    ("FacebookAI/xlm-roberta-large", "laion/CLIP-ViT-H-14-frozen-xlm-roberta-large-laion5B-s13B-b90k"),
    ("FacebookAI/xlm-roberta-large", "BAAI/AltCLIP"),
    ("FacebookAI/xlm-roberta-large", "M-CLIP/XLM-Roberta-Large-Vit-L-14"),
    ("distilbert/distilbert-base-multilingual-cased", "sentence-transformers/clip-ViT-B-32-multilingual-v1"),
}


def read(path, **changes):
    config = Config().from_disk(path)
    for name, value in changes.items():
        section, setting = name.split("__")
        config[section][setting] = value
    return read_matched(config, path)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_each_config_is_a_pair(path):
    pair = read(path)
    assert (pair["text"].name, pair["clip"].name) in PAIRS
    assert pair["text"].license in ("mit", "apache-2.0")
    assert not pair["text"].allow_pickle


def test_all_pairs_are_there():
    assert {tuple(Config().from_disk(path)[side]["name"] for side in ("text", "clip")) for path in CONFIGS} == PAIRS


@pytest.mark.parametrize("revision", [None, "main", "f9ab955", "F" * 40])
def test_a_commit_must_be_pinned(revision):
    path = next(path for path in CONFIGS if path.stem == "xlm_roberta_large_laion")
    with pytest.raises(XprojError, match=r"laion.cfg, \[clip\]: no commit pinned for 'laion/.*commits/main") as caught:
        read(path, clip__revision=revision)
    assert "\n" not in str(caught.value)


def test_a_directory_needs_no_commit(tmp_path):
    pair = read(CONFIGS[0], clip__name=str(tmp_path), clip__revision=None)
    assert pair["clip"].name == str(tmp_path)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({}, r"sections \(none\); give \[text\] and \[clip\]"),
        ({"text": {}, "clips": {}}, r"sections text, clips; give \[text\] and \[clip\]"),
        ({"text": {"name": "x"}, "clip": {}}, r"\[text\]: settings name; give name, revision, license, allow_pickle"),
    ],
)
def test_bad_configs(config, message):
    with pytest.raises(XprojError, match=message):
        read_matched(config, Path("pair.cfg"))
