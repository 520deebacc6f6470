"""The sentences of a language: gold, translated, and labelled once for all methods, kept on disk."""

from collections import Counter
from contextlib import closing
from itertools import islice, tee
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import minibatch
from wasabi import msg

from ...corpora.datasets import SOURCE, get_dataset
from ...corpora.formats.conversion import name_file
from ...corpora.formats.files import read_file
from ...corpora.labels import LabelMap
from ...corpora.pairing import without_entities
from ...corpora.parallel import MANIFEST, ParallelCorpus, read_manifest
from ...corpora.parallel_writer import Item, ParallelCorpusWriter
from ...corpora.rewriting import Spelling, rewrite
from ...corpora.text_comparison import text_statistics
from ...errors import XprojError
from ...projectors.apply import apply_projection, count_statuses
from ...storage.files import input_digests, json_digest, read_text, sha256
from ...storage.journal import discard_partial
from ...text.scripts import is_unspaced
from ...translators.bitexts import translate_docs
from ...translators.quality import Checks
from ...types import Bitext, Converter, Initializable, Projector, Tagger, Translator
from .config import StudySettings

SHARD_SIZE = 200
BATCH_SIZE = 64


def read_gold(path: Path, settings: StudySettings, converter: Converter) -> List[Doc]:
    """Read the gold file of a language.

    path (Path): the file.
    settings (StudySettings): the dataset that it belongs to, and what becomes of its labels.
    converter (Converter): reads its format.
    RETURNS (List[Doc]): the sentences, at least one.
    RAISES (XprojError): if the file is missing, bad or empty, or is not the one that the checksums name.
    """
    if settings.dataset and not path.exists():
        dataset = get_dataset(settings.dataset)
        raise XprojError(f"{path}: no such file; get {dataset.title} from {dataset.url} and put it there")
    if settings.checksums:
        check_checksum(path, Path(settings.checksums))
    return read_sentences(path, converter, settings.limit, settings.label_map())


def check_checksum(path: Path, checksums: Path) -> None:
    """Check that a file is the one that is meant.

    path (Path): the file.
    checksums (Path): lines of a SHA-256 and a name.
    RAISES (XprojError): if it is not, or is not named.
    """
    lines = (line.split(maxsplit=1) for line in read_text(checksums).splitlines() if line.strip())
    known = {name.strip().lstrip("*"): digest for digest, name in lines}
    remedy = 'fetch it again, or set [study] checksums = "" to use it as it is'
    if path.name not in known:
        raise XprojError(f"{path}: not named in {checksums}; {remedy}")
    if sha256(path) != known[path.name]:
        raise XprojError(f"{path}: not the file that {checksums} means (its SHA-256 is another); {remedy}")


def path_digest(path: Path) -> str:
    """Identify what is in a file or directory."""
    return json_digest(sorted(input_digests(path).values())) if path.is_dir() else sha256(path)


def read_sentences(path: Path, converter: Converter, limit: int, label_map: Optional[LabelMap] = None) -> List[Doc]:
    """Read a file.

    path (Path): the file, or a directory if the converter reads those.
    converter (Converter): reads its format.
    limit (int): only the first sentences; 0 for all.
    label_map (Optional[LabelMap]): what becomes of its labels, if they are of interest.
    RETURNS (List[Doc]): the sentences, at least one.
    RAISES (XprojError): if the file is missing, bad or empty.
    """
    try:
        docs = list(islice(read_file(path, converter), limit or None))
        if label_map is not None:
            for doc in docs:
                label_map.apply(doc)
    except XprojError as error:
        raise name_file(error, path) from None
    if not docs:
        raise XprojError(f"{path}: no sentence in it; check the path and its converter")
    return docs


def respell(docs: List[Doc], like: List[Doc]) -> List[Doc]:
    """Write sentences as another text of their language is written, as `xproj rewrite` does."""
    spelling = Spelling.of(text_statistics(like)).with_words_of(docs)
    return [rewrite(doc, spelling)[0] for doc in docs]


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
    path: Path, tgt_lang: str, provenance: Dict[str, Any], make: Callable[[int], Iterable[Item]]
) -> ParallelCorpus:
    """Take a corpus that is on disk, go on with one that is not finished, or make one. If a run was killed as it put a
    corpus in place, what it has left beside it goes.

    path (Path): its directory.
    tgt_lang (str): its target language.
    provenance (Dict[str, Any]): all that it depends on. If the corpus on disk has another one, or its manifest cannot
        be read, it is made anew.
    make (Callable[[int], Iterable[Item]]): gives the pairs, and rejects, from that number on.
    RETURNS (ParallelCorpus): the corpus.
    """
    if _is_made_from(path, provenance):
        discard_partial(path, str(provenance.get("command", "")))
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
            source = without_white_space(item.target)
            flags = source.user_data.pop("flags", [])
        else:
            source = nlp.make_doc("")
            flags = [item.reason]
        source.user_data["lang"] = SOURCE
        doc.user_data["flags"] = flags
        yield Bitext(source, doc)


def without_white_space(doc: Doc) -> Doc:
    """Leave out tokens of white space, as two spaces in a row make one: a tagger may have no piece for them."""
    if not any(token.is_space for token in doc):
        return doc
    kept = [token for token in doc if not token.is_space]
    spaces = [bool(token.whitespace_) or doc[token.i + 1 : token.i + 2].text.isspace() for token in kept]
    return Doc(doc.vocab, words=[token.text for token in kept], spaces=spaces, user_data=dict(doc.user_data))


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


def project(projector: Projector, corpus: ParallelCorpus, limit: int = 0) -> Tuple[List[Doc], "Counter[str]"]:
    """Project the labels of a corpus.

    projector (Projector): projects them.
    corpus (ParallelCorpus): pairs whose source sides are labelled.
    limit (int): only the first pairs; 0 for all.
    RETURNS (Tuple[List[Doc], Counter[str]]): the labelled target sentences, and what became of the source entities.
    """
    if isinstance(projector, Initializable):
        projector.initialize(lambda: islice(corpus, limit or None))
    outcomes: Counter[str] = Counter()
    docs = []
    for projection in projector(islice(corpus, limit or None)):
        outcomes.update(count_statuses(projection.outcomes))
        docs.append(apply_projection(projection))
    return docs, outcomes
