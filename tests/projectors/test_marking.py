"""Markers in, markers out."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spacy_xproj.projectors.marking import is_markable, is_taggable, mark, read_marked, read_tagged, tag, tag_names

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


@pytest.mark.parametrize(
    "text, spans, expected",
    [
        ("Ana visits Rome", [(0, 3), (11, 15)], "<a>Ana</a> visits <b>Rome</b>"),
        ("Ana", [(0, 3)], "<a>Ana</a>"),
        ("University of Rome", [(0, 18), (14, 18)], "<a>University of <b>Rome</b></a>"),
        ("AnaRome", [(0, 3), (3, 7)], "<a>Ana</a><b>Rome</b>"),
        ("x", [], "x"),
    ],
)
def test_tags(text, spans, expected):
    assert tag(text, spans) == expected
    assert read_tagged(expected, len(spans)) == (text, spans)


def test_tags_in_another_order_and_with_spaces():
    assert read_tagged("In < b > Rom </ b> war <a>Ana </a>.", 2) == ("In Rom war Ana.", [(11, 14), (3, 6)])


@pytest.mark.parametrize(
    "text",
    [
        "<a>Ana",
        "Ana</a>",
        "<a></a>",
        "<b>Ana</b>",
        "<a>A</a> <a>B</a>",
        "<a>A <b>B</a> C</b>",
        "Ana",
        "<a>A</a> <b>B</b>",
    ],
)
def test_tags_that_changed(text):
    assert read_tagged(text, 2 if "B</a>" in text else 1) is None


def test_names_of_tags():
    names = tag_names(60)
    assert names[:2] == ["a", "b"] and names[25:28] == ["z", "aa", "ab"] and len(set(names)) == 60
    assert is_taggable("1 < 2 > 0") and not is_taggable("a <b> c") and not is_taggable("</p>")
