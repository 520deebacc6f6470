"""Entities by label, and by whether their string has been seen as an entity in the training data.

Every entity is in one slice: a gold one by its own label and string, a predicted one by those predicted. So the counts
of the slices add up to those of the whole.
"""

from pathlib import Path
from typing import FrozenSet, List, Sequence

import numpy
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ...corpora.docbin import read_docs
from ...encoders.texts import corpus_files
from ...evaluation.tags import check_same_sentences
from ...types import Ints4d

#: The positions on the axis that tells unseen strings from seen ones.
UNSEEN, SEEN = 0, 1


def entity_string(ent: Span) -> str:
    """RETURNS (str): the string of an entity, as it is written but for white space."""
    return " ".join(ent.text.split())


def entity_strings(path: Path) -> FrozenSet[str]:
    """Read which strings are entities in training data, whatever their label.

    path (Path): a `.spacy` file or a directory of them.
    RETURNS (FrozenSet[str]): the strings.
    """
    docs = (doc for file in corpus_files(path) for doc in read_docs(file, Vocab()))
    return frozenset(entity_string(ent) for doc in docs for ent in doc.ents)


def slice_counts(gold: Sequence[Doc], predicted: Sequence[Doc], labels: List[str], seen: FrozenSet[str]) -> Ints4d:
    """Count the entities of each sentence and slice.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the same sentences, with entities predicted on the same tokens.
    labels (List[str]): the labels. Entities with others are left out on both sides.
    seen (FrozenSet[str]): the strings that are entities in the training data.
    RETURNS (Ints4d): true positives, false positives and false negatives. The second axis are the labels, the third
        is `UNSEEN` and `SEEN`. *Shape:* ``(sentences, labels, 2, 3)``
    RAISES (XprojError): where the two do not hold the same sentences, or entities were never set.
    """
    check_same_sentences(gold, predicted)
    counts = numpy.zeros((len(gold), len(labels), 2, 3), dtype=numpy.int32)
    columns = {label: i for i, label in enumerate(labels)}
    for row, pair in zip(counts, zip(gold, predicted)):
        right, found = (
            {(ent.start, ent.end, ent.label_): ent for ent in doc.ents if ent.label_ in columns} for doc in pair
        )
        for key, ent in {**right, **found}.items():
            outcome = 0 if key in right and key in found else 1 if key in found else 2
            row[columns[ent.label_], int(entity_string(ent) in seen), outcome] += 1
    return counts
