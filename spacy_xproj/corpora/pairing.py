"""Two files that hold the same sentences in two languages, as pairs."""

from pathlib import Path
from typing import Dict, Iterable, Iterator, List

from spacy.tokens import Doc

from ..errors import XprojError
from ..text.docs import words_only
from ..types import Bitext
from .parallel_writer import Item, Reject

NO_TARGET = "no target sentence with this sent_id"
NO_SOURCE = "no source sentence with this sent_id"
NO_ID = "no sent_id"


def pair_by_order(sources: List[Doc], targets: List[Doc], source_path: Path, target_path: Path) -> Iterator[Item]:
    """Pair sentence i with sentence i.

    sources (List[Doc]): one side.
    targets (List[Doc]): the other.
    source_path (Path): the file of each, for messages.
    target_path (Path): likewise.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets.
    RAISES (XprojError): if one side has more sentences.
    """
    if len(sources) != len(targets):
        raise XprojError(
            f"{source_path} has {len(sources)} sentences, {target_path} has {len(targets)}: they cannot be paired by "
            "order; use --by sent_id, or convert files of the same sentences"
        )
    return (Bitext(source, without_entities(target)) for source, target in zip(sources, targets, strict=True))


def pair_by_sent_id(sources: List[Doc], targets: List[Doc], source_path: Path, target_path: Path) -> Iterator[Item]:
    """Pair sentences of the same ``doc.user_data["sent_id"]``, in the order of the source.

    sources (List[Doc]): one side.
    targets (List[Doc]): the other.
    source_path (Path): the file of each, for messages.
    target_path (Path): likewise.
    RETURNS (Iterator[Item]): the pairs, without entities in their targets; and rejects for what has no partner.
    RAISES (XprojError): if a sent_id occurs twice in a file, or no sentence of one file is in the other.
    """
    source_ids = _index(sources, source_path)
    target_ids = _index(targets, target_path)
    if not source_ids.keys() & target_ids.keys():
        raise XprojError(
            f"no sentence of {source_path} has the sent_id of one of {target_path}; use --by order if line i of one "
            "is the translation of line i of the other"
        )
    return _match(sources, targets, source_ids, target_ids)


def without_entities(doc: Doc) -> Doc:
    """Copy words, spaces and user data only: gold labels must not leak into what is projected onto a target.

    doc (Doc): the sentence.
    RETURNS (Doc): a copy whose entities are missing, that is, unknown.
    """
    return words_only(doc, user_data=doc.user_data)


def _match(
    sources: Iterable[Doc], targets: Iterable[Doc], source_ids: Dict[str, Doc], target_ids: Dict[str, Doc]
) -> Iterator[Item]:
    for source in sources:
        sent_id = source.user_data.get("sent_id")
        if sent_id in target_ids:
            yield Bitext(source, without_entities(target_ids[sent_id]))
        else:
            yield Reject(NO_ID if sent_id is None else NO_TARGET, text=source.text, sent_id=sent_id)
    for target in targets:
        sent_id = target.user_data.get("sent_id")
        if sent_id not in source_ids:
            yield Reject(NO_ID if sent_id is None else NO_SOURCE, translation=target.text, sent_id=sent_id)


def _index(docs: List[Doc], path: Path) -> Dict[str, Doc]:
    index: Dict[str, Doc] = {}
    for doc in docs:
        sent_id = doc.user_data.get("sent_id")
        if sent_id in index:
            raise XprojError(f"{path}: sent_id '{sent_id}' occurs twice; make the ids unique or use --by order")
        if sent_id is not None:
            index[sent_id] = doc
    return index
