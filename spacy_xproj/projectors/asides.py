"""Names that are followed by their original spelling in brackets: two mentions of one entity.

An aligner links a word with its copy before all others, so the name before the brackets, which is spelt as its language
does, would lose its place to the copy. So the copy is taken out before the words are aligned, and gets the label when
the name beside it has it.
"""

from dataclasses import replace
from typing import List, NamedTuple, Tuple

import numpy
from rapidfuzz.distance import Indel
from spacy.tokens import Doc

from ..scores.string import romanize
from ..text.brackets import KIND, asides
from ..text.forms import token_forms
from ..types import Bitext, Outcome, Projection

#: Texts that are this similar, in ASCII, are spellings of one name.
SAME_NAME = 0.75
#: What is parted by one of these is more than a name.
SEPARATORS = frozenset(",:;/、，：；،")


class Aside(NamedTuple):
    """A name in brackets.

    first (int): the word of the opening bracket.
    last (int): that of the closing one.
    entity (int): the source entity whose name it has.
    score (float): how similar it is.
    """

    first: int
    last: int
    entity: int
    score: float


def original_names(bitext: Bitext) -> List[Aside]:
    """Find the names in brackets in the target that are those of source entities.

    There are none if the source has brackets itself: then they are a part of the sentence.

    bitext (Bitext): the pair.
    RETURNS (List[Aside]): the names, from left to right; one for an entity at most.
    """
    words = token_forms(bitext.target)
    found: List[Aside] = []
    if not bitext.source.ents or not any(first for first, _ in asides(words)) or asides(token_forms(bitext.source)):
        return found
    names = [ent.text for ent in bitext.source.ents]
    for first, last in asides(words):
        text = bitext.target[first + 1 : last].text
        rows = [(_similarity(text, name), -i) for i, name in enumerate(names) if -i not in {-a.entity for a in found}]
        score, i = max(rows, default=(0.0, 0))
        one_name = SEPARATORS.isdisjoint(words[first + 1 : last])
        if first and one_name and score >= SAME_NAME and (not found or first > found[-1].last):
            found.append(Aside(first, last, -i, score))
    return found


def _similarity(text: str, name: str) -> float:
    """How similar two spellings are: wholly, if all words of one are among those of the other."""
    first, second = ({word for word in romanize(one).split() if word.isalnum()} for one in (text, name))
    if first and second and (first <= second or second <= first):
        return 1.0
    return Indel.normalized_similarity(romanize(text), romanize(name))


def without_asides(bitext: Bitext, found: List[Aside]) -> Bitext:
    """Take names in brackets, with these, out of the target.

    bitext (Bitext): the pair.
    found (List[Aside]): the names.
    RETURNS (Bitext): the pair, with a target of its own if there are any.
    """
    if not found:
        return bitext
    target = bitext.target
    tokens = [target[i] for i in _kept(target, found)]
    words, spaces = [token.text for token in tokens], [bool(token.whitespace_) for token in tokens]
    return replace(bitext, target=Doc(target.vocab, words=words, spaces=spaces, user_data=dict(target.user_data)))


def with_asides(bitext: Bitext, projection: Projection, found: List[Aside]) -> Projection:
    """Bring a projection onto a target without some names in brackets back to the whole one.

    bitext (Bitext): the pair as it was.
    projection (Projection): what became of it without the names.
    found (List[Aside]): the names; the entity of one gets it as second place if its own is beside it, and as its only
        one if it has none.
    RETURNS (Projection): the result for the pair.
    """
    if not found:
        return projection
    kept = _kept(bitext.target, found)

    def whole(span: Tuple[int, int]) -> Tuple[int, int]:
        return kept[span[0]], kept[span[1] - 1] + 1

    outcomes = [
        replace(o, spans=tuple(map(whole, o.spans)), rivals=tuple((whole(span), score) for span, score in o.rivals))
        for o in projection.outcomes
    ]
    for aside in found:
        outcome = outcomes[aside.entity]
        ends = [_next_word(bitext.target, end) for _, end in outcome.spans]
        if not ends or aside.first in ends:
            outcomes[aside.entity] = _added(outcome, (aside.first + 1, aside.last), aside.score)
    links = projection.bitext.alignment
    if links is not None:
        links = replace(links, target=numpy.asarray(kept, dtype=numpy.int32)[links.target])
    return Projection(replace(bitext, alignment=links), outcomes, projection.flags)


def _added(outcome: Outcome, span: Tuple[int, int], score: float) -> Outcome:
    return replace(
        outcome,
        status="projected",
        spans=(*outcome.spans, span),
        scores=(*outcome.scores, score),
        margins=(*outcome.margins, score),
    )


def _next_word(target: Doc, end: int) -> int:
    """The token at the end of a span, after the quotation marks that may close there."""
    while end < len(target) and target[end].text in KIND:
        end += 1
    return end


def _kept(target: Doc, found: List[Aside]) -> List[int]:
    hidden = {i for aside in found for i in range(aside.first, aside.last + 1)}
    return [i for i in range(len(target)) if i not in hidden]
