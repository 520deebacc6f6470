"""What the students of a comparison found, as scores and counts: all figures are made of these."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Dict, List, NamedTuple

import numpy
from numpy.typing import NDArray

from ...corpora.docbin import read_docs
from ...evaluation.strict import Scores, strict_scores
from ...types import Ints3d, Ints4d
from .run import Student
from .settings import Comparison
from .slices import entity_strings, slice_counts


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


class Found:
    """Scores and counts of each student on each language, from the files with its entities.

    comparison (Comparison): the comparison.
    students (List[Student]): its students. Those that failed are left out.
    output_dir (Path): where their directories are.
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
        for cell in (student.cell for student in students if student.result is not None):
            seen = read_strings(Path(cell.corpora.train))
            for lang in cell.languages:
                gold = read_gold(lang)
                predicted = read_docs(cell.path(output_dir) / f"{lang}.spacy", gold[0].vocab)
                group = Group(cell.encoder, cell.mode, cell.data, lang)
                self.counts.setdefault(group, {})[cell.seed] = slice_counts(gold, predicted, labels, seen)
                self.scores.setdefault(group, {})[cell.seed] = strict_scores(gold, predicted, labels)

    def seeds(self, *groups: Group) -> List[int]:
        """RETURNS (List[int]): the seeds that each of these groups has, in the order of the config."""
        return [
            seed
            for seed in self.comparison.settings.seeds
            if all(seed in self.scores.get(group, {}) for group in groups)
        ]

    def stacked(self, group: Group, seeds: List[int]) -> NDArray:
        """RETURNS (NDArray): the counts of each seed. *Shape:* ``(seeds, sentences, labels, 2, 3)``"""
        return numpy.stack([self.counts[group][seed] for seed in seeds])


def whole(counts: NDArray) -> Ints3d:
    """RETURNS (Ints3d): the counts of all slices together. *Shape:* ``(seeds, sentences, 3)``"""
    return counts.sum(axis=(2, 3))
