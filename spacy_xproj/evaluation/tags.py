"""Bringing gold and predicted entities onto the same footing, whatever the two tokenisations."""

from collections import Counter
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy
from spacy.tokens import Doc, Span

from ..corpora.order import find_keys, in_order, name_keys
from ..errors import XprojError
from ..text.docs import is_labelled

#: What to do if sentences of a side were never labelled.
LABEL_REMEDIES = {
    "gold": "convert it from a labelled file (xproj convert)",
    "predicted": "write it with a pipeline that finds entities (xproj label) or project it",
}


@dataclass(frozen=True)
class TagPair:
    """Gold and predicted IOB2 tags of a sentence, equally long.

    A tag for each gold token that is not white space. After them, one position for each entity that does not begin and
    end where gold tokens do: it is `B-` on its own side and `O` on the other, so it counts as an entity, and as wrong.

    gold (List[str]): the gold tags.
    predicted (List[str]): the predicted tags.
    misplaced (int): how many predicted entities are among the positions at the end.
    """

    gold: List[str]
    predicted: List[str]
    misplaced: int


def tag_pair(gold: Doc, predicted: Doc, labels: Optional[Sequence[str]] = None) -> TagPair:
    """Tag the gold tokens with the entities of both sides.

    Entities are carried over by the characters that are not white space: these are counted, so two texts that differ in
    white space only have the same positions.

    gold (Doc): the gold sentence.
    predicted (Doc): the predicted one, with the same text but for white space.
    labels (Optional[Sequence[str]]): the labels to look at; all by default.
    RETURNS (TagPair): the tags.
    """
    positions = dense_positions(gold.text)
    tokens = [(positions[t.idx], positions[t.idx + len(t)]) for t in gold if not t.is_space]
    gold_tags, gold_extra = place(keep_labels(gold, labels), positions, tokens)
    predicted_positions = dense_positions(predicted.text)
    predicted_tags, predicted_extra = place(keep_labels(predicted, labels), predicted_positions, tokens)
    return TagPair(
        gold_tags + gold_extra + ["O"] * len(predicted_extra),
        predicted_tags + ["O"] * len(gold_extra) + predicted_extra,
        len(predicted_extra),
    )


def dense_positions(text: str) -> List[int]:
    """Count, for each character and for the end, how many characters before it are not white space."""
    return list(accumulate((not char.isspace() for char in text), initial=0))


def place(
    ents: Sequence[Span], positions: Sequence[int], tokens: Sequence[Tuple[int, int]]
) -> Tuple[List[str], List[str]]:
    """Put entities on tokens.

    ents (Sequence[Span]): the entities.
    positions (Sequence[int]): the dense position of each character of their text.
    tokens (Sequence[Tuple[int, int]]): dense start and end of each token.
    RETURNS (Tuple[List[str], List[str]]): the IOB2 tags of the tokens, and a `B-` tag for each entity that fits none.
    """
    first = {start: i for i, (start, _) in enumerate(tokens)}
    last = {end: i for i, (_, end) in enumerate(tokens)}
    tags = ["O"] * len(tokens)
    misplaced: List[str] = []
    for ent in ents:
        start = first.get(positions[ent.start_char])
        end = last.get(positions[ent.end_char])
        if start is None or end is None or end < start:
            misplaced.append(f"B-{ent.label_}")
        else:
            tags[start : end + 1] = [f"B-{ent.label_}"] + [f"I-{ent.label_}"] * (end - start)
    return tags, misplaced


def keep_labels(doc: Doc, labels: Optional[Sequence[str]]) -> List[Span]:
    """Get the entities of a Doc that have one of the labels, or all if none are given."""
    return [ent for ent in doc.ents if labels is None or ent.label_ in labels]


def count_labels(docs: Iterable[Doc]) -> "Counter[str]":
    """Count the entities of each label."""
    return Counter(ent.label_ for doc in docs for ent in doc.ents)


class LabelCounts:
    """How many entities of each label the two sides have."""

    def __init__(self) -> None:
        self.gold, self.predicted = Counter[str](), Counter[str]()

    def add(self, gold: Doc, predicted: Doc) -> None:
        """Count the entities of two sentences."""
        self.gold.update(ent.label_ for ent in gold.ents)
        self.predicted.update(ent.label_ for ent in predicted.ents)

    def one_sided(self) -> List[Tuple[str, str, int]]:
        """List the labels that only one side has.

        RETURNS (List[Tuple[str, str, int]]): `gold` or `predicted`, a label that only this side has, and how often.
        """
        return [
            (side, label, count)
            for side, ours, others in (("gold", self.gold, self.predicted), ("predicted", self.predicted, self.gold))
            for label, count in sorted(ours.items())
            if label not in others
        ]

    def ignored(self, labels: Optional[Sequence[str]]) -> List[Tuple[str, str, int]]:
        """List the labels that are not looked at.

        labels (Optional[Sequence[str]]): the labels that are looked at; all by default.
        RETURNS (List[Tuple[str, str, int]]): `gold` or `predicted`, a label, and how often this side has it.
        """
        return [
            (side, label, count)
            for side, ours in (("gold", self.gold), ("predicted", self.predicted))
            for label, count in sorted(ours.items())
            if labels is not None and label not in labels
        ]


def match_sentences(gold: Sequence[Doc], predicted: Sequence[Doc]) -> Sequence[Doc]:
    """Find the predicted sentence of each gold one: by ``user_data["sent_id"]`` if all sentences of both sides have one
    of their own, and some are on both sides; else by order.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the predicted ones. There may be more, if they are matched by sent_id.
    RETURNS (Sequence[Doc]): predicted sentences, as many as gold ones and in their order.
    RAISES (XprojError): if a gold sentence has no partner, the texts of two partners differ, or entities are missing.
    """
    partners = find_partners(gold, predicted)
    check_same_sentences(gold, partners)
    return partners


def find_partners(gold: Sequence[Doc], predicted: Sequence[Doc]) -> Sequence[Doc]:
    """Find the predicted sentence of each gold one as `match_sentences` does, but look at their names only.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the predicted ones.
    RETURNS (Sequence[Doc]): predicted sentences; as many as gold ones and in their order if they have names.
    RAISES (XprojError): if they have names, and a gold sentence has no partner.
    """
    own, others = (name_keys(docs) for docs in (gold, predicted))
    unique = all(names.all() and len(numpy.unique(names)) == len(names) for names in (own, others))
    if unique and not numpy.array_equal(own, others) and numpy.isin(own, others).any():
        known = numpy.isin(own, others)
        if not known.all():
            missing = [str(doc.user_data["sent_id"]) for doc in compress(gold, ~known)]
            listed = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
            raise XprojError(
                f"{len(missing)} of {len(own)} gold sentences are not among the predicted ones (sent_id {listed}); "
                "predict on all of them, or leave them out of the gold file"
            )
        predicted = in_order(predicted, find_keys(own, others))
    return predicted


def check_same_sentences(gold: Sequence[Doc], predicted: Sequence[Doc]) -> None:
    """Check that two files hold the same sentences, white space aside, and that all were looked at for entities.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the predicted ones.
    RAISES (XprojError): see `checked_pairs`.
    """
    for _ in checked_pairs(gold, predicted):
        pass


def checked_pairs(gold: Sequence[Doc], predicted: Sequence[Doc]) -> Iterator[Tuple[Doc, Doc]]:
    """Go through two files once, and check what `check_same_sentences` does.

    gold (Sequence[Doc]): the gold sentences.
    predicted (Sequence[Doc]): the predicted ones.
    YIELDS (Tuple[Doc, Doc]): each pair.
    RAISES (XprojError): if texts differ, naming the first pair, or their numbers; at the end, if entities are missing.
    """
    remedy = "predict on the texts of the gold file, in their order"
    if len(gold) != len(predicted):
        raise XprojError(f"{len(gold)} gold and {len(predicted)} predicted sentences; {remedy}")
    unlabelled: Dict[str, List[int]] = {"gold": [], "predicted": []}
    for number, (a, b) in enumerate(zip(gold, predicted, strict=True), 1):
        if "".join(a.text.split()) != "".join(b.text.split()):
            raise XprojError(f"pair {number}: the texts differ, '{a.text[:40]}' and '{b.text[:40]}'; {remedy}")
        for doc, numbers in zip((a, b), unlabelled.values()):
            if not is_labelled(doc):
                numbers.append(number)
        yield a, b
    for side, numbers in unlabelled.items():
        if numbers:
            raise XprojError(
                f"{side} sentence {numbers[0]}: its entities were never set, which is not the same as none "
                f"({len(numbers)} of {len(gold)} such sentences); {LABEL_REMEDIES[side]}"
            )
