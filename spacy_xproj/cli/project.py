"""``xproj project``: move the labels of a parallel corpus from its source to its target side."""

from pathlib import Path
from time import perf_counter
from typing import Any, Dict, Iterator, Optional

import typer
from wasabi import msg

from ..corpora.compare import text_statistics, text_warnings
from ..corpora.parallel import ParallelCorpus
from ..projectors.default import DEFAULT_CONFIG
from ..projectors.run import Run
from ..types import FLAGS, Initializable, Projection, Projector, SentenceFilter, all_counts
from .app import OVERRIDES, command, load_config, progress, resolve


@command("project", context_settings=OVERRIDES)
def project_cli(
    ctx: typer.Context,
    bitext_dir: Path = typer.Argument(..., metavar="BITEXT_DIR", help="Parallel corpus, labelled on its source side"),
    output_dir: Path = typer.Argument(..., metavar="OUTPUT_DIR", help="Where target.spacy and the reports go"),
    config_path: Optional[Path] = typer.Option(
        None,
        "--config",
        "-c",
        help="Config with [projector] and maybe [filter]; by default, what configs/project/default.cfg shows",
    ),
) -> None:
    """Project entities, and say what became of each.

    OUTPUT_DIR gets target.spacy (the labelled target side), outcomes.jsonl (a line for every source entity),
    rejects.jsonl (sentences that the [filter] dropped) and summary.json (counts and provenance). Settings are
    overridden as in `spacy train`: --projector.min_score 0.5 --filter.complete true
    """
    config = load_config(config_path or DEFAULT_CONFIG, ctx.args)
    corpus = ParallelCorpus(bitext_dir)
    origin = config_path or "the default config"
    projector: Projector = resolve(config, "projector", origin)
    sentence_filter: Optional[SentenceFilter] = resolve(config, "filter", origin) if "filter" in config else None
    if isinstance(projector, Initializable):
        projector.initialize(lambda: iter(corpus))
    start = perf_counter()
    run = Run()
    projections: Iterator[Projection] = progress(projector(corpus), len(corpus), "sentences")
    settings: Dict[str, Any] = {name: config[name] for name in ("projector", "filter") if name in config}
    run.write(projections, output_dir, corpus, settings, sentence_filter, projector)
    rate = run.pairs / (perf_counter() - start)
    msg.good(f"{output_dir}: {run.pairs} sentences, {run.entities} entities, {rate:.0f} sentences/s")
    for status, count in run.statuses.most_common():
        msg.text(f"{status}: {count} ({count / run.entities:.1%})")
    for reason, count in run.rejects.most_common():
        msg.warn(f"{count} sentences dropped by the filter: {reason}")
    for flag, count in run.flags.most_common():
        msg.warn(f"{count} sentences flagged {flag}: {FLAGS[flag]}")
    for name, count in all_counts([projector]).items():
        msg.text(f"{name}: {count}")
    for line in text_warnings("target text", text_statistics(corpus.docs("target"))):
        msg.warn(line)
