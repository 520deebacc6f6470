"""Entities that are bracketed across tokens, `(PERSON*` to `*)`: as tags."""

from typing import List, NamedTuple, Sequence, Tuple

from ...errors import XprojError
from .columns import Row
from .repair import Repair
from .schemes import Entity, write_tags


class Bracket(NamedTuple):
    """An opening or a closing bracket.

    opens (bool): whether it opens.
    label (str): the label of what it opens; what it closes may have any.
    name (str): tells which of several open entities it closes; empty for the last one.
    """

    opens: bool
    label: str = ""
    name: str = ""


def bracket_tags(rows: Sequence[Row], brackets: Sequence[Sequence[Bracket]]) -> Tuple[List[Row], int]:
    """Read bracketed entities as tags of IOB2. Of those in others, and of those that cross, the longest is kept.

    rows (Sequence[Row]): the tokens of a sentence; their tags are not read.
    brackets (Sequence[Sequence[Bracket]]): the brackets at each token.
    RETURNS (Tuple[List[Row], int]): the rows with tags, and how many entities lie in others.
    RAISES (XprojError): if a bracket has no partner.
    """
    spans: List[Entity] = []
    opened: List[Tuple[int, Bracket]] = []
    for i, (row, found) in enumerate(zip(rows, brackets, strict=True)):
        for bracket in found:
            if bracket.opens:
                opened.append((i, bracket))
                continue
            partner = next((one for one in reversed(opened) if bracket.name in ("", one[1].name)), None)
            if partner is None:
                raise XprojError(f"line {row.line}: '{row.tag}' at '{row.token}' closes nothing open; correct it")
            opened.remove(partner)
            spans.append((partner[0], i + 1, partner[1].label))
    if opened:
        row = rows[opened[0][0]]
        raise XprojError(f"line {row.line}: '{row.tag}' at '{row.token}' is not closed in its sentence; correct it")
    outer: List[Entity] = []
    for span in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if not any(span[0] < end and start < span[1] for start, end, _ in outer):
            outer.append(span)
    tags = write_tags(sorted(outer), len(rows), "IOB2")
    return [row._replace(tag=tag) for row, tag in zip(rows, tags)], len(spans) - len(outer)


def merge_rows(
    rows: Sequence[Row], groups: Sequence[Tuple[int, int]], merged: Sequence[Row], reason: str
) -> Tuple[List[Row], List[Repair]]:
    """Put tokens together, with tags of IOB2. An entity that has a part of one has all of it, which is listed.

    rows (Sequence[Row]): the tokens.
    groups (Sequence[Tuple[int, int]]): first and last token (excluded) of each group.
    merged (Sequence[Row]): what each group becomes; its tag is not read.
    reason (str): what is wrong if only a part of a group is in an entity.
    RETURNS (Tuple[List[Row], List[Repair]]): the tokens that remain, and the fixes.
    """
    into = {start: (end, row) for (start, end), row in zip(groups, merged, strict=True)}
    kept: List[Row] = []
    repairs: List[Repair] = []
    i = 0
    while i < len(rows):
        end, row = into.get(i, (i + 1, rows[i]))
        tags = [one.tag for one in rows[i:end]]
        tag = next((one for one in tags if one != "O"), "O")
        whole = tag == "O" or (tags[0] == tag and all(one == f"I-{tag[2:]}" for one in tags[1:]))
        if not whole:
            repairs.append(Repair(row.line, row.token, " ".join(tags), tag, reason))
        kept.append(row._replace(tag=tag))
        i = end
    return kept, repairs
