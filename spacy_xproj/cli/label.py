"""``xproj label``: run a pipeline over a corpus, on the corpus' own tokens."""

from collections import Counter
from pathlib import Path
from typing import Dict, Iterable, Iterator, Optional, Tuple

import typer
from spacy.language import Language
from spacy.tokens import Doc
from wasabi import msg

from ..corpora.docbin import read_docs, write_docs
from ..corpora.labels import LabelMap, label_summary
from ..corpora.parallel import MANIFEST, ParallelCorpus
from ..corpora.parallel_writer import make_provenance, write_parallel_corpus
from ..docs import words_only
from ..taggers.pipeline import load_pipeline
from ..types import Bitext
from .app import command, progress


@command("label")
def label_cli(
    corpus: Path = typer.Argument(
        ..., metavar="CORPUS", help="Sentences (.spacy) or a parallel corpus (a directory); entities are not read"
    ),
    output: Path = typer.Argument(..., metavar="OUTPUT", help="Where to write it with the pipeline's entities"),
    model: str = typer.Option(..., "--model", "-m", help="Pipeline: a package or a directory"),
    map_name: Optional[str] = typer.Option(
        None,
        "--label-map",
        help="What becomes of the labels: ontonotes, conll2003, masakhaner, wnut2017 or a JSON file such as "
        '{"PERSON": "PER", "DATE": null}; by default all are kept',
    ),
) -> None:
    """Label the sentences of a corpus with a pipeline: the target side for model transfer, or the source side of an
    unlabelled parallel corpus, which `project` can then use."""
    nlp = load_pipeline(model)
    label_map = LabelMap.load(map_name) if map_name else LabelMap()
    changes: Counter[Tuple[str, str]] = Counter()
    if corpus.is_dir():
        settings = {"model": model, "label_map": map_name}
        count = label_parallel(ParallelCorpus(corpus), output, nlp, label_map, changes, settings)
        msg.good(f"{output}: {count} pairs")
    else:
        docs = read_docs(corpus, nlp.vocab)
        labelled = progress(label_docs(docs, nlp, label_map, changes), len(docs), "sentences")
        msg.good(f"{output}: {write_docs(labelled, output)} sentences")
    for line in label_summary(changes):
        msg.text(line)


def label_docs(
    docs: Iterable[Doc], nlp: Language, label_map: LabelMap, changes: "Counter[Tuple[str, str]]"
) -> Iterator[Doc]:
    """Label sentences. No annotation that they have guides the pipeline.

    docs (Iterable[Doc]): the sentences; they are not changed.
    nlp (Language): the pipeline.
    label_map (LabelMap): what becomes of its labels.
    changes (Counter[Tuple[str, str]]): where to count entities by their label before and after the map.
    YIELDS (Doc): new Docs with the same words, spaces and user data.
    RAISES (XprojError): where the map does not name a label of the pipeline.
    """
    pairs = ((words_only(doc, nlp.vocab), doc) for doc in docs)
    for labelled, doc in nlp.pipe(pairs, as_tuples=True):
        labelled.user_data.update(doc.user_data)
        changes.update(label_map.apply(labelled))
        yield labelled


def label_parallel(
    corpus: ParallelCorpus,
    output: Path,
    nlp: Language,
    label_map: LabelMap,
    changes: "Counter[Tuple[str, str]]",
    settings: Dict[str, Optional[str]],
) -> int:
    """Write a parallel corpus again, its source side labelled.

    corpus (ParallelCorpus): the corpus.
    output (Path): the directory to write.
    nlp (Language): the pipeline.
    label_map (LabelMap): what becomes of its labels.
    changes (Counter[Tuple[str, str]]): where to count entities by their label before and after the map.
    settings (Dict[str, Optional[str]]): for the provenance.
    RETURNS (int): pairs written.
    RAISES (XprojError): where the map does not name a label of the pipeline, or the corpus is damaged.
    """
    sources = label_docs(progress(corpus.docs("source"), len(corpus), "pairs"), nlp, label_map, changes)
    pairs = (Bitext(*sides) for sides in zip(sources, corpus.docs("target"), strict=True))
    provenance = make_provenance("label", [corpus.path / MANIFEST], settings)
    provenance["corpus"] = corpus.manifest.get("provenance", {})
    return len(write_parallel_corpus(output, pairs, corpus.src_lang, corpus.tgt_lang, provenance))
