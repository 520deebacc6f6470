"""The stretches of a Doc that are translated one by one."""

from typing import Iterator

from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, Span


def sentences(doc: Doc, max_length: int) -> Iterator[Span]:
    """Cut a Doc into what is translated at a time: its sentences, or all of it if it has none set.

    White space at the ends is left out. What is longer than `max_length` is cut, after the last mark in its second half
    that may end a sentence, or else at the limit; an entity that lies across such a cut is not found.

    doc (Doc): the Doc.
    max_length (int): tokens that a stretch has at most.
    YIELDS (Span): the stretches, none of them empty or only white space.
    """
    whole = doc.sents if doc.has_annotation("SENT_START") else [doc[:]]
    for span in whole:
        start = span.start
        while start < span.end:
            end = _cut(doc, start, span.end, max_length)
            yield from _stripped(doc[start:end])
            start = end


def _cut(doc: Doc, start: int, end: int, max_length: int) -> int:
    if end - start <= max_length:
        return end
    full = start + max_length
    ends = (i + 1 for i in range(full - 1, start + max_length // 2 - 1, -1) if doc[i].text in _SENTENCE_ENDS)
    return next(ends, full)


def _stripped(span: Span) -> Iterator[Span]:
    words = [token.i for token in span if not token.is_space]
    if words:
        yield span.doc[words[0] : words[-1] + 1]


_SENTENCE_ENDS = frozenset(Sentencizer.default_punct_chars)
