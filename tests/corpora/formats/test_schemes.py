from typing import List, Tuple, Type

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOB2, IOBES, Entities, Token

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.schemes import (
    LETTERS,
    Tag,
    check_scheme,
    detect_scheme,
    parse_tag,
    read_entities,
    write_tags,
)

ALL = "BIESLUMW"


@st.composite
def sentences(draw: st.DrawFn) -> Tuple[List[Tuple[int, int, str]], int]:
    """Entities without overlap, often adjacent, and the length of their sentence."""
    entities, position = [], 0
    for gap, length, label in draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(1, 4), st.sampled_from(["PER", "LOC"])), max_size=6)
    ):
        start = position + gap
        position = start + length
        entities.append((start, position, label))
    return entities, position + draw(st.integers(0, 2))


@pytest.mark.parametrize("scheme", sorted(LETTERS))
@given(sentence=sentences())
@settings(deadline=None)
def test_what_is_written_is_read(scheme: str, sentence: Tuple[List[Tuple[int, int, str]], int]) -> None:
    entities, length = sentence
    tags = write_tags(entities, length, scheme)
    assert read_entities([parse_tag(tag, ALL) for tag in tags]) == entities
    if entities:  # BMES and BMEWO may show nothing but what IOBES has as well
        assert write_tags(entities, length, detect_scheme([["O"], tags])) == tags


@given(
    tags=st.lists(st.sampled_from(["O", *(f"{p}-{label}" for p in "BIES" for label in ("PER", "LOC"))]), max_size=12)
)
@settings(deadline=None)
def test_any_sequence_is_read_as_conlleval_does(tags: List[str]) -> None:
    expected = [(start, end + 1, label) for label, start, end in get_entities(tags)] if tags else []
    assert read_entities([parse_tag(tag, ALL) for tag in tags]) == expected


@pytest.mark.parametrize("scheme", [IOB2, IOBES, BILOU])
@given(sentence=sentences())
@settings(deadline=None)
def test_seqeval_reads_the_tags_strictly(scheme: Type[Token], sentence: Tuple[List[Tuple[int, int, str]], int]) -> None:
    entities, length = sentence
    (found,) = Entities([write_tags(entities, length, scheme.__name__)], scheme).entities
    assert [(e.start, e.end, e.tag) for e in found] == entities


@pytest.mark.parametrize(
    ("scheme", "tags"),
    [
        ("IOB1", "I-PER I-PER B-PER O I-LOC I-PER"),
        ("IOB2", "B-PER I-PER B-PER O B-LOC B-PER"),
        ("IOBES", "B-PER E-PER S-PER O S-LOC S-PER"),
        ("BILOU", "B-PER L-PER U-PER O U-LOC U-PER"),
        ("BMES", "B-PER E-PER S-PER O S-LOC S-PER"),
        ("BMEWO", "B-PER E-PER W-PER O W-LOC W-PER"),
    ],
)
def test_one_sentence_in_each_scheme(scheme: str, tags: str) -> None:
    entities = [(0, 2, "PER"), (2, 3, "PER"), (4, 5, "LOC"), (5, 6, "PER")]
    assert write_tags(entities, 6, scheme) == tags.split()


@pytest.mark.parametrize(
    ("files", "scheme"),
    [
        (["O O"], "IOB2"),
        (["I-PER I-PER", "B-PER O"], "IOB2"),  # the B- opens, so the first I- is a stray one
        (["I-PER I-PER", "I-LOC B-LOC"], "IOB1"),
        (["I-PER B-LOC"], "IOB2"),  # IOB1 would have no B- after another label
        (["B-PER I-PER", "S-LOC"], "IOBES"),
        (["B-PER I-PER", "B-LOC L-LOC"], "BILOU"),
        (["B-PER M-PER E-PER", "S-LOC"], "BMES"),
        (["B-PER E-PER", "W-LOC"], "BMEWO"),
        (["E", "O"], "IOB2"),
    ],
)
def test_the_scheme_is_told_from_the_whole_file(files: List[str], scheme: str) -> None:
    assert detect_scheme([line.split() for line in files]) == scheme


@pytest.mark.parametrize("tag", ["O", "PER", "-PER", "B-", "X-PER", "b-PER", "BI-PER", "", "o", "S-PER"])
def test_what_is_no_tag_of_the_scheme_is_outside(tag: str) -> None:
    assert parse_tag(tag, "BI") == Tag("", "")


def test_a_label_may_have_hyphens() -> None:
    assert parse_tag("I-geo-loc", "BI") == Tag("I", "geo-loc")


def test_unknown_scheme() -> None:
    check_scheme("auto")
    with pytest.raises(XprojError, match="'iob2'; take one of: auto, IOB1"):
        check_scheme("iob2")
