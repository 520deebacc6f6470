"""Apertium, a rule-based translator that Debian and others carry, for languages that no small model has."""

import os
import re
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any, Dict, List, Optional

from ..errors import XprojError
from ..storage.files import input_digests, json_digest
from .apertium_modes import apertium_names, find_mode, why_poor
from .apertium_process import ApertiumProcess, ProcessEnded, installed_modes
from .base import FAILED, NOT_GENERATED, BatchTranslator, Translation

#: Serbian may be written in Cyrillic letters, which the data of hbs does not know.
CYRILLIC = {
    **dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True)),
    **{"љ": "lj", "њ": "nj", "џ": "dž"},
}
LATIN = str.maketrans({**CYRILLIC, **{letter.upper(): latin.capitalize() for letter, latin in CYRILLIC.items()}})

#: What is between them is not translated.
KEPT = ("\ue000", "\ue001")
#: Apertium's hbs takes BiH for a verb and the ending of HDZ-a for a word. What is kept anyway is found first.
WORDS = re.compile(rf"{KEPT[0]}.*?{KEPT[1]}|(\w+(?:-\w+)*)", re.DOTALL)
ESCAPED = re.compile(r"[\\\[\]{}^$/<>@]")
#: What apertium would take for its own marks, or lose; or a part that is to be kept. Both travel as blanks.
BLANK = re.compile(rf"{KEPT[0]}(.*?){KEPT[1]}|([*#~])", re.DOTALL)
STREAM = re.compile(r"\\(?P<escaped>.)|\[(?P<blank>(?:[^\\\]]|\\.)*)\]|(?P<marks>[*@#]+)|(?P<spaces> {2,})", re.DOTALL)
#: What the marks say of a word.
UNKNOWN, UNTRANSLATED, UNGENERATED = "unknown words", "words without translation", "words not generated"
MARKS = {"*": UNKNOWN, "@": UNTRANSLATED, "#": UNGENERATED}


class ApertiumTranslator(BatchTranslator):
    """Translate with Apertium, whose programs and language pairs a system installs: ``apt-get install apertium
    apertium-eng-spa``. One process stays open for all texts. If it ends, it is started again; a text that it ends at
    once more has an empty translation, flagged `failed`.

    Words that Apertium does not know stay as they are; `counts` has their number. Its marks are taken off, and texts
    with words whose form could not be generated are flagged `not_generated`. Serbian may be in Cyrillic letters.
    Abbreviations of Croatian, Bosnian and Serbian with small letters, such as *BiH* and *HDZ-a*, stay as they are.

    src_lang (str): the source language, an ISO code.
    tgt_lang (str): the target language, likewise.
    mode (Optional[str]): the direction as Apertium names it (``apertium -l``), such as `eng-cat_valencia`, in place of
        the one that the languages have.
    allow_poor (bool): whether a direction may be used that is known to generate badly: English into Croatian, Bosnian
        or Serbian.
    RAISES (XprojError): if the direction is one of these.
    """

    license = "GPL (Apertium and its language data)"

    def __init__(self, src_lang: str, tgt_lang: str, mode: Optional[str] = None, allow_poor: bool = False) -> None:
        super().__init__(src_lang, tgt_lang, max_length=20_000, max_batch_length=400_000)
        reason = why_poor(src_lang, tgt_lang)
        if reason and not allow_poor:
            raise XprojError(f"apertium {src_lang}→{tgt_lang}: {reason}; take another translator or allow_poor = true")
        self.given_mode = mode
        self._process: Optional[ApertiumProcess] = None
        self._counts: Counter[str] = Counter()

    @cached_property
    def mode(self) -> str:
        """The direction as Apertium names it. RAISES (XprojError): if it is not installed."""
        modes = installed_modes()
        if self.given_mode is not None:
            if self.given_mode not in modes:
                raise XprojError(f"apertium has no mode {self.given_mode}; it has {', '.join(modes) or 'none'}")
            return self.given_mode
        return find_mode(self.src_lang, self.tgt_lang, modes)

    def counts(self) -> Dict[str, int]:
        """Count the words that were translated so far, and those that Apertium marked."""
        return {**super().counts(), **self._counts}

    def identity(self) -> Optional[Dict[str, Any]]:
        """What the translations depend on: the direction and its data. None if the files are not found."""
        if self._digest is None:
            return None
        langs = {"src_lang": self.src_lang, "tgt_lang": self.tgt_lang}
        return {"model": f"apertium {self.mode}", "revision": self._digest, **langs}

    def input_digests(self) -> Dict[str, str]:
        """Compute the SHA-256 of the direction and of the files that it names, as far as they are found."""
        path = Path(os.environ.get("APERTIUM_DATADIR", "/usr/share/apertium")) / "modes" / f"{self.mode}.mode"
        if not path.is_file():
            return {}
        files = [Path(name) for name in re.findall(r"'([^']+\.\w+)'", path.read_text(encoding="utf8"))]
        return input_digests([path, *(file for file in files if file.is_file())])

    @cached_property
    def _digest(self) -> Optional[str]:
        digests = self.input_digests()
        return json_digest(digests) if digests else None

    def keep(self, name: str) -> str:
        """Write a name so that it is not translated, within a text."""
        return f"{KEPT[0]}{name}{KEPT[1]}"

    def _translate_batch(self, texts: List[str]) -> List[Translation]:
        if self._process is None:
            self._process = ApertiumProcess(self.mode)
        return [self._decode(record) for record in self._run([self._encode(text) for text in texts])]

    def _run(self, records: List[str], again: bool = True) -> List[Optional[str]]:
        """Translate records. Those that a process ends at twice are looked for by halves: None."""
        assert self._process is not None
        try:
            return list(self._process(records))
        except ProcessEnded as error:
            if not again and len(records) > 1:
                half = len(records) // 2
                return [*self._run(records[:half], False), *self._run(records[half:], False)]
            if not again and not self._works():
                raise XprojError(f"apertium {self.mode} does not work: {error}; try: apertium {self.mode}") from None
            return [None] if not again else self._run(records, False)

    def _works(self) -> bool:
        """Whether the process can do anything at all."""
        assert self._process is not None
        try:
            return bool(self._process(["."]))
        except ProcessEnded:
            return False

    def _encode(self, text: str) -> str:
        """Write a text in apertium's stream format. A NUL character, which ends texts there, becomes a space."""
        if "hbs" in apertium_names(self.src_lang):
            text = WORDS.sub(self._keep_abbreviation, text).translate(LATIN)
        pieces = BLANK.split(text.replace("\0", " "))
        texts, kept, signs = (pieces[i::3] for i in range(3))
        encoded = [_escape(texts[0])]
        for name, sign, after in zip(kept, signs, texts[1:], strict=True):
            encoded.append(f"[{_escape(name if sign is None else sign)}]{_escape(after)}")
        return "".join(encoded).translate({ord(mark): None for mark in KEPT})  # one that has no counterpart

    def _keep_abbreviation(self, match: "re.Match[str]") -> str:
        word = match[1] or ""
        mixed = any(map(str.isupper, word[1:])) and any(map(str.islower, word))
        return self.keep(word) if mixed else match[0]

    def _decode(self, record: Optional[str]) -> Translation:
        """Read a translation from the stream format, and count the marks."""
        if record is None:
            self._counts[FAILED] += 1
            return Translation("", (FAILED,))
        marks: Counter[str] = Counter()

        def read(match: "re.Match[str]") -> str:
            if match["marks"]:
                marks[MARKS[match["marks"][0]]] += 1
                return ""
            if match["spaces"]:  # where a pronoun was left out
                return " "
            return re.sub(r"\\(.)", r"\1", match["escaped"] or match["blank"] or "")

        text = STREAM.sub(read, record).strip()
        self._counts.update(marks)
        self._counts["words"] += len(text.split())
        return Translation(text, (NOT_GENERATED,) if marks[UNTRANSLATED] or marks[UNGENERATED] else ())

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_process": None}


def _escape(text: str) -> str:
    return ESCAPED.sub(r"\\\g<0>", text)
