"""Checks of configs that several commands share."""

from pathlib import Path

import pytest
from spacy_xproj.cli.checks import check_devices, check_sections
from thinc.api import Config

from spacy_xproj.config import load_config
from spacy_xproj.errors import XprojError

CONFIGS = Path(__file__).parents[2] / "configs" / "project"


def check(text, tmp_path):
    path = tmp_path / "project.cfg"
    path.write_text(text)
    check_sections(load_config(path, []), path, path)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.cfg")), ids=lambda path: path.stem)
def test_the_configs_of_the_package(path):
    check_sections(load_config(path, []), path, path)


@pytest.mark.parametrize(
    "section, remedy",
    [("filters", r"did you mean \[filter\]"), ("projektor", r"did you mean \[projector\]"), ("x", "sections are")],
)
def test_unknown_sections(tmp_path, section, remedy):
    with pytest.raises(XprojError, match=rf"project.cfg: unknown section \[{section}\].*; {remedy}"):
        check(f"[projector]\na = 1\n[{section}]\nb = 2\n", tmp_path)


def test_sections_that_others_refer_to(tmp_path):
    check("[projector]\na = ${models.nllb}\n[models]\nnllb = 1\n", tmp_path)
    check("[projector]\na = ${models}\n[models]\nnllb = 1\n", tmp_path)
    config = Config().from_str("[projector]\na = ${models.nllb}\n[models]\nnllb = 1\n", interpolate=False)
    check_sections(load_config(config, []), config, "the config")


@pytest.mark.parametrize("device", ["foo", "cuda:99", ""])
def test_devices_that_are_not_there(device):
    config = {"projector": {"scorer": {"*": {"one": {"device": device}}}}, "translator": {"device": "bar"}}
    with pytest.raises(XprojError) as error:
        check_devices(config, ("projector", "filter"), "project.cfg")
    assert str(error.value).startswith(f"project.cfg, [projector.scorer.*.one] device = '{device}': ")
    assert "\n" not in str(error.value)


def test_devices_that_are_there():
    check_devices({"projector": {"device": "auto", "aligner": {"device": "cpu"}}}, ("projector", "filter"), "")
