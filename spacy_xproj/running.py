"""Running text: words of scripts without spaces, put together again as an encoder has learned to read them."""

from typing import List, Sequence

from .scripts import is_unspaced


def touches(before: str, word: str) -> bool:
    """Tell whether two neighbouring words are written without a space.

    before (str): a word.
    word (str): the next one.
    RETURNS (bool): whether they meet in a script without spaces, and in no letter of another script: that begins or
        ends a word of its own.
    """
    edges = before[-1:] + word[:1]
    unspaced = [is_unspaced(char) for char in edges]
    return len(edges) == 2 and any(unspaced) and all(u or not char.isalpha() for u, char in zip(unspaced, edges))


def runs(words: Sequence[str]) -> List[List[int]]:
    """Group the words that are written as one.

    words (Sequence[str]): the words of a sentence.
    RETURNS (List[List[int]]): the positions of the words of each run, in order; in a script with spaces, one each.
    """
    groups: List[List[int]] = []
    for i, word in enumerate(words):
        if i and touches(words[i - 1], word):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
