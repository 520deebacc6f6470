"""Compare how two texts of one language are written. What a student learns on one must be of use on the other."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Optional

from spacy.tokens import Doc

from ..text.forms import is_mark, nfc, token_forms, words

#: What may be a word of its own in one corpus and a part of a word in another.
JOINERS = {"hyphens": "-‐‑", "apostrophes": "'’ʼ"}
#: What is worth a warning: a share of tokens that are not in NFC,
LEAST_NOT_NFC = 0.001
#: a difference of the shares of joiners that are split, if both texts have so many,
LEAST_SPLIT, LEAST_JOINERS = 0.5, 20
#: unknown words that are known after another spelling, and unknown words in all.
LEAST_RESPELLED, MOST_UNKNOWN = 0.02, 0.5
#: The forms of words that are compared.
FORMS = {"as_is": "as they are", "nfc": "after NFC", "joined": "with split marks rejoined as well"}


@dataclass
class TextStatistics:
    """Counts over the tokens of a corpus.

    tokens (int): all tokens.
    not_nfc (int): tokens that are not in the composed form NFC.
    marks (int): tokens made of combining marks only.
    split (Counter): hyphens and apostrophes inside a word that are tokens of their own.
    kept (Counter): hyphens and apostrophes inside a token with letters: ``al-Shabaab``, ``l'``.
    words (Dict[str, Counter]): for each of `FORMS`, how often each word with a letter occurs.
    """

    tokens: int = 0
    not_nfc: int = 0
    marks: int = 0
    split: "Counter[str]" = field(default_factory=Counter)
    kept: "Counter[str]" = field(default_factory=Counter)
    words: Dict[str, "Counter[str]"] = field(default_factory=lambda: {name: Counter() for name in FORMS})

    def add(self, doc: Doc, count_words: bool = True) -> None:
        """Count the tokens of a sentence.

        doc (Doc): the sentence.
        count_words (bool): whether to count its words, for which memory grows with the vocabulary of the corpus.
        """
        texts = [token.text for token in doc]
        composed = [nfc(text) for text in texts]
        self.tokens += len(texts)
        self.not_nfc += sum(text != form for text, form in zip(texts, composed))
        self.marks += sum(map(is_mark, texts))
        if count_words:
            for name, forms in (("as_is", texts), ("nfc", composed), ("joined", words(token_forms(doc)))):
                self.words[name].update(form for form in forms if has_letter(form))
        for name, chars in JOINERS.items():
            self.kept[name] += sum(has_letter(text) and any(char in text for char in chars) for text in texts)
            self.split[name] += sum(_is_split_joiner(doc, i, chars) for i in range(1, len(doc) - 1))

    def split_share(self, name: str) -> float:
        """Compute the share of hyphens or apostrophes that are tokens of their own."""
        return self.split[name] / max(self.split[name] + self.kept[name], 1)


def text_statistics(docs: Iterable[Doc], count_words: bool = True) -> TextStatistics:
    """Count over a corpus.

    docs (Iterable[Doc]): its sentences.
    count_words (bool): see `TextStatistics.add`.
    RETURNS (TextStatistics): the counts.
    """
    statistics = TextStatistics()
    for doc in docs:
        statistics.add(doc, count_words)
    return statistics


def unknown_share(known: TextStatistics, other: TextStatistics, form: str) -> float:
    """Measure how much of a text is new.

    known (TextStatistics): the text that a student learns from.
    other (TextStatistics): the text that it shall label.
    form (str): `as_is`, `nfc` or `joined`.
    RETURNS (float): the share of the words of `other` that never occur in `known`.
    """
    counts = other.words[form]
    unknown = sum(count for word, count in counts.items() if word not in known.words[form])
    return unknown / max(counts.total(), 1)


def text_warnings(name: str, text: TextStatistics) -> List[str]:
    """Say what is odd about one text.

    name (str): what it is called.
    text (TextStatistics): its counts.
    RETURNS (List[str]): a line for each thing, with figures and a remedy.
    """
    lines = []
    if text.not_nfc > LEAST_NOT_NFC * text.tokens:
        lines.append(
            f"{name}: {_share(text.not_nfc, text.tokens)} of the tokens are not in NFC; projection reads them as if "
            "they were, a student does not: bring its training text and the text it labels into NFC"
        )
    if text.marks:
        lines.append(
            f"{name}: {_share(text.marks, text.tokens)} of the tokens are combining marks alone; a tokenizer cut words "
            "at their accents: tokenize the text in NFC, with marks as parts of words"
        )
    return lines


def compare_texts(known: TextStatistics, other: TextStatistics, known_name: str, other_name: str) -> List[str]:
    """Say in what two texts of one language differ that should not.

    known (TextStatistics): the text that a student learns from.
    other (TextStatistics): the text that it shall label.
    known_name (str): what each is called.
    other_name (str): likewise.
    RETURNS (List[str]): a line for each thing, with figures and a remedy.
    """
    lines = text_warnings(known_name, known) + text_warnings(other_name, other)
    for name in JOINERS:
        enough = all(text.split[name] + text.kept[name] >= LEAST_JOINERS for text in (known, other))
        shares = known.split_share(name), other.split_share(name)
        if enough and abs(shares[0] - shares[1]) >= LEAST_SPLIT:
            lines.append(
                f"{name} inside words are tokens of their own in {shares[0]:.0%} of the cases in {known_name} and in "
                f"{shares[1]:.0%} in {other_name}: tokenize both alike"
            )
    unknown = {form: unknown_share(known, other, form) for form in FORMS}
    as_is, best = unknown["as_is"], min(unknown.values())
    if as_is - best >= LEAST_RESPELLED or as_is >= MOST_UNKNOWN:
        known_as = ", ".join(f"{unknown[form]:.1%} {meaning}" for form, meaning in FORMS.items())
        remedy = "write both alike" if as_is - best >= LEAST_RESPELLED else "are they of one language and script?"
        lines.append(f"words of {other_name} that never occur in {known_name}: {known_as}; {remedy}")
    return lines


def figures(known: TextStatistics, other: TextStatistics) -> Dict[str, List[Optional[float]]]:
    """List what is compared.

    known (TextStatistics): the text that a student learns from.
    other (TextStatistics): the text that it shall label.
    RETURNS (Dict[str, List[Optional[float]]]): for each figure its value in either text, None if it has none.
    """
    texts = (known, other)
    rows: Dict[str, List[Optional[float]]] = {"tokens": [text.tokens for text in texts]}
    rows["tokens not in NFC"] = [text.not_nfc / max(text.tokens, 1) for text in texts]
    rows["combining marks alone"] = [text.marks / max(text.tokens, 1) for text in texts]
    for name in JOINERS:
        rows[f"{name} split off"] = [text.split_share(name) for text in texts]
    for form, meaning in FORMS.items():
        rows[f"unknown words, {meaning}"] = [None, unknown_share(known, other, form)]
    return rows


def has_letter(text: str) -> bool:
    """Tell whether a token has a letter."""
    return any(char.isalpha() for char in text)


def _is_split_joiner(doc: Doc, i: int, chars: str) -> bool:
    """Tell a hyphen inside a word that was cut there from a dash between words. Docs of formats that do not keep spaces
    have one after every token: these are not counted."""
    before, token, after = doc[i - 1], doc[i], doc[i + 1]
    if token.text not in chars or not (has_letter(before.text) and has_letter(after.text)):
        return False
    return not (before.whitespace_ or token.whitespace_) or all(token.whitespace_ for token in doc[:-1])


def _share(count: int, total: int) -> str:
    return f"{count} of {total} ({count / total:.1%})"
