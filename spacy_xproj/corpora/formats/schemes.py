"""Tag schemes: which entities a sequence of tags means, and which tags break their scheme.

Tags are read as the CoNLL evaluation script (conlleval) reads them, which gives every sequence a meaning. Writing that
meaning down again in the scheme gives the tags that the file should have had: if the two differ, the tag is bad.
"""

from typing import Dict, Iterable, List, NamedTuple, Sequence, Set, Tuple

from ...errors import XprojError

#: The letter for a token that is all of its entity, its first, a middle one, its last.
LETTERS: Dict[str, Tuple[str, str, str, str]] = {
    "IOB1": ("I", "I", "I", "I"),
    "IOB2": ("B", "B", "I", "I"),
    "IOBES": ("S", "B", "I", "E"),
    "BILOU": ("U", "B", "I", "L"),
    "BMES": ("S", "B", "M", "E"),
    "BMEWO": ("W", "B", "M", "E"),
}
#: `IO` are labels without letters: neighbours of one label are one entity.
SCHEMES = ("auto", *LETTERS, "IO")
OPENING = "BSUW"
CLOSING = "ESLUW"

Entity = Tuple[int, int, str]


class Tag(NamedTuple):
    """A tag in two parts: `B-PER` is ``("B", "PER")``, and outside of entities both are empty."""

    letter: str
    label: str


def parse_tag(tag: str, letters: str) -> Tag:
    """Split a tag. One that is malformed, or has another letter, is read as `O`.

    tag (str): the tag, such as `B-PER`.
    letters (str): the letters that may stand before the label.
    RETURNS (Tag): its parts.
    """
    letter, dash, label = tag.partition("-")
    if len(letter) == 1 and letter in letters and dash and label:
        return Tag(letter, label)
    return Tag("", "")


def read_entities(tags: Sequence[Tag]) -> List[Entity]:
    """Read tags of any scheme as conlleval does.

    tags (Sequence[Tag]): the tags of a sentence.
    RETURNS (List[Entity]): start token, end token (excluded) and label of each entity.
    """
    entities: List[Entity] = []
    open_label = ""
    for i, (letter, label) in enumerate(tags):
        if label and label == open_label and letter not in OPENING:
            start, _, _ = entities.pop()
            entities.append((start, i + 1, label))
        elif label:
            entities.append((i, i + 1, label))
        open_label = "" if letter in CLOSING else label
    return entities


def write_tags(entities: Sequence[Entity], length: int, scheme: str) -> List[str]:
    """Write entities as tags.

    entities (Sequence[Entity]): start, end and label of each, in order, without overlap.
    length (int): the number of tokens.
    scheme (str): one of `LETTERS`.
    RETURNS (List[str]): a tag for each token.
    """
    single, first, middle, last = LETTERS[scheme]
    tags = ["O"] * length
    for start, end, label in entities:
        letters = [first, *[middle] * (end - start - 2), last] if end - start > 1 else [single]
        if scheme == "IOB1" and start > 0 and tags[start - 1][2:] == label:
            letters[0] = "B"
        tags[start:end] = [f"{letter}-{label}" for letter in letters]
    return tags


def allowed_letters(scheme: str) -> str:
    """Get the letters that tags of a scheme may have."""
    return "IB" if scheme == "IOB1" else "".join(LETTERS[scheme])


def detect_scheme(sentences: Iterable[Sequence[str]]) -> str:
    """Tell the scheme of a file from all its tags.

    `W-` means BMEWO, `M-` BMES, `E-` or `S-` IOBES, `L-` or `U-` BILOU. Otherwise it is IOB1 if some `I-` opens an
    entity and no `B-` stands where IOB1 has `I-`, and IOB2 if not: in a file whose `B-` are those of IOB2, an opening
    `I-` is a bad tag.

    sentences (Iterable[Sequence[str]]): the tags of each sentence.
    RETURNS (str): one of `LETTERS`.
    """
    letters: Set[str] = set()
    iob1, iob2 = True, True
    for tags in sentences:
        parsed = [parse_tag(tag, "IBESLUMW") for tag in tags]
        letters.update(tag.letter for tag in parsed)
        entities = read_entities(parsed)
        written = write_tags(entities, len(tags), "IOB1")
        iob1 = iob1 and all(written[i][0] == "B" for i, tag in enumerate(parsed) if tag.letter == "B")
        iob2 = iob2 and all(parsed[start].letter == "B" for start, _, _ in entities)
    for scheme, own in (("BMEWO", "W"), ("BMES", "M"), ("IOBES", "ES"), ("BILOU", "LU")):
        if letters & set(own):
            return scheme
    return "IOB1" if iob1 and not iob2 else "IOB2"


def check_scheme(scheme: str) -> None:
    """Refuse a scheme that is not one of `SCHEMES`."""
    if scheme not in SCHEMES:
        raise XprojError(f"unknown tag scheme '{scheme}'; take one of: {', '.join(SCHEMES)}")
