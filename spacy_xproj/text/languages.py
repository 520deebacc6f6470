"""Languages: the table of the study, the codes of NLLB-200 and the pipelines of spaCy."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import spacy
from spacy.language import Language
from spacy.util import get_lang_class
from spacy.vocab import Vocab, create_vocab

from ..errors import XprojError
from ..storage.files import read_text

TABLE = Path(__file__).with_name("languages.tsv")


@dataclass(frozen=True)
class LanguageRow:
    """A language of the study, or its source language: a line of ``languages.tsv``.

    name (str): its English name.
    iso_639_1 (str): its code of two letters, empty if it has none.
    iso_639_3 (str): its code of three letters; that of the macrolanguage if ISO 639-1 means one.
    nllb (str): its code in NLLB-200, empty if the model does not have it.
    spacy (str): spaCy's language class, `xx` if spaCy has none.
    script (str): ISO 15924 code of the script that it is written in.
    spaced (bool): whether there are spaces between words.
    wikiann (str): its name in WikiANN as XTREME has it, empty if it is not one of these.
    masakhaner2 (str): its name in MasakhaNER 2.0, likewise.
    """

    name: str
    iso_639_1: str
    iso_639_3: str
    nllb: str
    spacy: str
    script: str
    spaced: bool
    wikiann: str
    masakhaner2: str

    @property
    def code(self) -> str:
        """The code of two letters, or of three if there is no other."""
        return self.iso_639_1 or self.iso_639_3


@cache
def language_table() -> Tuple[LanguageRow, ...]:
    """Read the table: English, and the languages of WikiANN in XTREME and of MasakhaNER 2.0."""
    rows = csv.DictReader(read_text(TABLE).splitlines(), delimiter="\t")
    return tuple(LanguageRow(**{**row, "spaced": row["spaced"] == "yes"}) for row in rows)  # type: ignore[arg-type]


@cache
def nllb_codes() -> Dict[str, str]:
    """Map ISO 639-1 codes, or ISO 639-3 codes if there is no other, to codes of NLLB-200."""
    return {row.code: row.nllb for row in language_table() if row.nllb}


@cache
def aliases() -> Dict[str, str]:
    """Map the codes of MasakhaNER that are not keys of `nllb_codes` to these."""
    rows = (row for row in language_table() if row.nllb and row.masakhaner2)
    return {row.masakhaner2: row.code for row in rows if row.masakhaner2 != row.code}


def check_language(lang: str) -> None:
    """Refuse what is neither a language of spaCy nor one in the table: a slip of the pen, most likely.

    lang (str): a language code.
    RAISES (XprojError): if nobody knows it.
    """
    if not (is_known(lang) or any(lang == row.code for row in language_table()) or len(equivalent_codes(lang)) > 1):
        raise XprojError(f"unknown language '{lang}'; correct the code, or take 'xx' for a language without rules")


def blank_or_xx(lang: str, tokenizer: Optional[Dict[str, Any]] = None) -> Language:
    """Make the blank pipeline of a language, for text in whatever language.

    lang (str): a language code.
    tokenizer (Optional[Dict[str, Any]]): the block of its tokenizer, such as ``{"@tokenizers":
        "spacy.zh.ChineseTokenizer", "segmenter": "jieba"}``; by default, what spaCy has for the language.
    RETURNS (Language): its pipeline, or that of `xx` if spaCy does not know the language.
    RAISES (XprojError): if its tokenizer needs a package that is not installed, or its block is wrong.
    """
    config = {"nlp": {"tokenizer": tokenizer}} if tokenizer else {}
    try:
        nlp = spacy.blank(lang if is_known(lang) else "xx", config=config)
        nlp.make_doc("x")  # only here do some segmenters say that they have no model
        return nlp
    except (ImportError, AttributeError) as error:
        reason = " ".join(str(error).split())
        raise XprojError(f"language '{lang}' cannot be used: {reason}; install the package, or take 'xx'") from None
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise XprojError(f"tokenizer {tokenizer} of language '{lang}' cannot be made: {reason}") from None


def blank_vocab(lang: str) -> Vocab:
    """Make an empty vocabulary of a language, or of `xx` if spaCy does not know the language."""
    known = lang if is_known(lang) else "xx"
    return create_vocab(known, get_lang_class(known).Defaults)


def equivalent_codes(lang: str) -> List[str]:
    """List the codes that models may use for a language.

    lang (str): ISO 639-1 or 639-3 code, or a model's own.
    RETURNS (List[str]): the code itself first; then, of languages in the tables, the others.
    """
    nllb = nllb_codes()
    key = next((key for key, code in nllb.items() if code == lang), aliases().get(lang, lang))
    codes = [lang, key]
    if key in nllb:
        codes += [nllb[key], nllb[key].split("_")[0]]
    codes += [alias for alias, target in aliases().items() if target == key]
    return list(dict.fromkeys(codes))


def is_known(lang: str) -> bool:
    """Tell whether spaCy has a pipeline class for a language."""
    try:
        get_lang_class(lang)
    except ImportError:
        return False
    return True
