"""Tokens for scripts without spaces: one character each, where no segmenter is at hand.

Entities of spaCy are made of whole tokens. A name that touches its neighbours, as all do in these scripts, can be
one only if tokens end where it does; characters always do. In languages with spaces labels stay on whole words, class
prefixes and endings included (isiZulu *eThekwini*), unless `spacy_xproj.prefixes` cuts them.
"""

from typing import Any, Callable, Dict, Iterator, Optional, Sequence

from spacy.language import Language, create_tokenizer

from .errors import XprojError
from .forms import is_mark
from .languages import blank_or_xx
from .parts import PartTokenizer
from .scripts import is_unspaced

NAME = "spacy-xproj.CharacterTokenizer.v1"
SEGMENTS = ("words", "characters")
#: Written before the consonant that they belong to: vowels of Thai and Lao; signs that stack Khmer and Burmese ones.
LEADING = frozenset("เแโใไເແໂໃໄ\u17d2\u1039")
#: Vowels and signs of Thai and Lao, and sound marks of half-width Katakana: marks in all but name, never alone.
TRAILING = frozenset("ะาำๅๆฯະາຳໆຯ\uff9e\uff9f")


class CharacterTokenizer(PartTokenizer):
    """Cut words of scripts without spaces into characters with their marks, and leave all others whole.

    tokenizer (Callable[[str], Doc]): makes the words, at spaces and punctuation.
    """

    def cut(self, word: str) -> Iterator[str]:
        """YIELDS (str): the characters of a word."""
        return characters(word)


def characters(word: str) -> Iterator[str]:
    """Cut a word around its characters of scripts without spaces.

    word (str): the word, not empty.
    YIELDS (str): each such character with its marks; what is between them as it is.
    """
    start = 0
    for i in range(1, len(word)):
        before, char = word[i - 1], word[i]
        joined = is_mark(char) or char in TRAILING or before in LEADING
        if not joined and (is_unspaced(before) or is_unspaced(char)):
            yield word[start:i]
            start = i
    yield word[start:]


def are_characters(words: Sequence[str]) -> bool:
    """RETURNS (bool): whether a sentence has characters of scripts without spaces, none of them in a longer word."""
    unspaced = [word for word in words if word and is_unspaced(word[0])]
    return bool(unspaced) and all(next(characters(word)) == word for word in unspaced)


def make_character_tokenizer() -> Callable[[Language], CharacterTokenizer]:
    """Make a `CharacterTokenizer` (registered among spaCy's tokenizers as `spacy-xproj.CharacterTokenizer.v1`).

    RETURNS (Callable[[Language], CharacterTokenizer]): makes the tokenizer of a pipeline; other scripts are cut by the
        rules of its language.
    """
    make_words = create_tokenizer()

    def make(nlp: Language) -> CharacterTokenizer:
        return CharacterTokenizer(make_words(nlp))

    return make


def blank_characters(lang: str) -> Language:
    """Make a blank pipeline with a `CharacterTokenizer`. It needs none of the packages that segmenters need.

    lang (str): a language code.
    RETURNS (Language): its pipeline, or that of `xx` where spaCy does not know the language.
    """
    return blank_or_xx(lang, {"@tokenizers": NAME})


def blank_segmented(lang: str, segment: str, tokenizer: Optional[Dict[str, Any]] = None) -> Language:
    """Make a blank pipeline that cuts text as one likes.

    lang (str): a language code.
    segment (str): `words`, by the tokenizer, or `characters`.
    tokenizer (Optional[Dict[str, Any]]): the block of a tokenizer; by default, what spaCy has for the language.
    RETURNS (Language): its pipeline, or that of `xx` where spaCy does not know the language.
    RAISES (XprojError): where there is no such segment, or the tokenizer cannot be made.
    """
    if segment not in SEGMENTS:
        raise XprojError(f"no segment '{segment}': use {' or '.join(SEGMENTS)}")
    return blank_characters(lang) if segment == "characters" else blank_or_xx(lang, tokenizer)
