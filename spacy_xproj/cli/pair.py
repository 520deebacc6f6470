"""``xproj pair``: two files with the same sentences in two languages, as a parallel corpus."""

from enum import Enum
from pathlib import Path
from typing import Dict, List, Optional

import typer
from wasabi import msg

from ..config import load_project_config, naming
from ..corpora.docbin import DocCorpus
from ..corpora.pairing import PairTable, flag_pairs, pair_by_order, pair_by_sent_id, pair_by_table
from ..corpora.parallel import REJECTS, ParallelCorpus
from ..corpora.parallel_writer import make_provenance, write_parallel_corpus
from ..errors import XprojError
from ..progress import progress, stage, take_seconds
from ..storage.outputs import check_paths
from ..translators.quality import make_checks
from .app import OVERRIDES, RUN_JSON, check_run, command, print_times, write_run
from .translate import report_counts

#: So many names are printed of the sentences that are not paired for a reason; all are in the rejects.
SHOWN = 5


class By(str, Enum):
    """What makes two sentences a pair."""

    order = "order"
    sent_id = "sent_id"
    table = "table"


@command("pair", context_settings=OVERRIDES)
def pair_cli(
    ctx: typer.Context,
    source: Path = typer.Argument(..., help="Labelled sentences (.spacy)"),
    target: Path = typer.Argument(..., help="Their translations (.spacy)"),
    bitext_dir: Path = typer.Argument(..., help="Directory of the parallel corpus to write"),
    by: Optional[By] = typer.Option(None, "--by", help="What makes two sentences a pair; order by default"),
    table: Optional[Path] = typer.Option(
        None,
        "--table",
        help="Which sentences are a pair: lines of two sent_ids, or of two numbers counted from 1, with a tab between",
    ),
    config_path: Optional[Path] = typer.Option(
        None, "--config", "-c", help="Config with [translation]: what is suspicious, and whether it is dropped"
    ),
    json_path: Optional[Path] = RUN_JSON,
) -> None:
    """Make a parallel corpus of two converted files.

    Entities of the target are left out, so that gold labels cannot leak into the projection. Pairs are checked as
    `translate` checks them, and flagged; --translation.on_flag drop leaves suspicious ones out. Sentences that make no
    pair are in rejects.jsonl.
    """
    if (table is not None) != (by is By.table) and by is not None:
        raise XprojError("--by table and --table FILE belong together; give both, or --table alone")
    config = load_project_config(config_path, ctx.args)
    inputs = [source, target, table, config_path]
    check_paths("pair", inputs, [json_path], directories=[bitext_dir], settings=config)
    check_run(json_path)
    with naming(config_path or "the command line"):
        checks = make_checks(config.get("translation", {}))
    sources, targets = DocCorpus(source), DocCorpus(target)
    if table is not None:
        items = pair_by_table(sources, targets, PairTable(table), table)
    else:
        make_pairs = pair_by_sent_id if by is By.sent_id else pair_by_order
        items = make_pairs(sources, targets, source, target)
    src_lang, tgt_lang = sources.lang or "xx", targets.lang or "xx"
    settings = {"by": "table" if table else (by or By.order).value, "translation": dict(checks)}
    provenance = make_provenance("pair", [path for path in (source, target, table) if path], settings)
    with stage("pairing"):
        shown = progress(items, max(len(sources), len(targets)), "sentences")
        corpus = write_parallel_corpus(bitext_dir, flag_pairs(shown, checks), src_lang, tgt_lang, provenance)
    seconds = take_seconds()
    rate, rejects = len(corpus) / seconds["pairing"], corpus.manifest["rejects"]
    write_run(json_path, seconds, rate, pairs=len(corpus), flags=corpus.manifest["flags"], rejects=rejects)
    report_counts("flagged, kept", corpus.manifest["flags"])
    _report_rejects(corpus)
    msg.good(f"{bitext_dir}: {len(corpus)} pairs {src_lang}-{tgt_lang}; entities of the target side left out")
    print_times(seconds)


def _report_rejects(corpus: ParallelCorpus) -> None:
    """Print how many sentences there are for each reason, and the names of the first."""
    names: Dict[str, List[str]] = {}
    for row in corpus.rejects():
        shown = names.setdefault(row["reason"], [])
        if row["sent_id"] is not None and row["sent_id"] not in shown:
            shown.append(row["sent_id"])
    for reason, count in corpus.manifest["rejects"].items():
        listed = ", ".join(names[reason][:SHOWN]) + (", …" if len(names[reason]) > SHOWN else "")
        msg.info(f"not paired: {count} ({reason}){': ' if listed else ''}{listed}")
    if names:
        msg.info(f"all of them are in {corpus.path / REJECTS}")
