"""Given translations, from a file."""

import json
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Tuple

from ..errors import XprojError
from ..storage.files import input_digests, parse_json, read_text
from ..text.languages import check_language

#: So many texts without a translation are named by their numbers.
SHOWN = 5
REMEDY = "add a line for each ('xproj export CORPUS FILE --to texts --table TABLE' lists them)"


class TableTranslator:
    """Look translations up: for parallel corpora, for the output of other systems, and for tests.

    translations (Dict[str, str]): the translation of each text.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    path (Path): where the translations came from, for messages.
    """

    def __init__(self, translations: Dict[str, str], src_lang: str, tgt_lang: str, path: Path) -> None:
        self.translations = translations
        self.src_lang = src_lang
        self.tgt_lang = tgt_lang
        self.path = path

    def __call__(self, texts: Iterable[str]) -> Iterator[str]:
        """Look up the translation of each text.

        texts (Iterable[str]): the texts.
        YIELDS (str): the translation of each. Blank texts need none.
        RAISES (XprojError): if a text has none, after a look at all that follow: how many, and which.
        """
        numbered = enumerate(texts, 1)
        for number, text in numbered:
            if not self._has(text):
                others = [later for later, other in numbered if not self._has(other)]
                raise XprojError(f"{self.path}: no translation of '{text}' (text {number}){_others(others)}; {REMEDY}")
            yield self.translations.get(text, text)

    def _has(self, text: str) -> bool:
        return not text.strip() or text in self.translations

    def input_digests(self) -> Dict[str, str]:
        """Give the SHA-256 of the file."""
        return input_digests(self.path)


def make_table_translator(path: Path, src_lang: str, tgt_lang: str) -> TableTranslator:
    """Read given translations (registered as `spacy-xproj.TableTranslator.v1`).

    path (Path): lines ``source<TAB>target``, or, in a file named ``*.jsonl``, ``{"source": …, "target": …}``.
    src_lang (str): code of the source language.
    tgt_lang (str): code of the target language.
    RETURNS (TableTranslator): the translator.
    RAISES (XprojError): if a language is unknown, a line is malformed, or gives a text another translation than a line
        before.
    """
    for lang in filter(None, (src_lang, tgt_lang)):  # who only reads the table need not say
        check_language(lang)
    path = Path(path)
    parse = _parse_jsonl if path.suffix == ".jsonl" else _parse_tsv
    translations: Dict[str, str] = {}
    seen: Dict[str, int] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        line = line.rstrip("\r")
        if not line.strip():
            continue
        try:
            source, target = parse(line)
        except ValueError as error:
            raise XprojError(f"{path}, line {number}: {error}") from None
        if translations.setdefault(source, target) != target:
            raise XprojError(
                f"{path}, lines {seen[source]} and {number}: two translations of '{source}', '{translations[source]}' "
                f"and '{target}'; keep one"
            )
        seen.setdefault(source, number)
    return TableTranslator(translations, src_lang, tgt_lang, path)


def _others(numbers: List[int]) -> str:
    if not numbers:
        return ""
    listed = ", ".join(map(str, numbers[:SHOWN])) + (", …" if len(numbers) > SHOWN else "")
    return f" and of {len(numbers)} more (text {listed})"


def _parse_tsv(line: str) -> Tuple[str, str]:
    columns = line.split("\t")
    if len(columns) != 2:
        raise ValueError(f"{len(columns)} columns; write source<TAB>target")
    return columns[0], columns[1]


def _parse_jsonl(line: str) -> Tuple[str, str]:
    try:
        row = parse_json(line)
    except json.JSONDecodeError:
        row = None
    source, target = (row.get("source"), row.get("target")) if isinstance(row, dict) else (None, None)
    if not isinstance(source, str) or not isinstance(target, str):
        raise ValueError('write {"source": "…", "target": "…"}')
    return source, target
