"""What is to be translated, for people and systems that give back a table of translations."""

import json
from collections import Counter
from pathlib import Path
from typing import FrozenSet, Iterable, Set

from spacy.tokens import Doc

from ...errors import XprojError
from ...storage.atomic import atomic_path

REPEATED = "sentences with a text that is there already: a table has each text once"
TRANSLATED = "sentences that the table has a translation of"
BLANK = "sentences without text, which need no translation"


def write_texts(
    docs: Iterable[Doc],
    path: Path,
    remarks: Counter[str],
    translated: FrozenSet[str] = frozenset(),
    overwrite: bool = True,
) -> None:
    """Write each text that needs a translation once: a text a line, or in a file named ``*.jsonl`` lines such as
    ``{"source": "…", "target": ""}``, to be filled. `TableTranslator` reads these, and texts beside their translations
    with a tab between them (``paste texts.txt translations.txt``).

    docs (Iterable[Doc]): the sentences; labels are not looked at.
    path (Path): the file.
    remarks (Counter[str]): receives how many sentences are left out, and why.
    translated (FrozenSet[str]): texts that have a translation.
    overwrite (bool): whether to replace a file that has another content.
    RAISES (XprojError): if a text has a tab or a line break and the file is not named ``*.jsonl``.
    """
    as_json = path.suffix == ".jsonl"
    seen: Set[str] = set()
    with atomic_path(path, overwrite) as temporary, temporary.open("w", encoding="utf8", newline="\n") as file:
        for number, doc in enumerate(docs, 1):
            text = doc.text
            reason = (
                BLANK if not text.strip() else TRANSLATED if text in translated else REPEATED if text in seen else None
            )
            if reason:
                remarks[reason] += 1
                continue
            seen.add(text)
            if as_json:
                file.write(json.dumps({"source": text, "target": ""}, ensure_ascii=False) + "\n")
            elif any(char in text for char in "\t\n\r"):
                raise XprojError(
                    f"sentence {number} has a tab or a line break, {text[:40]!r}; write to a file named *.jsonl"
                )
            else:
                file.write(text + "\n")
