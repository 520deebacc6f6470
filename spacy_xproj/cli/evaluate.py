"""``xproj evaluate``: predicted entities against gold ones."""

from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, Optional, Sequence, Tuple

import typer
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import DocCorpus
from ..corpora.labels import LabelChanges, LabelMap, split_list
from ..errors import XprojError
from ..evaluation.partial import MEASURES, PartialTotals
from ..evaluation.strict import StrictTotals, spacy_scores
from ..evaluation.tags import LabelCounts, checked_pairs, find_partners
from ..progress import progress, stage, take_seconds
from ..storage.files import write_json
from ..storage.outputs import check_paths
from .app import OVERWRITE, command, print_times

PROTOCOLS = {
    "strict": "Strict (seqeval, mode strict, IOB2, micro-averaged)",
    "spacy": "spaCy (Scorer.score_spans, micro-averaged)",
}


@command("evaluate")
def evaluate_cli(
    gold_path: Path = typer.Argument(..., metavar="GOLD", help="The .spacy file with the right entities"),
    predicted_path: Path = typer.Argument(..., metavar="PREDICTED", help="The same sentences, with predicted entities"),
    labels: str = typer.Option("", "--labels", help="Labels to score, such as PER,ORG,LOC; all by default"),
    renames: str = typer.Option("", "--map", help="Labels to rename or drop on both sides, such as PERSON=PER,DATE="),
    json_path: Optional[Path] = typer.Option(None, "--json", dir_okay=False, help="Where to write the scores"),
    overwrite: bool = OVERWRITE,
) -> None:
    """Score predicted entities strictly (seqeval) and as spaCy does, in all and for each label, and say how many are
    nearly right (as nervaluate does).

    Sentences are matched by sent_id if all of both files have one, else line by line. If the two sides name labels
    differently, --map comes first and --labels after it. What they change or leave out is told, and so are labels that
    only one side has.
    """
    check_paths("evaluate", [gold_path, predicted_path], [json_path])
    scored = split_list(labels) or None
    label_map = LabelMap.parse("", renames)
    gold, predicted = DocCorpus(gold_path), DocCorpus(predicted_path)
    counts, strict, overlap = LabelCounts(), StrictTotals(scored), PartialTotals(scored)
    changes: Dict[str, LabelChanges] = {"gold": Counter(), "predicted": Counter()}

    def prepare(pairs: Iterable[Tuple[Doc, Doc]]) -> Iterator[Tuple[Doc, Doc]]:
        """Map the labels of each pair, and count what spaCy does not, so that files are gone through once."""
        for pair in pairs:
            for side, doc in zip(changes, pair) if label_map.renames else ():
                changes[side].update(label_map.apply(doc))
            for counter in (counts, strict, overlap):
                counter.add(*pair)
            yield pair

    try:
        with stage("matching sentences"):
            matched = find_partners(gold, predicted)
        with stage("scoring"):
            pairs = progress(checked_pairs(gold, matched), len(gold), "sentences")
            in_spacy = spacy_scores(prepare(pairs), scored)
            scores = {"strict": strict.scores(), "spacy": in_spacy, "overlap": overlap.scores()}
    except XprojError as error:
        raise XprojError(f"{gold_path} and {predicted_path}, {error}") from None
    if json_path is not None:
        write_json(json_path, scores, overwrite)
    for protocol, title in PROTOCOLS.items():
        _print_scores(title, scores[protocol])
    _print_overlap(scores["overlap"])
    if len(matched) < len(predicted):
        msg.warn(
            f"left out: {len(predicted) - len(matched)} predicted sentences whose sent_id the gold file does not have"
        )
    for line in [*_changed(changes), *_remarks(counts, scored, strict.misplaced)]:
        msg.text(line)
    print_times(take_seconds())


def _changed(changes: Dict[str, LabelChanges]) -> Iterator[str]:
    """Tell what a label map renamed and dropped on each side, with numbers."""
    for side, counts in changes.items():
        for (before, after), count in sorted(counts.items()):
            if before != after:
                what = f"renamed to {after}" if after else "dropped"
                yield f"{what}: {count} {side} {before}"


def _print_scores(title: str, scores: Dict[str, Any]) -> None:
    """Print the scores of one protocol as a table of percentages."""
    rows = [("all", scores), *scores["per_type"].items()]
    table = [(name, *(f"{100 * row[key]:.2f}" for key in "prf"), row.get("support", "")) for name, row in rows]
    msg.divider(title)
    msg.table(table, header=("", "P", "R", "F", "gold"), aligns=("l", "r", "r", "r", "r"))


def _print_overlap(scores: Dict[str, Any]) -> None:
    """Print how many entities are right, nearly right and wrong, by each measure."""
    counts = ("correct", "partial", "incorrect", "missed", "spurious")
    table = [
        (measure, *(f"{100 * row[key]:.2f}" for key in "prf"), *(row[count] for count in counts))
        for measure, row in scores.items()
    ]
    msg.divider("Nearly right (SemEval-2013 task 9.1, as in nervaluate)")
    msg.table(table, header=("", "P", "R", "F", *counts), aligns=("l", *"rrr", *("r" for _ in counts)))
    for measure, meaning in MEASURES.items():
        msg.text(f"{measure}: {meaning}")


def _remarks(counts: LabelCounts, labels: Optional[Sequence[str]], misplaced: int) -> Iterator[str]:
    """Tell what the scores do not show: entities left out, predictions that no gold token fits and, if all labels are
    scored, those that only one side has, with numbers."""
    if labels is None:
        for side, label, count in counts.one_sided():
            yield (
                f"only {side}: {count} {label}; rename it (--map {label}=NEW), drop it (--map {label}=) or leave it "
                "out (--labels) if the task does not have it"
            )
    for side, label, count in counts.ignored(labels):
        yield f"left out: {count} {side} {label}"
    if misplaced:
        yield f"{misplaced} predicted entities begin or end inside a gold token: wrong under the strict protocol"
