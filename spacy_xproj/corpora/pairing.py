"""Two files that hold the same sentences in two languages, as pairs."""

from collections import Counter
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional

from spacy.tokens import Doc

from ..errors import XprojError
from ..storage.files import read_text
from ..text.docs import words_only
from ..translators.quality import EMPTY, Checks
from ..types import Bitext
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


def pair_by_order(sources: List[Doc], targets: List[Doc], source_path: Path, target_path: Path) -> Iterator[Item]:
    """Pair sentence i with sentence i.

    sources (List[Doc]): one side.
    targets (List[Doc]): the other.
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
    source_ids, target_ids = ([sent_id(doc) for doc in docs] for docs in (sources, targets))
    if source_ids != target_ids and None not in source_ids and set(source_ids) == set(target_ids):
        number = next(i for i, (a, b) in enumerate(zip(source_ids, target_ids), 1) if a != b)
        raise XprojError(
            f"{source_path} and {target_path} have the same sent_ids in another order (from sentence {number} on: "
            f"'{source_ids[number - 1]}', '{target_ids[number - 1]}'); use --by sent_id"
        )
    return (Bitext(source, without_entities(target)) for source, target in zip(sources, targets, strict=True))


def pair_by_sent_id(sources: List[Doc], targets: List[Doc], source_path: Path, target_path: Path) -> Iterator[Item]:
    """Pair sentences of the same ``doc.user_data["sent_id"]``, in the order of the source.

    sources (List[Doc]): one side.
    targets (List[Doc]): the other.
    source_path (Path): the file of each, for messages.
    target_path (Path): likewise.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets; and rejects for what has no partner, or more
        than one.
    RAISES (XprojError): if no sentence of one file is in the other.
    """
    source_ids, target_ids = (Counter(map(sent_id, docs)) for docs in (sources, targets))
    if not source_ids.keys() & target_ids.keys() - {None}:
        raise XprojError(
            f"no sentence of {source_path} has the sent_id of one of {target_path}; use --by order if line i of one "
            "is the translation of line i of the other, or --table FILE if you know which is that of which"
        )
    return _match(sources, targets, source_ids, target_ids)


def _match(
    sources: List[Doc], targets: List[Doc], source_ids: Counter[Optional[str]], target_ids: Counter[Optional[str]]
) -> Iterator[Item]:
    partners = {sent_id(target): target for target in targets}
    for source in sources:
        name = sent_id(source)
        reason = _no_pair(name, source_ids, target_ids, NO_TARGET)
        if reason:
            yield Reject(reason, text=source.text, sent_id=name)
        else:
            yield Bitext(source, without_entities(partners[name]))
    for target in targets:
        name = sent_id(target)
        reason = _no_pair(name, target_ids, source_ids, NO_SOURCE)
        if reason:
            yield Reject(reason, translation=target.text, sent_id=name)


def _no_pair(
    name: Optional[str], own: Counter[Optional[str]], others: Counter[Optional[str]], missing: str
) -> Optional[str]:
    if name is None:
        return NO_ID
    if own[name] > 1 or others[name] > 1:
        return REPEATED
    return None if others[name] else missing


def read_table(path: Path) -> List[IdPair]:
    """Read a table of pairs.

    path (Path): lines ``source<TAB>target``: the sent_ids of a sentence and of its translation, or their numbers,
        counted from 1, if the sentences have no sent_id.
    RETURNS (List[IdPair]): the lines.
    RAISES (XprojError): if a line is not of that form, or there is none.
    """
    pairs = []
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.strip():
            cells = [cell.strip() for cell in line.split("\t")]
            if len(cells) != 2 or not all(cells):
                raise XprojError(f"{path}, line {number}: write the two sent_ids of a pair with a tab between them")
            pairs.append(IdPair(*cells))
    if not pairs:
        raise XprojError(f"{path}: no line in it; write the two sent_ids of each pair with a tab between them")
    return pairs


def pair_by_table(sources: List[Doc], targets: List[Doc], table: List[IdPair], path: Path) -> Iterator[Item]:
    """Pair the sentences that a table names, in its order.

    sources (List[Doc]): one side.
    targets (List[Doc]): the other.
    table (List[IdPair]): the pairs (see `read_table`).
    path (Path): its file, for messages.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets; and rejects for lines and sentences that
        make none.
    RAISES (XprojError): if no line names a sentence of each side.
    """
    by_source, by_target = _index(sources), _index(targets)
    if not any(pair.source in by_source and pair.target in by_target for pair in table):
        raise XprojError(
            f"{path}: no line names a source and a target sentence (the first: {' and '.join(table[0])}); write the "
            "sent_id of the source sentence first, or its number if it has none"
        )
    return _match_table(by_source, by_target, table)


def _match_table(
    by_source: Dict[str, List[Doc]], by_target: Dict[str, List[Doc]], table: List[IdPair]
) -> Iterator[Item]:
    lines = [Counter(ids) for ids in zip(*table)]
    for names in table:
        found = [index.get(name, []) for index, name in zip((by_source, by_target), names)]
        text, translation = (docs[0].text if len(docs) == 1 else "" for docs in found)
        missing = [name for name, docs in zip(names, found) if not docs]
        if any(count[name] > 1 for count, name in zip(lines, names)):
            yield Reject(REPEATED_LINE, text, translation, " ".join(names))
        elif missing:
            yield Reject(UNKNOWN, text, translation, " ".join(missing))
        elif any(len(docs) > 1 for docs in found):
            yield Reject(REPEATED, text, translation, " ".join(names))
        else:
            yield Bitext(found[0][0], without_entities(found[1][0]))
    for name, docs in by_source.items():
        if name not in lines[0]:
            yield from (Reject(NOT_LISTED, text=doc.text, sent_id=name) for doc in docs)
    for name, docs in by_target.items():
        if name not in lines[1]:
            yield from (Reject(NOT_LISTED, translation=doc.text, sent_id=name) for doc in docs)


def _index(docs: List[Doc]) -> Dict[str, List[Doc]]:
    """Group sentences by sent_id, or by number if none has one."""
    numbered = all(sent_id(doc) is None for doc in docs)
    index: Dict[str, List[Doc]] = {}
    for number, doc in enumerate(docs, 1):
        index.setdefault(str(number) if numbered else sent_id(doc) or NO_ID, []).append(doc)
    return index


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
