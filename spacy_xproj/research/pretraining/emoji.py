"""Emoji with their pictures and captions, and which of them are held out."""

import random
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, List, Optional, Sequence

import numpy
from numpy.typing import NDArray

from ...errors import XprojError
from .captions import all_languages, read_captions
from .pictures import read_pictures

#: Which emoji are held out does not depend on the seed of a run, so that runs can be compared.
SPLIT_SEED = 0
#: An emoji is trained on with captions in two languages.
FEWEST_LANGUAGES = 2


@dataclass(frozen=True)
class EmojiData:
    """Emoji, those that are trained on and those that are held out.

    emoji (List[str]): the emoji, in random order.
    pictures (NDArray): *Shape:* ``(emoji, 3, 64, 64)``
    captions (List[Dict[str, List[str]]]): of each emoji its captions by language, the name first.
    languages (List[str]): languages that are trained on.
    new_languages (List[str]): languages that are held out.
    n_trained (int): how many emoji are trained on: the first ones. The others are held out.
    without_picture (int): how many emoji and other signs with captions were left out because they have no picture.
    too_few_languages (int): how many were left out because fewer than two languages name them.
    """

    emoji: List[str]
    pictures: NDArray
    captions: List[Dict[str, List[str]]]
    languages: List[str]
    new_languages: List[str]
    n_trained: int
    without_picture: int
    too_few_languages: int

    @cached_property
    def texts(self) -> List[FrozenSet[str]]:
        """All captions of each emoji, in any language."""
        return [frozenset(text for texts in languages.values() for text in texts) for languages in self.captions]

    def trained_languages(self, row: int) -> List[str]:
        """List the languages to train on that name an emoji."""
        return [language for language in self.languages if language in self.captions[row]]

    def names(self, rows: Iterable[int], language: str) -> Dict[int, str]:
        """Give the names in a language of those emoji that have one there, by row."""
        return {row: self.captions[row][language][0] for row in rows if language in self.captions[row]}


def load_emoji(
    images: Path,
    captions: Path,
    languages: Sequence[str] = (),
    new_languages: Sequence[str] = (),
    held_out: float = 0.1,
    limit: Optional[int] = None,
) -> EmojiData:
    """Read pictures and captions, and hold some of them out.

    images (Path): a font or a directory, see `read_pictures`.
    captions (Path): a directory, see `read_captions`.
    languages (Sequence[str]): languages to train on; see `all_languages` if there are none.
    new_languages (Sequence[str]): languages that are not trained on.
    held_out (float): share of the emoji that are not trained on.
    limit (Optional[int]): how many emoji to take at most, at random.
    RETURNS (EmojiData): the emoji.
    RAISES (XprojError): if something cannot be read, or too little is left.
    """
    both = sorted(set(languages) & set(new_languages))
    if both:
        raise XprojError(f"'{both[0]}' is both trained on and held out; name it once")
    trained = sorted(set(languages)) or [name for name in all_languages(captions) if name not in new_languages]
    read = read_captions(captions, [*trained, *new_languages])
    named = {emoji: texts for emoji, texts in read.items() if len(texts.keys() & set(trained)) >= FEWEST_LANGUAGES}
    drawn = read_pictures(images, named)
    order = random.Random(SPLIT_SEED).sample(sorted(drawn), len(drawn))[:limit]
    n_trained = len(order) - round(held_out * len(order))
    if n_trained < 2:
        raise XprojError(
            f"{len(order)} emoji with a picture and names in at least {FEWEST_LANGUAGES} languages, "
            f"of which {n_trained} to train on; name more --languages, or hold less out"
        )
    return EmojiData(
        emoji=order,
        pictures=numpy.stack([drawn[emoji] for emoji in order]),
        captions=[read[emoji] for emoji in order],
        languages=trained,
        new_languages=sorted(set(new_languages)),
        n_trained=n_trained,
        without_picture=len(named) - len(drawn),
        too_few_languages=len(read) - len(named),
    )
