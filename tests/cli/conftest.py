"""What tests of several commands read of a run, and small inputs for all commands."""

import shutil

import pytest
import spacy
from spacy.tokens import DocBin, Span
from spacy.vocab import Vocab

from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.types import Bitext

CONFIG = """
[translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "table.tsv"
src_lang = "en"
tgt_lang = "pt"

[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""


@pytest.fixture
def check_error():
    """Make a function that checks that a command ended with one line, in which there is a message."""

    def check(result, message):
        line = result.stderr.strip()
        assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
        assert line.startswith("✘ ") and "\n" not in line and message in line
        assert "Traceback" not in result.output

    return check


@pytest.fixture
def entities():
    """Make a function that lists the texts and labels of the entities in what `project` wrote, by sentence."""

    def read(path):
        docs = DocBin().from_disk(path / "target.spacy").get_docs(Vocab())
        return [[(ent.text, ent.label_) for ent in doc.ents] for doc in docs]

    return read


@pytest.fixture(scope="module")
def inputs(tmp_path_factory, invoke):
    """A directory with all that the commands read; `link` is a link to the first input of a command, made later."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "a.conll").write_text("Ana B-PER\nruns O\n")
    (folder / "a.cfg").write_text(CONFIG)
    (folder / "table.tsv").write_text("Ana runs\tAna corre\n")
    (folder / "links.txt").write_text("0-0 1-1\n")
    (folder / "map.json").write_text('{"PER": "PER"}')
    nlp = spacy.blank("en")
    doc = nlp("Ana runs")
    doc.ents = [Span(doc, 0, 1, "PER")]
    for name in ("a.spacy", "b.spacy"):
        DocBin(docs=[doc]).to_disk(folder / name)
    write_parallel_corpus(folder / "bitext", [Bitext(doc, nlp("Ana corre"))], "en", "pt", {"command": "pair"})
    (folder / "pharaoh.cfg").write_text(CONFIG.replace("links.txt", (folder / "links.txt").as_posix()))
    invoke("project", folder / "bitext", folder / "projected", "-c", folder / "pharaoh.cfg")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": "Ana"}])
    nlp.to_disk(folder / "model")
    for name in ("encoder", "captions", "images"):
        (folder / name).mkdir()
        (folder / name / "config.json").write_text("{}")
    return folder


@pytest.fixture
def folder(inputs, tmp_path, monkeypatch):
    shutil.copytree(inputs, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"
