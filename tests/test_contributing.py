"""Every walk-through of CONTRIBUTING.md runs, and its tree names every room."""

import re
from configparser import ConfigParser
from pathlib import Path

import catalogue
import pytest
import spacy
from spacy.tokens import Doc, Span
from thinc.api import Config
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

from spacy_xproj.api import Bitext, XprojError, apply_projection
from spacy_xproj.registry import registry
from spacy_xproj.text import languages

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf8")
SECTIONS = dict(section.split("\n", 1) for section in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:])


def blocks(section, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", SECTIONS[section], flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def follow():
    """Follow a walk-through: define the part, register it as its lines of setup.cfg say, and build what the config
    describes."""
    added = []

    def build(section):
        (code,) = blocks(section, "python")
        lines, config = blocks(section, "ini")
        defined = {}
        exec(compile(code, f"CONTRIBUTING.md, {section}", "exec"), defined)
        setup = ConfigParser(delimiters="=")
        setup.read_string(f"[options.entry_points]\n{lines}")
        ((group, entry),) = setup["options.entry_points"].items()
        name, module, part = re.fullmatch(r"(\S+) = (\S+):(\w+)", entry.strip()).groups()
        assert (ROOT / module.replace(".", "/")).parent.is_dir()  # the room of the new file
        kind = getattr(registry, group.removeprefix("spacy_"))
        assert name not in kind.get_all()
        kind.register(name, func=defined[part])
        added.append((*kind.namespace, name))
        (built,) = registry.resolve(Config().from_str(config)).values()
        return built

    yield build
    for namespace in added:
        catalogue._remove(namespace)


@pytest.fixture
def pair():
    vocab = spacy.blank("xx").vocab
    source = Doc(vocab, words=["Ana", "lives", "in", "Lisbon"])
    source.set_ents([Span(source, 0, 1, "PER"), Span(source, 3, 4, "LOC")], default="outside")
    return Bitext(source, Doc(vocab, words=["Ana", "mora", "em", "Lisboa"]))


@pytest.mark.parametrize("section", ["Add an aligner", "Add a score"])
def test_projectors(section, follow, pair):
    projector = follow(section)
    (projection,) = projector([pair])
    assert len(projection.outcomes) == 2
    ents = [(ent.text, ent.label_) for ent in apply_projection(projection).ents]
    assert ents == [("Ana", "PER"), ("Lisboa", "LOC")]


def test_a_format(follow):
    converter = follow("Add a format")
    (doc,) = converter("B-PER\tAna\nO\tmora\n")
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Ana", "PER")]
    with pytest.raises(XprojError, match="line 2: 1 columns"):
        list(converter("O\tmora\nAna\n"))


def test_a_language(tmp_path, monkeypatch):
    (lines,) = blocks("Add a language", "text")
    header, line = lines.rstrip("\n").split("\n")
    table = languages.TABLE.read_text(encoding="utf8")
    assert header == table.split("\n")[0] and line not in table
    (tmp_path / "languages.tsv").write_text(f"{table}{line}\n", encoding="utf8")
    monkeypatch.setattr(languages, "TABLE", tmp_path / "languages.tsv")
    row = languages.language_table.__wrapped__()[-1]  # not cached
    assert row.nllb in FAIRSEQ_LANGUAGE_CODES and row.spaced
    assert spacy.blank(row.spacy).lang == row.code


def test_the_tree_names_every_room():
    (tree,) = blocks("The house", "text")
    listed = set(re.findall(r"^  (\S+?)/?  ", tree, flags=re.MULTILINE))
    package = {
        path.name for path in (ROOT / "spacy_xproj").iterdir() if path.suffix in (".py", ".cfg") or path.is_dir()
    }
    assert package - listed <= {"__init__.py", "__pycache__"}


def test_every_walk_through_is_tested():
    assert [name for name in SECTIONS if name.startswith("Add ")] == [
        "Add an aligner",
        "Add a score",
        "Add a format",
        "Add a language",
    ]
