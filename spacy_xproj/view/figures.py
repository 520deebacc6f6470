"""Figures of a projection, drawn with matplotlib."""

from io import StringIO
from typing import Any, Callable, Dict, List, Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..evaluation.calibration import Bin

#: Told apart by colour-blind readers too (Okabe and Ito 2008).
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#000000")
#: Text is text: nothing in it is read as a formula, and a browser draws it with its own fonts.
STYLE: Any = {"svg.hashsalt": "spacy_xproj", "svg.fonttype": "none", "text.parse_math": False}


def draw(plot: Callable[[Axes], None], x: str, y: str, width: float = 6.0) -> str:
    """Draw a figure of one panel.

    plot (Callable[[Axes], None]): draws into the panel.
    x (str): the title of the axis.
    y (str): that of the other one.
    width (float): in inches.
    RETURNS (str): the SVG; the same figure always gives the same text.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width, 3.6), layout="constrained")
        axes = figure.subplots()
        plot(axes)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        axes.grid(axis="y", alpha=0.3)
        if axes.get_legend_handles_labels()[1]:
            axes.legend(frameon=False, fontsize=9)
        buffer = StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    return buffer.getvalue()


def score_figure(histograms: Dict[str, Sequence[int]]) -> str:
    """Draw how many places have which score.

    histograms (Dict[str, Sequence[int]]): for each run, the places in bins of equal width between 0 and 1.
    RETURNS (str): the SVG.
    """

    def plot(axes: Axes) -> None:
        for number, (name, counts) in enumerate(histograms.items()):
            edges = [i / len(counts) for i in range(len(counts) + 1)]
            axes.stairs(counts, edges, fill=len(histograms) == 1, label=name, color=COLOURS[number % len(COLOURS)])

    return draw(plot, "score", "places")


def reliability_figure(rows: Dict[str, List[Bin]]) -> str:
    """Draw the share of places that is right against their score.

    rows (Dict[str, List[Bin]]): for each line, its bins.
    RETURNS (str): the SVG.
    """

    def plot(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color="#999999", linestyle="--", linewidth=1, label="score = chance of being right")
        for number, (name, bins) in enumerate(rows.items()):
            points = [row.score for row in bins], [row.right for row in bins]
            axes.plot(*points, marker="o", label=name, color=COLOURS[number % len(COLOURS)])
        axes.set_ylim(0, 1.03)

    return draw(plot, "score", "share that is right")


def threshold_figure(rows: Sequence[Dict[str, float]], name: str, chosen: float) -> str:
    """Draw F1, precision, recall and coverage against a threshold.

    rows (Sequence[Dict[str, float]]): what each value is worth, see `describe_trials`.
    name (str): the threshold.
    chosen (float): the value that was chosen.
    RETURNS (str): the SVG.
    """
    x = [row["value"] for row in rows]

    def plot(axes: Axes) -> None:
        axes.fill_between(x, [row["low"] for row in rows], [row["high"] for row in rows], color=COLOURS[0], alpha=0.15)
        for number, (key, label) in enumerate({"f": "F1", "p": "precision", "r": "recall"}.items()):
            style = "-" if key == "f" else ":"
            axes.plot(x, [row[key] for row in rows], style, label=label, color=COLOURS[number])
        axes.plot(x, [row["coverage"] for row in rows], "--", label="coverage", color=COLOURS[4])
        axes.axvline(chosen, color="#777777", linewidth=1)

    return draw(plot, name, "share")
