import json
from pathlib import Path
from typing import Callable, List, Tuple

import pytest
import spacy
from spacy.tokens import Doc

from spacy_xproj.corpora.docbin import write_docs


def write(path: Path, *tags: List[str]) -> Path:
    words = ["Ana", "in", "Rio"]
    vocab = spacy.blank("en").vocab
    write_docs([Doc(vocab, words=words, ents=row) for row in tags], path)
    return path


@pytest.fixture
def evaluate(invoke: Callable) -> Callable:
    def run(*args: object) -> Tuple[int, str]:
        result = invoke("evaluate", *args)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.text

    return run


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return write(tmp_path / "gold.spacy", ["B-PER", "O", "B-LOC"], ["O", "O", "B-DATE"])


@pytest.fixture
def predicted(tmp_path: Path) -> Path:
    return write(tmp_path / "predicted.spacy", ["B-PER", "O", "B-PER"], ["O", "O", "B-DATE"])


def test_both_protocols_are_printed_and_written(
    evaluate: Callable, gold: Path, predicted: Path, tmp_path: Path
) -> None:
    code, output = evaluate(gold, predicted, "--labels", "PER,LOC", "--json", tmp_path / "out" / "m.json")
    assert code == 0
    assert "Strict (seqeval" in output
    assert "spaCy (Scorer" in output
    assert "all 50.00 50.00 50.00" in output
    assert "left out: 1 gold DATE left out: 1 predicted DATE" in output
    scores = json.loads((tmp_path / "out" / "m.json").read_text(encoding="utf-8"))
    assert sorted(scores) == ["spacy", "strict"]
    assert (scores["strict"]["f"], scores["spacy"]["f"]) == (0.5, pytest.approx(0.5))
    assert scores["strict"]["per_type"]["LOC"] == {"p": 0, "r": 0, "f": 0, "support": 1}


def test_all_labels_by_default(evaluate: Callable, gold: Path, predicted: Path) -> None:
    code, output = evaluate(gold, predicted)
    assert (code, "DATE 100.00 100.00 100.00 1" in output, "left out" in output) == (0, True, False)


def test_labels_of_one_side_are_told(evaluate: Callable, gold: Path, predicted: Path) -> None:
    code, output = evaluate(gold, predicted)
    assert (code, output.count("only ")) == (0, 1)
    assert "only gold: 1 LOC; rename it (--map LOC=NEW), drop it (--map LOC=)" in output
    assert "only predicted: 1 LOC;" in evaluate(predicted, gold)[1]
    assert "only " not in evaluate(gold, predicted, "--labels", "PER,LOC")[1]


def test_labels_are_mapped_on_both_sides(evaluate: Callable, gold: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "other.spacy", ["B-PERSON", "O", "B-LOC"], ["O", "O", "B-DATE"])
    code, output = evaluate(gold, other, "--map", "PERSON=PER,DATE=", "--json", tmp_path / "m.json")
    assert code == 0
    assert "dropped: 1 gold DATE dropped: 1 predicted DATE renamed to PER: 1 predicted PERSON" in output
    assert "only " not in output
    scores = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["strict"]
    assert (scores["f"], sorted(scores["per_type"])) == (1, ["LOC", "PER"])
    code, output = evaluate(gold, other, "--map", "DATE")
    assert (code, "bad label map 'DATE'" in output) == (1, True)


def test_misplaced_entities_are_told(evaluate: Callable, tmp_path: Path) -> None:
    vocab = spacy.blank("en").vocab
    write_docs([Doc(vocab, words=["Ana's"], ents=["B-PER"])], tmp_path / "g.spacy")
    write_docs([Doc(vocab, words=["Ana", "'s"], spaces=[False, True], ents=["B-PER", "O"])], tmp_path / "p.spacy")
    code, output = evaluate(tmp_path / "g.spacy", tmp_path / "p.spacy")
    assert (code, "1 predicted entities begin or end inside a gold token" in output) == (0, True)


def test_bad_input(evaluate: Callable, gold: Path, tmp_path: Path) -> None:
    one = write(tmp_path / "one.spacy", ["O", "O", "O"])
    code, output = evaluate(gold, one, "--json", tmp_path / "m.json")
    assert (code, "2 gold and 1 predicted sentences" in output) == (1, True)
    assert not (tmp_path / "m.json").exists()
    never = tmp_path / "never.spacy"
    write_docs([Doc(spacy.blank("en").vocab, words=["Ana", "in", "Rio"]) for _ in range(2)], never)
    code, output = evaluate(gold, never, "--json", tmp_path / "m.json")
    assert (code, "never.spacy, predicted sentence 1: its entities were never set" in output) == (1, True)
    code, output = evaluate(never, gold)
    assert (code, "gold sentence 1: its entities were never set" in output) == (1, True)
    code, output = evaluate(gold, never, "--json", gold)
    assert (code, "gold.spacy: is an input too" in output) == (1, True)
    one.write_bytes(b"nothing")
    code, output = evaluate(gold, one)
    assert (code, "not a readable .spacy file" in output) == (1, True)
    code, output = evaluate(gold, tmp_path / "none.spacy")
    assert (code, "no such file" in output) == (1, True)
