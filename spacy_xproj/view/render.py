"""Projections in a notebook."""

from html import escape
from pathlib import Path
from typing import Iterable, Optional, Union

from spacy.util import is_in_jupyter

from ..types import Projection
from .page import make_view
from .runs import open_run, projection_run


def render(
    projections: Union[Projection, Iterable[Projection], Path, str],
    jupyter: Optional[bool] = None,
    title: str = "Projection",
    height: int = 600,
) -> Optional[str]:
    """Show projections, as `displacy.render` shows entities: in a notebook, or as a page of HTML.

    projections (Union[Projection, Iterable[Projection], Path, str]): what a projector yields, one or several; or a
        directory that `xproj project` wrote.
    jupyter (Optional[bool]): whether to show them in the notebook; by default, if there is one.
    title (str): the title of the page.
    height (int): the height in the notebook, in pixels.
    RETURNS (Optional[str]): the HTML, a whole page that loads nothing; None if the notebook shows it.
    RAISES (XprojError): if the directory is none that `xproj project` wrote.
    """
    if isinstance(projections, (str, Path)):
        run = open_run(Path(projections))
    else:
        run = projection_run([projections] if isinstance(projections, Projection) else projections, title)
    page = make_view([run], title=title)
    if jupyter or (jupyter is None and is_in_jupyter()):
        from IPython.display import HTML, display  # a notebook has it

        frame = f'<iframe sandbox="allow-scripts allow-modals" srcdoc="{escape(page)}" title="{escape(title)}" '
        display(HTML(f'{frame}style="width: 100%; height: {height}px; border: 0"></iframe>'))
        return None
    return page
