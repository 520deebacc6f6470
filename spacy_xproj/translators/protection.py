"""Names that a translator must leave as they are."""

import re
from dataclasses import dataclass
from typing import Callable, Dict, Iterable, Iterator, List, Optional, Protocol, Sequence, runtime_checkable

from spacy.tokens import Doc, Span
from spacy.util import minibatch

from ..types import FlaggingTranslator, Translation, Translator

#: What is said of a translation whose names are those of the source, and of one that changed a name after all.
PROTECTED = "protected"
NOT_PROTECTED = "not_protected"
#: Words that translators leave alone; one form after the other is tried. (English-Portuguese: 301 of 302 sentences.)
FORMS = ("Xqz{}", "X{}", "Z{}q")
#: Sentences that are read ahead.
BUFFER = 512


@runtime_checkable
class Keeping(Protocol):
    """A translator that can be told within a text what it must leave as it is."""

    def keep(self, name: str) -> str: ...


@dataclass(frozen=True)
class Masked:
    """A text whose names are written in some other way, and how they are found in its translation.

    text (str): the text.
    names (Dict[str, str]): each name, by what stands for it; the name itself if the translator keeps it.
    """

    text: str
    names: Dict[str, str]

    def restore(self, translation: str) -> Optional[str]:
        """Put the names into a translation. None if one is missing, or there twice."""
        for placeholder, name in self.names.items():
            found = re.compile(rf"(?<!\w){re.escape(placeholder)}(?!\w)", re.IGNORECASE)
            if len(found.findall(translation)) != 1:
                return None
            translation = found.sub(lambda _, name=name: name, translation)  # type: ignore[misc]
        return translation


def translate_protected(docs: Iterable[Doc], translator: Translator, labels: Sequence[str]) -> Iterator[Translation]:
    """Translate Docs so that their names stay as they are: a translator that can keep them is told which; for others,
    words stand for the names that are put back afterwards. If such a word is lost, others are tried; if all are lost,
    the text is translated as it is.

    docs (Iterable[Doc]): the source sentences.
    translator (Translator): translates them.
    labels (Sequence[str]): the labels of entities that are to be protected.
    YIELDS (Translation): the translation of each, flagged `protected` if all of its names are in it as they were, or
        `not_protected` if one is not; a text without names has no such flag.
    """
    for batch in minibatch(docs, BUFFER):
        ents = [[ent for ent in doc.ents if ent.label_ in labels] for doc in batch]
        done: Dict[int, Translation] = {}
        for mask in _masks(translator):
            waiting = [i for i in range(len(batch)) if i not in done and ents[i]]
            masked = {i: one for i in waiting if (one := mask(batch[i].text, ents[i])) is not None}
            for i, made in zip(masked, translate_texts((one.text for one in masked.values()), translator), strict=True):
                text = masked[i].restore(made.text)
                if text is not None and _has_all(text, ents[i]):
                    done[i] = Translation(text, (*made.flags, PROTECTED))
        waiting = [i for i in range(len(batch)) if i not in done]
        for i, made in zip(waiting, translate_texts((batch[i].text for i in waiting), translator), strict=True):
            flag = PROTECTED if _has_all(made.text, ents[i]) else NOT_PROTECTED
            done[i] = Translation(made.text, (*made.flags, flag)) if ents[i] else made
        yield from (done[i] for i in range(len(batch)))


def translate_texts(texts: Iterable[str], translator: Translator) -> Iterator[Translation]:
    """Translate texts; with each translation comes what the translator says of it, if anything."""
    if isinstance(translator, FlaggingTranslator):
        return translator.translate_flagged(texts)
    return map(Translation, translator(texts))


Mask = Callable[[str, List[Span]], Optional[Masked]]


def _masks(translator: Translator) -> List[Mask]:
    """The ways to write names for a translator, best first."""
    if isinstance(translator, Keeping):
        return [lambda text, ents: Masked(_replace(text, ents, [translator.keep(ent.text) for ent in ents]), {})]
    return [lambda text, ents, form=form: _with_placeholders(text, ents, form) for form in FORMS]  # type: ignore[misc]


def _with_placeholders(text: str, ents: List[Span], form: str) -> Optional[Masked]:
    """Put a word in the place of each name. None if the text has such a word itself."""
    words = [form.format(_letters(number)) for number in range(len(ents))]
    if any(word.lower() in text.lower() for word in words):
        return None
    return Masked(_replace(text, ents, words), dict(zip(words, (ent.text for ent in ents))))


def _letters(number: int) -> str:
    """Count in letters: a, b, …, z, ba, bb, …"""
    return (_letters(number // 26) if number > 25 else "") + chr(ord("a") + number % 26)


def _replace(text: str, ents: List[Span], words: List[str]) -> str:
    for ent, word in reversed(list(zip(ents, words, strict=True))):
        text = text[: ent.start_char] + word + text[ent.end_char :]
    return text


def _has_all(text: str, ents: List[Span]) -> bool:
    names = [ent.text for ent in ents]
    return all(text.count(name) >= names.count(name) for name in names)
