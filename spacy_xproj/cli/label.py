"""``xproj label``: run a pipeline over a corpus, on the corpus' own tokens."""

from collections import Counter
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import typer
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import is_package
from wasabi import msg

from ..corpora.docbin import stream_docs, write_docs
from ..corpora.labels import LabelMap, kept_labels, label_summary
from ..corpora.parallel import MANIFEST, SIDES, ParallelCorpus, is_parallel
from ..corpora.parallel_writer import ParallelCorpusWriter, make_provenance, with_rejects
from ..progress import progress, stage, take_seconds
from ..storage.atomic import recover
from ..storage.journal import discard_partial
from ..storage.outputs import check_paths
from ..taggers.pipeline import find_pipeline, load_pipeline
from ..text.docs import words_only
from ..types import Bitext
from .app import OVERWRITE, RUN_JSON, check_run, command, print_times, write_run


@command("label")
def label_cli(
    corpus: Path = typer.Argument(
        ..., metavar="CORPUS", help="Sentences (.spacy) or a parallel corpus (a directory); entities are not read"
    ),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Where to write it with the pipeline's entities"),
    models: List[str] = typer.Option(
        ...,
        "--model",
        "-m",
        help="Pipeline: a package, a directory, or english (extra of that name). If several are given, the second adds "
        "what does not overlap with what the first has found, and so on",
    ),
    map_name: Optional[str] = typer.Option(
        None,
        "--label-map",
        help="What becomes of the labels: ontonotes, conll2003, masakhaner, wnut2017 or a JSON file such as "
        '{"PERSON": "PER", "DATE": null}; by default all are kept',
    ),
    json_path: Optional[Path] = RUN_JSON,
    overwrite: bool = OVERWRITE,
) -> None:
    """Label the sentences of a corpus with a pipeline: the target side for model transfer, or the source side of an
    unlabelled parallel corpus, which `project` can then use."""
    models = [find_pipeline(model) for model in models]
    recover(corpus)  # as a run that labels in place may have been killed
    parallel = is_parallel(corpus)
    in_place = parallel and output.exists() and output.samefile(corpus)
    inputs = [None if in_place else corpus, *map(Path, models), Path(map_name) if map_name else None]
    directories = [output] if parallel and not in_place else []
    check_paths("label", inputs, [json_path], directories=directories, corpora=[] if parallel else [output])
    check_run(json_path)
    pipelines = {model: load_pipeline(model) for model in models}
    label_map = LabelMap.load(map_name) if map_name else LabelMap()
    changes: Counter[Tuple[str, str]] = Counter()
    counts: Counter[str] = Counter()  # sentences, and entities that the map has trimmed
    if parallel:
        bitexts = ParallelCorpus(corpus)
        provenance = _label_provenance(bitexts, pipelines, map_name, label_map)
        if in_place and _is_labelled_so(bitexts, provenance):
            discard_partial(output, "label")
            write_run(json_path, take_seconds(), 0.0, pairs=len(bitexts))
            msg.good(f"{output}: {len(bitexts)} pairs, labelled so already")
            return
        with stage("labelling"):
            count = _label_parallel(
                bitexts, output, [*pipelines.values()], label_map, changes, counts, provenance, in_place
            )
    else:
        total, docs = stream_docs(corpus, pipelines[models[0]].vocab)
        labelled = _label_docs(docs, [*pipelines.values()], label_map, changes, counts)
        with stage("labelling"):
            count = write_docs(progress(labelled, total, "sentences"), output, "label", overwrite)
    seconds, unit = take_seconds(), "pairs" if parallel else "sentences"
    rate = counts["sentences"] / max(seconds["labelling"], 1e-9)
    write_run(json_path, seconds, rate, **{unit: count}, labels=kept_labels(changes), trimmed=counts["trimmed"])
    msg.good(f"{output}: {count} {unit}, {rate:.0f} sentences/s")
    for line in label_summary(changes):
        msg.text(line)
    if counts["trimmed"]:
        msg.text(f"trimmed: {counts['trimmed']} entities that begin or end with words which the label map takes off")
    print_times(seconds)


def _label_provenance(
    corpus: ParallelCorpus, pipelines: Dict[str, Language], map_name: Optional[str], label_map: LabelMap
) -> Dict[str, Any]:
    """Record what a labelled corpus is made from: what models and map are, and not only what they are called."""
    versions = [nlp.meta["version"] for nlp in pipelines.values()]
    settings = {
        "model": ", ".join(pipelines),
        "model_version": ", ".join(versions),
        "label_map": map_name,
        "renames": label_map.renames,
        "trim": {"leading": sorted(label_map.leading), "trailing": sorted(label_map.trailing)},
    }
    files = [corpus.path / MANIFEST]
    files += [Path(model) for model in pipelines if Path(model).is_dir() and not is_package(model)]
    return {**make_provenance("label", files, settings), "corpus": corpus.manifest.get("provenance", {})}


def _is_labelled_so(corpus: ParallelCorpus, provenance: Dict[str, Any]) -> bool:
    """Whether an earlier run has labelled a corpus in place, with the same pipeline and map."""

    def described(record: Dict[str, Any]) -> Dict[str, Any]:
        inputs = {file: digest for file, digest in record.get("inputs", {}).items() if Path(file).name != MANIFEST}
        return {**record, "inputs": inputs, "corpus": None}

    return described(corpus.manifest.get("provenance", {})) == described(provenance)


def _label_docs(
    docs: Iterable[Doc],
    pipelines: Sequence[Language],
    label_map: LabelMap,
    changes: "Counter[Tuple[str, str]]",
    counts: "Counter[str]",
) -> Iterator[Doc]:
    """Label sentences, as new Docs with the same words, spaces and user data. No annotation that they have guides the
    pipelines."""
    first, *others = pipelines
    pairs = first.pipe(((words_only(doc, first.vocab), doc) for doc in docs), as_tuples=True)
    for nlp in others:
        pairs = _add_entities(pairs, nlp)
    for labelled, doc in pairs:
        counts["sentences"] += 1
        counts["trimmed"] += label_map.trimmed(labelled)
        labelled.user_data = dict(doc.user_data)  # and nothing of the pipeline's: transformers leave all their vectors
        changes.update(label_map.apply(labelled))
        yield labelled


def _add_entities(pairs: Iterable[Tuple[Doc, Doc]], nlp: Language) -> Iterator[Tuple[Doc, Doc]]:
    """Add the entities of another pipeline to labelled Docs, as far as they overlap with none that is there."""
    contexts = ((words_only(pair[0], nlp.vocab), pair) for pair in pairs)
    for found, (labelled, doc) in nlp.pipe(contexts, as_tuples=True):
        more = [Span(labelled, ent.start, ent.end, ent.label_) for ent in found.ents]
        labelled.set_ents([*labelled.ents, *(span for span in more if not any(token.ent_type for token in span))])
        yield labelled, doc


def _label_parallel(
    corpus: ParallelCorpus,
    output: Path,
    pipelines: Sequence[Language],
    label_map: LabelMap,
    changes: "Counter[Tuple[str, str]]",
    counts: "Counter[str]",
    provenance: Dict[str, Any],
    in_place: bool,
) -> int:
    """Write a parallel corpus again, perhaps in place, its source side labelled. A run that was interrupted goes on."""
    writer = ParallelCorpusWriter(output, corpus.src_lang, corpus.tgt_lang, provenance, in_place=in_place)
    with closing(writer):
        done = writer.done_pairs
        if done:
            msg.info(f"the first {done} pairs were labelled before and are not in the counts of labels")
        todo, targets = (islice(corpus.docs(side), done, None) for side in SIDES)
        sources = _label_docs(progress(todo, len(corpus) - done, "pairs"), pipelines, label_map, changes, counts)
        pairs = (Bitext(*sides) for sides in zip(sources, targets, strict=True))
        return len(writer.write(with_rejects(pairs, corpus, writer.done)))
