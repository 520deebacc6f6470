"""A parallel corpus on disk: sentences and their translations in shards, with a manifest.

    BITEXT_DIR/
      manifest.json         format, languages, pairs, shards with SHA-256, counts, provenance
      source-00000.spacy    DocBins; line i of both belongs together
      target-00000.spacy
      rejects.jsonl         what did not become a pair, and why

`parallel_writer` writes it.
"""

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, Optional

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..errors import XprojError
from ..storage.atomic import recover
from ..storage.files import parse_json, read_bytes, read_text
from ..storage.outputs import partial_path
from ..text.docs import is_labelled
from ..text.languages import blank_vocab
from ..types import Bitext
from .docbin import FILE_SIZE, checked_docs, load_doc_bin

FORMAT = 1
MANIFEST = "manifest.json"
REJECTS = "rejects.jsonl"
SIDES = ("source", "target")


class ParallelCorpus:
    """Read a parallel corpus, one shard at a time: memory does not grow with its size.

    The Docs are made on the blank vocabularies of the two languages; a language that spaCy does not know
    has that of `xx`. The checksum of each file is verified when the file is read.

    path (Path): the directory.
    RAISES (XprojError): if it is missing, unfinished or not a parallel corpus.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        self.manifest = read_manifest(self.path)
        self.src_lang: str = self.manifest["src_lang"]
        self.tgt_lang: str = self.manifest["tgt_lang"]

    def __len__(self) -> int:
        return self.manifest["pairs"]

    def __iter__(self) -> Iterator[Bitext]:
        """Read the pairs, in the order of writing.

        YIELDS (Bitext): each pair.
        RAISES (XprojError): if a file is damaged.
        """
        for source, target in zip(self.docs("source"), self.docs("target"), strict=True):
            yield Bitext(source, target)

    def docs(self, side: str, vocab: Optional[Vocab] = None) -> Iterator[Doc]:
        """Read one side.

        side (str): "source" or "target".
        vocab (Optional[Vocab]): the vocabulary to make the Docs on; by default, of the language, and a new one after
            `FILE_SIZE` pairs.
        YIELDS (Doc): each sentence.
        RAISES (XprojError): if a file is damaged.
        """
        lang = self.src_lang if side == "source" else self.tgt_lang
        own, read = blank_vocab(lang), 0
        for shard in self.manifest["shards"]:
            if read >= FILE_SIZE:
                own, read = blank_vocab(lang), 0  # the words of all shards would be too many
            read += shard["pairs"]
            yield from self._read(shard[side], shard["pairs"], own if vocab is None else vocab)

    def rejects(self) -> Iterator[Dict[str, Any]]:
        """Read what became no pair.

        YIELDS (Dict[str, Any]): `index` among all inputs, `reason`, `text`, `translation` and `sent_id` of each.
        RAISES (XprojError): if the file does not have as many for each reason as the manifest counts.
        """
        counts: Counter[str] = Counter()
        path = self.path / REJECTS
        try:
            with path.open(encoding="utf8", newline="\n") as lines:
                for line in lines:
                    row = parse_json(line)
                    counts[row["reason"]] += 1
                    yield row
        except (OSError, ValueError, TypeError, KeyError):
            raise XprojError(f"{path}: damaged; write the corpus again") from None
        if counts != Counter(self.manifest.get("rejects", {})):
            raise XprojError(f"{path}: damaged (not the rejects that {MANIFEST} counts); write the corpus again")

    def check_labelled(self) -> None:
        """Check that the source side has labels: entities that were never set are unknown, which is not the same as
        none. The side is read once.

        RAISES (XprojError): if a sentence with tokens has no labels.
        """
        for number, doc in enumerate(self.docs("source")):
            if not is_labelled(doc):
                raise XprojError(
                    f"{self.path}, pair {number} (counted from 0): source side is not labelled; run 'spacy xproj label'"
                )

    def _read(self, shard: Dict[str, str], pairs: int, vocab: Vocab) -> Iterator[Doc]:
        file = self.path / shard["file"]
        data = read_bytes(file)
        if hashlib.sha256(data).hexdigest() != shard["sha256"]:
            raise XprojError(f"{file}: damaged (its SHA-256 is not that of {MANIFEST}); write the corpus again")
        doc_bin = load_doc_bin(data, file)
        if len(doc_bin) != pairs:
            raise XprojError(f"{file}: {len(doc_bin)} sentences, not the {pairs} of {MANIFEST}; write the corpus again")
        return checked_docs(doc_bin, vocab, file)


def is_parallel(path: Path) -> bool:
    """Whether a path is that of a parallel corpus, be it damaged, and not of a `.spacy` file or a directory of them."""
    if not path.is_dir() or (path / MANIFEST).is_file():
        return path.is_dir()
    names = [file.name for file in path.rglob("*.spacy") if file.is_file()]
    return not names or any(name.startswith("source-") for name in names)


def read_manifest(path: Path) -> Dict[str, Any]:
    """Read and check the manifest of a parallel corpus.

    path (Path): the directory of the corpus.
    RETURNS (Dict[str, Any]): the manifest.
    RAISES (XprojError): if the corpus is missing, unfinished, of another format or no parallel corpus.
    """
    remedy = "make one with 'spacy xproj translate' or 'spacy xproj pair'"
    if not path.is_dir():
        recover(path)
    if not path.is_dir():
        unfinished = partial_path(path)
        if unfinished.is_dir():
            raise XprojError(f"{path}: not finished; run the command that makes it again, it goes on from {unfinished}")
        raise XprojError(f"{path}: no such directory; {remedy}")
    file = path / MANIFEST
    if not file.is_file():
        raise XprojError(f"{path}: not a parallel corpus (no {MANIFEST}); {remedy}")
    try:
        manifest = parse_json(read_text(file))
    except ValueError as error:
        raise XprojError(f"{file}: not a manifest ({error}); {remedy}") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise XprojError(f"{file}: not the manifest of a parallel corpus; {remedy}")
    if manifest["format"] != FORMAT:
        raise XprojError(
            f"{file}: format {manifest['format']}, this version of spacy_xproj reads {FORMAT}; "
            "install the version that wrote it"
        )
    missing = {"src_lang", "tgt_lang", "pairs", "shards"} - manifest.keys()
    if missing:
        raise XprojError(f"{file}: lacks {', '.join(sorted(missing))}; {remedy}")
    if not _is_valid(manifest):
        raise XprojError(f"{file}: damaged; {remedy}")
    return manifest


def _is_valid(manifest: Dict[str, Any]) -> bool:
    """Whether the values of a manifest are of their types, its pairs add up, and its files are in its directory."""
    shards, rejects = manifest["shards"], manifest.get("rejects", {})
    return (
        all(isinstance(manifest[name], str) for name in ("src_lang", "tgt_lang"))
        and isinstance(manifest.get("provenance", {}), dict)
        and isinstance(rejects, dict)
        and all(isinstance(count, int) for count in rejects.values())
        and isinstance(shards, list)
        and all(isinstance(shard, dict) and isinstance(shard.get("pairs"), int) for shard in shards)
        and manifest["pairs"] == sum(shard["pairs"] for shard in shards)
        and all(_is_file_entry(shard.get(side)) for shard in shards for side in SIDES)
    )


def _is_file_entry(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(name), str) for name in ("file", "sha256"))
        and Path(entry["file"]).name == entry["file"]
    )
