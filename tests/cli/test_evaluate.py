import json
from pathlib import Path
from typing import Callable, Iterator, List, Tuple

import pytest
import spacy
from spacy.tokens import Doc

from spacy_xproj.corpora.docbin import DocCorpus, read_docs, write_docs
from spacy_xproj.evaluation.partial import partial_scores
from spacy_xproj.evaluation.strict import score


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
    assert sorted(scores) == ["overlap", "spacy", "strict"]
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


def named(path: Path, *rows: Tuple[str, str, List[str]]) -> Path:
    vocab = spacy.blank("en").vocab
    docs = [Doc(vocab, words=words.split(), ents=tags, user_data={"sent_id": name}) for name, words, tags in rows]
    write_docs(docs, path)
    return path


ROWS = [("a", "Ana sang", ["B-PER", "O"]), ("b", "in Rio", ["O", "B-LOC"]), ("c", "it rains", ["O", "O"])]


def test_sentences_are_matched_by_sent_id(evaluate: Callable, tmp_path: Path) -> None:
    gold = named(tmp_path / "gold.spacy", *ROWS)
    code, output = evaluate(gold, named(tmp_path / "predicted.spacy", *reversed(ROWS)))
    assert (code, "all 100.00 100.00 100.00" in output, "left out" in output) == (0, True, False)
    code, output = evaluate(named(tmp_path / "some.spacy", ROWS[1]), gold)
    assert (code, "left out: 2 predicted sentences whose sent_id the gold file does not have" in output) == (0, True)
    code, output = evaluate(gold, named(tmp_path / "few.spacy", ROWS[1]))
    assert (code, "2 of 3 gold sentences are not among the predicted ones (sent_id a, c)" in output) == (1, True)
    other = named(tmp_path / "other.spacy", *[(name, "Ana ran", tags) for name, _, tags in reversed(ROWS)])
    code, output = evaluate(gold, other)
    assert (code, "pair 1: the texts differ" in output) == (1, True)


def test_without_names_of_their_own_sentences_are_matched_by_order(evaluate: Callable, tmp_path: Path) -> None:
    gold = named(tmp_path / "gold.spacy", *ROWS)
    for names in ("xyz", "aab"):
        rows = [(name, words, tags) for name, (_, words, tags) in zip(names, ROWS, strict=True)]
        code, output = evaluate(gold, named(tmp_path / "predicted.spacy", *rows))
        assert (code, "all 100.00 100.00 100.00" in output) == (0, True)


def test_near_misses_are_shown(evaluate: Callable, tmp_path: Path) -> None:
    gold = write(tmp_path / "gold.spacy", ["B-PER", "I-PER", "O"], ["B-LOC", "O", "O"])
    predicted = write(tmp_path / "predicted.spacy", ["B-PER", "O", "O"], ["B-PER", "O", "B-LOC"])
    code, output = evaluate(gold, predicted, "--json", tmp_path / "m.json")
    assert code == 0
    assert "exact 33.33 50.00 40.00 1 0 1 0 1" in output
    assert "partial 50.00 75.00 60.00 1 1 0 0 1" in output
    assert "type 33.33 50.00 40.00 1 0 1 0 1" in output
    overlap = json.loads((tmp_path / "m.json").read_text(encoding="utf-8"))["overlap"]
    assert overlap["partial"]["r"] == 0.75 and overlap["type"]["spurious"] == 1


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


def test_files_are_gone_through_once(
    evaluate: Callable, gold: Path, predicted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All scores are counted at once, and are those of the functions."""
    read: List[Path] = []
    go_through = DocCorpus.__iter__

    def count(corpus: DocCorpus) -> Iterator[Doc]:
        read.append(corpus.path)
        return go_through(corpus)

    monkeypatch.setattr(DocCorpus, "__iter__", count)
    code, _ = evaluate(gold, predicted, "--map", "DATE=", "--json", tmp_path / "scores.json")
    assert (code, sorted(read)) == (0, [gold, predicted])
    monkeypatch.undo()
    sides = [read_docs(path) for path in (gold, predicted)]
    expected = {**score(*sides, ["PER", "LOC"]), "overlap": partial_scores(*sides, ["PER", "LOC"])}
    assert json.loads((tmp_path / "scores.json").read_text()) == expected
