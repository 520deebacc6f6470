"""Tables of text, written as Markdown."""

from dataclasses import dataclass
from typing import Iterable, Optional, Sequence

NO_FIGURE = "–"


@dataclass(frozen=True)
class Table:
    """A table.

    title (str): what it shows.
    note (str): how its figures were made, and what they mean.
    names (int): how many of the columns, from the left, are names; the others are figures.
    header (Sequence[str]): the name of each column.
    rows (Sequence[Sequence[str]]): the cells.
    """

    title: str
    note: str
    names: int
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def to_markdown(self) -> str:
        """RETURNS (str): the table with its title as a heading, and its note."""
        rule = ["---"] * self.names + ["---:"] * (len(self.header) - self.names)
        lines = [f"## {self.title}", "", self.note, "", *map(markdown_row, [self.header, rule, *self.rows])]
        return "\n".join(lines) + "\n"


def markdown_row(cells: Iterable[str]) -> str:
    """RETURNS (str): a row of a table in Markdown. A bar in a cell would begin another one, so it is escaped."""
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def percent(value: Optional[float]) -> str:
    """RETURNS (str): a fraction of 1 in percent."""
    return NO_FIGURE if value is None else f"{100 * value:.1f}"


def signed(value: Optional[float]) -> str:
    """RETURNS (str): a difference of fractions in points, with its sign."""
    return NO_FIGURE if value is None else f"{100 * value:+.1f}"


def number(value: Optional[float], digits: int = 0) -> str:
    """RETURNS (str): a figure with so many digits."""
    return NO_FIGURE if value is None else f"{value:,.{digits}f}"


def interval(low: Optional[float], high: Optional[float], scale: float = 100, digits: int = 1) -> str:
    """RETURNS (str): an interval, in percent by default."""
    if low is None or high is None:
        return NO_FIGURE
    return f"{scale * low:.{digits}f} to {scale * high:.{digits}f}"


def p_value(value: Optional[float]) -> str:
    """RETURNS (str): a p-value with three digits."""
    if value is None:
        return NO_FIGURE
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
