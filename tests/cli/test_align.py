"""`align` as a user runs it, and that a projector that reads its file does what the aligner itself would have it do."""

import pytest

from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus

SENTENCES = [
    ("anna lives in berlin", "in berlin lives annabel", [(0, 1, "PER"), (3, 4, "LOC")]),
    ("nobody knows", "nobody don't knows ben", []),
    ("ben knows lisbon", "lisbon knows anna in berlin", [(0, 1, "PER"), (2, 3, "LOC")]),
    ("\u200b", "in lisbon", []),
]
CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"
[projector.aligner]
ALIGNER
[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 5
[projector.scorer]
@xproj_scores = "spacy-xproj.SoftAlignmentScore.v1"
[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""


@pytest.fixture
def job(invoke, tmp_path, make_bitext, tiny_encoder_dir):
    """Make a function that runs a command on a corpus of two shards."""
    pairs = [make_bitext(source, target, ents) for source, target, ents in SENTENCES]
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {}, shard_size=2)
    embedding = f'@xproj_aligners = "spacy-xproj.EmbeddingAligner.v1"\nencoder = "{tiny_encoder_dir}"\nlayer = 2'
    pharaoh = f'@xproj_aligners = "spacy-xproj.PharaohAligner.v1"\npath = "{(tmp_path / "out.pharaoh").as_posix()}"'
    (tmp_path / "embedding.cfg").write_text(CONFIG.replace("ALIGNER", embedding))
    (tmp_path / "pharaoh.cfg").write_text(CONFIG.replace("ALIGNER", pharaoh))

    def run(name, output, *arguments, config="embedding", corpus="bitext"):
        paths = [tmp_path / corpus, tmp_path / output, "--config", tmp_path / f"{config}.cfg"]
        return invoke(name, *paths, *arguments)

    return run


def test_a_line_for_every_pair_also_without_entities(job, tmp_path, tiny_encoder_dir):
    result = job("align", "out.pharaoh")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "out.pharaoh").read_text()
    lines = text.split("\n")
    assert len(lines) == len(SENTENCES) + 1 and lines[-1] == ""
    assert all(lines[:3]) and lines[3] == ""
    assert f"out.pharaoh: 4 pairs, {len(text.split())} links" in result.text

    corpus = ParallelCorpus(tmp_path / "bitext")
    aligner = EmbeddingAligner(tiny_encoder_dir, 2)
    aligner.initialize(lambda: iter(corpus))
    assert [links.to_pharaoh() for links in aligner(corpus)] == lines[:-1]


def test_the_file_projects_as_the_aligner_does(entities, job, tmp_path):
    assert job("align", "out.pharaoh").exit_code == 0
    for config in ("embedding", "pharaoh"):
        assert job("project", config, config=config).exit_code == 0
    assert entities(tmp_path / "pharaoh") == entities(tmp_path / "embedding")
    assert sum(map(len, entities(tmp_path / "pharaoh"))) > 0


def test_a_file_survives_bit_by_bit(job, tmp_path):
    assert job("align", "out.pharaoh").exit_code == 0
    assert job("align", "again.pharaoh", config="pharaoh").exit_code == 0
    assert (tmp_path / "again.pharaoh").read_bytes() == (tmp_path / "out.pharaoh").read_bytes()


def test_overrides(check_error, job, tmp_path):
    assert job("align", "out.pharaoh", "--projector.aligner.method", "match").exit_code == 0
    assert ":" not in (tmp_path / "out.pharaoh").read_text()
    check_error(job("align", "out.pharaoh", "--projector.aligner.method", "none"), "no extraction method 'none'")
    check_error(job("align", "out.pharaoh", "--projector.aligner.no_such_setting", "1"), "no_such_setting")


def test_unfinished_output_is_not_there(check_error, job, tmp_path):
    (tmp_path / "out.pharaoh").write_text("0-0\n\n0-0\n\n")
    before = (tmp_path / "out.pharaoh").read_text()
    (tmp_path / "links.txt").write_text("0-0\n\n0-99\n\n")
    override = ("--projector.aligner.path", str(tmp_path / "links.txt"))
    check_error(job("align", "out.pharaoh", *override, config="pharaoh"), "links.txt, line 3")
    check_error(job("align", "new.pharaoh", *override, config="pharaoh"), "links.txt, line 3")
    assert (tmp_path / "out.pharaoh").read_text() == before
    assert not list(tmp_path.glob("*new*")) and not list(tmp_path.glob(".*"))


def test_an_aligner_that_forgets_a_pair(check_error, job, tmp_path, monkeypatch):
    from spacy_xproj.aligners.pharaoh import PharaohAligner

    monkeypatch.setattr(PharaohAligner, "__call__", lambda self, bitexts: iter([]))
    check_error(job("align", "out.pharaoh", config="pharaoh"), "0 alignments for 4 pairs")
    assert not list(tmp_path.glob("*out*"))


def test_bad_input(check_error, job, tmp_path):
    check_error(job("align", "out.pharaoh", corpus="nowhere"), "nowhere: no such directory")
    check_error(job("align", "out.pharaoh", config="missing"), "missing.cfg: no such file")
    (tmp_path / "other.cfg").write_text('[projector]\nname = "x"\n')
    check_error(job("align", "out.pharaoh", config="other"), "other.cfg, [projector]: no [aligner] section")
    (tmp_path / "other.cfg").write_text('[projecter]\nname = "x"\n')
    check_error(job("align", "out.pharaoh", config="other"), "unknown section [projecter]")
    check_error(job("align", "out.pharaoh", "--projector.aligner.device", "foo"), "[aligner] device = 'foo'")
    assert job("align", "bitext").exit_code == 2  # a directory: typer says so before anything is done
