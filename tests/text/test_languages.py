"""Language codes, blank pipelines, and the table of the study against independent sources."""

import csv
import re
from collections import Counter
from importlib.resources import files

import pytest
from spacy.util import get_lang_class
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

from spacy_xproj.errors import XprojError
from spacy_xproj.text.languages import (
    aliases,
    blank_or_xx,
    blank_vocab,
    check_language,
    equivalent_codes,
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


def test_languages_that_spacy_does_not_know():
    assert blank_or_xx("pt").lang == blank_vocab("pt").lang == "pt"
    assert blank_or_xx("bbj").lang == blank_vocab("bbj").lang == "xx"


def test_codes_of_the_table_are_accepted_and_others_refused():
    for row in language_table():
        check_language(row.code)
    with pytest.raises(XprojError, match="unknown language 'zz'"):
        check_language("zz")


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
