"""Names in scripts without spaces, on single characters: strict F1 of the default projector on sentences of our own.

Without the units of `spacy_xproj.aligners.segmentation` and running text the figures are .30 (Chinese), .16 (Japanese)
and .00 (Thai).
"""

import re
from pathlib import Path

import pytest
import spacy

from spacy_xproj.text.tokenizers import blank_segmented
from spacy_xproj.types import Bitext

NLP = spacy.blank("en")
DATA = Path(__file__).parent / "data"
ENTITY = re.compile(r"\[([A-Z]+) ([^]]+)\]")


def read(line):
    """Read the text of a line, and the entities that are marked in it."""
    text, ents, end = "", set(), 0
    for found in ENTITY.finditer(line):
        text += line[end : found.start()]
        ents.add((len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        end = found.end()
    return text + line[end:], ents


def source_doc(line):
    text, ents = read(line)
    doc = NLP(text)
    doc.ents = [doc.char_span(start, end, label) for start, end, label in ents]
    return doc


@pytest.fixture(scope="module")
def projector(default_projector):
    return default_projector()


@pytest.mark.parametrize("lang, least", [("zh", 0.93), ("ja", 0.88), ("th", 0.88)])
def test_names_on_characters(projector, lang, least):
    lines = (DATA / f"unspaced.{lang}.txt").read_text(encoding="utf8").splitlines()[1:]
    sides = [line.split(" ||| ") for line in lines]
    nlp = blank_segmented(lang, "characters")
    bitexts = [Bitext(source_doc(source), nlp.make_doc(read(target)[0])) for source, target in sides]
    projector.initialize(lambda: bitexts)
    right = placed = wanted = 0
    for projection, (_, target) in zip(projector(bitexts), sides, strict=True):
        doc, (_, gold) = projection.bitext.target, read(target)
        spans = [(doc[slice(*span)], outcome.label) for outcome in projection.outcomes for span in outcome.spans]
        found = {(span.start_char, span.end_char, label) for span, label in spans}
        right, placed, wanted = right + len(found & gold), placed + len(found), wanted + len(gold)
    assert 2 * right / (placed + wanted) >= least
