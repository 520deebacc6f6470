"""Languages: a table of them, the codes of NLLB-200 and the pipelines of spaCy."""

import csv
import re
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
#: How models write a language: NLLB (`por_Latn`) and some of MarianMT (`pt_br`).
MODEL_CODE = re.compile("[a-z]{3}_[A-Z][a-z]{3}|[a-z]{2}_[a-z]{2}")
ISO_639_1 = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
    en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
    ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
    nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn
    so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True)
class LanguageRow:
    """A language of the study, its source language, or another one that translators have: a line of ``languages.tsv``.

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
    """Read the table: English, the languages of WikiANN in XTREME and of MasakhaNER 2.0, and others."""
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
    """Refuse what is no language code: a name, a code with a country, or a slip of the pen.

    lang (str): a language code: of ISO 639-1, of the table, of spaCy, or as models write it (`quy_Latn`).
    RAISES (XprojError): if nobody knows it, with the code that was meant, most likely.
    """
    if not _is_code(lang):
        meant = _meant(lang)
        remedy = f"did you mean {meant}?" if meant else "correct the code, or take 'xx' for a language without rules"
        raise XprojError(f"unknown language '{lang}'; {remedy}")


def _is_code(lang: str) -> bool:
    return bool(lang in ISO_639_1 or MODEL_CODE.fullmatch(lang) or find_row(lang) or is_known(lang))


def _meant(lang: str) -> Optional[str]:
    """Name the code that was meant, as that of a name or without a country."""
    plain = re.split("[-_]", lang.strip().lower())[0]
    for row in language_table():
        if plain in (row.name.lower(), row.code, row.iso_639_3):
            return f"'{row.code}' ({row.name})"
    return f"'{plain}'" if _is_code(plain) else None


def find_row(lang: str) -> Optional[LanguageRow]:
    """Find a language in the table. RETURNS (Optional[LanguageRow]): its row, by whatever code; None if it has none."""
    return next((row for row in language_table() if lang and lang in _codes(row)), None)


def _codes(row: LanguageRow) -> List[str]:
    return [code for code in (row.code, row.nllb, row.nllb[:3], row.masakhaner2, row.iso_639_3) if code]


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
    row = find_row(lang)
    return list(dict.fromkeys([lang, *(_codes(row) if row else [])]))


def is_known(lang: str) -> bool:
    """Tell whether spaCy has a pipeline class for a language."""
    try:
        get_lang_class(lang)
    except ImportError:
        return False
    return True
