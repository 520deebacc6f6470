"""Alignments from a file."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.aligners.pharaoh import PharaohAligner
from spacy_xproj.errors import XprojError


@pytest.fixture
def pairs(make_bitext):
    return [
        make_bitext("Ana sleeps", "Ana dorme"),
        make_bitext("Yes", "Claro que sim"),
        make_bitext("Rui reads", "Rui lê"),
    ]


def test_a_line_for_each_pair(pairs, tmp_path):
    (tmp_path / "a.txt").write_text("0-0 1-1:0.5\n\n0-0:0.25\n")
    found = [alignment.to_pharaoh() for alignment in PharaohAligner(tmp_path / "a.txt")(pairs)]
    assert found == ["0-0 1-1:0.5", "", "0-0:0.25"]


links_of_a_pair = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 3), st.floats(0.001, 1)), unique_by=lambda link: link[:2]
)


@given(st.lists(links_of_a_pair, min_size=1))
def test_what_is_written_is_read(make_bitext, tmp_path_factory, sentences):
    lines = [" ".join(f"{s}-{t}:{w:.6g}" for s, t, w in links) for links in sentences]
    path = tmp_path_factory.mktemp("pharaoh") / "a.txt"
    path.write_text("\n".join(lines) + "\n")
    pair = make_bitext("a b c", "d e f g")
    found = list(PharaohAligner(path)([pair] * len(lines)))
    for alignment, links in zip(found, sentences, strict=True):
        assert alignment.source.tolist() == [s for s, _, _ in links]
        assert alignment.target.tolist() == [t for _, t, _ in links]
        assert alignment.weight.tolist() == pytest.approx([w for _, _, w in links], rel=1e-5)


def test_reads_one_pair_at_a_time(pairs, tmp_path):
    (tmp_path / "a.txt").write_text("0-0\n0-0\n0-0\n")
    read = []
    stream = PharaohAligner(tmp_path / "a.txt")(read.append(pair) or pair for pair in pairs)
    next(stream)
    assert len(read) == 1


@pytest.mark.parametrize(
    "text, message",
    [
        ("0-0\n0-0\n", "{path}: 2 lines, but the corpus has more pairs; align it again"),
        ("0-0\n0-0\n0-0\n\n", "{path}: 4 lines for 3 pairs; align the corpus again"),
        ("", "{path}: 0 lines, but the corpus has more pairs; align it again"),
        ("0-0\n0-x\n\n", "{path}, line 2: bad link '0-x'"),
        ("\n0-3\n\n", "{path}, line 2: a link points to token 3 of a sentence of 3 tokens"),
        ("2-0\n\n\n", "{path}, line 1: a link points to token 2 of a sentence of 2 tokens"),
        ("0-0\n0-99999999999\n\n", "{path}, line 2: bad link"),
    ],
)
def test_files_that_do_not_fit(pairs, tmp_path, text, message):
    path = tmp_path / "a.txt"
    path.write_text(text)
    with pytest.raises(XprojError, match=re.escape(message.format(path=path))) as error:
        list(PharaohAligner(path)(pairs))
    assert "\n" not in str(error.value)


def test_no_file(pairs, tmp_path):
    with pytest.raises(XprojError, match="nothing.txt: no such file"):
        list(PharaohAligner(tmp_path / "nothing.txt")(pairs))


def test_windows_lines(pairs, tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbf0-0\r\n\r\n0-1\r\n")
    found = [alignment.to_pharaoh() for alignment in PharaohAligner(tmp_path / "a.txt")(pairs)]
    assert found == ["0-0", "", "0-1"]
