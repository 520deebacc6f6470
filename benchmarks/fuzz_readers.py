"""What `fuzz.py` damages: a good input of each reader, and what reads it."""

import json
import sqlite3
import warnings
import zlib
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

import spacy
from kill_scenarios import make_encoder
from spacy.tokens import DocBin, Span, SpanGroup

from spacy_xproj.cli import verify
from spacy_xproj.config import check_safe, load_project_config, resolve
from spacy_xproj.corpora.docbin import read_docs
from spacy_xproj.corpora.formats.brat import BratConverter
from spacy_xproj.corpora.formats.conversion import FORMATS, make_converter
from spacy_xproj.corpora.labels import LabelMap
from spacy_xproj.corpora.pairing import PairTable
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import ParallelCorpusWriter, Reject, write_parallel_corpus
from spacy_xproj.encoders.hub import load_hub
from spacy_xproj.errors import XprojError
from spacy_xproj.evaluation.calibration import read_calibration
from spacy_xproj.models.subtokens import SubtokenEncoder
from spacy_xproj.projectors.stream import project_shards
from spacy_xproj.projectors.summary import OUTCOMES, PAIRS, REJECTS, SUMMARY, TARGET
from spacy_xproj.projectors.writer import ProjectionWriter
from spacy_xproj.storage.files import read_text
from spacy_xproj.storage.marker import check_replaceable
from spacy_xproj.students.description import read_performance
from spacy_xproj.translators.cache import TranslationCache
from spacy_xproj.translators.table import make_table_translator
from spacy_xproj.types import Bitext, Translation, WordAlignment
from spacy_xproj.view import report
from spacy_xproj.view.page import make_view
from spacy_xproj.view.report import collect
from spacy_xproj.view.runs import open_run

TEXT = "Ana in Rio \U0001f600"
SPANS = [{"start": 0, "end": 3, "label": "PER"}]
#: An input of each format that is a single text file.
FORMAT_SAMPLES = {
    "conll": "-DOCSTART- O\n\nAna B-PER\nin O\nRio B-LOC\n\nBen B-PER\n",
    "uner": "# sent_id = s1\n# text = Ana runs\n1\tAna\tB-PER\t-\t-\n2\truns\tO\t-\t-\n\n",
    "masakhaner": "Ana B-PER\nin O\nRio B-LOC\n\nBen B-PER\n",
    "wikiann": "en:Ana\tB-PER\nen:in\tO\nen:Rio\tB-LOC\n\n",
    "iob": "Ana|NNP|B-PER in|IN|O\nRio|NNP|B-LOC\n",
    "conllu": "# text = Ana du\n1\tAna\t_\t_\t_\t_\t0\t_\t_\tname=B-PER\n2-3\tdu\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "2\tde\t_\t_\t_\t_\t0\t_\t_\tname=O\n3\tle\t_\t_\t_\t_\t0\t_\t_\tname=O\n",
    "ontonotes": "#begin document (x); part 000\nx 0 0 Ana X * - - - - (PER* *\nx 0 1 B X * - - - - *) *\n",
    "webanno": "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n\n#Text=Ana May\n1-1\t0-3\tAna\tPER[1]\t\n"
    "1-2\t4-7\tMay\tPER[1]|LOC\t\n1-2.1\t4-5\tM\t*\t\n",
    "csv": 'Sentence #,Word,POS,Tag\nSentence: 1,Ana,NNP,B-PER\n,"a, b",NN,O\nSentence: 2,Rio,NNP,B-LOC\n',
    "jsonl": json.dumps({"text": TEXT, "ents": SPANS, "id": "a"}),
    "doccano": json.dumps({"id": 1, "text": TEXT, "label": [[0, 3, "PER"]]}),
    "cluener": json.dumps({"text": TEXT, "label": {"name": {"Ana": [[0, 2]]}}}),
    "prodigy": json.dumps({"text": TEXT, "spans": SPANS, "answer": "accept", "tokens": [{"text": "Ana"}]}),
    "label-studio": json.dumps(
        [{"data": {"text": TEXT}, "annotations": [{"result": [{"value": {**SPANS[0], "labels": ["X"]}}]}]}]
    ),
    "argilla": json.dumps({"fields": {"text": TEXT}, "responses": {"s": [{"value": SPANS}]}, "metadata": {}}),
    "spacy": json.dumps([[TEXT, {"entities": [[0, 3, "PER"]]}]]),
    "datasets": json.dumps({"tokens": ["Ana", "runs"], "ner_tags": ["B-PER", "O"], "id": 1}),
    "text": "Ana in Rio.\n\nBen.\n",
}
BRAT = {".txt": "Ana in Rio.\nBen.\n", ".ann": "T1\tPER 0 3\tAna\nT2\tLOC 7 8;9 10\tR o\n#1\tNote T1\tx\n"}

CONFIG = """
[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "{links}"
"""


class Reader(NamedTuple):
    """What is fuzzed.

    good (bytes): an input that it takes.
    read (Callable[[Path], Any]): reads a file that holds an input.
    inner (bool): whether inputs are damaged inside their compression.
    slow (bool): whether it takes so long that it gets a hundredth of the inputs.
    """

    good: bytes
    read: Callable[[Path], Any]
    inner: bool = False
    slow: bool = False


class Replaced:
    """Reads a result in which an input takes the place of one of its files. Afterwards all is as it was before: readers
    clear away what is damaged.

    place (Path): the file.
    read (Callable[[], Any]): reads the result.
    """

    def __init__(self, place: Path, read: Callable[[], Any]) -> None:
        self.place = place
        self.read = read
        self.before = dict(self._files())

    def __call__(self, file: Path) -> Any:
        self.place.write_bytes(file.read_bytes())
        try:
            return self.read()
        finally:
            after = dict(self._files())
            for path in after.keys() - self.before.keys():
                path.unlink()
            for path, content in self.before.items():
                if after.get(path) != content:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)

    def _files(self) -> Iterator[Tuple[Path, bytes]]:
        return ((path, path.read_bytes()) for path in self.place.parent.rglob("*") if path.is_file())


def make_readers(folder: Path) -> Dict[str, Reader]:
    """Make all readers, by name.

    folder (Path): a directory for what they need, and for their inputs.
    RETURNS (Dict[str, Reader]): the readers.
    """
    nlp = spacy.blank("en")
    docs = []
    for text in ("Ana lives in Rio", "Ben sleeps", "Oh !"):
        doc = nlp(text)
        doc.ents = [Span(doc, 0, 1, "PER")]
        doc.spans["projected"] = SpanGroup(doc, spans=[Span(doc, 0, 1, "PER")], attrs={"scores": [0.5]})
        doc.user_data["sent_id"] = text
        docs.append(doc)
    pairs = [Bitext(docs[0], docs[1]), Reject("empty", "text"), Bitext(docs[2], docs[2])]
    corpus = write_parallel_corpus(folder / "bitext", pairs, "en", "pt", {"command": "pair"}, 2).path
    writer = ParallelCorpusWriter(folder / "begun", "en", "pt", {"command": "pair"}, 1)
    writer._write_shard(pairs[:1])
    writer.close()
    content = DocBin(docs=docs, store_user_data=True).to_bytes()

    def resume() -> None:
        ParallelCorpusWriter(folder / "begun", "en", "pt", {"command": "pair"}, 1).close()

    def pharaoh(file: Path) -> List[WordAlignment]:
        return [WordAlignment.from_pharaoh(line) for line in read_text(file).split("\n")]

    begun = folder / "begun.partial"
    files: Dict[str, Tuple[Path, Callable[[], Any]]] = {
        "manifest": (corpus / "manifest.json", lambda: list(ParallelCorpus(corpus))),
        "rejects": (corpus / "rejects.jsonl", lambda: list(ParallelCorpus(corpus).rejects())),
        "shard": (corpus / "source-00000.spacy", lambda: list(ParallelCorpus(corpus))),
        "marker": (corpus / "xproj.json", lambda: check_replaceable(corpus, "pair", "a parallel corpus")),
        "progress": (begun / "progress.json", resume),
    }
    readers = {name: Reader(file.read_bytes(), Replaced(file, read)) for name, (file, read) in files.items()}
    readers["docbin"] = Reader(content, read_docs)
    readers["docbin inside"] = Reader(zlib.decompress(content), read_docs, inner=True)
    readers.update(_result_readers(folder / "results", corpus))
    readers.update(_encoder_readers(folder / "encoder"))
    readers["pharaoh"] = Reader(b"0-0 1-2:0.5\n\n3-1\n", pharaoh)
    readers["table"] = Reader(b"Ana\tAna\nRio\tRio\n", lambda file: make_table_translator(file, "en", "pt"))
    readers["table, JSON"] = Reader(
        b'{"source": "Ana", "target": "Ana"}\n{"source": "Rio", "target": "Rio"}\n',
        lambda file: make_table_translator(file.rename(file.with_suffix(".jsonl")), "en", "pt"),
    )
    readers["pair table"] = Reader(b"s1\tt1\ns2\tt2\n", lambda file: list(PairTable(file)))
    readers["label map"] = Reader(b'{"PERSON": "PER", "DATE": null}', lambda file: LabelMap.load(str(file)))
    brat = [BratConverter("en", repair) for repair in (False, True)]
    assert set(FORMATS.values()) == {FORMATS[name] for name in (*FORMAT_SAMPLES, "brat")}
    readers.update((name, Reader(sample.encode(), _convert(name))) for name, sample in FORMAT_SAMPLES.items())
    for kind, sample in BRAT.items():
        place = folder / kind[1:] / f"doc{kind}"
        place.parent.mkdir()
        for other, text in BRAT.items():
            place.with_suffix(other).write_text(text)
        readers[f"brat {kind}"] = Reader(sample.encode(), Replaced(place, partial(_convert_brat, brat, place)))
    return readers


def _result_readers(folder: Path, bitext: Path) -> Dict[str, Reader]:
    """Make the readers of what `verify`, `view`, `report`, `describe`, translators and projectors read."""
    folder.mkdir()
    config = folder / "project.cfg"
    config.write_text(CONFIG.format(links=folder / "links.txt"))
    (folder / "links.txt").write_text("0-0 1-1\n0-0\n")
    settings = load_project_config(config)
    parts = [resolve(settings, name, config) for name in ("projector", "filter")]
    out, corpus = folder / "projected", ParallelCorpus(bitext)
    ProjectionWriter(out, corpus, dict(settings), *parts).write(project_shards(parts[0], corpus, 10))

    def look() -> None:
        make_view([open_run(out)])
        list(report._tables(collect([open_run(out)], [out])))  # its figures would take most of the time

    def check() -> None:
        list(verify._content_problems(out))

    cache = folder / "cache" / "translations.sqlite"
    key = {"model": "m", "revision": None}
    TranslationCache(cache, 1).put(key, {text: Translation(text.upper(), ("untranslated",)) for text in ("Ana", "Rio")})
    with closing(sqlite3.connect(cache)) as database:
        database.execute("PRAGMA journal_mode = DELETE")  # so that all of it is in the file

    def use_cache() -> None:
        warnings.simplefilter("ignore")  # that nothing is kept
        TranslationCache(cache, 1).get(key, ["Ana", "Rio"])
        TranslationCache(cache, 1).put(key, {"Ben": Translation("BEN")})
        for model in TranslationCache(cache, 1).models():
            list(TranslationCache(cache, 1).export(model.number))

    files: Dict[str, Tuple[Path, Callable[[], Any]]] = {
        **{f"view, {name}": (out / name, look) for name in (SUMMARY, OUTCOMES, PAIRS)},
        **{f"verify, {name}": (out / name, check) for name in (SUMMARY, OUTCOMES, REJECTS, TARGET)},
        "cache": (cache, use_cache),
        "config": (config, lambda: check_safe(load_project_config(config), config)),
    }
    readers = {name: Reader(file.read_bytes(), Replaced(file, read)) for name, (file, read) in files.items()}
    row = {"p": 0.5, "r": 0.5, "f": 0.5}
    scores = {"strict": {**row, "per_type": {"PER": row}}}
    readers["scores"] = Reader(json.dumps(scores).encode(), read_performance)
    readers["calibration"] = Reader(
        b'{"method": "isotonic", "scores": [0, 1], "chances": [0.1, 0.9]}', read_calibration
    )
    return readers


def _encoder_readers(folder: Path) -> Dict[str, Reader]:
    """Make the readers of what aligners and `encoder` read of a model's directory."""
    make_encoder(folder)

    def load() -> None:
        with suppress(XprojError):
            SubtokenEncoder(folder, 1)
        load_hub(str(folder))

    files = [folder / name for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")]
    return {f"encoder, {file.name}": Reader(file.read_bytes(), Replaced(file, load), slow=True) for file in files}


def _convert_brat(converters: List[BratConverter], place: Path) -> None:
    for converter in converters:
        try:
            list(converter.read_path(place))
        except XprojError:
            if converter.repair:
                raise


def _convert(name: str) -> Callable[[Path], Any]:
    made = [(repair, make_converter(name, "en", "auto", repair, "words")) for repair in (False, True)]

    def read(file: Path) -> Any:
        for repair, converter in made:
            try:
                list(converter.read_path(file))
            except XprojError:
                if repair:
                    raise

    return read
