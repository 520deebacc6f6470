"""Reading and writing corpora with one Doc a sentence: a `.spacy` file, or a directory of them if it is large."""

from itertools import chain, islice
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

import numpy
import srsly
from spacy.attrs import DEP, ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE, LEMMA, NORM, ORTH, TAG
from spacy.strings import StringStore
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..errors import XprojError
from ..storage.atomic import atomic_path, mark_line
from ..storage.files import read_bytes
from ..storage.marker import check_corpus_output, write_marker
from ..storage.msgpack import remember_hooks
from ..text.languages import blank_vocab

#: So many sentences are in a file at most.
FILE_SIZE = 10_000
#: The attributes of tokens whose values are strings.
STRINGS = {DEP, ENT_ID, ENT_KB_ID, ENT_TYPE, LEMMA, NORM, ORTH, TAG}

remember_hooks()


def doc_lang(doc: Doc) -> str:
    """Get the language of a Doc. A DocBin does not store it, so `convert` keeps it in the user data.

    doc (Doc): the Doc.
    RETURNS (str): its language code, empty if nothing tells it.
    """
    return doc.user_data.get("lang") or doc.lang_


class DocCorpus(Sequence[Doc]):
    """The sentences of a corpus on disk: of a `.spacy` file, or of all those in a directory, in the order of their
    names, as `spacy train` reads them. They are read anew whenever they are gone through, one file at a time: memory
    does not grow with their number. To get one by its number takes as long as to read those before it.

    path (Path): the file or directory.
    vocab (Optional[Vocab]): their vocabulary; by default, one of the first sentence's language, a new one for each file
        and each time.
    RAISES (XprojError): if it is missing or empty, or a file is corrupt. All files are looked at.
    """

    def __init__(self, path: Path, vocab: Optional[Vocab] = None) -> None:
        self.path = Path(path)
        self.files = corpus_files(self.path)
        self._vocab = vocab
        self._loaded: Optional[Tuple[Path, DocBin]] = None
        self.sizes = [len(self._load(file)) for file in self.files]
        if not len(self):
            raise XprojError(f"{path}: no sentence in it; write it again from a corpus that has some")
        first = next(self._read(self.files[self.sizes.index(next(filter(None, self.sizes)))], Vocab()))
        #: The language code of the first sentence; empty if nothing tells it.
        self.lang = doc_lang(first)

    def __len__(self) -> int:
        return sum(self.sizes)

    def __iter__(self) -> Iterator[Doc]:
        for file in self.files:
            yield from self._read(file, self.make_vocab())

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return list(self)[number]
        return next(islice(self, range(len(self))[number], None))

    def user_data(self) -> Iterator[Dict[Any, Any]]:
        """Go through the user data of the sentences alone, which takes a small part of the time that they take.

        YIELDS (Dict[Any, Any]): the user data of each sentence.
        RAISES (XprojError): if it is damaged.
        """
        for file in self.files:
            for number, data in enumerate(self._load(file).user_data, 1):
                try:
                    values = {} if data is None else dict(srsly.msgpack_loads(data, use_list=False))
                except Exception:
                    raise _damaged(file, number) from None
                yield values

    def make_vocab(self) -> Vocab:
        """Make a vocabulary for some of the sentences, or take the one that was given for all."""
        return blank_vocab(self.lang or "xx") if self._vocab is None else self._vocab

    def _read(self, file: Path, vocab: Vocab) -> Iterator[Doc]:
        return checked_docs(self._load(file), vocab, file)

    def _load(self, file: Path) -> DocBin:
        """Load a file, or take it if it was the last one."""
        if self._loaded is None or self._loaded[0] != file:
            self._loaded = None  # so that there are never two in memory
            self._loaded = (file, load_doc_bin(read_bytes(file), file))
        return self._loaded[1]


def corpus_files(path: Path) -> List[Path]:
    """List the `.spacy` files of a corpus, in the order of `spacy train`.

    path (Path): a file, which need not be there, or a directory with files at whatever depth.
    RETURNS (List[Path]): the files.
    RAISES (XprojError): if a directory has none, or is a parallel corpus, whose sides do not belong together.
    """
    if not path.is_dir():
        return [path]
    files = sorted(
        file
        for file in path.rglob("*.spacy")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )
    if not files:
        raise XprojError(f"{path}: no .spacy file in this directory; name a file, or a directory that has some")
    if any(file.name.startswith("source-") for file in files):
        raise XprojError(f"{path}: a parallel corpus, not a corpus of sentences; name a .spacy file")
    return files


def read_docs(path: Path, vocab: Optional[Vocab] = None) -> List[Doc]:
    """Read all Docs of a corpus into memory.

    path (Path): the `.spacy` file, or a directory of such files.
    vocab (Optional[Vocab]): their vocabulary; by default, a new one of the first Doc's language.
    RETURNS (List[Doc]): the Docs, at least one.
    RAISES (XprojError): see `DocCorpus`.
    """
    corpus = DocCorpus(path, vocab)
    if vocab is None:
        corpus = DocCorpus(path, blank_vocab(corpus.lang or "xx"))
    return list(corpus)


def stream_docs(path: Path, vocab: Optional[Vocab] = None) -> Tuple[int, Iterator[Doc]]:
    """Read the Docs of a corpus one at a time, so that one file is in memory.

    path (Path): the `.spacy` file, or a directory of such files.
    vocab (Optional[Vocab]): their vocabulary; see `DocCorpus`.
    RETURNS (Tuple[int, Iterator[Doc]]): their number, at least one, and the Docs.
    RAISES (XprojError): see `DocCorpus`.
    """
    corpus = DocCorpus(path, vocab)
    return len(corpus), iter(corpus)


def load_doc_bin(data: bytes, path: Path) -> DocBin:
    """Load a DocBin and check that its parts fit together, which spaCy does not.

    data (bytes): the content of a `.spacy` file.
    path (Path): the file, for messages.
    RETURNS (DocBin): the DocBin. Its Docs are to be read with `checked_docs`.
    RAISES (XprojError): if it is damaged.
    """
    try:
        doc_bin = DocBin().from_bytes(data)
        count = len(doc_bin.tokens)
        parts = (doc_bin.spaces, doc_bin.cats, doc_bin.span_groups, doc_bin.flags, doc_bin.user_data)
        fits = ORTH in doc_bin.attrs and all(len(part) == count for part in parts)
        fits = fits and all(len(one) == len(two) for one, two in zip(doc_bin.tokens, doc_bin.spaces))
        fits = fits and _has_known_values(doc_bin)
    except Exception:  # corrupt data ends in errors of a dozen types
        fits = False
    if not fits:
        raise XprojError(f"{path}: not a readable .spacy file; write it again (xproj convert)")
    return doc_bin


def checked_docs(doc_bin: DocBin, vocab: Vocab, path: Path) -> Iterator[Doc]:
    """Read the Docs of a DocBin.

    doc_bin (DocBin): what `load_doc_bin` gave.
    vocab (Vocab): their vocabulary.
    path (Path): its file, for messages.
    YIELDS (Doc): each Doc.
    RAISES (XprojError): if one is damaged.
    """
    docs = doc_bin.get_docs(vocab)
    for number in range(1, len(doc_bin) + 1):
        try:
            doc = next(docs)
            texts = [doc.text, *(ent.label_ for ent in doc.ents)]
            texts += [span.label_ for group in doc.spans.values() for span in group]
        except Exception:
            raise _damaged(path, number) from None
        yield doc


def _damaged(path: Path, number: int) -> XprojError:
    return XprojError(f"{path}, sentence {number}: damaged; write the file again (xproj convert)")


def _has_known_values(doc_bin: DocBin) -> bool:
    """Whether the values of all tokens are strings of the DocBin, or numbers that mean something."""
    strings = StringStore(doc_bin.strings)
    tokens = numpy.concatenate([numpy.zeros((0, len(doc_bin.attrs)), dtype="uint64"), *doc_bin.tokens])
    for attr, column in zip(doc_bin.attrs, tokens.T):
        values = numpy.unique(column).tolist()
        if (attr in STRINGS and any(value not in strings for value in values)) or (
            attr == ENT_IOB and any(value > 3 for value in values)
        ):
            return False
    return True


def write_docs(docs: Iterable[Doc], path: Path, command: str = "", overwrite: bool = True) -> int:
    """Write Docs to a `.spacy` file, with entities, spaces, span groups and user data. If there are more than
    `FILE_SIZE`, PATH is a directory of such files, which `spacy train` reads as well. One file is in memory at a time.

    docs (Iterable[Doc]): the Docs.
    path (Path): the file or directory; what is there before is replaced on success only.
    command (str): the command that makes it, if it is one: a file then says so in a line after its end.
    overwrite (bool): whether to replace a file that has another content and is not of the same command. A directory is
        replaced only if the same command has made it.
    RETURNS (int): how many Docs were written.
    RAISES (XprojError): if there are none; and see `atomic_path`.
    """
    check_corpus_output(path, command)
    count = 0

    def make_content(doc_bin: DocBin) -> bytes:
        nonlocal count
        count += len(doc_bin)
        return doc_bin.to_bytes() + mark_line(command)

    contents = map(make_content, pack_docs(docs))
    start = list(islice(contents, 2))
    if not start:
        raise XprojError(f"{path}: there is no sentence to write; check the input")
    with atomic_path(path, overwrite, either=True) as temporary:
        write_files(chain(start, contents), temporary, len(start) == 1)
        if temporary.is_dir():
            write_marker(temporary, command)
    return count


def pack_docs(docs: Iterable[Doc]) -> Iterator[DocBin]:
    """Put Docs into DocBins of `FILE_SIZE` each, none of them into an empty one. Each is let go of before the next is
    filled."""
    docs = iter(docs)
    while True:
        doc_bin = DocBin(docs=islice(docs, FILE_SIZE), store_user_data=True)
        if not len(doc_bin):
            return
        yield doc_bin
        del doc_bin  # so that there are never two in memory


def write_files(contents: Iterable[bytes], path: Path, single: bool) -> None:
    """Write the files of a corpus.

    contents (Iterable[bytes]): the content of each file.
    path (Path): the file, or the directory, which is made.
    single (bool): whether there is one file only.
    """
    if single:
        path.write_bytes(next(iter(contents)))
        return
    path.mkdir()
    for number, content in enumerate(contents):
        (path / f"{number:05}.spacy").write_bytes(content)
