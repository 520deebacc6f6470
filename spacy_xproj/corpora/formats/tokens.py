"""From the tokens of a sentence to its text, and from both to a Doc."""

from typing import List, Optional, Sequence, Tuple

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from ...text.scripts import is_unspaced
from .schemes import Entity

#: First and last code point of punctuation that has its own space around it: CJK, and forms of full width.
WIDE = ((0x3000, 0x303F), (0xFE30, 0xFE4F), (0xFF01, 0xFF65))
#: If more than this share of the tokens are spaces, they are all the spaces that there are.
MIN_SPACES = 0.05
#: If more than this share of the tokens are single characters, in a script without spaces, words are cut into them.
MIN_CHARACTERS = 0.95


class Spacing:
    """How the tokens of a file make up its text, told from all of them.

    There are no spaces but those that are tokens if many tokens are spaces, or if the file has a character a line, in a
    script without spaces.
    """

    def __init__(self) -> None:
        self.tokens = self.spaces = self.characters = self.unspaced = 0

    def count(self, tokens: Sequence[str]) -> None:
        """Take note of a sentence.

        tokens (Sequence[str]): its tokens.
        """
        self.tokens += len(tokens)
        self.spaces += sum(map(is_space, tokens))
        self.characters += sum(len(token) == 1 for token in tokens)
        self.unspaced += sum(token != "" and is_unspaced(token[0]) for token in tokens)

    @property
    def glued(self) -> bool:
        """Whether there are no spaces but those that are tokens."""
        characters = self.characters > MIN_CHARACTERS * self.tokens and self.unspaced * 2 > self.tokens
        return characters or self.spaces > MIN_SPACES * self.tokens

    def join(self, tokens: Sequence[str], spaced: Sequence[bool]) -> str:
        """Join the tokens of a sentence. There is a space between two of them, except beside one that is a space, at
        CJK punctuation, and between characters of scripts without spaces; in a sentence of such a script, also where
        they meet another one.

        tokens (Sequence[str]): the tokens.
        spaced (Sequence[bool]): False for those that have no space after them, as the file says.
        RETURNS (str): the text.
        """
        if self.glued:
            return "".join(tokens)
        words = [token for token in tokens if token[:1].isalpha()]
        unspaced = sum(is_unspaced(word[0]) for word in words) * 2 >= len(words)
        parts = list(tokens[:1])
        for before, token, space in zip(tokens, tokens[1:], spaced):
            parts += [" ", token] if space and _is_apart(before, token, unspaced) else [token]
        return "".join(parts)


def is_space(token: str) -> bool:
    """Tell whether a token is made of ordinary spaces, which it then stands for."""
    return token != "" and not token.strip(" \u3000")


def _is_apart(before: str, token: str, unspaced: bool) -> bool:
    """Tell whether there is a space between two tokens, in a sentence of a script with or without spaces."""
    if is_space(before) or is_space(token):
        return False
    edges = (before[-1:], token[:1])
    without = [char != "" and is_unspaced(char) for char in edges]
    wide = any(char and any(first <= ord(char) <= last for first, last in WIDE) for char in edges)
    return not (wide or all(without) or (unspaced and any(without)))


def find_tokens(tokens: List[str], text: str) -> Optional[List[Tuple[int, int]]]:
    """Find tokens in their text.

    tokens (List[str]): the tokens.
    text (str): the text.
    RETURNS (Optional[List[Tuple[int, int]]]): start and end character of each; None if the text has more than the
        tokens and white space.
    """
    offsets: List[Tuple[int, int]] = []
    position = 0
    for token in tokens:
        start = text.find(token, position)
        if start < 0 or text[position:start].strip():
            return None
        position = start + len(token)
        offsets.append((start, position))
    return None if text[position:].strip() else offsets


def make_doc(vocab: Vocab, tokens: List[str], entities: List[Entity], text: str) -> Doc:
    """Make a Doc with exactly this text. White space other than a single space becomes a token, as in spaCy.

    vocab (Vocab): its vocabulary.
    tokens (List[str]): the tokens.
    entities (List[Entity]): start, end and label of each entity, counted in these tokens.
    text (str): the text, which consists of the tokens and white space.
    RETURNS (Doc): the Doc.
    """
    offsets = find_tokens(tokens, text)
    assert offsets is not None  # the caller's promise
    ends = [0, *(end for _, end in offsets)]
    starts = [*(start for start, _ in offsets), len(text)]
    words: List[str] = []
    spaces: List[bool] = []
    positions: List[int] = []
    for i, (end, start) in enumerate(zip(ends, starts, strict=True)):
        gap = text[end:start]
        if words and gap.startswith(" "):
            spaces[-1] = True
            gap = gap[1:]
        new = [word for word in (gap, *tokens[i : i + 1]) if word]
        words.extend(new)
        spaces.extend([False] * len(new))
        positions.append(len(words) - 1)
    doc = Doc(vocab, words=words, spaces=spaces)
    spans = [Span(doc, positions[start], positions[end - 1] + 1, label) for start, end, label in entities]
    doc.set_ents(spans, default="outside")
    return doc
