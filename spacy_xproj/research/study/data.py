"""The sentences of a language: gold, translated, and labelled once for all methods, kept on disk."""

from contextlib import closing
from itertools import islice, tee
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch
from wasabi import msg

from ...corpora.datasets import SOURCE, get_dataset
from ...corpora.labels import LabelMap
from ...corpora.pairing import without_entities
from ...corpora.parallel import MANIFEST, ParallelCorpus, read_manifest
from ...corpora.parallel_writer import ParallelCorpusWriter
from ...errors import XprojError
from ...storage.files import read_text
from ...taggers.table import Tagger
from ...text.scripts import is_unspaced
from ...translators.bitexts import translate_docs
from ...translators.quality import Checks
from ...types import Bitext, Converter, Translator
from .config import StudySettings

SHARD_SIZE = 200
BATCH_SIZE = 64


def read_gold(path: Path, settings: StudySettings, converter: Converter) -> List[Doc]:
    """Read the gold file of a language.

    path (Path): the file.
    settings (StudySettings): the dataset that it belongs to, and what becomes of its labels.
    converter (Converter): reads its format.
    RETURNS (List[Doc]): the sentences, at least one.
    RAISES (XprojError): if the file is missing, bad or empty.
    """
    if not path.is_file():
        dataset = get_dataset(settings.dataset)
        raise XprojError(f"{path}: no such file; get {dataset.title} from {dataset.url} and put it there")
    label_map = settings.label_map()
    try:
        docs = list(islice(converter(read_text(path)), settings.limit or None))
        for doc in docs:
            label_map.apply(doc)
    except XprojError as error:
        raise XprojError(f"{path}, {error}") from None
    if not docs:
        raise XprojError(f"{path}: no sentence in it; check the path and [converter]")
    return docs


def target_doc(gold: Doc, spaced: bool) -> Doc:
    """Copy the gold tokens without their labels.

    gold (Doc): the gold sentence. Files with a token a line give it single spaces.
    spaced (bool): whether there are spaces between words. If not, those that touch a character of a script without
        spaces are left out: translation models have not seen them.
    RETURNS (Doc): the same tokens.
    """
    if spaced:
        return without_entities(gold)
    words = [token.text for token in gold]
    spaces = [bool(token.whitespace_) for token in gold]
    for i in range(len(words) - 1):
        spaces[i] = spaces[i] and not (is_unspaced(words[i][-1]) or is_unspaced(words[i + 1][0]))
    return Doc(gold.vocab, words=words, spaces=spaces, user_data=dict(gold.user_data))


def keep_corpus(
    path: Path, tgt_lang: str, provenance: Dict[str, Any], make: Callable[[int], Iterable[Bitext]]
) -> ParallelCorpus:
    """Take a corpus that is on disk, go on with one that is not finished, or make one.

    path (Path): its directory.
    tgt_lang (str): its target language.
    provenance (Dict[str, Any]): all that it depends on. If the corpus on disk has another one, or its manifest cannot
        be read, it is made anew.
    make (Callable[[int], Iterable[Bitext]]): gives the pairs from that number on.
    RETURNS (ParallelCorpus): the corpus.
    """
    if _is_made_from(path, provenance):
        return ParallelCorpus(path)
    with closing(ParallelCorpusWriter(path, SOURCE, tgt_lang, provenance, SHARD_SIZE)) as writer:
        return writer.write(make(writer.done))


def _is_made_from(path: Path, provenance: Dict[str, Any]) -> bool:
    """Tell whether a corpus is on disk and has this provenance."""
    if not (path / MANIFEST).is_file():
        return False
    try:
        return read_manifest(path).get("provenance") == provenance
    except XprojError:
        msg.warn(f"{path / MANIFEST}: cannot be read; making the corpus anew")
        return False


def translate_targets(docs: Iterable[Doc], translator: Translator, nlp: Language, checks: Checks) -> Iterator[Bitext]:
    """Translate target sentences into the source language. None is left out: all are scored.

    docs (Iterable[Doc]): the target sentences.
    translator (Translator): translates them.
    nlp (Language): tokenizes the translations.
    checks (Checks): what is suspicious. A translation that it rejects becomes an empty source, from which nothing is
        projected; the reason is counted among the flags of the corpus.
    YIELDS (Bitext): the translation as source, and the sentence as target.
    """
    docs, copies = tee(docs)
    for doc, item in zip(docs, translate_docs(copies, translator, nlp, checks), strict=True):
        if isinstance(item, Bitext):
            source = item.target
            flags = source.user_data.pop("flags", [])
        else:
            source = nlp.make_doc("")
            flags = [item.reason]
        source.user_data["lang"] = SOURCE
        doc.user_data["flags"] = flags
        yield Bitext(source, doc)


def label_sources(bitexts: Iterable[Bitext], tagger: Tagger, label_map: LabelMap) -> Iterator[Bitext]:
    """Label the source of each pair, as `tag_docs` does."""
    bitexts, copies = tee(bitexts)
    for bitext, source in zip(bitexts, tag_docs((copy.source for copy in copies), tagger, label_map), strict=True):
        yield Bitext(source, bitext.target)


def tag_docs(docs: Iterable[Doc], tagger: Tagger, label_map: LabelMap) -> Iterator[Doc]:
    """Label sentences on their own tokens.

    docs (Iterable[Doc]): the sentences.
    tagger (Tagger): finds their entities.
    label_map (LabelMap): what becomes of its labels.
    YIELDS (Doc): each sentence, changed in place.
    RAISES (XprojError): if the tagger has a label that the map does not settle.
    """
    for batch in minibatch(docs, BATCH_SIZE):
        for doc, entities in zip(batch, tagger.entities(batch), strict=True):
            doc.set_ents([Span(doc, start, end, label) for start, end, label in entities], default="outside")
            label_map.apply(doc)
            yield doc
