"""``xproj translate``: labelled sentences and their translations, as a parallel corpus."""

import time
from itertools import chain, islice
from pathlib import Path
from typing import Dict, Optional

import typer
from wasabi import msg

from ..config import check_devices, check_safe, load_project_config, naming, resolve
from ..progress import progress, stage, take_seconds
from .app import OVERRIDES, RUN_JSON, SAFE, check_run, command, print_times, write_run
from .engine import ENGINE, GPU_IDS, GPUS, WORKERS, choose_engine


@command("translate", context_settings=OVERRIDES)
def translate_cli(
    ctx: typer.Context,
    source: Path = typer.Argument(..., help="Labelled sentences (.spacy), as `convert` writes them"),
    bitext_dir: Path = typer.Argument(..., help="Directory of the parallel corpus to write"),
    config_path: Path = typer.Option(..., "--config", "-c", help="Config with [translator] and maybe [translation]"),
    shard_size: int = typer.Option(1000, "--shard-size", min=1, help="Sentences in a shard; a shard is never redone"),
    json_path: Optional[Path] = RUN_JSON,
    safe: bool = SAFE,
    engine: str = ENGINE,
    workers: int = WORKERS,
    gpu_ids: str = GPU_IDS,
    gpus: float = GPUS,
) -> None:
    """Translate a corpus. A run that was interrupted goes on after its last finished shard."""
    from ..corpora.docbin import doc_lang, stream_docs
    from ..corpora.parallel_writer import ParallelCorpusWriter, make_provenance
    from ..errors import XprojError
    from ..storage.outputs import check_paths
    from ..text.languages import equivalent_codes
    from ..text.tokenizers import blank_segmented
    from ..translators.bitexts import translate_docs
    from ..translators.protection import NOT_PROTECTED, PROTECTED
    from ..translators.quality import make_checks
    from ..translators.stage import EngineTranslator
    from ..types import Counting, HasInputs, Licensed

    processes = choose_engine(engine, workers, gpu_ids, gpus)
    config = load_project_config(config_path, ctx.args)
    check_paths("translate", [source, config_path], [json_path], directories=[bitext_dir], settings=config)
    check_run(json_path)
    if safe:
        check_safe(config, config_path)
    check_devices(config, ["translator"], config_path)
    with naming(config_path):
        checks = make_checks(config.get("translation", {}))
    total, docs = stream_docs(source)
    first = next(docs)
    translator = resolve(config, "translator", config_path)
    lang = doc_lang(first)
    if lang not in ("", "xx") and lang not in equivalent_codes(translator.src_lang):
        raise XprojError(f"{source}: language '{lang}', but the translator's src_lang is '{translator.src_lang}'")
    nlp = blank_segmented(translator.tgt_lang, checks.segment, checks.tokenizer)
    if nlp.lang == "xx":
        msg.warn(f"spaCy has no rules for the language '{translator.tgt_lang}': translations are tokenized as 'xx'")

    used = {name: section for name, section in config.items() if name in ("translator", "translation")}
    provenance = make_provenance("translate", [source], used)
    provenance["inputs"].update(translator.input_digests() if isinstance(translator, HasInputs) else {})
    provenance["translator_license"] = translator.license if isinstance(translator, Licensed) else None
    writer = ParallelCorpusWriter(bitext_dir, translator.src_lang, translator.tgt_lang, provenance, shard_size)
    if processes is not None:
        blocks = {"translator": config["translator"]}
        translator = EngineTranslator(processes, blocks, str(config_path), translator, shard_size)
    left = total - writer.done
    start = time.perf_counter()
    items = translate_docs(islice(chain([first], docs), writer.done, None), translator, nlp, checks)
    with stage("translating"):
        corpus = writer.write(progress(items, total=left, unit="sentences"))
    rate, seconds = left / (time.perf_counter() - start), take_seconds()
    write_run(json_path, seconds, rate, pairs=len(corpus), flags=corpus.manifest["flags"])

    report_counts("flagged, kept", corpus.manifest["flags"])
    report_counts("rejected", corpus.manifest["rejects"])
    if checks.protect and not {PROTECTED, NOT_PROTECTED} & {*corpus.manifest["flags"]}:
        msg.warn(f"no entity of {source} is labelled {' or '.join(checks.protect)}: nothing was to be protected")
    if isinstance(translator, Counting):  # of this run alone
        report_counts("translator", translator.counts())
    msg.good(f"{bitext_dir}: {len(corpus)} pairs, {rate:.1f} sentences/s")
    print_times(seconds)


def report_counts(what: str, counts: Dict[str, int]) -> None:
    """Print how many sentences there are for each reason."""
    for reason, count in counts.items():
        msg.info(f"{what}: {count} ({reason})")
