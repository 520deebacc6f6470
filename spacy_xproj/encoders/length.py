"""How long a text is to a transformer, for the batchers of `spacy train`."""

from typing import Callable

from spacy.training import Example


def make_text_length() -> Callable[[Example], int]:
    """Measure examples by their characters.

    Batches are padded to the longest text in sub-tokens, and a single word, such as a web address, can have
    hundreds. Counted in words it lands among short texts, which are all padded to its length: one such batch takes
    more memory than a thousand others. Of ordinary text there are fewer sub-tokens than characters. There may be more
    where a tokenizer writes a character out, such as ﷺ, or works on bytes and does not know the script.

    RETURNS (Callable[[Example], int]): gives the number of characters of an example.
    """
    return text_length


def text_length(example: Example) -> int:
    """RETURNS (int): the number of characters of an example's text."""
    return len(example.reference.text)
