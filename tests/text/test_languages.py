"""Language codes, blank pipelines, and the table of the study against independent sources."""

import csv
import re
from collections import Counter
from importlib.resources import files

import pytest
from spacy.util import get_lang_class
from thinc.api import Config
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

from spacy_xproj.config import resolve
from spacy_xproj.errors import XprojError
from spacy_xproj.text.languages import (
    aliases,
    blank_or_xx,
    blank_vocab,
    check_language,
    equivalent_codes,
    find_row,
    language_table,
    nllb_codes,
)
from spacy_xproj.text.scripts import is_unspaced

MASAKHANER = "bam ewe fon hau ibo kin lug luo mos nya sna swa tsn twi wol xho yor zul".split()  # noqa: SIM905
XTREME = (  # noqa: SIM905
    "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl tr ur vi "
    "yo zh"
).split()
#: A letter of each script of the table.
LETTERS = {
    "Arab": "ع",
    "Beng": "ক",
    "Cyrl": "ж",
    "Deva": "क",
    "Geor": "ქ",
    "Grek": "λ",
    "Hang": "한",
    "Hans": "汉",
    "Hebr": "א",
    "Jpan": "の",
    "Latn": "a",
    "Mlym": "മ",
    "Mymr": "မ",
    "Taml": "த",
    "Telu": "త",
    "Thai": "ท",
}


def test_codes_are_those_of_nllb():
    assert set(nllb_codes().values()) <= set(FAIRSEQ_LANGUAGE_CODES)
    assert len(set(nllb_codes().values())) == len(nllb_codes())
    assert set(aliases().values()) <= set(nllb_codes())


@pytest.mark.parametrize("lang", MASAKHANER + XTREME)
def test_languages_of_the_study_have_a_code(lang):
    assert set(equivalent_codes(lang)) & set(nllb_codes().values())


def test_equivalent_codes():
    assert equivalent_codes("swa") == ["swa", "sw", "swh_Latn", "swh"]
    assert set(equivalent_codes("sw")) == set(equivalent_codes("swa")) == set(equivalent_codes("swh_Latn"))
    assert equivalent_codes("bbj") == ["bbj"]
    assert equivalent_codes("hrv") == ["hrv", "hr", "hrv_Latn"] and "hrv" in equivalent_codes("hr")


def test_languages_that_spacy_does_not_know():
    assert blank_or_xx("pt").lang == blank_vocab("pt").lang == "pt"
    assert blank_or_xx("bbj").lang == blank_vocab("bbj").lang == "xx"


def test_codes_of_the_table_are_accepted_and_others_refused():
    for row in language_table():
        check_language(row.code)
    for lang in [*FAIRSEQ_LANGUAGE_CODES, "xx", "mg", "pt_br"]:
        check_language(lang)


@pytest.mark.parametrize("lang", ["hr", "sr", "bs", "ca", "gl", "is", "mk", "eo", "eu", "oc", "es", "pt"])
def test_languages_that_offline_translators_have(lang):
    assert find_row(lang).code == lang and find_row(lang).nllb in FAIRSEQ_LANGUAGE_CODES


@pytest.mark.parametrize(
    "lang, remedy",
    [
        ("zz", "correct the code, or take 'xx'"),
        ("", "correct the code"),
        ("swahili", r"did you mean 'sw' \(Swahili\)\?"),
        ("Croatian", r"did you mean 'hr' \(Croatian\)"),
        ("pt-BR", r"did you mean 'pt' \(Portuguese\)"),
        ("zh_Hant", r"did you mean 'zh'"),
        ("EN", "did you mean 'en'"),
        ("mg-MG", "did you mean 'mg'"),
    ],
)
def test_what_is_no_code_gets_the_code_that_was_meant(lang, remedy):
    with pytest.raises(XprojError, match=f"unknown language '{lang}'; {remedy}"):
        check_language(lang)


@pytest.mark.parametrize("lang", ["zz", "swahili", "pt-BR"])
@pytest.mark.parametrize(
    "block",
    [
        '@xproj_translators = "spacy-xproj.Seq2SeqTranslator.v1"\nmodel = "some/model"',
        '@xproj_translators = "spacy-xproj.BundledTranslator.v1"',
        '@xproj_translators = "spacy-xproj.ApertiumTranslator.v1"',
        '@xproj_translators = "spacy-xproj.TableTranslator.v1"\npath = "table.tsv"',
        '@xproj_scores = "spacy-xproj.TranslationScore.v1"\nmodel = "some/model"',
    ],
)
def test_a_config_with_a_wrong_language_is_refused_before_anything_is_loaded(lang, block):
    config = Config().from_str(f'[block]\n{block}\nsrc_lang = "en"\ntgt_lang = "{lang}"\n')
    with pytest.raises(XprojError, match=f"unknown language '{lang}'"):
        resolve(config, "block", "a.cfg")


def test_the_table_has_the_languages_of_both_datasets():
    assert sorted(row.wikiann for row in language_table() if row.wikiann) == sorted(XTREME)
    masakhaner = {row.masakhaner2: row.nllb for row in language_table() if row.masakhaner2}
    assert sorted(masakhaner) == sorted([*MASAKHANER, "bbj", "pcm"])
    assert {code for code, nllb in masakhaner.items() if not nllb} == {"bbj", "pcm"}


def test_no_code_comes_twice():
    for column in ("name", "iso_639_1", "iso_639_3", "nllb", "wikiann", "masakhaner2"):
        counts = Counter(getattr(row, column) for row in language_table())
        del counts[""]
        assert set(counts.values()) == {1}, column


@pytest.mark.parametrize("row", language_table(), ids=lambda row: row.code)
def test_rows_agree_with_themselves_and_with_spacy(row):
    assert re.fullmatch("[a-z]{2}", row.iso_639_1) or not row.iso_639_1
    assert re.fullmatch("[a-z]{3}", row.iso_639_3)
    if row.nllb:
        assert re.fullmatch("[a-z]{3}_[A-Z][a-z]{3}", row.nllb)
        assert row.nllb.endswith(f"_{row.script}")
    assert row.wikiann in ("", row.code)
    assert row.masakhaner2 in ("", row.iso_639_3)
    assert row.spacy in ("xx", row.code)
    assert get_lang_class(row.spacy).lang == row.spacy
    assert row.spaced != is_unspaced(LETTERS[row.script])


def test_the_table_travels_with_the_package():
    text = files("spacy_xproj").joinpath("text/languages.tsv").read_text(encoding="utf8")
    lines = list(csv.reader(text.splitlines(), delimiter="\t"))
    assert {len(line) for line in lines} == {9} and len(lines) == 1 + len(language_table())
