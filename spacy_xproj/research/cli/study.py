"""``xproj research study``: every method on every language of a dataset, in one table."""

from pathlib import Path
from typing import List

import srsly
import typer
from wasabi import msg

from ...cli.app import OVERRIDES, command, fail, progress
from ...config import load_config
from ...corpora.datasets import dataset_code
from ...storage.files import atomic_path
from ...text.languages import LanguageRow
from ..study.language import Cell, LanguageStudy
from ..study.settings import make_settings
from ..study.table import make_table, to_markdown
from .group import research


@command("study", research, context_settings=OVERRIDES)
def study_cli(
    ctx: typer.Context,
    config_path: Path = typer.Argument(..., metavar="CONFIG", help="Config, such as configs/study/published.cfg"),
    output_dir: Path = typer.Argument(..., metavar="OUTPUT_DIR", help="Where translations, results and table go"),
) -> None:
    """Translate the test sentences of each language into English, label them, project the labels back, and score.

    A run that was interrupted goes on, and what has not changed is not done again. A language or method that fails is
    reported, and the others go on; the exit code is 1 then. OUTPUT_DIR gets table.md, table.json, and a directory for
    each language, so that languages can be run on several machines, and a last run puts the table together. Settings
    are overridden as in `spacy train`: --study.languages hau,swa --study.limit 100
    """
    settings = make_settings(load_config(config_path, ctx.args))
    cells: List[Cell] = []
    for row in settings.rows():
        code = dataset_code(row, settings.dataset)
        config = load_config(config_path, [*ctx.args, *language_overrides(row, code)])
        for cell in LanguageStudy(row, config, output_dir / code, progress).cells():
            report(cell)
            cells.append(cell)
    table = make_table(cells, settings)
    text = to_markdown(table)
    with atomic_path(output_dir / "table.json") as temporary:
        srsly.write_json(temporary, table)
    with atomic_path(output_dir / "table.md") as temporary:
        temporary.write_text(text, encoding="utf8")
    print(text)
    if table["failures"]:
        failed = sorted({row["language"] for row in table["failures"]})
        fail(
            f"{len(table['failures'])} of {len(cells)} results are missing ({', '.join(failed)}): the reasons are in "
            f"{output_dir / 'table.md'}; run the command again, it makes only what is missing"
        )
    msg.good(f"{output_dir / 'table.md'}: {len(table['languages'])} languages, {len(table['methods'])} methods")


def language_overrides(row: LanguageRow, code: str) -> List[str]:
    """RETURNS (List[str]): the arguments that put a language into the section ``[language]`` of a config."""
    values = {"code": code, "iso": row.code, "nllb": row.nllb, "spacy": row.spacy}
    return [argument for key, value in values.items() for argument in (f"--language.{key}", value)]


def report(cell: Cell) -> None:
    """Print what became of a language under a method."""
    name = f"{cell.language}, {cell.method}"
    if cell.result is None:
        msg.fail(f"{name}: {cell.reason}")
        return
    how = f"{cell.result['seconds']} s" if cell.fresh else "done before"
    msg.good(f"{name}: F1 {100 * cell.result['strict']['f']:.1f} ({cell.result['sentences']} sentences, {how})")
