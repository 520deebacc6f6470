"""Language codes and blank pipelines."""

import pytest
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

from spacy_xproj.languages import ALIASES, NLLB_CODES, blank_or_xx, blank_vocab, equivalent_codes

MASAKHANER = "bam ewe fon hau ibo kin lug luo mos nya sna swa tsn twi wol xho yor zul".split()  # noqa: SIM905
XTREME = (  # noqa: SIM905
    "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl tr ur vi "
    "yo zh"
).split()


def test_codes_are_those_of_nllb():
    assert set(NLLB_CODES.values()) <= set(FAIRSEQ_LANGUAGE_CODES)
    assert len(set(NLLB_CODES.values())) == len(NLLB_CODES)
    assert set(ALIASES.values()) <= set(NLLB_CODES)


@pytest.mark.parametrize("lang", MASAKHANER + XTREME)
def test_languages_of_the_study_have_a_code(lang):
    assert set(equivalent_codes(lang)) & set(NLLB_CODES.values())


def test_equivalent_codes():
    assert equivalent_codes("swa") == ["swa", "sw", "swh_Latn", "swh"]
    assert set(equivalent_codes("sw")) == set(equivalent_codes("swa")) == set(equivalent_codes("swh_Latn"))
    assert equivalent_codes("bbj") == ["bbj"]


def test_languages_that_spacy_does_not_know():
    assert blank_or_xx("pt").lang == blank_vocab("pt").lang == "pt"
    assert blank_or_xx("bbj").lang == blank_vocab("bbj").lang == "xx"
