"""Strings that a projected corpus labels in one place and leaves unlabelled in another.

If the source scheme labels a string in some contexts only, or a translation lost a label, a student learns from both.
What is found can be filled in: an opt-in, since only some labels gain by it (places do).
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Collection, Dict, Iterable, List, Tuple

from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

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

    Memory grows with the number of different strings only.

    docs (Iterable[Doc]): the corpus. It is gone through twice.
    min_count (int): strings that are labelled less often are not looked for.
    """

    def __init__(self, docs: Iterable[Doc], min_count: int = 1):
        self.docs = docs
        self.usages = {
            words: usage for words, usage in _count_labels(docs).items() if usage.labels.total() >= min_count
        }
        self._vocab = Vocab()
        self._matcher = PhraseMatcher(self._vocab)
        self._matcher.add("known", [Doc(self._vocab, words=list(words)) for words in self.usages])
        self._known = {word for words in self.usages for word in words}
        #: Stands for all words of no string: the vocabulary of the matcher does not grow with the corpus.
        self._other = "x" * (1 + max(map(len, self._known), default=0))
        for doc in docs:
            for _, usage in self._find_unlabelled(doc):
                usage.unlabelled += 1

    def inconsistent(self) -> List[Tuple[Words, Usage]]:
        """List the strings that are labelled here and not there, those first that are left out most often."""
        found = [(words, usage) for words, usage in self.usages.items() if usage.unlabelled]
        return sorted(found, key=lambda item: (-item[1].unlabelled, item[0]))

    def fill(self, labels: Collection[str]) -> "Counter[str]":
        """Label in all sentences what `fill_doc` labels in one, if the corpus is in memory.

        labels (Collection[str]): the labels to fill in.
        RETURNS (Counter[str]): how many entities were added, by label.
        """
        return sum((self.fill_doc(doc, labels) for doc in self.docs), Counter())

    def fill_doc(self, doc: Doc, labels: Collection[str]) -> "Counter[str]":
        """Label the unlabelled occurrences, in a sentence, of strings whose most frequent label is one of those given.

        No entity is changed, and no part of a longer string is labelled that is an entity elsewhere. The new entities
        are in ``doc.spans["filled"]`` as well.

        doc (Doc): a sentence of the corpus, changed in place.
        labels (Collection[str]): the labels to fill in.
        RETURNS (Counter[str]): how many entities were added, by label.
        """
        spans = [Span(doc, *place, label=usage.main_label()) for place, usage in self._find_unlabelled(doc)]
        spans = [span for span in spans if span.label_ in labels]
        doc.spans[FILLED_KEY] = SpanGroup(doc, name=FILLED_KEY, spans=spans)
        doc.set_ents([*doc.ents, *spans], default="unmodified")
        return Counter(span.label_ for span in spans)

    def _find_unlabelled(self, doc: Doc) -> List[Tuple[Tuple[int, int], Usage]]:
        """The places of known strings outside the entities of a sentence, longest first if they overlap."""
        forms = _forms(doc)
        free = [token.ent_iob_ not in ("B", "I") for token in doc]
        words = [form if form in self._known else self._other for form in forms]
        known = Doc(self._vocab, words=words)
        matches = [(start, end) for _, start, end in self._matcher(known)]
        places = []
        for start, end in sorted(matches, key=lambda place: (place[0] - place[1], place)):
            if all(free[start:end]):
                free[start:end] = [False] * (end - start)
                places.append(((start, end), self.usages[tuple(forms[start:end])]))
        return sorted(places, key=lambda item: item[0])


def _count_labels(docs: Iterable[Doc]) -> Dict[Words, Usage]:
    usages: Dict[Words, Usage] = {}
    for doc in docs:
        for ent in doc.ents:
            words = tuple(nfc(token.text) for token in ent)
            usages.setdefault(words, Usage()).labels[ent.label_] += 1
    return usages


def _forms(doc: Doc) -> List[str]:
    return [nfc(token.text) for token in doc]
