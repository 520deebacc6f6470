"""Reading what `xproj project` wrote, for those who look at it: one pair at a time."""

from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence

from pydantic import FiniteFloat, TypeAdapter, ValidationError
from typing_extensions import NotRequired, TypedDict

from ..errors import XprojError
from ..projectors.summary import OUTCOMES, PAIRS, SUMMARY, outcome_rows, pair_row
from ..storage.atomic import recover
from ..storage.files import parse_json, read_json, read_lines
from ..storage.outputs import partial_path
from ..types import Projection

REMEDY = "run `xproj project` again"


class SpanRow(TypedDict):
    """An entity by its characters."""

    start: int
    end: int
    text: str


class PlaceRow(SpanRow):
    """An entity of the target side."""

    score: FiniteFloat
    margin: NotRequired[FiniteFloat]


class OutcomeRow(TypedDict):
    """What is looked at of a line of `outcomes.jsonl`."""

    pair: int
    label: str
    status: str
    source: SpanRow
    target: List[PlaceRow]
    rivals: List[PlaceRow]


class PairRow(TypedDict):
    """What is looked at of a line of `pairs.jsonl`."""

    pair: int
    sent_id: Any
    source: List[str]
    target: List[str]
    links: Optional[str]
    translation_flags: List[str]
    flags: List[str]
    reject: Optional[str]


class SummaryData(TypedDict):
    """What is looked at of `summary.json`."""

    src_lang: str
    tgt_lang: str
    licenses: NotRequired[Dict[str, str]]
    projector: NotRequired[Dict[str, Any]]
    filter: NotRequired[Dict[str, Any]]


OUTCOME, PAIR, SUMMARY_DATA = TypeAdapter(OutcomeRow), TypeAdapter(PairRow), TypeAdapter(SummaryData)


class PairRecord(NamedTuple):
    """A pair and what became of its entities: a line of `pairs.jsonl` and those of `outcomes.jsonl`."""

    pair: Dict[str, Any]
    outcomes: List[Dict[str, Any]]


@dataclass(frozen=True)
class Run:
    """A projection to look at.

    name (str): what it is called.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    read (Callable[[], Iterator[PairRecord]]): reads its pairs.
    summary (Dict[str, Any]): its counts and settings, as in `summary.json`.
    """

    name: str
    src_lang: str
    tgt_lang: str
    read: Callable[[], Iterator[PairRecord]]
    summary: Dict[str, Any]

    def __iter__(self) -> Iterator[PairRecord]:
        return self.read()


def open_run(path: Path, name: str = "") -> Run:
    """Open a directory that `xproj project` wrote.

    path (Path): the directory.
    name (str): what to call it; by default, as the directory.
    RETURNS (Run): the run.
    RAISES (XprojError): if it is no such directory, is not finished, or was made by a version that kept no pairs.
    """
    recover(path)
    if not path.is_dir() and partial_path(path).is_dir():
        raise XprojError(f"{path}: not finished; run the command that makes it again, it goes on from there")
    if not (path / SUMMARY).is_file() or not (path / OUTCOMES).is_file():
        raise XprojError(f"{path}: not what `xproj project` writes (no {SUMMARY} or {OUTCOMES}); check the path")
    if not (path / PAIRS).is_file():
        raise XprojError(f"{path}: has no {PAIRS}, an earlier version made it; {REMEDY}")
    summary = read_json(path / SUMMARY)
    try:
        SUMMARY_DATA.validate_python(summary, strict=True)
    except ValidationError:
        raise XprojError(f"{path / SUMMARY}: damaged; {REMEDY}") from None
    name = name or path.resolve().name
    return Run(name, summary["src_lang"], summary["tgt_lang"], lambda: _read_records(path), summary)


def open_runs(paths: Sequence[Path]) -> List[Run]:
    """Open directories that `xproj project` wrote, each under a name of its own.

    paths (Sequence[Path]): the directories.
    RETURNS (List[Run]): the runs, called as their directories, or by their paths if two are called the same.
    RAISES (XprojError): see `open_run`.
    """
    names = [path.resolve().name for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    return [open_run(path, name) for path, name in zip(paths, names)]


def projection_run(projections: Iterable[Projection], name: str) -> Run:
    """Make a run of projections in memory."""
    kept = list(projections)
    first = kept[0].bitext if kept else None
    languages = (first.source.lang_, first.target.lang_) if first else ("", "")

    def read() -> Iterator[PairRecord]:
        for number, projection in enumerate(kept):
            yield PairRecord(pair_row(number, projection, None), list(outcome_rows(number, projection)))

    return Run(name, *languages, read, {})


def doubt(record: PairRecord) -> float:
    """How little the places of a pair are to be trusted, as far as the scores can tell.

    record (PairRecord): the pair.
    RETURNS (float): the least score or margin of its places; 0 if an entity has none, and a great number if there is
        no entity.
    """
    least = float("inf")
    for outcome in record.outcomes:
        if not outcome["target"]:
            return 0.0
        for place in outcome["target"]:
            least = min(least, place["score"], place.get("margin", place["score"]))
    return least


def side_by_side(runs: Sequence[Run]) -> Iterator[List[PairRecord]]:
    """Read several runs over the same pairs.

    runs (Sequence[Run]): the runs.
    YIELDS (List[PairRecord]): what each made of a pair.
    RAISES (XprojError): if they are of other pairs.
    """
    for records in zip_longest(*runs):
        first = records[0]
        for run, record in zip(runs, records):
            if record is None or first is None or any(first.pair[s] != record.pair[s] for s in ("source", "target")):
                number = next(one.pair["pair"] for one in records if one)
                raise XprojError(
                    f"{run.name}: pair {number} is not that of {runs[0].name}; compare runs over the same corpus"
                )
        yield list(records)


def _read_records(path: Path) -> Iterator[PairRecord]:
    rows = _read_rows(path / OUTCOMES, OUTCOME)
    row = next(rows, None)
    for pair in _read_rows(path / PAIRS, PAIR):
        outcomes = []
        while row is not None and row["pair"] == pair["pair"]:
            outcomes.append(row)
            row = next(rows, None)
        yield PairRecord(pair, outcomes)
    if row is not None:
        raise XprojError(f"{path / OUTCOMES}: an outcome of pair {row['pair']}, which {PAIRS} does not have; {REMEDY}")


def _read_rows(file: Path, kind: "TypeAdapter[Any]") -> Iterator[Dict[str, Any]]:
    for number, line in enumerate(read_lines(file), 1):
        try:
            row = parse_json(line)
            kind.validate_python(row, strict=True)
        except ValueError:  # a ValidationError is a ValueError
            raise XprojError(f"{file}, line {number}: damaged; {REMEDY}") from None
        yield row
