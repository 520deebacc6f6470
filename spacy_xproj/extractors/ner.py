"""Candidates that a named-entity model finds in the target."""

from typing import Iterable, Iterator

from spacy.util import minibatch

from ..types import Bitext, Candidates, Tagger


class NerCandidates:
    """The entities that a model of the target language proposes, whatever their labels (Politov et al. 2025, §3.3;
    registered as `spacy-xproj.NerCandidates.v1`).

    tagger (Tagger): a model that knows the target language: `spacy-xproj.SpacyTagger.v1` or
        `spacy-xproj.TransformerTagger.v1`.
    buffer (int): sentences that it gets at a time.
    """

    def __init__(self, tagger: Tagger, buffer: int = 256):
        self.tagger = tagger
        self.buffer = buffer

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[Candidates]:
        """List the entities found in each target, from left to right."""
        for pairs in minibatch(bitexts, self.buffer):
            yield from (Candidates(spans) for spans in self.tagger.spans([pair.target for pair in pairs]))
