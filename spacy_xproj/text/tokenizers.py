"""Tokens that are parts of words: characters of scripts without spaces, and prefixes that are glued to names.

Entities of spaCy are made of whole tokens. A name that touches its neighbours, as all do in scripts without spaces, can
be one only if tokens end where it does; characters always do. In languages with spaces, labels stay on whole words,
with class prefixes and endings (isiZulu *eThekwini*), unless a `PrefixTokenizer` cuts them.
"""

import re
from abc import ABC, abstractmethod
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from spacy.language import Language, create_tokenizer
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.util import DummyTokenizer

from ..errors import XprojError
from .forms import is_mark
from .languages import blank_or_xx
from .scripts import is_unspaced

#: Words are seldom longer, and the time of spaCy's rules grows with the square of their length.
MAX_WORD = 1000
LONG_WORD = re.compile(rf"\S{{{MAX_WORD}}}(?=\S)")


class BoundedTokenizer(DummyTokenizer):
    """Tokenise a text in pieces if it has words of more than `MAX_WORD` characters, such as `'s` ten thousand times,
    which would take minutes or hours. Each such word ends after as many characters.

    tokenizer (Callable[[str], Doc]): makes the tokens.
    """

    def __init__(self, tokenizer: Callable[[str], Doc]):
        self.tokenizer = tokenizer

    def __call__(self, text: str) -> Doc:
        """Tokenise a text.

        text (str): the text.
        RETURNS (Doc): its tokens; they hold all of it.
        """
        ends = [match.end() for match in LONG_WORD.finditer(text)]
        docs = [self.tokenizer(text[start:end]) for start, end in zip([0, *ends], [*ends, len(text)])]
        if len(docs) == 1:
            return docs[0]
        tokens = [token for doc in docs for token in doc]
        spaces = [bool(token.whitespace_) for token in tokens]
        return Doc(docs[0].vocab, words=[token.text for token in tokens], spaces=spaces)


def bounded(tokenizer: Any) -> Any:
    """Give the bounded form of a tokenizer by spaCy's rules. Others, which segmenters bring, are what they are."""
    return BoundedTokenizer(tokenizer) if type(tokenizer) is Tokenizer else tokenizer


class SplittingTokenizer(DummyTokenizer, ABC):
    """Cut the words of another tokenizer. A subclass says where.

    tokenizer (Callable[[str], Doc]): makes the words, at spaces and punctuation.
    """

    def __init__(self, tokenizer: Callable[[str], Doc]):
        self.tokenizer = bounded(tokenizer)

    def __call__(self, text: str) -> Doc:
        """Tokenise a text.

        text (str): the text.
        RETURNS (Doc): its tokens; they hold all of it.
        """
        doc = self.tokenizer(text)
        words: List[str] = []
        spaces: List[bool] = []
        for token in doc:
            cut = list(self.cut(token.text))
            words += cut
            spaces += [False] * (len(cut) - 1) + [bool(token.whitespace_)]
        return Doc(doc.vocab, words=words, spaces=spaces)

    @abstractmethod
    def cut(self, word: str) -> Iterable[str]:
        """Cut a word.

        word (str): the word.
        RETURNS (Iterable[str]): its parts, none of them empty.
        """


NAME = "spacy-xproj.CharacterTokenizer.v1"
SEGMENTS = ("words", "characters")
#: Written before the consonant that they belong to: vowels of Thai and Lao; signs that stack Khmer and Burmese ones.
LEADING = frozenset("เแโใไເແໂໃໄ\u17d2\u1039")
#: Vowels and signs of Thai and Lao, and sound marks of half-width Katakana: marks in all but name, never alone.
TRAILING = frozenset("ะาำๅๆฯະາຳໆຯ\uff9e\uff9f")


class CharacterTokenizer(SplittingTokenizer):
    """Cut words of scripts without spaces into characters with their marks, and leave all others whole.

    tokenizer (Callable[[str], Doc]): makes the words, at spaces and punctuation.
    """

    def cut(self, word: str) -> Iterator[str]:
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
    """Tell whether a sentence has characters of scripts without spaces, and none of them in a longer word."""
    unspaced = [word for word in words if word and is_unspaced(word[0])]
    return bool(unspaced) and all(next(characters(word)) == word for word in unspaced)


def make_character_tokenizer() -> Callable[[Language], CharacterTokenizer]:
    """Make a `CharacterTokenizer` (registered among spaCy's tokenizers as `spacy-xproj.CharacterTokenizer.v1`).

    RETURNS (Callable[[Language], CharacterTokenizer]): makes the tokenizer of a pipeline; other scripts are cut by the
        rules of its language.
    """
    make_words = create_tokenizer()
    return lambda nlp: CharacterTokenizer(make_words(nlp))


def blank_segmented(lang: str, segment: str, tokenizer: Optional[Dict[str, Any]] = None) -> Language:
    """Make a blank pipeline whose tokens are words or characters.

    lang (str): a language code.
    segment (str): `words`, by the tokenizer, or `characters`, which needs none of the packages that segmenters need.
    tokenizer (Optional[Dict[str, Any]]): the block of a tokenizer; by default, what spaCy has for the language.
    RETURNS (Language): its pipeline, or that of `xx` if spaCy does not know the language.
    RAISES (XprojError): if there is no such segment, or the tokenizer cannot be made.
    """
    if segment not in SEGMENTS:
        raise XprojError(f"no segment '{segment}': use {' or '.join(SEGMENTS)}")
    nlp = blank_or_xx(lang, {"@tokenizers": NAME} if segment == "characters" else tokenizer)
    nlp.tokenizer = bounded(nlp.tokenizer)
    return nlp


class PrefixTokenizer(SplittingTokenizer):
    """Cut the prefix off a name, and leave all other words whole.

    A word is cut between its lower-case start, which a hyphen may end, and a capital that a lower-case letter follows.

    tokenizer (Callable[[str], Doc]): makes the words, at spaces and punctuation.
    """

    def cut(self, word: str) -> Tuple[str, ...]:
        capital = next((i for i, char in enumerate(word) if char.isupper()), 0)
        prefix, name = word[:capital], word[capital:]
        is_prefix = prefix.removesuffix("-").isalpha() and len(name) > 1 and name[1].islower()
        return (prefix, name) if is_prefix else (word,)


def make_prefix_tokenizer() -> Callable[[Language], PrefixTokenizer]:
    """Make a `PrefixTokenizer` (registered among spaCy's tokenizers as `spacy-xproj.PrefixTokenizer.v1`).

    RETURNS (Callable[[Language], PrefixTokenizer]): makes the tokenizer of a pipeline; the words are those of its
        language's rules.
    """
    make_words = create_tokenizer()
    return lambda nlp: PrefixTokenizer(make_words(nlp))
