"""A newcomer's path: from the wheel and a parallel file to a German pipeline that is installed, and its report. The
commands are those of the README that `init` writes; the students hardly learn."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest
import spacy
import srsly
from spacy.training import Corpus

from spacy_xproj.cli.init import TEMPLATES

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"\[([A-Z]+) ([^\]]+)\]")
#: Which of the 40 sentences are in which file.
PARTS = {"train": slice(28), "dev": slice(28, 34), "test": slice(34, 40)}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Install the wheel of this package into a directory of its own."""
    if not (find_spec("pip") and find_spec("setuptools")):
        pytest.skip("pip and setuptools build the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "spacy_xproj", folder / "tree" / "spacy_xproj")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / "tree")
    pip = [sys.executable, "-m", "pip", "--quiet"]
    build = [*pip, "wheel", "./tree", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", "."]
    subprocess.run(build, cwd=folder, check=True, capture_output=True)
    (file,) = folder.glob("*.whl")
    names = zipfile.ZipFile(file).namelist()
    assert {f"spacy_xproj/templates/{path.name}" for path in TEMPLATES.iterdir()} <= set(names)
    install = [*pip, "install", "--no-index", "--no-deps", "--target", "site", file]
    subprocess.run(install, cwd=folder, check=True, capture_output=True)
    return folder / "site"


@pytest.fixture
def run(wheel, tmp_path):
    """Make a function that runs lines in the project's directory, with the wheel and what they install."""
    site = tmp_path / "site"
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": f"{wheel}{os.pathsep}{site}",
        **{"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_TARGET": str(site)},
    }

    def run_line(line):
        done = subprocess.run(
            ["bash", "-c", line], cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf8"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run_line


def read_marked(text):
    """Read a marked sentence as a line of JSON."""
    plain, ents, end = "", [], 0
    for found in MARKED.finditer(text):
        plain += text[end : found.start()]
        ents.append({"start": len(plain), "end": len(plain) + len(found[2]), "label": found[1]})
        plain, end = plain + found[2], found.end()
    return {"text": plain + text[end:], "ents": ents}


@pytest.fixture
def pairs(tmp_path):
    """Put the files of a newcomer into assets/, and give their sentences."""
    lines = (ROOT / "tests" / "data" / "english_german.txt").read_text(encoding="utf8").splitlines()[1:]
    pairs = [[read_marked(side) for side in line.split("\t")] for line in lines]

    def put():
        for name, part in PARTS.items():
            rows = [pair[name == "test"] for pair in pairs[part]]
            srsly.write_jsonl(tmp_path / "assets" / f"{name}.jsonl", rows)
        parallel = "".join(f"{english['text']}\t{german['text']}\n" for english, german in pairs)
        (tmp_path / "assets" / "translations.tsv").write_text(parallel, encoding="utf8")
        (tmp_path / "assets" / "own.txt").write_text("Anna Weber kennt Berlin.\nNiemand.\n", encoding="utf8")
        return pairs

    return put


def bash_lines(readme):
    """The commands of a README, those that install this package and its extras left out."""
    blocks = re.findall(r"^```bash\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if "spacy_xproj[" not in line]


@pytest.mark.parametrize("own", [False, True], ids=["projected", "and text of its own"])
def test_from_a_parallel_file_to_a_pipeline(run, pairs, tiny_encoder_dir, bundled_encoder, tmp_path, own):
    where = run("python -c 'import spacy_xproj; print(spacy_xproj.__file__)'")
    assert not Path(where.strip()).is_relative_to(ROOT)
    options = "--own" if own else "--gold"
    said = run(f"python -m spacy xproj init . --source en --target de --translator table {options}")
    assert "train.jsonl, dev.jsonl, translations.tsv" in said and "README.md" in said
    sentences = pairs()
    small = {"encoder": tiny_encoder_dir, "layers": 1, "steps": 3, "warmup": 1, "eval_frequency": 1}
    variables = "".join(f" --vars.{name} {value}" for name, value in small.items())
    all_steps, install, load = bash_lines((tmp_path / "README.md").read_text(encoding="utf8"))
    run(f"{all_steps} .{variables}")  # weasel takes variables only after the directory
    nlp = spacy.load(tmp_path / "training" / ("second" if own else "") / "model-best")
    assert nlp.lang == "de" and nlp("Anna Weber wohnt in Wien.").has_annotation("ENT_IOB")
    check_projected(tmp_path / "projected" / "train" / ("projected" if own else ""), sentences[PARTS["train"]])
    if own:
        texts = sorted(example.reference.text for example in Corpus(tmp_path / "projected" / "train")(nlp))
        german = [pair[1]["text"] for pair in sentences[PARTS["train"]]]
        assert texts == sorted([*german, "Anna Weber kennt Berlin.", "Niemand."])
        return
    scores = srsly.read_json(tmp_path / "metrics" / "student.json")
    gold = sum(len(german["ents"]) for _, german in sentences[PARTS["test"]])
    assert sum(row["support"] for row in scores["strict"]["per_type"].values()) == gold
    run(f"python -m {install}")  # the environment of the tests need not have the program
    assert run(load).strip().startswith("(")
    meta = srsly.read_json(next((tmp_path / "site" / "de_xproj_ner").rglob("meta.json")))
    assert "labelled English sentences" in {source["name"] for source in meta["sources"]}


def check_projected(folder, sentences):
    """Nearly all entities are where people put them, and the pages name them."""
    outcomes = [json.loads(line) for line in (folder / "outcomes.jsonl").read_text(encoding="utf8").splitlines()]
    right = [{german["text"][ent["start"] : ent["end"]] for ent in german["ents"]} for _, german in sentences]
    assert len(outcomes) == sum(len(english["ents"]) for english, _ in sentences)
    found = [place["text"] for row in outcomes for place in row["target"]]
    assert len({*found} & {name for names in right for name in names}) >= 0.9 * len({*found})
    view = (folder / "view.html").read_text(encoding="utf8")
    assert view.startswith("<!DOCTYPE html>") and '"Schwarze ","Meer"' in view and '"Black ","Sea"' in view
    report = (folder / "report.md").read_text(encoding="utf8")
    assert f"| en to de | {len(sentences)} | {len(outcomes)} |" in report
    assert "<img" in (folder / "report.html").read_text(encoding="utf8")
