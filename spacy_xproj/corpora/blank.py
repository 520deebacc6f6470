"""Blank pipelines: the vocabulary and tokenizer of a language."""

import spacy
from spacy.language import Language

from ..errors import XprojError


def blank(lang: str) -> Language:
    """Make a blank pipeline.

    lang (str): spaCy language code; `xx` for a language that spaCy has no rules for.
    RETURNS (Language): the pipeline.
    RAISES (XprojError): where spaCy has no such language, or a package that it needs is missing.
    """
    try:
        return spacy.blank(lang)
    except (ImportError, AttributeError) as error:
        raise XprojError(f"language '{lang}' cannot be used: {error}; for a language without rules take 'xx'") from None
