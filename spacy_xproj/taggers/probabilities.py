"""What is read off the tag probabilities of a sentence."""

from typing import List

import numpy

from ..corpora.formats.schemes import Entity
from ..types import Floats2d, Ints2d, TagProbabilities


def best_entities(tags: TagProbabilities) -> List[Entity]:
    """Read entities off the most probable tag of each token. An inside tag that continues nothing begins one.

    tags (TagProbabilities): the probabilities.
    RETURNS (List[Entity]): start and end token and label of each, from left to right.
    """
    n_labels = len(tags.labels)
    best = numpy.concatenate([tags.outside[:, None], tags.inside, tags.begin], axis=1).argmax(axis=1)
    entities: List[Entity] = []
    open_label = -1
    for token, tag in enumerate(best.tolist()):
        label = (tag - 1) % n_labels if tag else -1
        if tag and label == open_label and tag <= n_labels:
            entities[-1] = (entities[-1][0], token + 1, tags.labels[label])
        elif tag:
            entities.append((token, token + 1, tags.labels[label]))
        open_label = label
    return entities


def best_spans(tags: TagProbabilities) -> Ints2d:
    """Read the token spans of `best_entities`. *Shape:* ``(spans, 2)``"""
    return numpy.asarray([entity[:2] for entity in best_entities(tags)], dtype=numpy.int32).reshape(-1, 2)


def span_probabilities(tags: TagProbabilities, spans: Ints2d) -> Floats2d:
    """How probable it is that spans are entities: the least of the probabilities that an entity begins at the first
    token, goes on at each of the others, and does not go on at the token after. This is an upper bound.

    tags (TagProbabilities): the probabilities.
    spans (Ints2d): token spans [start, end), none empty. *Shape:* ``(spans, 2)``
    RETURNS (Floats2d): in [0, 1]. *Shape:* ``(spans, labels)``
    """
    inside = numpy.concatenate([tags.inside, numpy.zeros((1, len(tags.labels)), dtype=tags.inside.dtype)])
    rows = [
        numpy.minimum(numpy.minimum(tags.begin[start], inside[start + 1 : end].min(axis=0, initial=1)), 1 - inside[end])
        for start, end in spans.tolist()
    ]
    return numpy.asarray(rows, dtype=numpy.float32).reshape(-1, len(tags.labels))
