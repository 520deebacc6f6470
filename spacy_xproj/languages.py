"""Languages: the codes of NLLB-200 and the pipelines of spaCy."""

from typing import Dict, List

import spacy
from spacy.language import Language
from spacy.util import get_lang_class
from spacy.vocab import Vocab, create_vocab

from .errors import XprojError

#: ISO 639-1 codes, and ISO 639-3 where there is none, to codes of NLLB-200. It has no Ghomala' (bbj) and no Nigerian
#: Pidgin (pcm).
NLLB_CODES: Dict[str, str] = {
    "af": "afr_Latn",
    "ar": "arb_Arab",
    "bg": "bul_Cyrl",
    "bm": "bam_Latn",
    "bn": "ben_Beng",
    "de": "deu_Latn",
    "ee": "ewe_Latn",
    "el": "ell_Grek",
    "en": "eng_Latn",
    "es": "spa_Latn",
    "et": "est_Latn",
    "eu": "eus_Latn",
    "fa": "pes_Arab",
    "fi": "fin_Latn",
    "fon": "fon_Latn",
    "fr": "fra_Latn",
    "ha": "hau_Latn",
    "he": "heb_Hebr",
    "hi": "hin_Deva",
    "hu": "hun_Latn",
    "id": "ind_Latn",
    "ig": "ibo_Latn",
    "it": "ita_Latn",
    "ja": "jpn_Jpan",
    "jv": "jav_Latn",
    "ka": "kat_Geor",
    "kk": "kaz_Cyrl",
    "ko": "kor_Hang",
    "lg": "lug_Latn",
    "luo": "luo_Latn",
    "ml": "mal_Mlym",
    "mos": "mos_Latn",
    "mr": "mar_Deva",
    "ms": "zsm_Latn",
    "my": "mya_Mymr",
    "nl": "nld_Latn",
    "ny": "nya_Latn",
    "pt": "por_Latn",
    "ru": "rus_Cyrl",
    "rw": "kin_Latn",
    "sn": "sna_Latn",
    "sw": "swh_Latn",
    "ta": "tam_Taml",
    "te": "tel_Telu",
    "th": "tha_Thai",
    "tl": "tgl_Latn",
    "tn": "tsn_Latn",
    "tr": "tur_Latn",
    "tw": "twi_Latn",
    "ur": "urd_Arab",
    "vi": "vie_Latn",
    "wo": "wol_Latn",
    "xh": "xho_Latn",
    "yo": "yor_Latn",
    "zh": "zho_Hans",
    "zu": "zul_Latn",
}

#: Other codes in use for the same languages (ISO 639-3 in MasakhaNER), to the keys of `NLLB_CODES`.
ALIASES: Dict[str, str] = {
    "bam": "bm",
    "ewe": "ee",
    "hau": "ha",
    "ibo": "ig",
    "kin": "rw",
    "lug": "lg",
    "nya": "ny",
    "sna": "sn",
    "swa": "sw",
    "tsn": "tn",
    "twi": "tw",
    "wol": "wo",
    "xho": "xh",
    "yor": "yo",
    "zul": "zu",
}


#: Languages of MasakhaNER that neither spaCy nor NLLB-200 has.
OTHERS = ("bbj", "pcm")


def check_language(lang: str) -> None:
    """Refuse what is neither a language of spaCy nor one in the tables of this module: a slip of the pen, most likely.

    lang (str): a language code.
    RAISES (XprojError): where nobody knows it.
    """
    if not (is_known(lang) or lang in OTHERS or len(equivalent_codes(lang)) > 1):
        raise XprojError(f"unknown language '{lang}'; correct the code, or take 'xx' for a language without rules")


def blank_or_xx(lang: str) -> Language:
    """Make the blank pipeline of a language, for text in whatever language.

    lang (str): a language code.
    RETURNS (Language): its pipeline, or that of `xx` where spaCy does not know the language.
    RAISES (XprojError): where its tokenizer needs a package that is not installed.
    """
    try:
        return spacy.blank(lang if is_known(lang) else "xx")
    except (ImportError, AttributeError) as error:
        raise XprojError(f"language '{lang}' cannot be used: {error}; install the package, or take 'xx'") from None


def blank_vocab(lang: str) -> Vocab:
    """RETURNS (Vocab): an empty vocabulary of a language, or of `xx` where spaCy does not know the language."""
    known = lang if is_known(lang) else "xx"
    return create_vocab(known, get_lang_class(known).Defaults)


def equivalent_codes(lang: str) -> List[str]:
    """List the codes that models may use for a language.

    lang (str): ISO 639-1 or 639-3 code, or a model's own.
    RETURNS (List[str]): the code itself first; then, of languages in the tables, the others.
    """
    key = next((key for key, code in NLLB_CODES.items() if code == lang), ALIASES.get(lang, lang))
    codes = [lang, key]
    if key in NLLB_CODES:
        codes += [NLLB_CODES[key], NLLB_CODES[key].split("_")[0]]
    codes += [alias for alias, target in ALIASES.items() if target == key]
    return list(dict.fromkeys(codes))


def is_known(lang: str) -> bool:
    """RETURNS (bool): whether spaCy has a pipeline class for a language."""
    try:
        get_lang_class(lang)
    except ImportError:
        return False
    return True
