"""Apertium: stream format, crashes and messages with a program written here, and the real one if it is installed."""

import os
import pickle
import re
import shutil
import stat
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xproj.errors import XprojError
from spacy_xproj.registry import registry
from spacy_xproj.translators.apertium import ApertiumTranslator
from spacy_xproj.translators.apertium_modes import PAIRS, find_mode
from spacy_xproj.translators.apertium_process import ApertiumProcess, ProcessEnded, installed_modes

#: Marks words as Apertium does; blanks go through. Like the real one, it gives a text back only when more have come.
FAKE = """#!{python}
import re, sys, time
from pathlib import Path
if sys.argv[1] == "-l":
    print("  eng-spa\\n  hbs-eng\\n  eng-hbs_HR\\n  eng-hbs_SR")
    sys.exit()
assert sys.argv[1:4] == ["-f", "none", "-z"], sys.argv
Path("{starts}").open("a").write(sys.argv[4] + "\\n")
mark = {{"zork": "*zork", "bidix": "@bidix", "form": "#form"}}
pending, held = b"", []
while True:
    data = sys.stdin.buffer.read1(65536)
    if not data:
        break
    *records, pending = (pending + data).split(b"\\0")
    for record in records:
        text = record.decode()
        if "CRASH" in text or ("ONCE" in text and len(Path("{starts}").read_text().splitlines()) == 1):
            print("Error: Malformed input stream.", file=sys.stderr)
            sys.exit(1)
        if "HANG" in text:
            time.sleep(60)
        parts = re.split(r"((?:\\\\.|\\[(?:[^\\\\\\]]|\\\\.)*\\])+)", text)
        parts[::2] = [re.sub("[a-z]+", lambda w: mark.get(w[0], w[0].upper()), part) for part in parts[::2]]
        held.append("".join(parts))
    while len(held) > 2:
        sys.stdout.write(held.pop(0) + "\\0")
    sys.stdout.flush()
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    path = tmp_path / "bin" / "apertium"
    path.parent.mkdir()
    path.write_text(FAKE.format(python=sys.executable, starts=tmp_path / "starts"))
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(path.parent))
    monkeypatch.setenv("APERTIUM_DATADIR", str(tmp_path))  # without data: translations are not kept on disk
    return tmp_path


@pytest.fixture
def nothing_installed(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def real(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACY_XPROJ_CACHE", str(tmp_path))
    monkeypatch.setenv("SPACY_XPROJ_TRANSLATIONS_MB", "9")
    modes = installed_modes() if shutil.which("apertium") else []
    if not {"eng-spa", "spa-eng"} <= set(modes):
        pytest.skip("apertium and apertium-eng-spa are not installed")
    return ApertiumTranslator("en", "es")


def starts(program):
    return (program / "starts").read_text().split()


def test_one_translation_each_in_order_by_one_process(program):
    translator = ApertiumTranslator("en", "es")
    texts = [f"text {number}\nof two lines" for number in range(700)] + ["", " ", "text 5\nof two lines"]
    assert list(translator(texts)) == [text.upper() if text.strip() else text for text in texts]
    assert list(translator(["another"])) == ["ANOTHER"]
    assert starts(program) == ["eng-spa"]


def test_marks_are_taken_off_and_counted(program):
    translator = ApertiumTranslator("en", "es")
    made = list(
        translator.translate_flagged(["a zork, zork", "the bidix", "a form", "5*3 #1 @me ~ [x] ^y$ {z} a/b \\ <b>"])
    )
    assert [one.text for one in made] == ["A zork, zork", "THE bidix", "A form", "5*3 #1 @ME ~ [X] ^Y$ {Z} A/B \\ <B>"]
    assert [one.flags for one in made] == [(), ("not_generated",), ("not_generated",), ()]
    counts = translator.counts()
    assert counts["unknown words"] == 2 and counts["words without translation"] == counts["words not generated"] == 1
    assert counts["words"] == 3 + 2 + 2 + 10


def test_names_that_are_kept(program):
    translator = ApertiumTranslator("en", "es")
    text = f"we saw {translator.keep('zork [form] *')} and {translator.keep('her')}"
    assert list(translator([text])) == ["WE SAW zork [form] * AND her"]
    assert list(translator([f"half {translator.keep('name')[:-1]}"])) == ["HALF NAME"]


@pytest.mark.parametrize(
    "text, record",
    [
        ("Vođa HDZ-a u BiH i NATO", "Vođa [HDZ-a] u [BiH] i NATO"),
        ("Iz iPoda, na Cro-a-Porter-u.", "Iz [iPoda], na [Cro-a-Porter-u]."),
        ("Љубљана и БиХ", "Ljubljana i [BiH]"),
        ("ЉУБЉАНА", "LjUBLjANA"),
        ("\ue000HDZ-a u\ue001 Srpsko-hrvatski", "[HDZ-a u] Srpsko-hrvatski"),
    ],
)
def test_abbreviations_with_endings_are_kept(text, record):
    for lang in ("hr", "sr", "bs"):
        assert ApertiumTranslator(lang, "en")._encode(text) == record
    assert "[HDZ-a]" not in ApertiumTranslator("es", "en")._encode("HDZ-a")


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_every_character_comes_through(text):
    """What is sent is in the stream format, and what is read is what was sent."""
    translator = ApertiumTranslator("en", "es")
    record = translator._encode(text)
    outside = re.sub(r"\\.|\[(\\.|[^\\\]])*\]", "", record, flags=re.DOTALL)
    assert not set(outside) & set("\\[]{}^$/<>@*#~")
    expected = re.sub(" +", " ", re.sub("[\ue000\ue001]", "", text)).strip()
    assert translator._decode(record).text == expected


def test_a_crash_is_survived(program):
    translator = ApertiumTranslator("en", "es")
    assert list(translator(["one", "two ONCE", "three"])) == ["ONE", "TWO ONCE", "THREE"]
    assert starts(program) == ["eng-spa"] * 2 and translator.counts() == {"words": 4}


def test_only_the_text_that_crashes_is_lost(program):
    texts = [f"text {number}" for number in range(9)]
    translator = ApertiumTranslator("en", "es")
    made = list(translator.translate_flagged([*texts[:5], "CRASH", *texts[5:]]))
    assert [one.text for one in made] == [
        *(text.upper() for text in texts[:5]),
        "",
        *(text.upper() for text in texts[5:]),
    ]
    assert [one.flags for one in made if one.flags] == [("failed",)] and translator.counts()["failed"] == 1


def test_a_process_that_hangs_or_ends(program):
    process = ApertiumProcess("eng-spa", timeout=0.5)
    with pytest.raises(ProcessEnded, match="no output for 0.5 s"):
        process(["HANG"])
    with pytest.raises(ProcessEnded, match="Malformed input stream"):
        process(["CRASH"])
    assert process(["well"]) == ["WELL"]
    process.close()


def test_a_program_that_never_works(program):
    (program / "bin" / "apertium").write_text(
        f"#!{sys.executable}\nimport sys\nprint('eng-spa')\nif sys.argv[1] != '-l': sys.exit('No locale')\n"
    )
    with pytest.raises(XprojError, match="apertium eng-spa does not work: No locale"):
        list(ApertiumTranslator("en", "es")(["text"]))


def test_pickled_and_forked_translators_start_their_own_process(program):
    translator = ApertiumTranslator("en", "es")
    assert list(translator(["one"])) == ["ONE"]
    assert list(pickle.loads(pickle.dumps(translator))(["two"])) == ["TWO"]
    assert len(starts(program)) == 2
    child = os.fork()
    if child == 0:
        os._exit(0 if list(translator(["three"])) == ["THREE"] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert list(translator(["four"])) == ["FOUR"]
    assert len(starts(program)) == 3


def test_serbian_in_either_script(program):
    assert list(ApertiumTranslator("sr", "en")(["Љиљана и Џон у Његошевој, ŽIVO"])) == [
        "LJILJANA I DžON U NJEGOšEVOJ, ŽIVO"
    ]


def test_directions_are_found_by_codes():
    modes = ["eng-spa", "spa-eng", "hbs-eng", "eng-hbs_HR", "eng-hbs_SR", "en-gl", "isl-eng", "eng-cat"]
    directions = {
        "en es": "eng-spa",
        "spa en": "spa-eng",
        "hr en": "hbs-eng",
        "bs en": "hbs-eng",
        "en sr": "eng-hbs_SR",
    }
    directions |= {"en gl": "en-gl", "is en": "isl-eng", "eng_Latn cat_Latn": "eng-cat"}
    for langs, mode in directions.items():
        assert find_mode(*langs.split(), modes) == mode


@pytest.mark.parametrize(
    "langs, message",
    [
        ("en ca", "apertium has no en→ca here: apt-get install apertium-eng-cat"),
        ("gl en", "apertium has no gl→en here: apt-get install apertium-en-gl"),
        ("en is", "apertium-isl-eng has the other direction only, not en→is"),
        ("en sw", "Debian's apertium has no en→sw; en it has with: cat, cy, eo, eu, gl, hbs, isl, mkd, spa"),
        ("yo sw", "Debian's apertium has no yo→sw; yo it has with: nothing"),
    ],
)
def test_missing_pairs(langs, message):
    with pytest.raises(XprojError, match=re.escape(message)):
        find_mode(*langs.split(), ["eng-spa", "isl-eng"])


def test_missing_program(nothing_installed):
    with pytest.raises(XprojError, match="not installed: apt-get install apertium"):
        list(ApertiumTranslator("en", "es")(["text"]))


def test_a_mode_may_be_named(program):
    assert list(ApertiumTranslator("en", "es", mode="eng-hbs_SR", allow_poor=True)(["one"])) == ["ONE"]
    assert starts(program) == ["eng-hbs_SR"]
    with pytest.raises(XprojError, match="no mode eng-xyz; it has eng-spa"):
        list(ApertiumTranslator("en", "es", mode="eng-xyz")(["one"]))


@pytest.mark.parametrize("lang", ["hr", "bs", "sr"])
def test_poor_directions_are_refused(lang, program):
    with pytest.raises(XprojError, match=f"en→{lang}: 79% of its sentences .* allow_poor = true"):
        ApertiumTranslator("en", lang)
    assert list(ApertiumTranslator("en", lang, allow_poor=True)(["one"])) if lang == "hr" else True


def test_real_pairs_are_in_debians_form():
    assert all(re.fullmatch("[a-z]{2,3}-[a-z]{2,3}", pair) for pair in PAIRS) and sorted(set(PAIRS)) == PAIRS


def test_real_translations(real):
    texts = ["The house is in London.", "", "I saw a house", "a [b] {c} *d* @e #f ~g ^h$ 5/6 \\ <i>"] * 30
    made = list(real(texts))
    assert len(made) == len(texts) and made[:4] * 30 == made
    assert made[0] == "La casa es en Londres." and "casa" in made[2]
    assert all(sign in made[3] for sign in "[]{}*@#~^$/\\<>")
    (kept,) = real([f"Mr {real.keep('Bush')} lives here."])
    assert "Bush" in kept and real.counts()["unknown words"] >= 1
    again = ApertiumTranslator("en", "es")
    assert list(again(texts)) == made and again.counts() == {"translated before": 3}
    assert real.input_digests() and "GPL" in real.license


def test_found_by_name():
    assert registry.xproj_translators.get("spacy-xproj.ApertiumTranslator.v1") is ApertiumTranslator
