"""Docs made of the words of others, and whether a Doc is labelled."""

from typing import Any, Dict, Optional, Union

from spacy.tokens import Doc, Span
from spacy.vocab import Vocab


def words_only(
    tokens: Union[Doc, Span], vocab: Optional[Vocab] = None, user_data: Optional[Dict[Any, Any]] = None
) -> Doc:
    """Copy words and spaces, and no annotation.

    tokens (Union[Doc, Span]): what to copy.
    vocab (Optional[Vocab]): the vocabulary of the copy; by default that of the tokens.
    user_data (Optional[Dict[Any, Any]]): user data of the copy.
    RETURNS (Doc): the copy. Its entities are missing, that is, unknown.
    """
    words = [token.text for token in tokens]
    spaces = [bool(token.whitespace_) for token in tokens]
    return Doc(vocab or tokens.vocab, words=words, spaces=spaces, user_data=dict(user_data or {}))


def is_labelled(doc: Doc) -> bool:
    """Tell whether entities were set. A Doc that has none is labelled; one whose entities are missing is not.

    doc (Doc): the Doc.
    RETURNS (bool): whether they were set on some token, or there are no tokens.
    """
    return not len(doc) or doc.has_annotation("ENT_IOB")
