"""The settings of translations: does one look like one, by cheap checks without a model, and what are its tokens?"""

import re
from typing import Any, Dict, List, Literal, Optional

from pydantic import BaseModel

from ..config import read_section
from ..errors import XprojError

#: What a check can say. `empty` can make no pair; the others are suspicions.
EMPTY = "empty"
REPETITION = "repetition"
COPY = "copied_source"
LENGTH = "length_ratio"

#: Four times the same thing in a row: at least two characters, the first of them a letter.
LOOP = re.compile(r"([^\W\d_].{1,80}?)\1{3,}", re.DOTALL)


class Checks(BaseModel, extra="forbid"):
    """The settings, section ``[translation]`` of a config.

    on_flag (str): "keep" sentences that look wrong, with ``doc.user_data["flags"]`` saying why, or "drop" them to
        the rejects. Empty translations are always rejected. The flag of a translator counts too, `not_ended`; only
        `split`, of a text that was translated in parts, and `protected` are kept in any case.
    max_ratio (float): source and translation differ in length, in characters, by this factor at most. Between
        an alphabet and Chinese or Japanese characters, 3 is too low.
    min_chars (int): lengths are compared if one of the two has as many characters.
    copy_words (int): a translation may equal its source (names, numbers, "OK") up to as many words.
    protect (List[str]): labels of entities that are not to be translated, such as ["PER"]: rule-based and small models
        translate names that look like words. Sentences are flagged `protected`, or `not_protected` if the translator
        changed a name all the same.
    segment (str): "words", by spaCy's tokenizer of the target language, or "characters" for scripts without spaces;
        see `spacy_xproj.text.tokenizers`.
    tokenizer (Optional[Dict[str, Any]]): makes the words in place of spaCy's choice for the language, section
        ``[translation.tokenizer]``: the block of a tokenizer that is registered among spaCy's. Train the student with
        the same one, as its ``[nlp.tokenizer]``.
    """

    on_flag: Literal["keep", "drop"] = "keep"
    max_ratio: float = 3.0
    min_chars: int = 40
    copy_words: int = 4
    protect: List[str] = []
    segment: Literal["words", "characters"] = "words"
    tokenizer: Optional[Dict[str, Any]] = None

    def flag(self, source: str, translation: str) -> Optional[str]:
        """Name the first thing that is wrong with a translation, or None."""
        if not translation.strip():
            return EMPTY
        if has_loop(translation) and not has_loop(source):
            return REPETITION
        if is_copy(source, translation, self.copy_words):
            return COPY
        if max(len(source), len(translation)) >= self.min_chars and length_ratio(source, translation) > self.max_ratio:
            return LENGTH
        return None


def make_checks(settings: Dict[str, Any]) -> Checks:
    """Check the settings. RAISES (XprojError): if one is unknown or has a wrong value."""
    if settings.get("segment") == "characters" and settings.get("tokenizer"):
        raise XprojError('[translation] has both segment = "characters" and a tokenizer; leave one out')
    return read_section(Checks, settings, "translation")


def has_loop(text: str) -> bool:
    """Tell whether something is repeated four times in a row, as models do that have lost their way."""
    return LOOP.search(f"{text} ") is not None


def is_copy(source: str, translation: str, max_words: int) -> bool:
    """Tell whether a text of more than `max_words` words is its own translation, but for case and spaces."""
    words = source.casefold().split()
    return len(words) > max_words and words == translation.casefold().split()


def length_ratio(source: str, translation: str) -> float:
    """Divide the longer length by the shorter one, in characters."""
    shorter, longer = sorted((len(source.strip()), len(translation.strip())))
    return longer / max(shorter, 1)
