"""Reading and writing `.spacy` files, with one Doc a sentence."""

from pathlib import Path
from typing import Iterable, Iterator, List, Optional, Tuple

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from ..errors import XprojError
from ..storage.atomic import atomic_path, mark_line
from ..storage.files import read_bytes
from ..text.languages import blank_vocab


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
    data = read_bytes(path)
    try:
        doc_bin = DocBin().from_bytes(data)
        first = next(doc_bin.get_docs(Vocab()), None)
    except Exception:  # spaCy does not check what it unpacks: corrupt data ends in errors of a dozen types
        raise XprojError(f"{path}: not a readable .spacy file; write it again (xproj convert)") from None
    if first is None:
        raise XprojError(f"{path}: no sentence in it; write it again from a corpus that has some")
    if vocab is None:
        vocab = blank_vocab(doc_lang(first) or "xx")
    return len(doc_bin), doc_bin.get_docs(vocab)


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
