"""What a tagger says of a sentence, and how spans are read off it."""

from dataclasses import dataclass
from typing import List, Protocol, Sequence, Tuple

import numpy
from spacy.tokens import Doc

from ..corpora.formats.schemes import Entity
from ..types import Floats1d, Floats2d, Ints2d


@dataclass(frozen=True)
class TagTable:
    """Tag probabilities of the tokens of one sentence.

    labels (Tuple[str, ...]): the entity labels, without prefixes.
    outside (Floats1d): probability that a token is of no entity. *Shape:* ``(tokens,)``
    begin (Floats2d): probability that a token begins an entity of each label. *Shape:* ``(tokens, labels)``
    inside (Floats2d): probability that a token continues one. *Shape:* ``(tokens, labels)``
    """

    labels: Tuple[str, ...]
    outside: Floats1d
    begin: Floats2d
    inside: Floats2d

    def entities(self) -> List[Entity]:
        """Read entities off the most probable tag of each token. An inside tag that continues nothing begins one.

        RETURNS (List[Entity]): start and end token and label of each, from left to right.
        """
        n_labels = len(self.labels)
        best = numpy.concatenate([self.outside[:, None], self.inside, self.begin], axis=1).argmax(axis=1)
        entities: List[Entity] = []
        open_label = -1
        for token, tag in enumerate(best.tolist()):
            label = (tag - 1) % n_labels if tag else -1
            if tag and label == open_label and tag <= n_labels:
                entities[-1] = (entities[-1][0], token + 1, self.labels[label])
            elif tag:
                entities.append((token, token + 1, self.labels[label]))
            open_label = label
        return entities

    def spans(self) -> Ints2d:
        """RETURNS (Ints2d): the token spans of `entities`. *Shape:* ``(spans, 2)``"""
        return numpy.asarray([entity[:2] for entity in self.entities()], dtype=numpy.int32).reshape(-1, 2)

    def span_probabilities(self, spans: Ints2d) -> Floats2d:
        """How probable it is that spans are entities: the least of the probabilities that an entity begins at the first
        token, goes on at each of the others, and does not go on at the token after. This is an upper bound.

        spans (Ints2d): token spans [start, end), none empty. *Shape:* ``(spans, 2)``
        RETURNS (Floats2d): in [0, 1]. *Shape:* ``(spans, labels)``
        """
        inside = numpy.concatenate([self.inside, numpy.zeros((1, len(self.labels)), dtype=self.inside.dtype)])
        rows = [
            numpy.minimum(
                numpy.minimum(self.begin[start], inside[start + 1 : end].min(axis=0, initial=1)), 1 - inside[end]
            )
            for start, end in spans.tolist()
        ]
        return numpy.asarray(rows, dtype=numpy.float32).reshape(-1, len(self.labels))


class Tagger(Protocol):
    """A named-entity model."""

    def tables(self, docs: Sequence[Doc]) -> List[TagTable]:
        """RETURNS (List[TagTable]): the tag probabilities of each Doc's tokens."""

    def entities(self, docs: Sequence[Doc]) -> List[List[Entity]]:
        """RETURNS (List[List[Entity]]): the entities that the model finds in each Doc: start and end token, label."""

    def spans(self, docs: Sequence[Doc]) -> List[Ints2d]:
        """RETURNS (List[Ints2d]): their token spans."""
