"""Tables of text, as Markdown and on a page of HTML that stands on its own."""

import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterable, Optional, Sequence

from jinja2 import Environment

NO_FIGURE = "–"
TEMPLATE = Path(__file__).with_name("tables.html")


@dataclass(frozen=True)
class Table:
    """A table.

    title (str): what it shows.
    note (str): how its figures were made, and what they mean.
    names (int): how many of the columns, from the left, are names; the others are figures.
    header (Sequence[str]): the name of each column.
    rows (Sequence[Sequence[str]]): the texts of each row.
    """

    title: str
    note: str
    names: int
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def to_markdown(self) -> str:
        """Write the table with its title as a heading, and its note."""
        rule = ["---"] * self.names + ["---:"] * (len(self.header) - self.names)
        lines = [f"## {self.title}", "", self.note, "", *map(markdown_row, [self.header, rule, *self.rows])]
        return "\n".join(lines) + "\n"


def make_page(title: str, heading: str, figures: Dict[str, str], tables: Iterable[Table]) -> str:
    """Write a page.

    title (str): its title.
    heading (str): what stands below the title.
    figures (Dict[str, str]): SVG of each figure, by its caption.
    tables (Iterable[Table]): the tables.
    RETURNS (str): the HTML. It loads nothing.
    """
    template = Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf8"))
    encoded = [{"caption": caption, "data": b64encode(svg.encode()).decode()} for caption, svg in figures.items()]
    return template.render(title=title, heading=heading, figures=encoded, tables=list(tables))


def markdown_row(texts: Iterable[str]) -> str:
    """Write a row of a table in Markdown. A bar in a text would begin another column, so it is escaped too."""
    escaped = (markdown_text(text).replace("|", "\\|") for text in texts)
    return f"| {' | '.join(escaped)} |"


def markdown_text(text: str) -> str:
    """Escape what would be a tag, a link, a picture or code in Markdown, and put the text into one line: it may come
    from a file or a model."""
    return re.sub(r"[\\`\[\]]|<(?=[a-zA-Z/!?])", r"\\\g<0>", " ".join(text.split()))


def percent(value: Optional[float]) -> str:
    """Write a fraction of 1 in percent."""
    return NO_FIGURE if value is None else f"{100 * value:.1f}"


def signed(value: Optional[float]) -> str:
    """Write a difference of fractions in points, with its sign."""
    return NO_FIGURE if value is None else f"{100 * value:+.1f}"


def number(value: Optional[float], digits: int = 0) -> str:
    """Write a figure with so many digits."""
    return NO_FIGURE if value is None else f"{value:,.{digits}f}"


def interval(low: Optional[float], high: Optional[float], scale: float = 100, digits: int = 1) -> str:
    """Write an interval, in percent by default."""
    if low is None or high is None:
        return NO_FIGURE
    return f"{scale * low:.{digits}f} to {scale * high:.{digits}f}"


def p_value(value: Optional[float]) -> str:
    """Write a p-value with three digits."""
    if value is None:
        return NO_FIGURE
    return "< .001" if value < 0.001 else f"{value:.3f}".removeprefix("0")
