"""Two files that hold the same sentences in two languages, as pairs."""

from itertools import compress
from pathlib import Path
from typing import Collection, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy
from numpy.typing import NDArray
from spacy.strings import get_string_id
from spacy.tokens import Doc

from ..errors import XprojError
from ..storage.files import read_text, split_lines
from ..text.docs import words_only
from ..translators.quality import EMPTY, Checks
from ..types import Bitext
from .order import are_repeated, find_keys, in_order, name_keys, text_keys
from .parallel_writer import Item, Reject

NO_TARGET = "no target sentence with this sent_id"
NO_SOURCE = "no source sentence with this sent_id"
NO_ID = "no sent_id"
REPEATED = "sent_id of several sentences"
REPEATED_LINE = "in several lines of the table"
UNKNOWN = "in the table, but not in the file"
NOT_LISTED = "not in the table"


class IdPair(NamedTuple):
    """A line of a table: the names of a source and of a target sentence."""

    source: str
    target: str


def pair_by_order(
    sources: Sequence[Doc], targets: Sequence[Doc], source_path: Path, target_path: Path
) -> Iterator[Item]:
    """Pair sentence i with sentence i.

    sources (Sequence[Doc]): one side.
    targets (Sequence[Doc]): the other.
    source_path (Path): the file of each, for messages.
    target_path (Path): likewise.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets.
    RAISES (XprojError): if one side has more sentences, or both have the same sent_ids in another order.
    """
    if len(sources) != len(targets):
        raise XprojError(
            f"{source_path} has {len(sources)} sentences, {target_path} has {len(targets)}: they cannot be paired by "
            "order; use --by sent_id, or convert files of the same sentences"
        )
    source_keys, target_keys = name_keys(sources, str), name_keys(targets, str)
    other_order = not numpy.array_equal(source_keys, target_keys) and source_keys.all()
    if other_order and numpy.array_equal(numpy.unique(source_keys), numpy.unique(target_keys)):
        number = int((source_keys != target_keys).argmax())
        raise XprojError(
            f"{source_path} and {target_path} have the same sent_ids in another order (from sentence {number + 1} on: "
            f"'{sent_id(sources[number])}', '{sent_id(targets[number])}'); use --by sent_id"
        )
    return (Bitext(source, without_entities(target)) for source, target in zip(sources, targets, strict=True))


def pair_by_sent_id(
    sources: Sequence[Doc], targets: Sequence[Doc], source_path: Path, target_path: Path
) -> Iterator[Item]:
    """Pair sentences of the same ``doc.user_data["sent_id"]``, in the order of the source.

    sources (Sequence[Doc]): one side.
    targets (Sequence[Doc]): the other.
    source_path (Path): the file of each, for messages.
    target_path (Path): likewise.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets; and rejects for what has no partner, or more
        than one.
    RAISES (XprojError): if no sentence of one file is in the other.
    """
    source_keys, target_keys = name_keys(sources, str), name_keys(targets, str)
    if not numpy.isin(source_keys[source_keys > 0], target_keys).any():
        raise XprojError(
            f"no sentence of {source_path} has the sent_id of one of {target_path}; use --by order if line i of one "
            "is the translation of line i of the other, or --table FILE if you know which is that of which"
        )
    return _match(sources, targets, source_keys, target_keys)


def _match(
    sources: Sequence[Doc], targets: Sequence[Doc], source_keys: NDArray, target_keys: NDArray
) -> Iterator[Item]:
    reasons = ["", NO_ID, REPEATED, NO_TARGET]
    numbers, places = _no_pair(source_keys, target_keys)
    partners = iter(in_order(targets, places[numbers == 0]))
    for source, number in zip(sources, numbers, strict=True):
        if number:
            yield Reject(reasons[number], text=source.text, sent_id=sent_id(source))
        else:
            yield Bitext(source, without_entities(next(partners)))
    reasons[-1] = NO_SOURCE
    numbers, _ = _no_pair(target_keys, source_keys)
    for target, number in zip(targets, numbers, strict=True):
        if number:
            yield Reject(reasons[number], translation=target.text, sent_id=sent_id(target))


def _no_pair(own: NDArray, others: NDArray) -> Tuple[NDArray, NDArray]:
    """Say why each sentence has no partner, 0 if it has one, in a byte, as there may be millions; and where it is."""
    places = find_keys(own, others)
    repeated = are_repeated(own) | numpy.isin(own, others[are_repeated(others)])
    return numpy.select([own == 0, repeated, places < 0], [1, 2, 3]).astype(numpy.uint8), places


class PairTable(Collection[IdPair]):
    """A table of pairs: lines ``source<TAB>target``, of the sent_ids of a sentence and of its translation, or their
    numbers, counted from 1, if the sentences have no sent_id.

    path (Path): the table.
    RAISES (XprojError): if a line is not of that form, or there is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text = read_text(path)
        self._length = sum(1 for _ in self)
        if not self._length:
            raise XprojError(f"{path}: no line in it; write the two sent_ids of each pair with a tab between them")

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[IdPair]:
        for number, line in enumerate(split_lines(self._text), 1):
            if line.strip():
                cells = [cell.strip() for cell in line.split("\t")]
                if len(cells) != 2 or not all(cells):
                    raise XprojError(
                        f"{self.path}, line {number}: write the two sent_ids of a pair with a tab between them"
                    )
                yield IdPair(*cells)

    def __contains__(self, pair: object) -> bool:
        return any(pair == other for other in self)


def pair_by_table(
    sources: Sequence[Doc], targets: Sequence[Doc], table: Collection[IdPair], path: Path
) -> Iterator[Item]:
    """Pair the sentences that a table names, in its order.

    sources (Sequence[Doc]): one side.
    targets (Sequence[Doc]): the other.
    table (Collection[IdPair]): the pairs, such as a `PairTable`.
    path (Path): its file, for messages.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets; and rejects for lines and sentences that
        make none.
    RAISES (XprojError): if no line names a sentence of each side.
    """
    sides = [_Side(docs, (pair[side] for pair in table)) for side, docs in enumerate((sources, targets))]
    if not any(numpy.logical_and(*(side.places >= 0 for side in sides))):
        raise XprojError(
            f"{path}: no line names a source and a target sentence (the first: {' and '.join(next(iter(table)))}); "
            "write the sent_id of the source sentence first, or its number if it has none"
        )
    return _match_table(sides, table)


class _Side:
    """A side of a corpus, and where its sentences are in a table.

    docs (Sequence[Doc]): its sentences.
    names (Iterable[str]): the names of the table.
    """

    def __init__(self, docs: Sequence[Doc], names: Iterable[str]) -> None:
        self.docs = docs
        keys = name_keys(docs, str)
        self.names: Iterable[str] = (sent_id(doc) or NO_ID for doc in docs)
        if not keys.any():
            self.names = map(str, range(1, len(docs) + 1))
            keys = text_keys(map(str, range(1, len(docs) + 1)))
        keys[keys == 0] = get_string_id(NO_ID)
        lines = text_keys(names)
        self.places = find_keys(lines, keys)
        self.repeated_line = are_repeated(lines)
        self.repeated = numpy.isin(lines, keys[are_repeated(keys)])
        self.listed = numpy.isin(keys, lines)
        self.found = iter(in_order(docs, self.places[(self.places >= 0) & ~self.repeated]))

    def not_listed(self) -> Iterator[Tuple[str, Doc]]:
        """The sentences that the table does not have, with their names."""
        return compress(zip(self.names, self.docs, strict=True), ~self.listed)


def _match_table(sides: List[_Side], table: Iterable[IdPair]) -> Iterator[Item]:
    for line, names in enumerate(table):
        docs = [None if side.places[line] < 0 or side.repeated[line] else next(side.found) for side in sides]
        text, translation = ("" if doc is None else doc.text for doc in docs)
        missing = any(side.places[line] < 0 for side in sides)
        if any(side.repeated_line[line] for side in sides):
            yield Reject(REPEATED_LINE, text, translation, " ".join(names))
        elif missing:
            unpaired = [name for name, doc in zip(names, docs) if doc is None]
            yield Reject(UNKNOWN, text, translation, " ".join(unpaired))
        elif docs[0] is None or docs[1] is None:
            yield Reject(REPEATED, text, translation, " ".join(names))
        else:
            yield Bitext(docs[0], without_entities(docs[1]))
    yield from (Reject(NOT_LISTED, text=doc.text, sent_id=name) for name, doc in sides[0].not_listed())
    yield from (Reject(NOT_LISTED, translation=doc.text, sent_id=name) for name, doc in sides[1].not_listed())


def flag_pairs(items: Iterable[Item], checks: Checks) -> Iterator[Item]:
    """Check pairs as `translate` checks its translations.

    items (Iterable[Item]): pairs and rejects.
    checks (Checks): what is suspicious and what becomes of it.
    YIELDS (Item): the same, with ``target.user_data["flags"]`` saying what is suspicious. A pair becomes a reject if a
        side is empty, or if it is suspicious and such pairs are to be dropped.
    """
    for item in items:
        if isinstance(item, Reject):
            yield item
            continue
        source, target = item.source, item.target
        flag = checks.flag(source.text, target.text) if source.text.strip() else EMPTY
        if flag == EMPTY or (flag and checks.on_flag == "drop"):
            yield Reject(flag, source.text, target.text, sent_id(source))
            continue
        if flag:
            others = [known for known in target.user_data.get("flags", []) if known != flag]
            target.user_data["flags"] = [flag, *others]
        yield item


def without_entities(doc: Doc) -> Doc:
    """Copy words, spaces and user data only: gold labels must not leak into what is projected onto a target.

    doc (Doc): the sentence.
    RETURNS (Doc): a copy whose entities are missing, that is, unknown.
    """
    return words_only(doc, user_data=doc.user_data)


def sent_id(doc: Doc) -> Optional[str]:
    """Give the name of a sentence, or None if it has none."""
    name = doc.user_data.get("sent_id")
    return None if name is None else str(name)
