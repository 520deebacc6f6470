"""``xproj verify``: whether a parallel corpus, a projected corpus or another result is whole and agrees with itself."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set, Tuple

import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import stream_docs
from ..corpora.parallel import MANIFEST, ParallelCorpus
from ..errors import XprojError
from ..projectors.summary import OUTCOMES, REJECTS, SUMMARY, TARGET
from ..storage.atomic import recover
from ..storage.files import read_json, read_text, sha256
from ..storage.marker import MARKER, read_marker
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
    problems = list(_file_problems(directory, marker["files"] or {}))
    if not problems:
        try:
            problems += _content_problems(directory)
        except XprojError as error:
            problems.append(str(error))
    for problem in problems[:SHOWN]:
        msg.fail(problem)
    if problems:
        fail(f"{directory}: {len(problems)} problems; remove it, and run `xproj {marker['command']}` again")
    msg.good(f"{directory}: whole, made by `xproj {marker['command']}`, version {marker.get('version')}")


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
    pairs = 0
    seen: Set[Tuple[str, str, str]] = set()
    for pair in corpus:
        name = pair.source.user_data.get("sent_id")
        if name is not None:
            key = (str(name), pair.source.text, pair.target.text)
            if key in seen:
                yield f"pair {pairs} (counted from 0): is there twice, as sent_id '{name}'"
            seen.add(key)
        pairs += 1
    rejects = [row["index"] for row in corpus.rejects()]
    items = corpus.manifest.get("items", pairs + len(rejects))
    if pairs + len(rejects) != items:
        yield f"{MANIFEST}: {items} items, but {pairs} pairs and {len(rejects)} rejects"
    if len(set(rejects)) < len(rejects) or not all(0 <= index < items for index in rejects):
        yield "rejects.jsonl: an index is there twice, or is none of an item"


def _projection_problems(directory: Path) -> Iterator[str]:
    """Check that every source entity has one outcome, and that the outcomes are what stands in the sentences."""
    summary = read_json(directory / SUMMARY)
    rows, rejects = (_read_lines(directory / name) for name in (OUTCOMES, REJECTS))
    try:
        rejected = {row["pair"] for row in rejects}
        by_pair: Dict[int, List[Dict[str, Any]]] = {}
        for row in rows:
            by_pair.setdefault(row["pair"], []).append(row)
        statuses = Counter(row["status"] for row in rows)
        by_label = sum(sum(counts.values()) for counts in summary["outcomes_by_label"].values())
        if not len(rows) == summary["entities"] == sum(summary["outcomes"].values()) == by_label:
            yield f"{SUMMARY}: {summary['entities']} entities, but {len(rows)} outcomes in {OUTCOMES}"
        if statuses != Counter(summary["outcomes"]):
            yield f"{SUMMARY}: other numbers of outcomes than in {OUTCOMES}"
        for pair, own in by_pair.items():
            if [row["entity"] for row in own] != list(range(len(own))) or not 0 <= pair < summary["pairs"]:
                yield f"{OUTCOMES}, pair {pair}: an entity is there twice or missing, or there is no such pair"
        total, docs = stream_docs(directory / TARGET)
        kept = [pair for pair in range(summary["pairs"]) if pair not in rejected]
        if len(rejected) != len(rejects) or len(rejects) != sum(summary["rejects"].values()) or total != len(kept):
            yield f"{TARGET}: {total} sentences of {summary['pairs']} pairs, {len(rejects)} rejects"
            return
        for pair, doc in zip(kept, docs):
            yield from _sentence_problems(pair, doc, by_pair.get(pair, []))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"{OUTCOMES}, {REJECTS} or {SUMMARY}: not as `xproj project` writes it ({error!r})"


def _sentence_problems(pair: int, doc: Doc, rows: List[Dict[str, Any]]) -> Iterator[str]:
    places = sorted((place["start"], place["end"], row["label"]) for row in rows for place in row["target"])
    entities = sorted((ent.start_char, ent.end_char, ent.label_) for ent in doc.ents)
    if places != entities:
        yield f"{TARGET}, pair {pair}: entities {entities}, but {places} in {OUTCOMES}"
    for row in rows:
        for place in row["target"]:
            if doc.text[place["start"] : place["end"]] != place["text"]:
                yield f"{OUTCOMES}, pair {pair}: '{place['text']}' is not at {place['start']}–{place['end']}"


def _read_lines(path: Path) -> List[Any]:
    """Read a JSON-lines file, or raise an `XprojError` that names the line."""
    rows = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise XprojError(f"{path}, line {number}: not JSON ({error}); make it again") from None
    return rows
