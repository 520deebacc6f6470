"""``xproj align``: the word alignments of a parallel corpus, as a file."""

from pathlib import Path
from time import perf_counter
from typing import Optional

import typer
from wasabi import msg

from ..config import check_devices, check_safe, load_project_config, resolve
from ..corpora.parallel import ParallelCorpus
from ..errors import XprojError
from ..progress import progress, stage, take_seconds
from ..storage.atomic import atomic_path
from ..storage.outputs import check_paths
from ..types import Initializable, WordAligner
from .app import OVERRIDES, OVERWRITE, RUN_JSON, SAFE, check_run, command, print_times, write_run


@command("align", context_settings=OVERRIDES)
def align_cli(
    ctx: typer.Context,
    bitext_dir: Path = typer.Argument(..., metavar="BITEXT_DIR", help="Parallel corpus; it need not have labels"),
    output_path: Path = typer.Argument(..., metavar="OUTPUT", dir_okay=False, help="File for the Pharaoh lines"),
    config_path: Optional[Path] = typer.Option(
        None,
        "--config",
        "-c",
        help="Config with [projector.aligner]; that of the default projector is used without a [projector]",
    ),
    overwrite: bool = OVERWRITE,
    json_path: Optional[Path] = RUN_JSON,
    safe: bool = SAFE,
) -> None:
    """Align every pair and write a line for each, with weights.

    A line is empty if nothing is aligned. Weights are written in full, so spacy-xproj.PharaohAligner.v1 gives a
    projector the links that the aligner itself would give. Settings are overridden as in `spacy train`:
    --projector.aligner.method itermax
    """
    config = load_project_config(config_path, ctx.args)
    check_paths("align", [bitext_dir, config_path], [output_path, json_path], settings=config["projector"])
    check_run(json_path)
    origin = f"{config_path or 'the default config'}, [projector]"
    if safe:
        check_safe(config, origin)
    check_devices(config["projector"], ["aligner"], origin)
    corpus = ParallelCorpus(bitext_dir)
    aligner: WordAligner = resolve(config["projector"], "aligner", origin)
    if isinstance(aligner, Initializable):
        with stage("reading all pairs first"):
            aligner.initialize(lambda: progress(corpus, None, "pairs read first"))
    start = perf_counter()
    pairs = links = 0
    with (
        stage("aligning"),
        atomic_path(output_path, overwrite) as temporary,
        temporary.open("w", encoding="utf8") as file,
    ):
        for alignment in progress(aligner(corpus), len(corpus), "pairs"):
            file.write(alignment.to_pharaoh() + "\n")
            pairs += 1
            links += len(alignment)
        if pairs != len(corpus):
            raise XprojError(f"{origin}: the aligner gave {pairs} alignments for {len(corpus)} pairs; correct it")
    rate, seconds = pairs / (perf_counter() - start), take_seconds()
    write_run(json_path, seconds, rate, pairs=pairs, links=links)
    msg.good(f"{output_path}: {pairs} pairs, {links} links, {rate:.0f} pairs/s")
    print_times(seconds)
