"""A page of HTML that stands on its own: tables, and figures inside it."""

from base64 import b64encode
from pathlib import Path
from typing import Dict, Iterable

from .tables import Table

TEMPLATE = Path(__file__).with_name("page.html")


def make_page(title: str, heading: str, figures: Dict[str, str], tables: Iterable[Table]) -> str:
    """Write a page.

    title (str): its title.
    heading (str): what stands below the title.
    figures (Dict[str, str]): SVG of each figure, by its caption.
    tables (Iterable[Table]): the tables.
    RETURNS (str): the HTML. It loads nothing.
    """
    from jinja2 import Environment

    template = Environment(autoescape=True).from_string(TEMPLATE.read_text(encoding="utf8"))
    encoded = [{"caption": caption, "data": b64encode(svg.encode()).decode()} for caption, svg in figures.items()]
    return template.render(title=title, heading=heading, figures=encoded, tables=list(tables))
