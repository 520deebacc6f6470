"""Reading and writing `.spacy` files, with one Doc a sentence."""

from pathlib import Path
from typing import Iterable, Iterator, List, Optional, Tuple

import numpy
from spacy.attrs import DEP, ENT_ID, ENT_IOB, ENT_KB_ID, ENT_TYPE, LEMMA, NORM, ORTH, TAG
from spacy.strings import StringStore
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..errors import XprojError
from ..storage.atomic import atomic_path, mark_line
from ..storage.files import read_bytes
from ..text.languages import blank_vocab

#: The attributes of tokens whose values are strings.
STRINGS = {DEP, ENT_ID, ENT_KB_ID, ENT_TYPE, LEMMA, NORM, ORTH, TAG}


def doc_lang(doc: Doc) -> str:
    """Get the language of a Doc. A DocBin does not store it, so `convert` keeps it in the user data.

    doc (Doc): the Doc.
    RETURNS (str): its language code, empty if nothing tells it.
    """
    return doc.user_data.get("lang") or doc.lang_


def read_docs(path: Path, vocab: Optional[Vocab] = None) -> List[Doc]:
    """Read all Docs of a `.spacy` file.

    path (Path): the file.
    vocab (Optional[Vocab]): their vocabulary; by default, a new one of the first Doc's language.
    RETURNS (List[Doc]): the Docs, at least one.
    RAISES (XprojError): if the file is missing, corrupt or empty.
    """
    return list(stream_docs(path, vocab)[1])


def stream_docs(path: Path, vocab: Optional[Vocab] = None) -> Tuple[int, Iterator[Doc]]:
    """Read the Docs of a `.spacy` file one at a time, so that only the file's bytes are in memory.

    path (Path): the file.
    vocab (Optional[Vocab]): their vocabulary; by default, a new one of the first Doc's language.
    RETURNS (Tuple[int, Iterator[Doc]]): their number, at least one, and the Docs.
    RAISES (XprojError): if the file is missing, corrupt or empty.
    """
    doc_bin = load_doc_bin(read_bytes(path), path)
    if not len(doc_bin):
        raise XprojError(f"{path}: no sentence in it; write it again from a corpus that has some")
    if vocab is None:
        vocab = blank_vocab(doc_lang(next(checked_docs(doc_bin, Vocab(), path))) or "xx")
    return len(doc_bin), checked_docs(doc_bin, vocab, path)


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
            raise XprojError(f"{path}, sentence {number}: damaged; write the file again (xproj convert)") from None
        yield doc


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
    """Write Docs to a `.spacy` file, with entities, spaces, span groups and user data.

    docs (Iterable[Doc]): the Docs.
    path (Path): the file; what is there before is replaced on success only.
    command (str): the command that makes the file, if it is one: the file then says so, in a line after its end.
    overwrite (bool): whether to replace a file that has another content and is not of the same command.
    RETURNS (int): how many Docs were written.
    RAISES (XprojError): if there are none; and see `atomic_path`.
    """
    doc_bin = DocBin(docs=docs, store_user_data=True)
    if not len(doc_bin):
        raise XprojError(f"{path}: there is no sentence to write; check the input")
    with atomic_path(path, overwrite) as temporary:
        temporary.write_bytes(doc_bin.to_bytes() + mark_line(command))
    return len(doc_bin)
