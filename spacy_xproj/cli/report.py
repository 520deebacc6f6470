"""``xproj report``: projections in tables and figures."""

from pathlib import Path
from typing import Any, Dict, List, Optional

import typer
from wasabi import msg

from ..corpora.docbin import read_docs
from ..corpora.labels import split_list
from ..errors import XprojError
from ..storage.atomic import atomic_path, mark_line
from ..storage.files import read_json
from ..storage.outputs import check_paths
from .app import OVERWRITE, command


@command("report")
def report_cli(
    directories: List[Path] = typer.Argument(..., metavar="DIR...", help="What `project` wrote, once or several times"),
    output: Path = typer.Option(
        Path("report.html"), "--output", "-o", dir_okay=False, help="The page to write; the Markdown goes beside it"
    ),
    gold_path: Optional[Path] = typer.Option(
        None, "--gold", help="The target sentences with the right entities (.spacy), one for each pair"
    ),
    labels: str = typer.Option("", "--labels", help="Labels to score, such as PER,ORG,LOC; all by default"),
    timing_paths: List[Path] = typer.Option(
        [], "--timing", help="What `project --json` wrote, for each directory in order"
    ),
    overwrite: bool = OVERWRITE,
) -> None:
    """Report what became of all entities, as a page of HTML and as Markdown; several directories are compared.

    With --gold also strict F1 by label with intervals, the faults by kind, and whether scores are chances of being
    right.
    """
    markdown_path = output.with_suffix(".md")
    if output.suffix == ".md":
        raise XprojError(f"{output}: the Markdown goes there; name the page, as in {output.with_suffix('.html')}")
    check_paths("report", [*directories, gold_path, *timing_paths], [output, markdown_path])
    if timing_paths and len(timing_paths) != len(directories):
        raise XprojError(f"{len(timing_paths)} times --timing for {len(directories)} directories; give one for each")
    from ..view.report import collect, make_report
    from ..view.runs import open_runs

    runs = open_runs(directories)
    gold = read_docs(gold_path) if gold_path else []
    timings = [_read_timing(path) for path in timing_paths]
    page, markdown = make_report(collect(runs, directories, gold, split_list(labels) or None, timings))
    for path, text in ((output, page), (markdown_path, markdown)):
        with atomic_path(path, overwrite) as temporary:
            temporary.write_bytes(text.encode("utf8") + mark_line("report", html=True))
    msg.good(f"{output} and {markdown_path}")


def _read_timing(path: Path) -> Dict[str, Any]:
    timing = read_json(path)
    if not isinstance(timing, dict) or not isinstance(timing.get("sentences_per_second"), (int, float)):
        raise XprojError(f"{path}: not what `xproj project --json` writes; write it again")
    return timing
