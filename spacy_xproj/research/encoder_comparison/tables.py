"""The tables of a comparison of encoders."""

from typing import Any, Dict, List

from ...view.tables import NO_FIGURE, Table, interval, number, p_value, percent, signed
from .summary import Summary

PAIRED_HEADER = ["pairs", "difference", "interval", "t-test p", "Holm", "Wilcoxon p", "Holm", "d_z", "interval"]


def comparison_tables(summary: Summary) -> List[Table]:
    """Make the tables of what `make_summary` gives."""
    tables = [
        score_table(summary),
        student_table(summary),
        test_table(summary),
        difference_table(summary),
        slice_table(summary),
        contrast_table(summary),
        cost_table(summary),
    ]
    return tables + ([failure_table(summary)] if summary["failures"] else [])


def score_table(summary: Summary) -> Table:
    """Show F1 of each encoder, mode, training data and language."""
    rows = [
        [
            *names(row, "mode", "data", "language", "encoder"),
            percent(row["mean"]),
            percent(row["sd"]),
            interval(row["low"], row["high"]),
            number(len(row["seeds"])),
            *(percent(row["per_label"][label]) for label in summary["labels"]),
        ]
        for row in in_order(summary, summary["scores"])
    ]
    note = (
        f"{summary['protocol'][:1].upper()}{summary['protocol'][1:]}, in percent: mean and standard deviation over "
        "seeds, and the mean for each label. Interval: of the mean, 95%, bootstrap over sentences."
    )
    header = ["mode", "data", "language", "encoder", "F1", "sd", "interval", "seeds", *summary["labels"]]
    return Table("F1", note, 4, header, rows)


def student_table(summary: Summary) -> Table:
    """Show each pair of encoders over all students."""
    rows = [[row["mode"], against(row), *paired_figures(row)] for row in summary["students"]]
    note = (
        "Difference of F1 in points, over pairs of students with the same training data and seed, each with its mean "
        "over languages; with its 95% interval; p of the paired t-test and of Wilcoxon's signed-rank test, two-sided, "
        "alone and corrected for all rows (Holm); Cohen's d_z with its 95% interval. The t-test takes the differences "
        "to be normally distributed, Wilcoxon's to be symmetric. Wilcoxon's p is never below .05 with five pairs or "
        "fewer."
    )
    return Table("Differences over students", note, 2, ["mode", "encoders", *PAIRED_HEADER], rows)


def test_table(summary: Summary) -> Table:
    """Show each pair of encoders over all languages and seeds."""
    rows = [[*names(row, "mode", "data"), against(row), *paired_figures(row)] for row in summary["tests"]]
    note = (
        "The same over pairs of the same language and seed. The tests take the pairs to be independent; pairs of one "
        "language share its sentences, and one student may be tested on several languages, so p is too small rather "
        "than too large."
    )
    header = ["mode", "data", "encoders", *PAIRED_HEADER]
    return Table("Differences over languages and seeds", note, 3, header, rows)


def paired_figures(row: Dict[str, Any]) -> List[str]:
    """Write the figures of a `PairedTest`, as `PAIRED_HEADER` names them."""
    return [
        number(row["n"]),
        *difference(row),
        p_value(row["t_p"]),
        p_value(row["t_holm"]),
        p_value(row["wilcoxon_p"]),
        p_value(row["wilcoxon_holm"]),
        NO_FIGURE if row["d"] is None else f"{row['d']:+.2f}",
        interval(row["d_low"], row["d_high"], 1, 2),
    ]


def difference_table(summary: Summary) -> Table:
    """Show each pair of encoders on each language."""
    rows = [[*names(row, "mode", "data", "language"), against(row), *difference(row)] for row in summary["differences"]]
    note = (
        "Difference of F1 in points, mean over seeds, with its 95% interval: paired bootstrap over sentences. It says "
        "what other sentences might change, not other seeds."
    )
    header = ["mode", "data", "language", "encoders", "difference", "interval"]
    return Table("Differences on each language", note, 4, header, rows)


def slice_table(summary: Summary) -> Table:
    """Show F1 on each slice: a row for each slice, a column for each encoder."""
    scores: Dict[Any, Dict[str, Any]] = {}
    for row in summary["slices"]:
        scores.setdefault((row["mode"], row["data"], row["slice"]), {})[row["encoder"]] = row
    rows = [
        [
            *part,
            number(next(iter(by_encoder.values()))["gold"]),
            *(percent(by_encoder[name]["f"]) if name in by_encoder else NO_FIGURE for name in summary["encoders"]),
        ]
        for part, by_encoder in scores.items()
    ]
    groups = ", ".join(f"{group} ({' '.join(labels)})" for group, labels in summary["groups"].items())
    note = (
        "F1 in percent on parts of the entities, mean over the seeds that all encoders with a figure have, the "
        f"sentences of all languages put together: {groups}; strings that are entities in the training data (seen) or "
        "not (unseen). A predicted entity belongs to the slice of what is predicted; gold is the number of gold "
        "entities."
    )
    return Table("Slices", note, 3, ["mode", "data", "slice", "gold", *summary["encoders"]], rows)


def contrast_table(summary: Summary) -> Table:
    """Show on which slice each encoder gains more over another."""
    rows = [
        [*names(row, "mode", "data"), against(row), row["contrast"], *difference(row)] for row in summary["contrasts"]
    ]
    note = (
        "How much more the first encoder gains over the second on the one slice than on the other, in points of F1, "
        "with its 95% interval: paired bootstrap over sentences. Theory expects it above zero for an encoder that was "
        "trained with images, over one that was not."
    )
    return Table("Where the gain is", note, 4, ["mode", "data", "encoders", "slices", "more", "interval"], rows)


def cost_table(summary: Summary) -> Table:
    """Show speed and memory of each encoder beside its F1."""
    gpu = any(row["training_gpu_memory"] for row in summary["costs"])
    memory = [
        f"{work}_{kind}"
        for kind in (["memory", "gpu_memory"] if gpu else ["memory"])
        for work in ("training", "labelling")
    ]
    rows = [
        [
            *names(row, "mode", "data", "encoder"),
            number(row["training_speed"], 1),
            number(row["labelling_speed"], 1),
            *(number(row[name]) for name in memory),
            percent(row["mean"]),
        ]
        for row in summary["costs"]
    ]
    note = (
        "Sentences a second, without evaluations, and the most memory (MB) of a process that does nothing else; F1 is "
        "the mean over languages and seeds."
    )
    header = ["mode", "data", "encoder", "training", "labelling"]
    columns = [name.replace("_", " ").replace("gpu ", "GPU ") for name in memory]
    return Table("Cost", note, 3, [*header, *columns, "F1"], rows)


def failure_table(summary: Summary) -> Table:
    """Show the students that are missing in all figures."""
    rows = [[row["student"], row["reason"]] for row in summary["failures"]]
    note = "Without a figure. A pair of encoders is compared on the seeds and languages that both have."
    return Table("Failures", note, 2, ["student", "reason"], rows)


def in_order(summary: Summary, rows: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Sort rows so that the encoders stand below each other."""
    axes = {"mode": "modes", "data": "data", "language": "languages", "encoder": "encoders"}
    places = {key: list(summary[axis]) for key, axis in axes.items()}
    return sorted(rows, key=lambda row: [places[key].index(row[key]) for key in axes])


def names(row: Dict[str, Any], *keys: str) -> List[str]:
    return [row[key] for key in keys]


def difference(row: Dict[str, Any]) -> List[str]:
    """Write a difference and its interval."""
    return [signed(row["mean"]), interval(row["low"], row["high"])]


def against(row: Dict[str, Any]) -> str:
    """Name the encoders of a row."""
    return f"{row['encoder']} – {row['baseline']}"


def heading(summary: Summary) -> str:
    """Say what was compared, in one line."""
    listed = {axis: ", ".join(summary[axis]) for axis in ("encoders", "languages", "labels")}
    seeds = ", ".join(map(str, summary["seeds"]))
    changes = "".join(f", {name} {value}" for name, value in summary["training"].items())
    for encoder, own in summary["encoder_training"].items():
        changes += "".join(f", {name} {value} ({encoder} only)" for name, value in own.items())
    return (
        f"{len(summary['encoders'])} encoders ({listed['encoders']}), {len(summary['languages'])} languages "
        f"({listed['languages']}), seeds {seeds}, labels {listed['labels']}. "
        f"Students: {summary['train_config']}{changes}; "
        "the last state of each is scored."
    )


def to_markdown(summary: Summary) -> str:
    """Write all tables as Markdown."""
    tables = "\n".join(table.to_markdown() for table in comparison_tables(summary))
    return f"# Comparison of encoders\n\n{heading(summary)}\n\n{tables}"
