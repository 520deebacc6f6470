"""Figures, drawn with matplotlib."""

from statistics import fmean
from typing import TYPE_CHECKING, Any, Callable, Dict, List

from .summary import Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Told apart by colour-blind readers too (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#000000")
PANEL = (4.2, 3.2)


def f1_figure(summary: Summary) -> "Figure":
    """Draw F1 by language: the mean of each encoder, its interval, and each seed as a dot.

    summary (Summary): as `make_summary` gives it.
    RETURNS (Figure): a panel for each mode and training data.
    """
    languages = list(summary["languages"])

    def draw(axes: "Axes", rows: List[Dict[str, Any]], place: int, colour: str, name: str) -> None:
        shift = (place - (len(summary["encoders"]) - 1) / 2) * 0.7 / len(summary["encoders"])
        x = [languages.index(row["language"]) + shift for row in rows]
        means = [100 * row["mean"] for row in rows]
        lengths = [
            [max(0, mean - 100 * row["low"]) for mean, row in zip(means, rows)],
            [max(0, 100 * row["high"] - mean) for mean, row in zip(means, rows)],
        ]
        axes.errorbar(x, means, yerr=lengths, fmt="o", color=colour, capsize=3, label=name)
        for at, row in zip(x, rows):
            seeds = [100 * f for f in row["seeds"].values()]
            axes.scatter([at] * len(seeds), seeds, color=colour, s=8, alpha=0.5)
        axes.set_xticks(range(len(languages)), languages)
        axes.set_xlim(-0.6, len(languages) - 0.4)

    figure = draw_panels(summary, summary["scores"], draw)
    figure.supylabel("strict F1, percent", fontsize=10)
    return figure


def curve_figure(summary: Summary) -> "Figure":
    """Draw the learning curves on the development corpora: each student thin, the mean of an encoder thick.

    summary (Summary): as `make_summary` gives it.
    RETURNS (Figure): a panel for each mode and training data.
    """

    def draw(axes: "Axes", rows: List[Dict[str, Any]], place: int, colour: str, name: str) -> None:
        means: Dict[int, List[float]] = {}
        for row in rows:
            for point in row["points"]:
                means.setdefault(point["step"], []).append(100 * point["f"])
            axes.plot(*zip(*[(p["step"], 100 * p["f"]) for p in row["points"]]), color=colour, linewidth=0.7, alpha=0.5)
        axes.plot(list(means), [fmean(values) for values in means.values()], color=colour, linewidth=2, label=name)

    figure = draw_panels(summary, summary["curves"], draw)
    figure.supylabel("development F1, percent", fontsize=10)
    figure.supxlabel("step", fontsize=10)
    return figure


def draw_panels(summary: Summary, rows: List[Dict[str, Any]], draw: Callable[..., None]) -> "Figure":
    """Draw a grid of panels: a line of them for each training data, a column for each mode.

    summary (Summary): gives the axes.
    rows (List[Dict[str, Any]]): what is drawn.
    draw (Callable[..., None]): draws the rows of an encoder; takes the panel, the rows, the encoder's place, its colour
        and its name.
    RETURNS (Figure): the figure.
    """
    from matplotlib.figure import Figure

    modes, data = list(summary["modes"]), list(summary["data"])
    size = (PANEL[0] * len(modes), PANEL[1] * len(data))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(data), len(modes), squeeze=False, sharey=True)
    for i, corpora in enumerate(data):
        for j, mode in enumerate(modes):
            panels[i, j].set_title(f"{mode}, {corpora}".replace("_", " "), fontsize=10)
            for place, encoder in enumerate(summary["encoders"]):
                own = [row for row in rows if (row["mode"], row["data"], row["encoder"]) == (mode, corpora, encoder)]
                if own:
                    draw(panels[i, j], own, place, COLOURS[place % len(COLOURS)], encoder)
            panels[i, j].grid(axis="y", alpha=0.3)
    lines = {name: line for panel in panels.flat for line, name in zip(*panel.get_legend_handles_labels())}
    if lines:
        figure.legend(lines.values(), lines.keys(), loc="outside upper center", ncols=len(lines), frameon=False)
    return figure


def to_svg(figure: "Figure") -> str:
    """Write a figure as SVG; the same figure always gives the same text."""
    from io import StringIO

    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": "spacy_xproj", "svg.fonttype": "none"}):
        buffer = StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()
