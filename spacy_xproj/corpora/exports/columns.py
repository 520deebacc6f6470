"""A token a line with its tag, as in CoNLL-2003, and the text of each sentence as brat reads it."""

from collections import Counter
from pathlib import Path
from typing import Iterable, Iterator, List, Tuple

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.atomic import atomic_path
from ..formats.schemes import write_tags
from .sentence import name

LEFT_OUT = "sentences without words, left out"
NO_TEXT = "sentences whose text has line breaks, or white space at its ends, which columns cannot hold"


def write_conll(docs: Iterable[Doc], path: Path, remarks: Counter[str], overwrite: bool = True) -> None:
    """Write a token and its IOB2 tag a line, separated by a tab, and an empty line after each sentence.

    ::

        # sent_id = n01001-0001
        # text = Obama's man in Rio.
        Obama	B-PER
        's	O

    `sent_id` stands there if the sentence has a name, `text` if it is not the tokens with single spaces between them.
    White space is no token: `text` has it, but for a space after the last token.

    docs (Iterable[Doc]): the sentences, labelled.
    path (Path): the file.
    remarks (Counter[str]): receives how many sentences the format cannot hold as they are.
    overwrite (bool): whether to replace a file that has another content.
    RAISES (XprojError): if a name has a line break, or a token a tab or a line break.
    """
    with atomic_path(path, overwrite) as temporary, temporary.open("w", encoding="utf8", newline="\n") as file:
        for number, doc in enumerate(docs, 1):
            lines = list(_lines(doc, number, remarks))
            if lines:
                file.write("\n".join(lines) + "\n\n")


def words_and_tags(doc: Doc) -> Tuple[List[str], List[str]]:
    """Give the tokens of a sentence that are not white space, and their IOB2 tags.

    doc (Doc): the sentence.
    RETURNS (Tuple[List[str], List[str]]): words and tags, equally long.
    """
    words = [token.text for token in doc if not token.is_space]
    before = [0]  # how many words stand before each token
    for token in doc:
        before.append(before[-1] + (not token.is_space))
    entities = [(before[ent.start], before[ent.end], ent.label_) for ent in doc.ents]
    return words, write_tags([(start, end, label) for start, end, label in entities if start < end], len(words), "IOB2")


def _lines(doc: Doc, number: int, remarks: Counter[str]) -> Iterator[str]:
    words, tags = words_and_tags(doc)
    if not words:
        remarks[LEFT_OUT] += 1
        return
    for sent_id in name(doc).values():
        if _breaks(str(sent_id)):
            raise XprojError(f"sentence {number}: its name {sent_id!r} has a line break; give it another one")
        yield f"# sent_id = {sent_id}"
    text = doc.text.removesuffix(" ")
    if text != " ".join(words):
        if _breaks(text) or text != text.strip():
            remarks[NO_TEXT] += 1
        if not _breaks(text):
            yield f"# text = {text}"
    for word, tag in zip(words, tags, strict=True):
        if "\t" in word or _breaks(word):
            raise XprojError(
                f"sentence {number}: token {word!r} has a tab or a line break, which no column can hold; use --to jsonl"
            )
        yield f"{word}\t{tag}"


def _breaks(text: str) -> bool:
    return "\n" in text or "\r" in text
