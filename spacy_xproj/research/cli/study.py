"""``xproj research study``: every method on every language of a dataset, in one table."""

from pathlib import Path
from typing import TYPE_CHECKING, List

import typer
from wasabi import msg

from ...cli.app import OVERRIDES, command, fail, progress
from ...config import load_config, naming
from .group import research

if TYPE_CHECKING:
    from ...text.languages import LanguageRow
    from ..study.results import MethodResult


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
    from ...corpora.datasets import dataset_code
    from ...storage.atomic import atomic_path
    from ...storage.files import write_json
    from ...storage.marker import claim_directory
    from ..study.config import read_study
    from ..study.language import LanguageStudy
    from ..study.results import make_table, to_markdown

    config = load_config(config_path, ctx.args)
    with naming(config_path):
        settings = read_study(config)
        languages = [(row, dataset_code(row, settings.dataset)) for row in settings.rows()]
    claim_directory(output_dir, "research study")
    results: List[MethodResult] = []
    for row, code in languages:
        config = load_config(config_path, [*ctx.args, *language_overrides(row, code)])
        for result in LanguageStudy(row, config, output_dir / code, progress).results():
            print_result(result)
            results.append(result)
    table = make_table(results, settings)
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
    msg.good(f"{output_dir / 'table.md'}: {len(table['languages'])} languages, {len(table['methods'])} methods")


def language_overrides(row: "LanguageRow", code: str) -> List[str]:
    """List the arguments that put a language into the section ``[language]`` of a config."""
    values = {"code": code, "iso": row.code, "nllb": row.nllb, "spacy": row.spacy}
    return [argument for key, value in values.items() for argument in (f"--language.{key}", value)]


def print_result(result: "MethodResult") -> None:
    """Print what a method is worth on a language, or why it failed."""
    name = f"{result.language}, {result.method}"
    if result.scores is None:
        msg.fail(f"{name}: {result.reason}")
        return
    how = f"{result.scores['seconds']} s" if result.fresh else "done before"
    msg.good(f"{name}: F1 {100 * result.scores['strict']['f']:.1f} ({result.scores['sentences']} sentences, {how})")
