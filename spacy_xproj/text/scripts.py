"""Scripts that put no space between words, and running text: their words put together again, as encoders read them."""

from typing import List, Sequence

#: First and last code point of the blocks of such scripts.
UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF),  # Tai Le, New Tai Lue
    (0x1A20, 0x1AAF),  # Tai Tham
    (0x3005, 0x3007),  # 々 〆 〇: marks and a zero that stand among Chinese characters
    (0x3031, 0x3035),  # marks of repeated Kana
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x31F0, 0x31FF),  # Katakana extensions
    (0x3400, 0x4DBF),  # Chinese characters, extension A
    (0x4E00, 0x9FFF),  # Chinese characters
    (0xA9E0, 0xA9FF),  # Myanmar extended B
    (0xAA60, 0xAA7F),  # Myanmar extended A
    (0xF900, 0xFAFF),  # Chinese compatibility characters
    (0xFF66, 0xFF9F),  # Katakana of half width
    (0x20000, 0x3FFFF),  # Chinese characters, further extensions
)


def is_unspaced(char: str) -> bool:
    """Tell whether a character is of a script that puts no space between words."""
    point = ord(char)
    return point >= UNSPACED[0][0] and any(first <= point <= last for first, last in UNSPACED)


def is_katakana(char: str) -> bool:
    """Tell whether a character is a letter or a length mark of Katakana, the script of names from abroad."""
    return ("\u30a1" <= char <= "\u30ff" and char != "\u30fb") or "\uff66" <= char <= "\uff9f"


def _written_together(before: str, word: str) -> bool:
    """Tell whether two neighbouring words meet in a script without spaces, and in no letter of another script, which
    begins or ends a word of its own."""
    edges = before[-1:] + word[:1]
    unspaced = [is_unspaced(char) for char in edges]
    return len(edges) == 2 and any(unspaced) and all(u or not char.isalpha() for u, char in zip(unspaced, edges))


def group_unspaced(words: Sequence[str]) -> List[List[int]]:
    """Group the words that are written without spaces between them.

    words (Sequence[str]): the words of a sentence.
    RETURNS (List[List[int]]): the positions of the words of each group, in order; in a script with spaces, one each.
    """
    groups: List[List[int]] = []
    for i, word in enumerate(words):
        if i and _written_together(words[i - 1], word):
            groups[-1].append(i)
        else:
            groups.append([i])
    return groups
