"""From a config to objects: what is read, refused and built."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from pydantic import BaseModel
from thinc.api import Config

from spacy_xproj.config import (
    check_devices,
    check_sections,
    load_config,
    load_project_config,
    load_projector,
    read_section,
    resolve,
)
from spacy_xproj.errors import XprojError
from spacy_xproj.registry import registry

CONFIGS = Path(__file__).parents[1] / "configs" / "project"


def check(text, tmp_path):
    path = tmp_path / "project.cfg"
    path.write_text(text)
    load_project_config(path)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.cfg")), ids=lambda path: path.stem)
def test_the_configs_of_the_package(path):
    load_project_config(path)


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
    check_sections(config, "the config")


@pytest.mark.parametrize("device", ["foo", "cuda:99", ""])
def test_devices_that_are_not_there(device):
    config = {"projector": {"scorer": {"*": {"one": {"device": device}}}}, "translator": {"device": "bar"}}
    with pytest.raises(XprojError) as error:
        check_devices(config, ("projector", "filter"), "project.cfg")
    assert str(error.value).startswith(f"project.cfg, [projector.scorer.*.one] device = '{device}': ")
    assert "\n" not in str(error.value)


def test_devices_that_are_there():
    check_devices({"projector": {"device": "auto", "aligner": {"device": "cpu"}}}, ("projector", "filter"), "")


def test_load_config(tmp_path):
    path = tmp_path / "a.cfg"
    path.write_text('[paths]\nbase = "x"\n[projector]\nfile = ${paths.base}\nmin_score = 0.5\n')
    assert load_config(path)["projector"] == {"file": "x", "min_score": 0.5}
    config = load_config(path, ["--projector.min_score", "0.75", "--paths.base=y"])
    assert config["projector"] == {"file": "y", "min_score": 0.75}
    assert load_project_config(path, ["--projector.min_score", "1"])["projector"]["min_score"] == 1
    with pytest.raises(XprojError, match="nothing.cfg: no such file"):
        load_config(tmp_path / "nothing.cfg")
    path.write_text("[projector]\nfile = ${nowhere.base}\n")
    with pytest.raises(XprojError, match="a.cfg"):
        load_config(path)


def test_resolve(tmp_path):
    block = {"@xproj_solvers": "spacy-xproj.ExactSolver.v1", "n_proj": 3}
    assert resolve({"solver": block}, "solver", "a.cfg").n_proj == 3
    with pytest.raises(XprojError, match=r"a.cfg: no \[projector\] section"):
        resolve({"solver": block}, "projector", "a.cfg")
    for wrong in ({"n_proj": "many"}, {"@xproj_solvers": "nobody.v1"}, {"unknown": 1}):
        with pytest.raises(XprojError, match=r"a.cfg, \[solver\]"):
            resolve({"solver": {**block, **wrong}}, "solver", "a.cfg")
    aligner = {"@xproj_aligners": "spacy-xproj.EmbeddingAligner.v1", "encoder": str(tmp_path), "similarity": "taste"}
    with pytest.raises(XprojError, match="no similarity 'taste'"):
        resolve({"aligner": aligner}, "aligner", "a.cfg")


def test_what_is_left_out_is_the_default(tmp_path):
    default = load_project_config()
    assert list(default) == ["projector", "filter"]
    path = tmp_path / "a.cfg"
    path.write_text('[translator]\nname = "x"\n')
    assert load_project_config(path) == {**default, "translator": {"name": "x"}}
    assert load_project_config(path, ["--filter.min_score", "0.5"])["filter"]["min_score"] == 0.5
    path.write_text("[projector]\nmin_score = 0.5\n")
    assert load_project_config(path) == {"projector": {"min_score": 0.5}, "filter": default["filter"]}
    path.write_text("[filter]\nmin_score = 0.5\n")
    assert load_project_config(path) == {"projector": default["projector"], "filter": {"min_score": 0.5}}


PROJECTOR = """
[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"
top_k = 3
[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
FILTER = '[filter]\n@xproj_filters = "spacy-xproj.ProjectionFilter.v1"\ndrop_incomplete = true\n'


@pytest.mark.filterwarnings("error")
def test_load_projector(tmp_path):
    path = tmp_path / "a.cfg"
    path.write_text(PROJECTOR)
    assert load_projector(path).top_k == 3
    path.write_text(PROJECTOR + FILTER)
    with pytest.warns(UserWarning, match=r"a.cfg: the \[filter\] is not applied"):
        assert load_projector(path).top_k == 3


def test_read_section():
    class Settings(BaseModel, extra="forbid"):
        limit: int = 0

    assert read_section(Settings, {"limit": 3}, "study").limit == 3
    for wrong in ({"limit": "many"}, {"limits": 3}):
        with pytest.raises(XprojError, match=r"\[study\] limits?: .*; settings are limit"):
            read_section(Settings, wrong, "study")


@pytest.mark.parametrize("safe", [True, False])
def test_safe_refuses_functions_of_others(safe):
    """Of an aligner somewhere in a projector; by name, or if nobody knows it."""
    from spacy_xproj.config import check_safe

    name = "spacy-xproj.PharaohAligner.v1" if safe else "test.SafeAligner.v1"
    registry.xproj_aligners("test.SafeAligner.v1", func=lambda: None)
    config = {
        "projector": {"@xproj_projectors": "spacy-xproj.AlignmentHeuristic.v1", "aligner": {"@xproj_aligners": name}}
    }
    with (
        nullcontext()
        if safe
        else pytest.raises(XprojError, match="a.cfg: @xproj_aligners = test.SafeAligner.v1 is not")
    ):
        check_safe(config, "a.cfg")
    with pytest.raises(XprojError, match="is not a function of spaCy"):
        check_safe({"@xproj_aligners": "nobody.v1"}, "a.cfg")
