"""Which format a file is in, told from what is in it."""

import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Optional

from ...errors import XprojError
from ...storage.files import TextFile, read_head, read_text
from .columns import read_blocks, split_cells
from .json_items import first_items, looks_like_json
from .layout import MIN_SHARE
from .notation import detect_notation, tag_share

#: How many lines are looked at, and how many characters of it are read.
SAMPLE = 2000
HEAD = 1 << 20
#: Files and directories that are no text.
PARQUET = b"PAR1"
DISK = ("dataset_info.json", "dataset_dict.json", "state.json")
#: Labels that stand in running text, by what they are called: markup, tags beside words, links to labels.
MARKED = {
    "markup": re.compile(r"<(\w+)(?: [^<>]*)?>[^<>]+</\1>"),
    "tags": re.compile(r"(?<![^\W_])[BIES][-_][A-Z]{2,}(?![^\W_])"),
    "links": re.compile(r"\[[^\[\]]+\]\([A-Z_]{2,}\)"),
}
#: A text is not without labels if this share of its lines have some.
MARKED_SHARE = 0.2


def sniff_path(path: Path) -> Optional[str]:
    """Tell the format of what is no single text file.

    path (Path): a file or directory.
    RETURNS (Optional[str]): `datasets` or `brat`; None if it is another file.
    RAISES (XprojError): if it is a directory of neither.
    """
    if path.is_dir():
        if any((path / name).is_file() for name in DISK):
            return "datasets"
        if next(path.rglob("*.ann"), None):
            return "brat"
        raise XprojError(f"{path}: a directory without .ann files of brat and no data set on disk; name a file")
    if path.suffix == ".parquet":
        return "datasets"
    if path.suffix in (".ann", ".txt") and path.with_suffix(".ann").is_file() and path.with_suffix(".txt").is_file():
        return "brat"
    return None


def read_sample(path: Path) -> str:
    """Read what tells the format of a file: its beginning, or all of it if that is a part of one item of JSON."""
    head = read_head(TextFile(path), HEAD)
    return read_text(path) if looks_like_json(head) and not first_items(head, 1) else head


def recognize(text: str, converters: Dict[str, Any]) -> Optional[str]:
    """Tell the format of a text that has marks of one.

    text (str): the text.
    converters (Dict[str, Any]): converters by the names of formats; those that have a method `recognizes` are asked, in
        this order.
    RETURNS (Optional[str]): the first that recognizes it.
    """
    asked = ((name, getattr(converter, "recognizes", None)) for name, converter in converters.items())
    return next((name for name, recognizes in asked if recognizes is not None and recognizes(text)), None)


def sniff(path: Path, converters: Dict[str, Any]) -> str:
    """Tell the format of a file.

    path (Path): the file, or a directory.
    converters (Dict[str, Any]): converters by the names of formats, see `recognize`.
    RETURNS (str): the format: `conll` for columns without further marks, `text` for lines that are no columns.
    RAISES (XprojError): if it is JSON of another kind.
    """
    found = sniff_path(path)
    if found is not None:
        return found
    text = read_sample(path)
    found = recognize(text, converters)
    if found is not None:
        return found
    if looks_like_json(text):
        items = first_items(text, 1)
        if not items:
            return "jsonl"  # whose error says what is wrong with the JSON
        if isinstance(items[0], dict) and "paragraphs" in items[0]:
            raise XprojError(f"{path}: JSON of spaCy 2; convert it with 'python -m spacy convert {path} DIRECTORY'")
        keys = ", ".join(items[0]) if isinstance(items[0], dict) else type(items[0]).__name__
        raise XprojError(
            f"{path}: JSON of an unknown kind (with {keys}); write a text with its ents, or name the format"
        )
    if are_columns(text):
        return "conll"
    refuse_marked(path, text)
    return "text"


def refuse_marked(path: Path, text: str) -> None:
    """Refuse a text that would be read as one without labels, if it has labels of a kind that is not read.

    path (Path): the file, for messages.
    text (str): the text.
    RAISES (XprojError): if it has.
    """
    lines = [line for line in text.splitlines()[:SAMPLE] if line.strip()]
    for name, pattern in MARKED.items():
        found = [match.group() for match in map(pattern.search, lines) if match]
        if len(found) > MARKED_SHARE * len(lines):
            raise XprojError(
                f"{path}: has labels in its text ({name}, such as {found[0]}), of a kind that is not read; write "
                "columns or JSON with offsets, or take it as text without labels by --format text"
            )


def are_columns(text: str) -> bool:
    """Tell whether the lines of a text are columns: they have tabs, most end or begin with a tag, or there are none."""
    lines = []
    for block in read_blocks(text):
        lines += [line for _, line in block if not line.startswith("#")]
        if len(lines) >= SAMPLE:
            break
    if not lines or sum("\t" in line.strip() for line in lines) > MIN_SHARE * len(lines):
        return True
    rows = [split_cells(line) for line in lines]
    first = Counter(cells[0] for cells in rows if len(cells) == 2)
    if first.total() == len(lines) and detect_notation(first).kind != "bare":
        return tag_share(first, detect_notation(first)) >= MIN_SHARE
    last = Counter(cells[-1] for cells, line in zip(rows, lines) if len(cells) > 1 or line.startswith(" "))
    if last.total() < MIN_SHARE * len(lines):
        return False
    notation = detect_notation(last)
    return set(last) == {"O"} or tag_share(last, notation) >= MIN_SHARE or _has_outside(last)


def _has_outside(last: "Counter[str]") -> bool:
    """Tell whether half of the lines end in `O`, as those of columns do whatever their other tags are."""
    return last["O"] * 2 >= last.total() > 0 and not re.search(r"[.!?]", "".join(last))
