"""``xproj verify``: whether a parallel corpus, a projected corpus or another result is whole and agrees with itself."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

import numpy
import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import stream_docs
from ..corpora.order import text_keys
from ..corpora.parallel import MANIFEST, ParallelCorpus
from ..errors import XprojError
from ..projectors.summary import OUTCOMES, REJECTS, SUMMARY, TARGET
from ..storage.atomic import recover
from ..storage.files import parse_json, read_json, read_lines, sha256
from ..storage.marker import MARKER, read_marker
from ..types import Bitext
from .app import command, fail

#: Problems that are printed; the others are counted.
SHOWN = 20


@command("verify")
def verify_cli(
    directory: Path = typer.Argument(..., metavar="DIR", help="What translate, pair, label, project or encoder wrote"),
) -> None:
    """Check a result: the checksum of every file, all offsets and entities, and that all numbers add up.

    The exit code is 1 if something is wrong.
    """
    recover(directory)
    marker = read_marker(directory)
    if marker is None:
        raise XprojError(f"{directory}: not a result of xproj (no {MARKER}); name a directory that a command wrote")
    count = _show(_file_problems(directory, marker["files"] or {})) or _show(_content_problems(directory))
    if count:
        fail(f"{directory}: {count} problems; remove it, and run `xproj {marker['command']}` again")
    msg.good(f"{directory}: whole, made by `xproj {marker['command']}`, version {marker.get('version')}")


def _show(problems: Iterator[str]) -> int:
    """Print the first problems. RETURNS (int): how many there are."""
    count = 0
    try:
        for count, problem in enumerate(problems, 1):
            if count <= SHOWN:
                msg.fail(problem)
    except XprojError as error:
        count += 1
        msg.fail(str(error))
    return count


def _file_problems(directory: Path, files: Dict[str, str]) -> Iterator[str]:
    for name, digest in files.items():
        if not (directory / name).is_file():
            yield f"{name}: missing"
        elif sha256(directory / name) != digest:
            yield f"{name}: changed (its SHA-256 is not that of {MARKER})"
    for file in sorted(directory.rglob("*")):
        name = file.relative_to(directory).as_posix()
        if files and file.is_file() and name != MARKER and name not in files:
            yield f"{name}: not in {MARKER}"


def _content_problems(directory: Path) -> Iterator[str]:
    if (directory / MANIFEST).is_file():
        return _corpus_problems(ParallelCorpus(directory))
    if (directory / SUMMARY).is_file():
        return _projection_problems(directory)
    return iter(())


def _corpus_problems(corpus: ParallelCorpus) -> Iterator[str]:
    """Check that all pairs can be read, that none is there twice, and that pairs and rejects are all that went in."""
    keys = text_keys(map(_identity, corpus))
    later = keys != 0
    later[numpy.unique(keys, return_index=True)[1]] = False
    for number, pair in enumerate(corpus if later.any() else ()):
        if later[number]:
            name = pair.source.user_data["sent_id"]
            yield f"pair {number} (counted from 0): is there twice, as sent_id '{name}'"
    rejects = [row["index"] for row in corpus.rejects()]
    items = corpus.manifest.get("items", len(keys) + len(rejects))
    if len(keys) + len(rejects) != items:
        yield f"{MANIFEST}: {items} items, but {len(keys)} pairs and {len(rejects)} rejects"
    if len(set(rejects)) < len(rejects) or not all(0 <= index < items for index in rejects):
        yield "rejects.jsonl: an index is there twice, or is none of an item"


def _identity(pair: Bitext) -> Optional[str]:
    name = pair.source.user_data.get("sent_id")
    return None if name is None else repr((str(name), pair.source.text, pair.target.text))


def _projection_problems(directory: Path) -> Iterator[str]:
    """Check that every source entity has one outcome, and that the outcomes are what stands in the sentences."""
    summary = read_json(directory / SUMMARY)
    try:
        rejects = [row["pair"] for row in _read_lines(directory / REJECTS)]
        rejected, pairs = set(rejects), summary["pairs"]
        total, docs = stream_docs(directory / TARGET)
        if (
            len(rejected) != len(rejects)
            or len(rejects) != sum(summary["rejects"].values())
            or total != pairs - len(rejected)
            or not all(0 <= pair < pairs for pair in rejected)
        ):
            yield f"{TARGET}: {total} sentences of {pairs} pairs, {len(rejects)} rejects"
            return
        statuses: Counter[str] = Counter()
        for pair, rows in enumerate(_by_pair(_read_lines(directory / OUTCOMES), pairs)):
            statuses.update(row["status"] for row in rows)
            if [(row["pair"], row["entity"]) for row in rows] != [(pair, number) for number in range(len(rows))]:
                other = next((row["pair"] for row in rows if row["pair"] != pair), pair)
                yield f"{OUTCOMES}, pair {other}: an entity is there twice or missing, or there is no such pair"
            if pair < pairs and pair not in rejected:
                yield from _sentence_problems(pair, next(docs), rows)
        by_label = sum(sum(counts.values()) for counts in summary["outcomes_by_label"].values())
        if not statuses.total() == summary["entities"] == sum(summary["outcomes"].values()) == by_label:
            yield f"{SUMMARY}: {summary['entities']} entities, but {statuses.total()} outcomes in {OUTCOMES}"
        if statuses != Counter(summary["outcomes"]):
            yield f"{SUMMARY}: other numbers of outcomes than in {OUTCOMES}"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"{OUTCOMES}, {REJECTS} or {SUMMARY}: not as `xproj project` writes it ({error!r})"


def _by_pair(rows: Iterator[Any], pairs: int) -> Iterator[List[Any]]:
    """Group outcomes by their pair, in the order of which they stand; at the end, those of no pair. One that is not in
    order is with those of another pair."""
    row = next(rows, None)
    for pair in range(pairs):
        own = []
        while row is not None and row["pair"] <= pair:
            own.append(row)
            row = next(rows, None)
        yield own
    if row is not None:
        yield [row, *rows]


def _sentence_problems(pair: int, doc: Doc, rows: List[Dict[str, Any]]) -> Iterator[str]:
    places = sorted((place["start"], place["end"], row["label"]) for row in rows for place in row["target"])
    entities = sorted((ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
    if places != entities:
        yield f"{TARGET}, pair {pair}: entities {entities}, but {places} in {OUTCOMES}"
    for row in rows:
        for place in row["target"]:
            if doc.text[place["start"] : place["end"]] != place["text"]:
                yield f"{OUTCOMES}, pair {pair}: '{place['text']}' is not at {place['start']}–{place['end']}"


def _read_lines(path: Path) -> Iterator[Any]:
    """Read a JSON-lines file, or raise an `XprojError` that names the line."""
    for number, line in enumerate(read_lines(path), 1):
        try:
            yield parse_json(line)
        except ValueError as error:
            raise XprojError(f"{path}, line {number}: not JSON ({error}); make it again") from None
