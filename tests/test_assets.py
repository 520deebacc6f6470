"""The test sets are translations of the English one: the same sentences, with the same labels."""

from collections import Counter
from pathlib import Path

import pytest
import srsly

ASSETS = Path(__file__).parent.parent / "assets"
ENGLISH = {row["id"]: row for row in srsly.read_jsonl(ASSETS / "test.en.jsonl")}
#: One name is a pronoun in Portuguese.
DIFFERENT = {"pt": 1, "es": 0, "ca": 0, "hr": 0}


@pytest.mark.parametrize("lang", DIFFERENT)
def test_test_sets_agree_with_the_english_one(lang):
    rows = list(srsly.read_jsonl(ASSETS / f"test.{lang}.jsonl"))
    assert len({row["id"] for row in rows}) == len(rows) and len(rows) >= {"hr": 50}.get(lang, 150)
    different = 0
    for row in rows:
        ours, theirs = (Counter(ent["label"] for ent in one["ents"]) for one in (row, ENGLISH[row["id"]]))
        different += sum(((ours - theirs) + (theirs - ours)).values())
        for ent in row["ents"]:
            name = row["text"][ent["start"] : ent["end"]]
            assert name == name.strip() and name and not set("[]|") & set(name)
    assert different == DIFFERENT[lang]
    table = (ASSETS / "README.md").read_text(encoding="utf8")
    labels = Counter(ent["label"] for row in rows for ent in row["ents"])
    counts = [len(rows), sum(not row["ents"] for row in rows), *(labels[label] for label in ("PER", "ORG", "LOC"))]
    assert f"| `test.{lang}.jsonl` | {' | '.join(map(str, counts))} |" in table
