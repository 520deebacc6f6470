"""How the tags of a file are written: `B-PER`, `B_PER`, `PER-B`, `b-PER`, labels alone, letters alone.

A scheme (`schemes.py`) says what the letters mean; the notation says where they stand. `canonical` writes the tags
of any notation as `B-PER` and `O`, so that schemes have to be known for one notation only.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import List, Optional

from ...errors import XprojError

#: The letters of all schemes.
LETTERS = "BIESLUMW"
#: What separates a letter from a label.
SEPARATORS = "-_:/"
#: What stands for no entity; the first that a file has is its own.
OUTSIDE = ("O", "o", "0", "_", "-", "*", "OUT", "OTHER", "None")
#: What a label looks like that stands without a letter: not as if it had one.
BARE = re.compile(r"(?!.[-_:/])[^\W\d_][\w.&/+ -]*(?<![-_:/])")
#: A column of labels without letters has at least this share of tokens that are no entities. Columns of other
#: categories, such as parts of speech, do not.
MIN_OUTSIDE = 0.15


@dataclass(frozen=True)
class Notation:
    """How tags are written.

    kind (str): `prefix` (`B-PER`), `suffix` (`PER-B`), `bare` (`PER`) or `letters` (`B`).
    separator (str): what stands between letter and label.
    lower (bool): whether letters are lower-case.
    outside (str): the tag of a token that is no entity.
    label (str): the label of tags that have only letters.
    """

    kind: str = "prefix"
    separator: str = "-"
    lower: bool = False
    outside: str = "O"
    label: str = ""

    def canonical(self, tag: str) -> Optional[str]:
        """Write a tag as `B-PER` or `O`; a bare label as `I-PER`.

        tag (str): the tag as it stands in the file.
        RETURNS (Optional[str]): the tag; None if it is not of this notation.
        """
        if tag == self.outside:
            return "O"
        if self.kind == "bare":
            return f"I-{tag}" if BARE.fullmatch(tag) else None
        letter, label = tag, self.label
        if self.kind == "prefix":
            letter, _, label = tag.partition(self.separator)
        elif self.kind == "suffix":
            label, _, letter = tag.rpartition(self.separator)
        letters = LETTERS.lower() if self.lower else LETTERS
        if len(letter) == 1 and letter in letters and (label or self.kind == "letters"):
            return f"{letter.upper()}-{label or '?'}"
        return None

    def guess(self, tag: str) -> Optional[str]:
        """Read a tag that is of this notation but for its separator, its case or the spaces around it.

        tag (str): the tag.
        RETURNS (Optional[str]): the tag as `B-PER` or `O`; None if it is more than a slip of the pen.
        """
        if tag.strip().casefold() in ("o", "0") or tag.strip() == self.outside:
            return "O"
        if self.kind not in ("prefix", "suffix"):
            return None
        for separator in SEPARATORS:
            for lower in (False, True):
                found = Notation(self.kind, separator, lower).canonical(tag.strip())
                if found is not None and found != "O":
                    return found
        return None

    def describe(self) -> str:
        """Say in a few words how the tags are written, if it is not the usual way."""
        example = {"bare": "PER", "letters": "B"}.get(self.kind)
        if example is None:
            letter = "b" if self.lower else "B"
            parts = [letter, "PER"] if self.kind == "prefix" else ["PER", letter]
            example = self.separator.join(parts)
        usual = [] if example == "B-PER" else [f"written {example}"]
        return ", ".join(usual + ([] if self.outside == "O" else [f"outside '{self.outside}'"]))


def find_outside(tags: "Counter[str]") -> str:
    """Find what stands for no entity in a file.

    tags (Counter[str]): its tags.
    RETURNS (str): the first of `OUTSIDE` that it has; `O` if it has none.
    """
    return next((tag for tag in OUTSIDE if tags[tag]), "O")


def detect_notation(tags: "Counter[str]", label: str = "") -> Notation:
    """Tell the notation from all tags of a file: that which reads most of them.

    tags (Counter[str]): the tags.
    label (str): the label of tags that have only letters.
    RETURNS (Notation): the notation; `B-PER` if there is nothing to tell it from.
    """
    outside = find_outside(tags)
    entities = Counter({tag: count for tag, count in tags.items() if tag != outside})
    candidates: List[Notation] = [
        Notation(kind, separator, lower, outside)
        for kind in ("prefix", "suffix")
        for separator in SEPARATORS
        for lower in (False, True)
    ]
    readable = {tag for tag in entities for notation in candidates if notation.canonical(tag) is not None}
    letters = [Notation("letters", lower=lower, outside=outside, label=label) for lower in (False, True)]
    best, read = Notation(outside=outside), 0
    for notation in [*candidates, *letters, Notation("bare", outside=outside)]:
        others = readable if notation.kind == "bare" else ()  # what has a letter is no bare label
        count = sum(n for tag, n in entities.items() if tag not in others and notation.canonical(tag) is not None)
        if count > read:
            best, read = notation, count
    return best


def tag_share(tags: "Counter[str]", notation: Notation) -> float:
    """Tell which share of the values of a column are tags of a notation; 0 if there is no entity among them."""
    read = {tag for tag in tags if notation.canonical(tag) is not None}
    total = tags.total()
    if read <= {notation.outside} or (notation.kind == "bare" and tags[notation.outside] < MIN_OUTSIDE * total):
        return 0.0
    return sum(tags[tag] for tag in read) / total


def check_notation(tags: "Counter[str]", notation: Notation, scheme: str) -> None:
    """Refuse tags that do not say what the entities are.

    tags (Counter[str]): the tags.
    notation (Notation): their notation.
    scheme (str): the scheme that the user named, or `auto`.
    RAISES (XprojError): if they have letters and no labels, or cannot be told from words of another kind.
    """
    found = ", ".join(sorted(tag for tag in tags if tag != notation.outside)[:5])
    if notation.kind == "letters" and not notation.label and found:
        raise XprojError(
            f"the tags {found} are letters of a scheme without labels: no type; say what they are with --default-label"
        )
    if notation.kind == "bare" and scheme != "IO" and not tag_share(tags, notation):
        raise XprojError(
            f"{found}: no tags of entities, for hardly any token is outside; name their column with --tag-column, or "
            "say --scheme IO if they are labels"
        )
