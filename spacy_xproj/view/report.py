"""The report of a projection, or of several compared: tables and figures, as HTML and as Markdown."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple

from spacy.tokens import Doc

from ..projectors.summary import TARGET
from ..types import STATUSES
from .gold import GoldScores, gold_figures, gold_tables
from .page import flag_meaning, make_view
from .runs import PairRecord, Run, open_run
from .tables import NO_FIGURE, Table, make_page, markdown_text, number, percent

HISTOGRAM_BINS = 20
#: Pairs on the page that `project` writes.
VIEW_LIMIT = 1000


@dataclass
class Facts:
    """What a report tells of a run.

    run (Run): the run.
    pairs (int): its pairs.
    entities (int): source entities.
    labels (Dict[str, Counter]): for each label, source entities by status.
    flags (Counter): pairs by flag, those of the translator and the projector, and by the reason of the filter.
    histogram (List[int]): places by score, in bins of equal width between 0 and 1.
    scores (float): the sum of the scores.
    gold (Optional[GoldScores]): how right it is, if there is a gold file.
    timing (Dict[str, Any]): what `xproj project --json` wrote: seconds by stage; empty if it is not known.
    """

    run: Run
    pairs: int = 0
    entities: int = 0
    labels: "Dict[str, Counter[str]]" = field(default_factory=dict)
    flags: "Counter[str]" = field(default_factory=Counter)
    histogram: List[int] = field(default_factory=lambda: [0] * HISTOGRAM_BINS)
    scores: float = 0.0
    gold: Optional[GoldScores] = None
    timing: Dict[str, Any] = field(default_factory=dict)

    def add(self, record: PairRecord) -> None:
        """Count a pair."""
        pair = record.pair
        self.pairs += 1
        self.flags.update([*pair["translation_flags"], *pair["flags"]])
        if pair["reject"]:
            self.flags[f"rejected: {pair['reject']}"] += 1
        for outcome in record.outcomes:
            self.entities += 1
            self.labels.setdefault(outcome["label"], Counter())[outcome["status"]] += 1
            for place in outcome["target"]:
                self.scores += place["score"]
                self.histogram[min(max(int(place["score"] * HISTOGRAM_BINS), 0), HISTOGRAM_BINS - 1)] += 1

    def count(self, status: str) -> int:
        """Count the source entities of a status."""
        return sum(counts[status] for counts in self.labels.values())


def write_pages(directory: Path, name: str) -> None:
    """Write the pages into a directory that `xproj project` makes: `view.html`, of a large corpus with the pairs most
    in doubt only, `report.html` and `report.md`.

    directory (Path): the directory.
    name (str): what to call the run.
    """
    run = open_run(directory, name)
    page, markdown = make_report(collect([run], [directory]))
    for file, text in (("view.html", make_view([run], VIEW_LIMIT)), ("report.html", page), ("report.md", markdown)):
        (directory / file).write_bytes(text.encode("utf8"))


def collect(
    runs: Sequence[Run],
    directories: Sequence[Path],
    gold: Sequence[Doc] = (),
    labels: Optional[Sequence[str]] = None,
    timings: Sequence[Dict[str, Any]] = (),
) -> List[Facts]:
    """Read runs once and count what their report tells.

    runs (Sequence[Run]): the runs.
    directories (Sequence[Path]): the directory of each.
    gold (Sequence[Doc]): the target sentences with the right entities, one for each pair, in order; none if unknown.
    labels (Optional[Sequence[str]]): the labels to score; all by default.
    timings (Sequence[Dict[str, Any]]): what `xproj project --json` wrote for each run; none if unknown.
    RETURNS (List[Facts]): the facts of each run.
    RAISES (XprojError): if a run is damaged, or the gold sentences are others.
    """
    found = []
    for number_, (run, directory) in enumerate(zip(runs, directories, strict=True)):
        facts = Facts(run, timing=timings[number_] if timings else {})
        scores = GoldScores(gold, labels) if gold else None
        for record in run:
            facts.add(record)
            if scores is not None:
                scores.add(record)
        if scores is not None:
            scores.finish(directory / TARGET)
            facts.gold = scores
        found.append(facts)
    return found


def make_report(facts: Sequence[Facts]) -> Tuple[str, str]:
    """Write the report.

    facts (Sequence[Facts]): the facts of each run.
    RETURNS (Tuple[str, str]): the page of HTML, which loads nothing, and the Markdown, which has no figures.
    """
    from .figures import score_figure  # matplotlib: only if there is something to draw

    title = f"Report: {', '.join(one.run.name for one in facts)}"
    heading = "What became of every source entity, and how sure the places are."
    tables = list(_tables(facts))
    figures = {"How many places have which score": score_figure({one.run.name: one.histogram for one in facts})}
    figures.update(gold_figures({one.run.name: one.gold for one in facts if one.gold}))
    markdown = "\n".join([f"# {markdown_text(title)}\n", f"{heading}\n", *(table.to_markdown() for table in tables)])
    return make_page(title, heading, figures, tables), markdown


def _tables(facts: Sequence[Facts]) -> Iterable[Table]:
    names = [one.run.name for one in facts]
    yield _overview(facts)
    statuses = [status for status in STATUSES if any(one.count(status) for one in facts)]
    rows = [
        [status, STATUSES[status], *(f"{one.count(status):,} ({_share(one.count(status), one)})" for one in facts)]
        for status in statuses
    ]
    yield Table("Outcomes", "What became of the source entities.", 2, ["outcome", "meaning", *names], rows)
    rows = [
        [one.run.name, label, str(sum(counts.values())), *(str(counts[status]) for status in statuses)]
        for one in facts
        for label, counts in sorted(one.labels.items())
    ]
    yield Table("Outcomes by label", "Source entities.", 2, ["run", "label", "entities", *statuses], rows)
    if any(one.gold for one in facts):
        yield from gold_tables({one.run.name: one.gold for one in facts if one.gold})
    flags = sorted({flag for one in facts for flag in one.flags})
    rows = [[flag, flag_meaning(flag), *(str(one.flags[flag]) for one in facts)] for flag in flags]
    note = "Pairs of which the translator, the projector or the filter had something to say."
    yield Table("Flags", note if rows else f"{note} There are none.", 2, ["flag", "meaning", *names], rows)
    yield _settings(facts)
    licenses = [(one.run.name, *item) for one in facts for item in sorted(one.run.summary.get("licenses", {}).items())]
    note = "Of the corpus and the models, as far as they are known."
    note += "" if licenses else " None is known: ask those who made them before you publish what comes of them."
    yield Table("Licences", note, 3, ["run", "of", "licence"], licenses)


def _overview(facts: Sequence[Facts]) -> Table:
    header = ["run", "languages", "pairs", "entities", "projected", "mean score", "sentences/s"]
    rows = []
    for one in facts:
        places = sum(one.histogram)
        rate = one.timing.get("sentences_per_second")
        rows.append(
            [
                one.run.name,
                f"{one.run.src_lang} to {one.run.tgt_lang}",
                f"{one.pairs:,}",
                f"{one.entities:,}",
                _share(one.count("projected"), one),
                number(one.scores / places if places else None, 3),
                number(rate, 1),
            ]
        )
    known = any(one.timing for one in facts)
    note = "" if known else "The speed is known if `xproj project --json FILE` wrote it, for --timing FILE."
    return Table("Runs", note, 2, header, rows)


def _settings(facts: Sequence[Facts]) -> Table:
    """The settings of the projector and the filter; of several runs, those that differ."""
    flat = [
        _flatten({key: one.run.summary[key] for key in ("projector", "filter") if key in one.run.summary})
        for one in facts
    ]
    names = list(dict.fromkeys(name for settings in flat for name in settings))
    if len(flat) > 1:
        names = [name for name in names if len({settings.get(name) for settings in flat}) > 1]
    rows = [[name, *(settings.get(name, NO_FIGURE) for settings in flat)] for name in names]
    note = "Of the projector and the filter." if len(flat) == 1 else "Those that differ between the runs."
    return Table("Settings", note, 1 + len(facts), ["setting", *(one.run.name for one in facts)], rows)


def _flatten(settings: Dict[str, Any], place: str = "") -> Dict[str, str]:
    flat: Dict[str, str] = {}
    for key, value in settings.items():
        flat.update(_flatten(value, f"{place}{key}.") if isinstance(value, dict) else {f"{place}{key}": str(value)})
    return flat


def _share(count: int, facts: Facts) -> str:
    return f"{percent(count / facts.entities)}%" if facts.entities else NO_FIGURE
