"""The page on which projections are looked at: one file that loads nothing."""

import json
from base64 import b64encode
from bisect import bisect_right
from hashlib import sha256
from heapq import nsmallest
from itertools import accumulate
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple
from zlib import crc32

from jinja2 import Environment
from spacy.displacy.render import DEFAULT_LABEL_COLORS

from ..errors import XprojError
from ..text.languages import equivalent_codes, language_table
from ..translators.base import NOT_ENDED, SPLIT
from ..translators.quality import COPY, LENGTH, REPETITION
from ..types import FLAGS, STATUSES, WordAlignment
from .runs import REMEDY, PairRecord, Run, doubt, side_by_side

#: displaCy's colours, and two that it lacks.
COLOURS = {**DEFAULT_LABEL_COLORS, "PER": DEFAULT_LABEL_COLORS["PERSON"], "MISC": "#ffeb80"}
OTHER_COLOURS = sorted(set(COLOURS.values()))
TRANSLATION_FLAGS = {
    REPETITION: "the translation repeats something four times in a row",
    COPY: "the translation is the source sentence",
    LENGTH: "source and translation differ much in length",
    NOT_ENDED: "the translator stopped before the end of the sentence",
    SPLIT: "a long text that was translated in parts",
}
#: Links that weigh less are not drawn.
LINK_WEIGHT = 0.1
RTL_SCRIPTS = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"}
FOLDER = Path(__file__).parent


def make_view(runs: Sequence[Run], limit: Optional[int] = None, title: str = "") -> str:
    """Make a page that shows projections, with filters.

    runs (Sequence[Run]): the runs; if there are several, over the same pairs, they can be compared.
    limit (Optional[int]): show so many pairs at most, those most in doubt; all by default.
    title (str): the page's title; by default it names the runs.
    RETURNS (str): the HTML.
    RAISES (XprojError): if the runs are of different pairs, or something in them is damaged.
    """
    total, chosen = _choose(side_by_side(runs), limit)
    names = _Names()
    try:
        pairs = [_compact(records, names) for records in chosen]
    except (KeyError, TypeError, ValueError, IndexError, XprojError):
        raise XprojError(f"{', '.join(run.name for run in runs)}: not as `xproj project` writes it; {REMEDY}") from None
    data = {
        "runs": [_describe(run) for run in runs],
        "labels": [[label, label_colour(label)] for label in names.labels],
        "statuses": [[status, STATUSES.get(status, "")] for status in names.statuses],
        "flags": [[flag, flag_meaning(flag)] for flag in names.flags],
        "total": total,
        "pairs": pairs,
    }
    languages = f"{runs[0].src_lang or '?'} to {runs[0].tgt_lang or '?'}"
    entities = sum(len(records[0].outcomes) for records in chosen)
    about = f"Entities projected from {languages}: {total:,} pairs, {entities:,} source entities on this page."
    return render_page("view", title or f"Projection: {', '.join(run.name for run in runs)}", about=about, data=data)


def render_page(name: str, title: str, data: Any = None, **context: Any) -> str:
    """Fill in a template of this package, with its style and script. It may run these two and load nothing.

    name (str): the template, without its ending.
    title (str): the page's title.
    data (Any): what the script reads, as JSON.
    **context: what the template reads; escaped.
    RETURNS (str): the HTML.
    """
    style, script = (_read(f"{name}.{ending}") for ending in ("css", "js"))
    template = Environment(autoescape=True).from_string(_read(f"{name}.html"))
    return template.render(
        title=title,
        style=style,
        script=script,
        style_hash=_content_hash(style),
        script_hash=_content_hash(script),
        data=script_json(data),
        **context,
    )


def script_json(data: Any) -> str:
    """Write JSON that may stand in a script element: nothing in it ends the element or begins a comment."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def label_colour(label: str) -> str:
    """Give a label its colour, always the same one."""
    return COLOURS.get(label.upper()) or OTHER_COLOURS[crc32(label.encode("utf8")) % len(OTHER_COLOURS)]


def direction(lang: str) -> str:
    """Give the direction in which a language is written, for HTML; `auto` if it is not in the table of languages."""
    codes = equivalent_codes(lang)
    scripts = {row.script for row in language_table() if row.code in codes or row.iso_639_3 in codes}
    if not scripts:
        return "auto"
    return "rtl" if scripts & RTL_SCRIPTS else "ltr"


class _Names:
    """Labels, statuses and flags, which the pairs refer to by number."""

    def __init__(self) -> None:
        self.labels: Dict[str, int] = {}
        self.statuses: Dict[str, int] = {}
        self.flags: Dict[str, int] = {}

    @staticmethod
    def number(names: Dict[str, int], name: str) -> int:
        return names.setdefault(str(name), len(names))


def _choose(groups: Iterable[List[PairRecord]], limit: Optional[int]) -> Tuple[int, List[List[PairRecord]]]:
    """Count the pairs, and keep those that are most in doubt, in their order."""
    if limit is None:
        chosen = list(groups)
        return len(chosen), chosen
    count = 0

    def counted() -> Iterator[Tuple[float, int, List[PairRecord]]]:
        nonlocal count
        for group in groups:
            yield min(map(doubt, group)), count, group
            count += 1

    least = nsmallest(limit, counted(), key=lambda item: item[:2])
    return count, [group for _, _, group in sorted(least, key=lambda item: item[1])]


def _compact(records: List[PairRecord], names: _Names) -> List[Any]:
    pair = records[0].pair
    return [
        pair["pair"],
        pair["sent_id"],
        pair["source"],
        pair["target"],
        [_compact_run(one, names) for one in records],
    ]


def _compact_run(record: PairRecord, names: _Names) -> List[Any]:
    pair = record.pair
    source, target = (list(accumulate(map(len, pair[side]), initial=0)) for side in ("source", "target"))

    def tokens(starts: List[int], place: Dict[str, Any]) -> List[int]:
        return [bisect_right(starts, place["start"]) - 1, bisect_right(starts, place["end"] - 1)]

    flags = [*pair["translation_flags"], *pair["flags"], *([f"rejected: {pair['reject']}"] if pair["reject"] else [])]
    outcomes = [
        [
            names.number(names.labels, row["label"]),
            names.number(names.statuses, row["status"]),
            *tokens(source, row["source"]),
            [[*tokens(target, place), place["score"], place.get("margin")] for place in row["target"]],
            [[*tokens(target, place), place["score"]] for place in row["rivals"]],
        ]
        for row in record.outcomes
    ]
    return [_links(pair["links"]), [names.number(names.flags, flag) for flag in flags], outcomes]


def _links(line: Optional[str]) -> Optional[List[int]]:
    if line is None:
        return None
    links = WordAlignment.from_pharaoh(line)
    rows = zip(links.source.tolist(), links.target.tolist(), links.weight.tolist())
    return [value for s, t, weight in rows if weight >= LINK_WEIGHT for value in (s, t, round(100 * weight))]


def _describe(run: Run) -> Dict[str, str]:
    return {
        "name": run.name,
        "source": run.src_lang,
        "target": run.tgt_lang,
        "sourceDirection": direction(run.src_lang),
        "targetDirection": direction(run.tgt_lang),
    }


def flag_meaning(flag: str) -> str:
    """Say what a flag means; nothing if it is unknown."""
    if flag.startswith("rejected: "):
        return "the filter dropped the sentence: it is not in target.spacy"
    return FLAGS.get(flag) or TRANSLATION_FLAGS.get(flag, "")


def _content_hash(text: str) -> str:
    """What a Content-Security-Policy calls a script or style."""
    return f"sha256-{b64encode(sha256(text.encode('utf8')).digest()).decode()}"


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf8")
