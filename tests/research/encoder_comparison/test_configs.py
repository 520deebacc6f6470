"""The configs of the comparison: complete, and their settings are ones of the training config."""

from pathlib import Path

import pytest
from spacy.util import load_config as load_spacy_config

from spacy_xproj.cli.app import load_config
from spacy_xproj.research.encoder_comparison.config import read_comparison
from spacy_xproj.research.encoder_comparison.students import list_specs, training_overrides

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name, encoders", [("encoders", 3), ("matched", 2)])
def test_configs(name, encoders, finished, monkeypatch):
    config = load_config(ROOT / "configs" / "comparison" / f"{name}.cfg", [])
    monkeypatch.chdir(ROOT)  # for the training config
    train, test = str(finished / "train.spacy"), str(finished / "pt.spacy")
    config["encoders"] = dict.fromkeys(config["encoders"], str(finished / "text"))
    config["tests"] = dict.fromkeys(config["tests"], test)
    config["data"] = {name: {**block, "train": train, "dev": train} for name, block in config["data"].items()}
    comparison = read_comparison(config)
    assert len(comparison.settings.seeds) >= 3
    specs = list(list_specs(comparison))
    assert len(specs) == encoders * 2 * 2 * 3
    plain = load_spacy_config(comparison.settings.train_config, interpolate=True)
    for spec in specs:
        overrides = training_overrides(spec, comparison)
        filled = load_spacy_config(comparison.settings.train_config, overrides=overrides, interpolate=True)
        assert filled["paths"].keys() == plain["paths"].keys() and filled["vars"].keys() == plain["vars"].keys()
        training = filled["training"]
        assert training.keys() == plain["training"].keys()
        assert training["max_steps"] % training["eval_frequency"] == 0  # the last state is on the curve
        assert training["optimizer"]["learn_rate"]["warmup_steps"] * 10 == training["max_steps"]
        assert (training["frozen_components"] == ["transformer"]) == (spec.mode == "frozen")
