"""What all commands share."""

import os
import subprocess
import sys

import catalogue
import pytest
import typer
from spacy.tokens import Doc
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_xproj import __version__
from spacy_xproj.cli import app
from spacy_xproj.cli.app import progress
from spacy_xproj.corpora.docbin import write_docs
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.errors import XprojError
from spacy_xproj.registry import loaded_code, registry

COMMANDS = [
    "convert",
    "translate",
    "pair",
    "export",
    "project",
    "label",
    "view",
    "report",
    "tune",
    "evaluate",
    "encoder",
    "describe",
    "compare-text",
    "consistency",
    "rewrite",
]


def test_spacy_finds_the_commands():
    done = subprocess.run([sys.executable, "-m", "spacy", "xproj", "--help"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(f" {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help(name):
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0 and "Usage" in result.output


def test_errors_are_one_line(monkeypatch):
    shell, module = typer.Typer(), sys.modules["spacy_xproj.cli.app"]  # the package's attribute `app` is the group
    monkeypatch.setattr(module, "app", shell)

    @module.command("fail")
    def fail(kind: str):
        raise XprojError("file.txt, line 3:\n  bad  tag") if kind == "user" else KeyError("bug")

    result = CliRunner().invoke(shell, ["user"])
    assert (result.exit_code, result.stderr.strip()) == (1, "✘ file.txt, line 3: bad tag")
    assert isinstance(CliRunner().invoke(shell, ["program"]).exception, KeyError)


def test_errors_of_the_system_are_one_line(monkeypatch):
    shell, module = typer.Typer(), sys.modules["spacy_xproj.cli.app"]
    monkeypatch.setattr(module, "app", shell)

    @module.command("fail")
    def fail(kind: str):
        raise OSError("no link") if kind == "bare" else FileNotFoundError(2, "No such file", "a.txt")

    remedy = "check the path, its permissions and the space left"
    assert CliRunner().invoke(shell, ["bare"]).stderr.strip() == f"✘ no link; {remedy}"
    assert CliRunner().invoke(shell, ["named"]).stderr.strip() == f"✘ a.txt: No such file; {remedy}"


def test_a_reader_that_stops_reading():
    """As `xproj languages | head -1` does."""
    command = [sys.executable, "-m", "spacy", "xproj", "languages"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        run.stdout.close()
        assert "Broken" not in run.stderr.read()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["languages", "--foo"], "No such option: --foo; see"),
        (["label", "a", "b"], "Missing option '--model'"),
        (["languages", "extra"], "Got unexpected extra argument"),
        (["pare"], "No such command 'pare'. Did you mean 'pair'?; see"),
        (["research", "studi"], "No such command 'studi'"),
    ],
)
def test_wrong_options_end_in_one_line(invoke, arguments, message):
    result = invoke(*arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("✘ ") and len(result.stderr.strip().splitlines()) == 1
    assert message in result.stderr and result.stderr.strip().endswith("--help")


@pytest.mark.parametrize("name", ["translate", "align", "project", "pair"])
def test_wrong_options_beside_settings_end_in_one_line(invoke, check_error, tmp_path, name):
    paths = [tmp_path / "a", tmp_path / "b"] + [tmp_path / "c"] * (name == "pair")
    config = tmp_path / "a.cfg"
    config.write_text("")
    check_error(invoke(name, *paths, "--config", config, "--foo"), "no such option: --foo; see --help")


def test_version(invoke):
    result = invoke("--version")
    assert result.exit_code == 0 and result.output.startswith(f"spacy_xproj {__version__} (spaCy ")


@pytest.mark.parametrize("words, expected", [("xproj pa", "pair"), ("xproj pair --ta", "--table")])
def test_completion(words, expected):
    """What a shell asks the program after ``xproj --install-completion``."""
    asked = {"_XPROJ_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    command = [sys.executable, "-c", "from spacy_xproj.cli.app import main; main()"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True)
    assert expected in done.stdout.split(), done.stderr


PART = """
from spacy_xproj.registry import registry

class Upper:
    src_lang, tgt_lang = "en", "xx"

    def __call__(self, texts):
        return (text.upper() for text in texts)

registry.xproj_translators.register("upper.v1", func=Upper)
"""


@pytest.fixture
def translate(invoke, tmp_path):
    """Translates a sentence with a part from a file."""
    config = tmp_path / "a.cfg"
    config.write_text('[translator]\n@xproj_translators = "upper.v1"\n')
    write_docs([Doc(Vocab(), words=["Ana", "sang"], ents=["B-PER", "O"])], tmp_path / "in.spacy")

    def run(code):
        (tmp_path / "part.py").write_text(code)
        paths = [tmp_path / "in.spacy", tmp_path / "bitext", "--config", config]
        return invoke("translate", *paths, "--code", tmp_path / "part.py")

    yield run
    loaded_code.clear()
    if registry.has("xproj_translators", "upper.v1"):
        catalogue._remove((*registry.xproj_translators.namespace, "upper.v1"))


def test_code(translate, tmp_path):
    result = translate(PART)
    assert result.exit_code == 0, result.output
    corpus = ParallelCorpus(tmp_path / "bitext")
    assert [pair.target.text for pair in corpus] == ["ANA SANG "]
    assert str(tmp_path / "part.py") in corpus.manifest["provenance"]["inputs"]


def test_code_that_fails(translate, check_error, invoke, tmp_path):
    check_error(translate("x = 1\n\nraise KeyError(3)\n"), "part.py, line 3: KeyError: 3; correct the code")
    check_error(translate("def f(:\n"), "part.py: SyntaxError")
    check_error(translate("x = 1\n"), "@xproj_translators = 'upper.v1': not registered")
    check_error(invoke("languages", "--code", tmp_path / "no.py"), "no.py: no such file")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_code(name, invoke):
    assert "--code" in invoke(name, "--help").text


def test_progress_passes_items_on(capsys):
    assert list(progress(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert capsys.readouterr() == ("", "")
