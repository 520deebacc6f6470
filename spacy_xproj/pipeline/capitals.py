"""Names begin with a capital, in scripts that have them."""

from dataclasses import replace
from typing import Optional, Tuple

from spacy.tokens import Doc

from ..types import Outcome, Projection

NO_CAPITAL = "no_capital"


def capitalized(projection: Projection) -> Projection:
    """Let entities begin where their first capital or digit is. One that has none is no name: a translator leaves words
    that it does not know as they are, and a pipeline of another language takes these for names.

    Letters without capitals, such as Arabic ones, count as capitals. A sentence that is written without any stays as
    it is.

    projection (Projection): what was projected onto a sentence.
    RETURNS (Projection): the same without lower-case words before names; the outcome of what was none is `no_capital`.
    """
    target = projection.bitext.target
    if not any(char.isupper() for char in target.text):
        return projection
    return replace(projection, outcomes=[_capitalized(outcome, target) for outcome in projection.outcomes])


def _capitalized(outcome: Outcome, target: Doc) -> Outcome:
    begun = [(_begin(span, target), score, margin) for span, score, margin in outcome.placed()]
    named = [(begin, score, margin) for begin, score, margin in begun if begin is not None]
    if not named:
        return replace(outcome, status=NO_CAPITAL, spans=(), scores=(), margins=()) if begun else outcome
    spans, scores, margins = zip(*named, strict=True)
    return replace(outcome, spans=spans, scores=scores, margins=margins if outcome.margins else ())


def _begin(span: Tuple[int, int], target: Doc) -> Optional[Tuple[int, int]]:
    """The span without the lower-case words that it begins with; None if it has no other words."""
    start, end = span
    if all(_is_lower(token.text) or not any(map(str.isalnum, token.text)) for token in target[start:end]):
        return None
    while _is_lower(target[start].text):
        start += 1
    return start, end


def _is_lower(word: str) -> bool:
    """Whether a word has letters that could be capitals, and neither capitals nor digits."""
    could = any(char != char.title() for char in word if char.islower())
    return could and not any(char.isupper() or char.istitle() or char.isdigit() for char in word)
