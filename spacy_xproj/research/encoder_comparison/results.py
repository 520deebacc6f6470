"""What the students of a comparison found, as scores and counts: all figures are made of these.

Entities are counted by label, and by whether their string has been seen as an entity in the training data. Every
entity is in one slice: a gold one by its own label and string, a predicted one by those predicted. So the counts of
the slices add up to those of the whole.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, List, NamedTuple, Sequence

import numpy
from numpy.typing import NDArray
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ...corpora.docbin import read_docs
from ...encoders.texts import corpus_files
from ...evaluation.strict import Scores, strict_scores
from ...evaluation.tags import check_same_sentences
from ...types import Ints4d
from .config import Comparison
from .students import Student

#: The positions on the axis that tells unseen strings from seen ones.
UNSEEN, SEEN = 0, 1


class Group(NamedTuple):
    """Students that differ in their seed only, on one language.

    encoder (str): the name of their encoder.
    mode (str): how they are trained.
    data (str): the name of their training data.
    language (str): the language that they are tested on.
    """

    encoder: str
    mode: str
    data: str
    language: str


class StudentResults:
    """Scores and counts of each student on each language, from the files with its entities.

    comparison (Comparison): the comparison.
    students (List[Student]): its students. Those that failed are left out.
    output_dir (Path): the directory that holds those of the students.
    scores (Dict[Group, Dict[int, Scores]]): strict scores, by group and seed.
    counts (Dict[Group, Dict[int, Ints4d]]): as `slice_counts` gives them, by group and seed.
    """

    def __init__(self, comparison: Comparison, students: List[Student], output_dir: Path):
        self.comparison = comparison
        self.scores: Dict[Group, Dict[int, Scores]] = {}
        self.counts: Dict[Group, Dict[int, Ints4d]] = {}
        labels = comparison.settings.scored()
        read_gold = cache(lambda lang: read_docs(comparison.tests[lang]))
        read_strings = lru_cache(maxsize=4)(entity_strings)
        for spec in (student.spec for student in students if student.result is not None):
            seen = read_strings(Path(spec.corpora.train))
            for lang in spec.languages:
                gold = read_gold(lang)
                predicted = read_docs(spec.path(output_dir) / f"{lang}.spacy", gold[0].vocab)
                group = Group(spec.encoder, spec.mode, spec.data, lang)
                self.counts.setdefault(group, {})[spec.seed] = slice_counts(gold, predicted, labels, seen)
                self.scores.setdefault(group, {})[spec.seed] = strict_scores(gold, predicted, labels)

    def seeds(self, *groups: Group) -> List[int]:
        """List the seeds that each of these groups has, in the order of the config."""
        return [
            seed
            for seed in self.comparison.settings.seeds
            if all(seed in self.scores.get(group, {}) for group in groups)
        ]

    def stacked(self, group: Group, seeds: List[int]) -> NDArray:
        """Stack the counts of each seed.

        RETURNS (NDArray): the counts. *Shape:* ``(seeds, sentences, labels, 2, 3)``
        """
        return numpy.stack([self.counts[group][seed] for seed in seeds])


def entity_string(ent: Span) -> str:
    """Give the string of an entity, as it is written but for white space."""
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
    RAISES (XprojError): if the two do not hold the same sentences, or entities were never set.
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
