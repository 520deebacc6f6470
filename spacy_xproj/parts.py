"""Tokens that are parts of words."""

from abc import ABC, abstractmethod
from typing import Callable, Iterable, List

from spacy.tokens import Doc
from spacy.util import DummyTokenizer


class PartTokenizer(DummyTokenizer, ABC):
    """Cut the words of another tokenizer. A subclass says where.

    tokenizer (Callable[[str], Doc]): makes the words, at spaces and punctuation.
    """

    def __init__(self, tokenizer: Callable[[str], Doc]):
        self.tokenizer = tokenizer

    def __call__(self, text: str) -> Doc:
        """RETURNS (Doc): the tokens of a text; they hold all of it."""
        doc = self.tokenizer(text)
        words: List[str] = []
        spaces: List[bool] = []
        for token in doc:
            parts = list(self.cut(token.text))
            words += parts
            spaces += [False] * (len(parts) - 1) + [bool(token.whitespace_)]
        return Doc(doc.vocab, words=words, spaces=spaces)

    @abstractmethod
    def cut(self, word: str) -> Iterable[str]:
        """YIELDS (str): the parts of a word, none of them empty."""
