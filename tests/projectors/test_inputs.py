"""What a projection is made from: labels, and files that settings name."""

import hashlib

import pytest
from spacy.tokens import Doc

from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.errors import XprojError
from spacy_xproj.projectors.inputs import check_labelled, file_digests
from spacy_xproj.types import Bitext


@pytest.fixture
def corpus(tmp_path, make_bitext):
    """RETURNS: a function that makes a corpus of labelled and unlabelled sources."""

    def make(*labelled, words=("Ana", "sleeps")):
        pairs = []
        for is_labelled in labelled:
            pair = make_bitext(list(words), "Ana dorme")
            source = pair.source if is_labelled else Doc(pair.source.vocab, words=list(words))
            pairs.append(Bitext(source, pair.target))
        write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {}, shard_size=2)
        return ParallelCorpus(tmp_path / "bitext")

    return make


@pytest.mark.parametrize("labelled, first", [([False, False], 0), ([True, True, True, False, True, False], 3)])
def test_sources_without_labels(corpus, labelled, first):
    with pytest.raises(XprojError, match=f"pair {first} .*: source side is not labelled; run 'spacy xproj label'"):
        check_labelled(corpus(*labelled))


def test_labels_that_say_that_there_is_no_entity(corpus):
    check_labelled(corpus(True, True))


def test_sentences_without_tokens_need_no_labels(corpus):
    check_labelled(corpus(False, words=()))


def test_files_and_models(tmp_path):
    (tmp_path / "links").write_text("0-0\n")
    for folder in ("model/inner", "sw"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "model" / "config.json").write_text("{}")
    (tmp_path / "model" / "inner" / "weights").write_text("1")
    (tmp_path / "sw" / "log").write_text("of something else")
    links, model, folder = (str(tmp_path / name) for name in ("links", "model", "sw"))
    settings = {"a": {"path": links, "n": 3, "none": None}, "b": [{"model": model}], "lang": folder, "long": "x" * 5000}
    digests = file_digests(settings)
    assert sorted(digests) == sorted([links, f"{model}/config.json", f"{model}/inner/weights"])
    assert digests[links] == hashlib.sha256(b"0-0\n").hexdigest()
