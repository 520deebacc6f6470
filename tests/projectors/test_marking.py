"""Markers in, markers out."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spacy_xproj.projectors.marking import is_markable, mark, read_marked

TEXT = "Ana Silva lives in Lisbon."
SPANS = [(0, 9), (19, 25)]


@st.composite
def texts_with_spans(draw):
    text = draw(st.text(st.characters(exclude_characters="[]【】［］"), min_size=1, max_size=40))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(cuts[::2], cuts[1::2]))
    assume(all(text[start:end] == text[start:end].strip() for start, end in spans))
    return text, spans


@given(texts_with_spans())
def test_markers_in_markers_out_text_unchanged(case):
    text, spans = case
    assert is_markable(text)
    marked = mark(text, spans)
    assert len(marked) == len(text) + 2 * len(spans)
    assert read_marked(marked) == (text, spans)
    assert is_markable(marked) == (not spans)


@given(texts_with_spans())
def test_markers_apart_are_words(case):
    text, spans = case
    marked = mark(text, spans, apart=True)
    assert marked.split().count("[") == marked.split().count("]") == len(spans)
    assert "".join(marked.split()) == "".join(mark(text, spans).split())
    plain, found = read_marked(marked)
    assert [plain[start:end] for start, end in found] == [text[start:end] for start, end in spans]


def test_by_hand():
    assert mark(TEXT, SPANS) == "[Ana Silva] lives in [Lisbon]."
    assert mark(TEXT, SPANS, apart=True) == "[ Ana Silva ] lives in [ Lisbon ] ."
    assert mark("東京で", [(0, 2)], apart=True) == "[ 東京 ] で"
    assert read_marked("Em [ Lisboa ], [Ana ]mora.") == ("Em Lisboa, Anamora.", [(3, 9), (11, 14)])
    assert read_marked("【東京】で") == ("東京で", [(0, 2)])
    assert read_marked("nada") == ("nada", [])


@pytest.mark.parametrize("text", ["[a", "a]", "[a [b] c]", "[]", "[ ] a", "]a[", "[a]]"])
def test_markers_that_are_no_pairs(text):
    assert read_marked(text) is None
