"""Strings that a projected corpus labels in one place and leaves unlabelled in another.

If the source scheme labels a string in some contexts only, or a translation lost a label, a student learns from both.
What is found can be filled in: an opt-in, since only some labels gain by it (places do).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Collection, Dict, List, Sequence, Tuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, SpanGroup

from ..text.forms import nfc

FILLED_KEY = "filled"
#: A string: the NFC forms of its tokens.
Words = Tuple[str, ...]


@dataclass
class Usage:
    """How a corpus treats one string.

    labels (Counter): how often it is an entity, by label.
    unlabelled (int): how often it stands outside every entity, and in no longer string that is labelled elsewhere.
    """

    labels: "Counter[str]" = field(default_factory=Counter)
    unlabelled: int = 0

    def main_label(self) -> str:
        """Get its most frequent label, empty if two are equally frequent."""
        ranked = self.labels.most_common(2)
        return "" if len(ranked) > 1 and ranked[0][1] == ranked[1][1] else ranked[0][0]


class Consistency:
    """Find again, in a corpus, the strings that it labels. Time is linear in the number of tokens.

    docs (Sequence[Doc]): the corpus, at least one Doc, all on one vocabulary.
    min_count (int): strings that are labelled less often are not looked for.
    """

    def __init__(self, docs: Sequence[Doc], min_count: int = 1):
        self.docs = docs
        self.usages = {
            words: usage for words, usage in _count_labels(docs).items() if usage.labels.total() >= min_count
        }
        self.unlabelled = self._find_unlabelled()

    def inconsistent(self) -> List[Tuple[Words, Usage]]:
        """List the strings that are labelled here and not there, those first that are left out most often."""
        found = [(words, usage) for words, usage in self.usages.items() if usage.unlabelled]
        return sorted(found, key=lambda item: (-item[1].unlabelled, item[0]))

    def fill(self, labels: Collection[str]) -> "Counter[str]":
        """Label the unlabelled occurrences of strings whose most frequent label is one of those given.

        No entity is changed, and no part of a longer string is labelled that is an entity elsewhere. The new entities
        are in ``doc.spans["filled"]`` as well.

        labels (Collection[str]): the labels to fill in.
        RETURNS (Counter[str]): how many entities were added, by label.
        """
        added: Counter[str] = Counter()
        for doc, places in zip(self.docs, self.unlabelled):
            spans = [Span(doc, *place, label=usage.main_label()) for place, usage in places]
            spans = [span for span in spans if span.label_ in labels]
            doc.spans[FILLED_KEY] = SpanGroup(doc, name=FILLED_KEY, spans=spans)
            doc.set_ents([*doc.ents, *spans], default="unmodified")
            added.update(span.label_ for span in spans)
        return added

    def _find_unlabelled(self) -> List[List[Tuple[Tuple[int, int], Usage]]]:
        """For each Doc the places of known strings outside its entities, longest first if they overlap."""
        vocab = self.docs[0].vocab
        matcher = PhraseMatcher(vocab)
        matcher.add("known", [Doc(vocab, words=list(words)) for words in self.usages])
        found = []
        for doc in self.docs:
            forms = _forms(doc)
            free = [token.ent_iob_ not in ("B", "I") for token in doc]
            places = []
            matches = [(start, end) for _, start, end in matcher(Doc(vocab, words=forms))]
            for start, end in sorted(matches, key=lambda place: (place[0] - place[1], place)):
                if all(free[start:end]):
                    free[start:end] = [False] * (end - start)
                    usage = self.usages[tuple(forms[start:end])]
                    usage.unlabelled += 1
                    places.append(((start, end), usage))
            found.append(sorted(places, key=lambda item: item[0]))
        return found


def _count_labels(docs: Sequence[Doc]) -> Dict[Words, Usage]:
    usages: Dict[Words, Usage] = {}
    for doc in docs:
        for ent in doc.ents:
            words = tuple(nfc(token.text) for token in ent)
            usages.setdefault(words, Usage()).labels[ent.label_] += 1
    return usages


def _forms(doc: Doc) -> List[str]:
    return [nfc(token.text) for token in doc]
