"""Tokens for languages that glue a prefix to a name: isiZulu *eThekwini*, *kwaSoweto*, *uNelson*.

With them an entity can begin inside a word. Corpora whose labels are on whole words, as those of MasakhaNER are, want
the words whole.
"""

from typing import Callable, Tuple

from spacy.language import Language, create_tokenizer

from .parts import PartTokenizer


class PrefixTokenizer(PartTokenizer):
    """Cut the prefix off a name, and leave all other words whole.

    tokenizer (Callable[[str], Doc]): makes the words, at spaces and punctuation.
    """

    def cut(self, word: str) -> Tuple[str, ...]:
        """RETURNS (Tuple[str, ...]): the prefix and the name, or the word."""
        return cut_prefix(word)


def cut_prefix(word: str) -> Tuple[str, ...]:
    """Cut a word between its lower-case start and a capital that lower-case letters follow.

    word (str): the word.
    RETURNS (Tuple[str, ...]): the prefix, with a hyphen that ends it, and the name; the word if it has no such place.
    """
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

    def make(nlp: Language) -> PrefixTokenizer:
        return PrefixTokenizer(make_words(nlp))

    return make
