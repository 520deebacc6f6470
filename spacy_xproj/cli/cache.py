"""``xproj cache``: the translations that are kept on disk."""

from pathlib import Path
from typing import Optional

import srsly
import typer
from wasabi import msg

from ..errors import XprojError
from ..storage.atomic import atomic_path
from ..storage.outputs import check_paths
from ..translators.cache import VARIABLE, TranslationCache
from .app import OVERWRITE, OneLineGroup, app, command

cache = typer.Typer(name="cache", cls=OneLineGroup, help="Translations that are kept on disk.", no_args_is_help=True)
app.add_typer(cache)


@command("stats", cache)
def stats_cli() -> None:
    """List the translators whose translations are kept, with their numbers."""
    kept = TranslationCache()
    rows = []
    for model in kept.models():
        langs = "→".join(str(model.key.get(side, "?")) for side in ("src_lang", "tgt_lang"))
        rows.append((model.number, model.key.get("model", "?"), langs, model.translations, model.characters))
    msg.table(rows, header=("number", "model", "languages", "translations", "characters"), divider=True)
    msg.text(f"{kept.path}: {kept.size() / 1e6:.1f} MB of {kept.megabytes} ({VARIABLE})")


@command("prune", cache)
def prune_cli(
    days: Optional[int] = typer.Option(None, "--days", min=0, help="Remove what was not used for so many days"),
    megabytes: Optional[int] = typer.Option(None, "--size", min=0, help="Keep so many MB, what was used last"),
    model: Optional[int] = typer.Option(None, "--model", help="Remove what a translator made: its number in `stats`"),
) -> None:
    """Remove translations, and give the room on the disk back."""
    if days is megabytes is model is None:
        raise XprojError("nothing to remove: give --days, --size or --model (--size 0 removes all)")
    kept = TranslationCache()
    removed = kept.prune(days, megabytes, model)
    msg.good(f"{kept.path}: {removed} translations removed, {kept.size() / 1e6:.1f} MB left")


@command("export", cache)
def export_cli(
    output: Path = typer.Argument(..., metavar="FILE", help="What to write (.jsonl), as TableTranslator reads it"),
    model: Optional[int] = typer.Option(
        None, "--model", help="The translator: its number in `stats`, if it has several"
    ),
    overwrite: bool = OVERWRITE,
) -> None:
    """Write the translations of one translator as a table."""
    check_paths("cache export", [], [output])
    kept = TranslationCache()
    numbers = [one.number for one in kept.models()]
    if model is None and len(numbers) == 1:
        model = numbers[0]
    if model not in numbers:
        shown = ", ".join(map(str, numbers)) or "none"
        raise XprojError(f"--model {model}: name a translator by its number in `xproj cache stats` ({shown})")
    rows = [{"source": source, "target": target} for source, target in kept.export(model)]
    with atomic_path(output, overwrite) as temporary:
        srsly.write_jsonl(temporary, rows)
    msg.good(f"{output}: {len(rows)} translations")
