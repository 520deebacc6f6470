"""``xproj project``: move the labels of a parallel corpus from its source to its target side."""

from pathlib import Path
from time import perf_counter
from typing import Callable, Optional

import typer
from wasabi import msg

from ..config import check_devices, check_safe, load_project_config, resolve
from ..corpora.parallel import ParallelCorpus
from ..corpora.text_comparison import text_statistics, text_warnings
from ..engines.engine import StageMaker
from ..parts import prepare
from ..progress import progress, stage, take_seconds
from ..projectors.stage import ProjectionStage, check_portable, shard_batches
from ..projectors.stream import project_shards
from ..projectors.writer import SHARD_SIZE, ProjectionWriter
from ..storage.outputs import check_paths
from ..types import FLAGS, Projector, SentenceFilter
from .app import OVERRIDES, RUN_JSON, SAFE, check_run, command, print_times, write_run
from .engine import ENGINE, GPU_IDS, GPUS, WORKERS, choose_engine


@command("project", context_settings=OVERRIDES)
def project_cli(
    ctx: typer.Context,
    bitext_dir: Path = typer.Argument(..., metavar="BITEXT_DIR", help="Parallel corpus, labelled on its source side"),
    output_dir: Path = typer.Argument(..., metavar="OUTPUT_DIR", help="Where target.spacy and the reports go"),
    config_path: Optional[Path] = typer.Option(
        None,
        "--config",
        "-c",
        help="Config with [projector] and [filter]; the default of each is used if it is left out",
    ),
    shard_size: int = typer.Option(
        SHARD_SIZE, "--shard-size", min=1, help="Sentences in a shard; a finished shard is never redone"
    ),
    pages: bool = typer.Option(
        True, "--pages/--no-pages", help="Write view.html (the 1,000 pairs most in doubt), report.html and report.md"
    ),
    json_path: Optional[Path] = RUN_JSON,
    safe: bool = SAFE,
    engine: str = ENGINE,
    workers: int = WORKERS,
    gpu_ids: str = GPU_IDS,
    gpus: float = GPUS,
) -> None:
    """Project entities, and say what became of each. A run that was interrupted goes on after its last finished shard.

    OUTPUT_DIR gets target.spacy (the labelled target side), outcomes.jsonl (a line for every source entity),
    pairs.jsonl (the words of every pair and their links), rejects.jsonl (sentences that the [filter] dropped),
    summary.json (counts, provenance, licences), and pages to look at: view.html and report.html. Settings are
    overridden as in `spacy train`: --projector.min_score 0.5 --filter.drop_incomplete true
    """
    processes = choose_engine(engine, workers, gpu_ids, gpus)
    config = load_project_config(config_path, ctx.args)
    check_paths("project", [bitext_dir, config_path], [json_path], [output_dir], settings=config)
    check_run(json_path)
    origin = config_path or "the default config"
    if safe:
        check_safe(config, origin)
    check_devices(config, ("projector", "filter"), origin)
    with stage("preparing"):
        corpus = ParallelCorpus(bitext_dir)
        projector: Projector = resolve(config, "projector", origin)
        sentence_filter: SentenceFilter = resolve(config, "filter", origin)
        settings = {name: config[name] for name in ("projector", "filter")}
        page_writer = _page_writer() if pages else None
        writer = ProjectionWriter(output_dir, corpus, settings, projector, sentence_filter, shard_size, page_writer)
        corpus.check_labelled()
    with stage("reading all pairs first"):
        writer.statistics = prepare(projector, lambda: progress(corpus, None, "pairs read first"), writer.statistics)
    start, todo = perf_counter(), len(corpus) - writer.done
    with stage("projecting"):
        if processes is None:
            projections = project_shards(projector, corpus, shard_size, writer.done)
            run = writer.write(progress(projections, todo, "sentences"))
        else:
            check_portable(projector)
            maker = StageMaker.here(
                ProjectionStage, settings, str(origin), writer.statistics, corpus.src_lang, corpus.tgt_lang
            )
            shards = processes.run(maker, shard_batches(projector, corpus, shard_size, writer.done))
            run = writer.write_shards(progress(shards, -(-todo // shard_size), "shards"))
    rate, seconds = todo / (perf_counter() - start), take_seconds()
    write_run(json_path, seconds, rate, pairs=run.pairs, entities=run.entities, outcomes=dict(run.statuses))
    msg.good(f"{output_dir}: {run.pairs} sentences, {run.entities} entities, {rate:.0f} sentences/s")
    for status, count in run.statuses.most_common():
        msg.text(f"{status}: {count} ({count / run.entities:.1%})")
    for reason, count in run.rejects.most_common():
        msg.warn(f"{count} sentences dropped by the filter: {reason}")
    for flag, count in run.flags.most_common():
        msg.warn(f"{count} sentences flagged {flag}: {FLAGS[flag]}")
    for name, count in run.counts.items():
        msg.text(f"{name}: {count}")
    for line in text_warnings("target text", text_statistics(corpus.docs("target"), count_words=False)):
        msg.warn(line)
    print_times(seconds)
    if pages:
        msg.info(f"look at it in a browser: {output_dir / 'view.html'}, {output_dir / 'report.html'}")


def _page_writer() -> Callable[[Path, str], None]:
    from ..view.report import write_pages  # matplotlib, which `--help` does not need

    def write(directory: Path, name: str) -> None:
        with stage("writing pages"):
            write_pages(directory, name)

    return write
