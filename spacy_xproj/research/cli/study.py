"""``xproj research study``: every method on every language, in one table."""

from pathlib import Path
from typing import TYPE_CHECKING, List

import typer
from wasabi import msg

from ...cli.app import OVERRIDES, command, fail, progress
from ...config import naming
from ...errors import XprojError
from .group import research

if TYPE_CHECKING:
    from ..study.results import CellResult


@command("study", research, context_settings=OVERRIDES)
def study_cli(
    ctx: typer.Context,
    config_path: Path = typer.Argument(..., metavar="CONFIG", help="Config, such as configs/study/published.cfg"),
    output_dir: Path = typer.Argument(..., metavar="OUTPUT_DIR", help="Where corpora, students, results and table go"),
) -> None:
    """Measure every method on every language: model transfer, translate-test, translate-train, and both together.

    Translate-test translates the test sentences into the source language, labels them, and projects the labels back.
    Translate-train projects the labels of a source corpus onto its translations, and trains a student. The union adds
    the source corpus, the ensemble has both choose. Projection is scored on a corpus with gold labels on both sides.

    A run that was interrupted goes on, and what has not changed is not done again. A language or method that fails is
    reported, and the others go on; the exit code is 1 then. OUTPUT_DIR gets table.md, table.json, and a directory for
    each language, so that languages can be run on several machines, and a last run puts the table together. Settings
    are overridden as in `spacy train`: --study.languages hau,swa --study.limit 100
    """
    from ...storage.atomic import atomic_path
    from ...storage.files import write_json
    from ...storage.marker import claim_directory
    from ...storage.outputs import check_paths
    from ..study.config import load_study, read_study, study_rows
    from ..study.language import LanguageStudy
    from ..study.results import make_table, to_markdown

    check_paths("research study", [config_path], directories=[output_dir])
    with naming(config_path):
        languages = study_rows(load_study(config_path, ctx.args))
        studies = [read_study(load_study(config_path, ctx.args, code, row)) for code, row in languages]
    claim_directory(output_dir, "research study")
    results: List[CellResult] = []
    for (code, row), study in zip(languages, studies):
        for result in LanguageStudy(study, row, code, output_dir, progress).results():
            print_result(result)
            results.append(result)
    if not results:
        raise XprojError(f"{config_path}: nothing to measure; [study] setups and students leave nothing of [methods]")
    table = make_table(results, studies[0].settings)
    text = to_markdown(table)
    write_json(output_dir / "table.json", table)
    with atomic_path(output_dir / "table.md") as temporary:
        temporary.write_text(text, encoding="utf8")
    print(text)
    if table["failures"]:
        failed = sorted({row["language"] for row in table["failures"]})
        fail(
            f"{len(table['failures'])} of {len(results)} results are missing ({', '.join(failed)}): the reasons are in "
            f"{output_dir / 'table.md'}; run the command again, it makes only what is missing"
        )
    msg.good(f"{output_dir / 'table.md'}: {len(table['languages'])} languages, {len(table['rows'])} rows")


def print_result(result: "CellResult") -> None:
    """Print what a cell is worth, or why it failed."""
    name = f"{result.language}, {result.cell}"
    if result.scores is None:
        msg.fail(f"{name}: {result.reason}")
        return
    how = f"{result.scores['seconds']} s" if result.fresh else "done before"
    msg.good(f"{name}: F1 {100 * result.scores['strict']['f']:.1f} ({result.scores['sentences']} sentences, {how})")
