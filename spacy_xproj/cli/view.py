"""``xproj view``: projections on a page of HTML."""

from pathlib import Path
from typing import List, Optional

import typer
from wasabi import msg

from ..storage.atomic import atomic_path, mark_line
from ..storage.outputs import check_paths
from .app import OVERWRITE, command


@command("view")
def view_cli(
    directories: List[Path] = typer.Argument(..., metavar="DIR...", help="What `project` wrote, once or several times"),
    output: Path = typer.Option(Path("view.html"), "--output", "-o", dir_okay=False, help="The page to write"),
    limit: Optional[int] = typer.Option(
        None, "--limit", min=1, help="Show so many pairs at most, those most in doubt; all by default"
    ),
    overwrite: bool = OVERWRITE,
) -> None:
    """Show projections on one page that any browser opens and that loads nothing.

    It has both sentences, the entities, what each word is aligned with, scores and rivals, and what became of every
    entity; filters, and the most doubtful first on request.

    Several directories are several runs over the same pairs, which the page compares.
    """
    check_paths("view", directories, [output])
    from ..view.page import make_view
    from ..view.runs import open_runs

    page = make_view(open_runs(directories), limit)
    with atomic_path(output, overwrite) as temporary:
        temporary.write_bytes(page.encode("utf8") + mark_line("view", html=True))
    msg.good(f"{output}: {output.stat().st_size / 1e6:.1f} MB; open it in a browser")
