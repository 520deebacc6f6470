"""What is read off the tag probabilities of a sentence."""

from typing import List

import numpy

from ..corpora.formats.schemes import Entity
from ..types import Floats2d, Ints2d, TagProbabilities

#: What may be taken for the probability that an entity begins at a word: see `begin_probabilities`.
BEGINS = ("auto", "tag", "inside", "larger")


def begin_probabilities(tags: TagProbabilities, begin: str = "auto") -> Floats2d:
    """How probable it is that an entity of each label begins at each token.

    A model trained on IOB2 says so with its begin tags. One trained on IOB1 uses them only to part neighbours of one
    label, if it has them at all: its entities begin with an inside tag.

    tags (TagProbabilities): the probabilities of a sentence.
    begin (str): what is read: the begin `tag`, the `inside` tag, or the `larger` of both. `auto` is the larger if the
        tags are those of IOB1, else the begin tag. They are if a label has no begin tag of its own, so that it has the
        same probabilities twice, or if the most probable tags have an inside tag that continues nothing.
    RETURNS (Floats2d): the probabilities. *Shape:* ``(tokens, labels)``
    """
    if begin == "auto":
        begin = "larger" if _is_iob1(tags) else "tag"
    if begin == "tag":
        return tags.begin
    return tags.inside if begin == "inside" else numpy.maximum(tags.begin, tags.inside)


def _is_iob1(tags: TagProbabilities) -> bool:
    shared = (tags.begin == tags.inside).all(axis=0) & tags.inside.any(axis=0)
    if shared.any():
        return True
    best = _best_tags(tags)
    n_labels = len(tags.labels)
    before = numpy.concatenate([[0], best[:-1]]) if len(best) else best
    is_inside = (best > 0) & (best <= n_labels)
    return bool((is_inside & ((before == 0) | ((before - 1) % n_labels != best - 1))).any())


def _best_tags(tags: TagProbabilities) -> numpy.ndarray:
    """The most probable tag of each token: 0 outside, then inside and then begin of each label."""
    return numpy.concatenate([tags.outside[:, None], tags.inside, tags.begin], axis=1).argmax(axis=1)


def best_entities(tags: TagProbabilities) -> List[Entity]:
    """Read entities off the most probable tag of each token. An inside tag that continues nothing begins one.

    tags (TagProbabilities): the probabilities.
    RETURNS (List[Entity]): start and end token and label of each, from left to right.
    """
    n_labels = len(tags.labels)
    entities: List[Entity] = []
    open_label = -1
    for token, tag in enumerate(_best_tags(tags).tolist()):
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
    begin = begin_probabilities(tags)
    inside = numpy.concatenate([tags.inside, numpy.zeros((1, len(tags.labels)), dtype=tags.inside.dtype)])
    rows = [
        numpy.minimum(numpy.minimum(begin[start], inside[start + 1 : end].min(axis=0, initial=1)), 1 - inside[end])
        for start, end in spans.tolist()
    ]
    return numpy.asarray(rows, dtype=numpy.float32).reshape(-1, len(tags.labels))
