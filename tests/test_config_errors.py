"""Each error of a setting is one line that names its file, its place and what it may be, and never a whole config."""

from pathlib import Path

import pytest

from spacy_xproj.config import load_project_config, resolve
from spacy_xproj.errors import XprojError

DEFAULT = (Path(__file__).parents[1] / "spacy_xproj" / "default.cfg").read_text()
TABLE = '[translator]\n@xproj_translators = "spacy-xproj.TableTranslator.v1"\nsrc_lang = "en"\n'

SOLVER = '@xproj_solvers = "spacy-xproj.ExactSolver.v1"'
#: What is replaced in the default config, by what, and the message.
CHANGES = [
    ("min_score = 0.3", "min_scor = 1", "[projector] min_scor: no such setting; did you mean min_score?"),
    ("min_score = 0.3", "zzz = 1", "[projector] zzz: no such setting; settings are extractor, scorer,"),
    ("min_score = 0.3", "min_score = 3", "[projector] min_score is 3: use a number in [0, 1]"),
    ("power = 5.0", 'n_proj = "many"', "[projector.solver] n_proj is 'many': it has to be a whole number"),
    ("power = 5.0", "n_proj = 0", "[projector.solver] n_proj"),
    (
        "ExactSolver",
        "ExatSolver",
        "[projector.solver] @xproj_solvers = 'spacy-xproj.ExatSolver.v1': not registered; did",
    ),
    ("spacy-xproj.ExactSolver.v1", "mine", "names are spacy-xproj.ExactSolver.v1, spacy-xproj.GreedySolver.v1"),
    ("@xproj_solvers", "@xproj_solver", "[projector.solver] @xproj_solver: no such catalogue; did you mean @xproj_sol"),
    (SOLVER, "", "[projector] solver is a block without @…: it has to be a block with @xproj_solvers"),
    (
        "[projector.solver]",
        "[projector.solvers]",
        "[projector] solver is missing: it has to be a block with @xproj_solv",
    ),
    ('method = "soft"', "device = 3", "[projector.aligner] device is 3: it has to be a text"),
]
CASES = [(DEFAULT.replace(before, after), message) for before, after, message in CHANGES] + [
    (DEFAULT + "\n[projector.solver]\n", "section 'projector.solver' already exists"),
    (DEFAULT + "\nfoo\n", "'foo"),
    (TABLE + 'path = "a.tsv"\n', "[translator] tgt_lang is missing: it has to be a text"),
    (TABLE + 'tgt_lang = "es"\npath = 3\n', "[translator] path is 3: it has to be a path, in quotes"),
    (TABLE + 'tgt_lang = "es"\npath = "a.tsv"\nx = ${paths.a}\n', "paths.a"),
]


@pytest.mark.parametrize("text, message", CASES)
def test_one_line(tmp_path, text, message):
    path = tmp_path / "project.cfg"
    path.write_text(text)
    with pytest.raises(XprojError) as error:
        resolve(load_project_config(path), "translator" if text.startswith("[translator]") else "projector", path)
    line = str(error.value)
    assert line.startswith(str(path)) and message in line
    assert "{" not in line.replace("${paths.a}", "") and "\n" not in line and len(line) < 400


@pytest.mark.parametrize(
    "overrides, message",
    [
        (["--projecter.min_score", "3"], "--projecter.min_score sets something in [projecter], which it does not have"),
        (["--projector", "3"], "no such option: --projector; see --help"),
        (["3"], "unexpected argument '3'; see --help"),
        (["--filter.min_score", "0.5", "x"], "unexpected argument 'x'"),
        (["--filter.min_score=0.5", "x"], "unexpected argument 'x'"),
    ],
)
def test_overrides(tmp_path, overrides, message):
    path = tmp_path / "project.cfg"
    path.write_text(DEFAULT)
    with pytest.raises(XprojError) as error:
        load_project_config(path, overrides)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_overrides_of_settings_that_have_defaults():
    config = load_project_config(
        None, ["--translation.on_flag", "drop", "--filter.drop_empty", "--filter.min_score=-1"]
    )
    assert config["translation"] == {"on_flag": "drop"}
    assert (config["filter"]["drop_empty"], config["filter"]["min_score"]) == (True, -1)
