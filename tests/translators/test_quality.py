"""Checks of translations."""

import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.translators.quality import COPY, EMPTY, LENGTH, REPETITION, make_checks

LONG = "The old lighthouse keeper walked slowly down to the harbour."


@pytest.mark.parametrize(
    "source, translation, flag",
    [
        (LONG, "O velho faroleiro desceu devagar até o porto.", None),
        (LONG, "", EMPTY),
        (LONG, " \n", EMPTY),
        (LONG, LONG, COPY),
        (LONG, LONG.upper(), COPY),
        (LONG, "O farol.", LENGTH),
        ("Yes.", LONG, LENGTH),
        ("Yes.", "Sim, claro que sim!", None),
        ("OK", "OK", None),
        ("New York Times", "New York Times", None),
        ("2026", "2026", None),
        ("It rained for days.", "A chuva de chuva de chuva de chuva de chuva", REPETITION),
        ("It rained for days.", "Choveu. Choveu. Choveu. Choveu.", REPETITION),
        ("It rained for days.", "雨が雨が雨が雨が降った", REPETITION),
        ("No, no, no, no, no!", "Não, não, não, não, não!", None),
        ("Wait ......... for it", "Espere ......... por isso", None),
        ("He dialled 0000000000.", "Ele discou 0000000000.", None),
        ("That that is, is; that that is not, is not.", "O que é, é; o que não é, não é.", None),
    ],
)
def test_flag(source, translation, flag):
    assert make_checks({}).flag(source, translation) == flag


def test_settings():
    assert make_checks({"copy_words": 20}).flag(LONG, LONG) is None
    assert make_checks({"max_ratio": 10}).flag(LONG, "O farol.") is None
    assert make_checks({"min_chars": 4, "max_ratio": 1.5}).flag("Yes.", "Certamente.") == LENGTH


@pytest.mark.parametrize("settings", [{"on_flag": "burn"}, {"ratio": 3}, {"max_ratio": "high"}])
def test_bad_settings(settings):
    with pytest.raises(XprojError, match=next(iter(settings))):
        make_checks(settings)
