"""The tags of a file: their notation and scheme, told from all of them, and whether they are tags at all."""

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import Dict, Iterable, Iterator, List, Sequence, Tuple

from ...errors import XprojError
from .notation import Notation, check_notation, detect_notation, tag_share
from .schemes import SCHEMES, Entity, allowed_letters, detect_scheme, parse_tag, read_entities, write_tags

#: Up to so many bad tags are slips of the pen in any file; in a large one, up to this share of the tags of entities.
MAX_TYPOS = 2
MAX_TYPO_SHARE = 0.05

Tags = Iterable[Sequence[str]]


class TagTable(Iterable[List[str]]):
    """The tags of the sentences of a file, in a byte a token, or as many as different tags need: a file may have
    millions."""

    def __init__(self) -> None:
        self._numbers: Dict[str, int] = {}
        self._tags = array("B")
        self._lengths = array("I")

    def append(self, tags: Sequence[str]) -> None:
        """Add the tags of a sentence."""
        numbers = [self._numbers.setdefault(tag, len(self._numbers)) for tag in tags]
        if len(self._numbers) > 1 << 8 * self._tags.itemsize:
            self._tags = array("H" if len(self._numbers) <= 1 << 16 else "I", self._tags)
        self._tags.extend(numbers)
        self._lengths.append(len(tags))

    def __iter__(self) -> Iterator[List[str]]:
        names, start = list(self._numbers), 0
        for length in self._lengths:
            yield [names[number] for number in self._tags[start : start + length]]
            start += length


class BadTag(XprojError):
    """The first tag of a file that is bad throughout.

    sentence (int): number of its sentence.
    token (int): number of its token.
    """

    def __init__(self, message: str, sentence: int, token: int):
        super().__init__(message)
        self.sentence = sentence
        self.token = token


@dataclass(frozen=True)
class Tagging:
    """How the entities of a file are tagged.

    notation (Notation): how its tags are written.
    scheme (str): what their letters mean.
    """

    notation: Notation
    scheme: str

    @classmethod
    def detect(cls, tags: Tags, scheme: str, default_label: str = "") -> "Tagging":
        """Tell notation and scheme from a whole file.

        tags (Tags): the tags of each sentence.
        scheme (str): the scheme, or `auto` to tell it.
        default_label (str): the label of tags that have none.
        RETURNS (Tagging): how they are to be read.
        RAISES (XprojError): if they have no labels, or are not the tags of entities.
        """
        counts = Counter(tag for sentence in tags for tag in sentence)
        notation = detect_notation(counts, default_label)
        if scheme == "IO" and notation.kind == "letters":
            notation = Notation("bare", outside=notation.outside)
        check_notation(counts, notation, scheme)
        if scheme == "IO" or (scheme == "auto" and notation.kind == "bare"):
            return cls(notation, "IOB1")  # which reads labels alone as IO does
        if scheme == "auto":
            scheme = detect_scheme([notation.canonical(tag) or tag for tag in sentence] for sentence in tags)
        return cls(notation, scheme)

    def read(self, tags: Sequence[str]) -> Tuple[List[Entity], List[bool]]:
        """Read the tags of a sentence as conlleval does, slips of the pen as what they are meant to be.

        tags (Sequence[str]): the tags as they stand in the file.
        RETURNS (Tuple[List[Entity], List[bool]]): the entities, and whether each tag is what the scheme asks for.
        """
        strict = [self.notation.canonical(tag) for tag in tags]
        meant = [found or self.notation.guess(tag) or "" for found, tag in zip(strict, tags)]
        entities = read_entities([parse_tag(tag, allowed_letters(self.scheme)) for tag in meant])
        written = self.write(entities, len(tags))
        return entities, [found == tag for found, tag in zip(strict, written)]

    def write(self, entities: Sequence[Entity], length: int) -> List[str]:
        """Write the tags that a sentence should have, as `B-PER` and `O`.

        entities (Sequence[Entity]): its entities.
        length (int): the number of its tokens.
        RETURNS (List[str]): a tag for each token.
        """
        return write_tags(entities, length, self.scheme)

    def check(self, tags: Tags) -> None:
        """Refuse a file whose tags are bad throughout: they are of another scheme, or no tags.

        tags (Tags): the tags of each sentence.
        RAISES (BadTag): if more than a few tags are bad, or no entity is left of those that there are.
        """
        tagged, bad, left = self._count(tags)
        if self._is_fine(tags):
            return
        sentence, token = next(
            (i, good.index(False)) for i, good in enumerate(self.read(row)[1] for row in tags) if not all(good)
        )
        reason = "no entity would be left" if not left else "too many for slips of the pen"
        raise BadTag(
            f"{bad} of {tagged} tags are not of {self.describe()}: {reason}; {self._remedy(tags)}", sentence, token
        )

    def _count(self, tags: Tags) -> Tuple[int, int, int]:
        """Count the tags that are not outside, the bad ones, and the entities."""
        tagged = bad = left = 0
        for sentence in tags:
            entities, good = self.read(sentence)
            tagged += sum(tag != self.notation.outside for tag in sentence)
            bad += good.count(False)
            left += len(entities)
        return tagged, bad, left

    def _is_fine(self, tags: Tags) -> bool:
        tagged, bad, left = self._count(tags)
        return bad == 0 or (left > 0 and bad <= max(MAX_TYPOS, MAX_TYPO_SHARE * tagged))

    def _remedy(self, tags: Tags) -> str:
        """Name the scheme that the tags are of, if there is one."""
        found = Tagging.detect(tags, "auto", self.notation.label)
        if found != self and found._is_fine(tags):
            return f"they are those of {found.describe()}: leave --scheme out"
        if not tag_share(Counter(tag for sentence in tags for tag in sentence), self.notation):
            return "if this is not the column of the tags, name it with --tag-column, or check --format"
        return f"name their scheme with --scheme ({', '.join(SCHEMES[1:])}) or their column with --tag-column"

    def describe(self) -> str:
        """Say in a few words how the entities are tagged."""
        scheme = "IO" if self.notation.kind == "bare" else self.scheme
        return ", ".join(part for part in (f"scheme {scheme}", self.notation.describe()) if part)
