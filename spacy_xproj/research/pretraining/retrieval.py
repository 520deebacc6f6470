"""Whether names are found by their pictures, pictures by their names, and names by their translations."""

from typing import Any, Dict, List, Sequence, Tuple

import numpy
import torch
from torch import Tensor
from torch.nn.functional import normalize

from .emoji import EmojiData
from .objectives import Objective

#: A search succeeds if what is looked for is among the first so many.
RANKS = (1, 5, 10)
#: How many emoji are searched at most.
LARGEST_POOL = 500
#: Names in other languages are compared with those in this one, if it is trained on.
PIVOT = "en"
Recall = Dict[str, float]


def measure(objective: Objective, data: EmojiData) -> Dict[str, Any]:
    """Measure retrieval on what is trained on, on emoji that are held out, and on languages that are held out.

    objective (Objective): the encoder and what it is trained with.
    data (EmojiData): the emoji.
    RETURNS (Dict[str, Any]): see `_measure_set`, by set; one of which there is nothing is left out.
    """
    trained, held_out = range(data.n_trained), range(data.n_trained, len(data.emoji))
    sets = {
        "trained": (trained, data.languages),
        "new_emoji": (held_out, data.languages),
        "new_languages": (trained, data.new_languages),
    }
    was_training = objective.training
    objective.eval()
    with torch.inference_mode():
        result = {
            name: _measure_set(objective, data, rows[:LARGEST_POOL], languages)
            for name, (rows, languages) in sets.items()
            if len(rows) and languages
        }
    objective.train(was_training)
    return result


def _measure_set(objective: Objective, data: EmojiData, rows: Sequence[int], languages: List[str]) -> Dict[str, Any]:
    """Measure retrieval in each language, and take the mean of the languages.

    RETURNS (Dict[str, Any]): the mean number of names that are searched, the recall that chance gives, and the
        recall of `image_to_text`, `text_to_image`, and `text_to_text`: names by those of the pivot language, with
        the vectors of the encoder itself, as it is used in the end.
    """
    pivot = PIVOT if PIVOT in data.languages else data.languages[0]
    pivot_places, pivot_means = _read_names(objective, data, rows, pivot)
    pictures = objective.picture_vectors(rows)
    sizes = []
    found: Dict[str, List[Recall]] = {}
    for language in languages:
        places, means = _read_names(objective, data, rows, language)
        if not places:
            continue
        sizes.append(len(places))
        measured = {"chance": {str(k): min(1.0, k / len(places)) for k in RANKS}}
        if pictures is not None:
            scores = pictures[places] @ objective.caption_vectors(means).T
            measured.update(image_to_text=recall(scores), text_to_image=recall(scores.T))
        both, here, there = numpy.intersect1d(places, pivot_places, return_indices=True)
        if language != pivot and len(both):
            measured["text_to_text"] = recall(normalize(pivot_means[there], dim=-1) @ normalize(means[here], dim=-1).T)
        for kind, one in measured.items():
            found.setdefault(kind, []).append(one)
    return {
        "languages": len(sizes),
        "names": sum(sizes) / max(1, len(sizes)),
        **{kind: _mean(recalls) for kind, recalls in found.items()},
    }


def _read_names(objective: Objective, data: EmojiData, rows: Sequence[int], language: str) -> Tuple[List[int], Tensor]:
    """Tell which of some emoji have a name in a language, and compute the vectors of the names. *Shape:* ``(names,
    width)``"""
    names = data.names(rows, language)
    return [rows.index(row) for row in names], objective.text.in_batches(list(names.values()))


def recall(scores: Tensor) -> Recall:
    """Compute the share of rows whose own column, that of the same number, is among the best.

    scores (Tensor): the score of each row and column. *Shape:* ``(n, n)``
    RETURNS (Recall): the share by rank. If scores are equal, the others count as better.
    """
    own = scores.diagonal()[:, None]
    rank = len(scores) - (scores < own).sum(dim=1)
    return {str(k): (rank <= k).float().mean().item() for k in RANKS}


def _mean(recalls: List[Recall]) -> Recall:
    return {rank: sum(one[rank] for one in recalls) / len(recalls) for rank in recalls[0]}
