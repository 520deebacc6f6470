"""A corpus, and parts that end their process once, or always."""

import pytest
import spacy
from spacy.tokens import Span

from spacy_xproj.corpora.docbin import write_docs
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.registry import loaded_code
from spacy_xproj.types import Bitext

NUMBER = 23
CODE = '''
import json
import os
import signal
from pathlib import Path

import numpy
from spacy_xproj.registry import registry
from spacy_xproj.types import WordAlignment

DRIVER = Path("driver").read_text()


def end(text, once):
    if "w7" in text and str(os.getpid()) != DRIVER and not (once and Path("ended").exists()):
        Path("ended").touch()
        os.kill(os.getpid(), signal.SIGKILL)


@registry.xproj_translators("test.Fatal.v1")
class Translator:
    src_lang, tgt_lang = "en", "pt"

    def __call__(self, texts):
        for text in texts:
            end(text, True)
            yield text.upper()


@registry.xproj_scores("test.Seen.v1")
class Score:
    """How often the corpus has the first word of a candidate: a process must know all of it."""

    def initialize(self, get_bitexts):
        self.seen = {}
        for bitext in get_bitexts():
            for token in bitext.target:
                self.seen[token.text] = self.seen.get(token.text, 0) + 1

    def to_bytes(self):
        return json.dumps(self.seen).encode()

    def from_bytes(self, data):
        self.seen = json.loads(data)

    def __call__(self, pairs):
        for bitext, candidates in pairs:
            scores = [self.seen[bitext.target[start].text] / (end - start) for start, end in candidates.spans]
            yield numpy.tile(numpy.asarray(scores, dtype="float32"), (len(bitext.source.ents), 1))


@registry.xproj_aligners("test.Fatal.v1")
class Aligner:
    def __init__(self, once: bool = True):
        self.once = once

    def __call__(self, bitexts):
        for bitext in bitexts:
            end(bitext.source.text, self.once)
            yield WordAlignment.from_matrix(numpy.eye(len(bitext.source), len(bitext.target)))
'''
TRANSLATOR = '[translator]\n@xproj_translators = "test.Fatal.v1"\n'
STATISTICS = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"

[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"

[projector.scorer]
@xproj_scores = "test.Seen.v1"

[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""
PROJECTOR = """
[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
"""
ALIGNERS = {
    "fatal": '@xproj_aligners = "test.Fatal.v1"\n',
    "always fatal": '@xproj_aligners = "test.Fatal.v1"\nonce = false\n',
    "links": '@xproj_aligners = "spacy-xproj.PharaohAligner.v1"\npath = "links.txt"\n',
}


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The directory that commands run in, with all that they read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    loaded_code.clear()
    (tmp_path / "driver").write_text(str(__import__("os").getpid()))
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "statistics.cfg").write_text(STATISTICS)
    for name, aligner in ALIGNERS.items():
        (tmp_path / f"{name.replace(' ', '_')}.cfg").write_text(TRANSLATOR + PROJECTOR + aligner)
    (tmp_path / "links.txt").write_text("".join(f"0-0:0.{i}\n" for i in range(1, NUMBER + 1)))
    en, pt = spacy.blank("en"), spacy.blank("pt")
    pairs = [Bitext(en(f"Ana saw w{i}"), pt(f"Ana viu w{i}")) for i in range(NUMBER)]
    for pair in pairs:
        pair.source.set_ents([Span(pair.source, 0, 1, "PER")], default="outside")
        pair.source.user_data["sent_id"] = pair.source[2].text
    write_docs([pair.source for pair in pairs], tmp_path / "en.spacy")
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {"command": "pair"})
    return tmp_path


def content(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def is_same():
    """A function that tells whether two directories hold the same."""
    return lambda one, other: content(one) == content(other) != {}
