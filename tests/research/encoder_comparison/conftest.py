"""A comparison of two tiny encoders on sentences of four kinds, run once for all tests."""

import shutil
from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin, Span

CONFIG = """
[comparison]
train_config = "TRAIN"
labels = "PER,LOC"
seeds = [0,1]
concrete = "LOC"
abstract = "PER"
resamples = 50

[encoders]
text = "ROOT/text"
clip = "ROOT/clip"

[data]

[data.source]
train = "ROOT/train.spacy"
dev = "ROOT/dev.spacy"

[tests]
pt = "ROOT/pt.spacy"
de = "ROOT/de.spacy"

[training]

[training.vars]
steps = 6
warmup = 1
eval_frequency = 3
learn_rate = 0.01

[modes]

[modes.fine_tuned]

[modes.frozen]

[modes.frozen.training]
frozen_components = ["transformer"]
annotating_components = ["transformer"]
"""
TRAIN_CONFIG = Path(__file__).parents[3] / "configs" / "train" / "transformer.cfg"
TRAIN = [
    ("anna lives in berlin", "PER 0 1", "LOC 3 4"),
    ("nobody knows ben", "PER 2 3"),
    ("berlin in lisbon", "LOC 0 1"),
]
TESTS = {
    "pt": [("anna knows berlin", "PER 0 1", "LOC 2 3"), ("annabel lives in lisbon", "PER 0 1", "LOC 3 4")],
    "de": [("ben lives", "PER 0 1"), ("nobody lives in berlin", "LOC 3 4"), ("nobody knows",)],
}


def write_corpus(path, sentences):
    nlp = spacy.blank("xx")
    docs = []
    for text, *ents in sentences:
        doc = nlp(text)
        parts = [ent.split() for ent in ents]
        doc.set_ents([Span(doc, int(start), int(end), label) for label, start, end in parts], default="outside")
        docs.append(doc)
    DocBin(docs=docs, store_user_data=True).to_disk(path)


def in_this_process(function, *args):
    return function(*args)


@pytest.fixture(scope="session")
def compare(invoke):
    """Make a function that runs the comparison of a folder, with overrides. Work is done in this process, or by
    `run_alone`."""

    def run(folder, *arguments, run_alone=in_this_process):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("spacy_xproj.research.encoder_comparison.students.run_alone", run_alone)
            return invoke("research", "compare-encoders", folder / "comparison.cfg", folder / "out", *arguments)

    return run


@pytest.fixture(scope="session")
def prepare(make_tiny_encoder, tmp_path_factory):
    """Give a function that makes a folder with encoders, corpora and config."""
    from spacy_xproj.encoders.encoder import write_encoder

    def make():
        folder = tmp_path_factory.mktemp("comparison")
        write_encoder(make_tiny_encoder("bert"), folder / "text")
        write_encoder(make_tiny_encoder("roberta"), folder / "clip")
        for name in ("train", "dev"):
            write_corpus(folder / f"{name}.spacy", TRAIN * 3)
        for lang, sentences in TESTS.items():
            write_corpus(folder / f"{lang}.spacy", sentences)
        text = CONFIG.replace("ROOT", folder.as_posix()).replace("TRAIN", TRAIN_CONFIG.as_posix())
        (folder / "comparison.cfg").write_text(text, encoding="utf8")
        return folder

    return make


@pytest.fixture(scope="session")
def finished(prepare, compare):
    """A folder whose comparison has been run. Nothing in it may be changed: see `copied`."""
    pytest.importorskip("matplotlib")
    folder = prepare()
    result = compare(folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def copied(finished, tmp_path):
    """A folder with a copy of the finished comparison, which takes encoders and corpora from where they were."""
    shutil.copytree(finished / "out", tmp_path / "out")
    shutil.copy(finished / "comparison.cfg", tmp_path)
    return tmp_path
