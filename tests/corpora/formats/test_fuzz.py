"""Whatever is done to a file, it ends in Docs that keep their invariants, or in one clear line.

`FUZZ=100000 python -m pytest tests/corpora/formats/test_fuzz.py` tries as many inputs for each format.
"""

import json
import os
import random
from pathlib import Path
from typing import Any, Dict, Iterable, List

import pytest
from spacy.tokens import Doc

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.brat import BratConverter
from spacy_xproj.corpora.formats.conversion import converters
from spacy_xproj.corpora.formats.sniff import are_columns, recognize

COUNT = int(os.environ.get("FUZZ", "60"))
ENTS = [{"start": 0, "end": 3, "label": "PER"}, {"start": 8, "end": 11, "label": "LOC"}]
TEXT = "Ana saw Rio. 😀 é"
SEEDS: Dict[str, List[str]] = {
    "conll": [
        "-DOCSTART- -X- O\n\nAna NNP B-PER\nMay NNP I-PER\nsaw VB O\n\nRio NNP B-LOC\n",
        "# id 1\n1\tAna\tB-PER\tO\n2\t \tO\tO\n3\tRio\tB-LOC\tB-X\n",
        "TOKEN\tNE-COARSE\tMISC\n# document_id = d\nAna\tB-pers\tNoSpaceAfter\n.\tO\tEndOfSentence\n",
        "我 B_PER\n爱 O\n京 S_LOC\n",
    ],
    "masakhaner": ["Ana B-PER\nMay I-PER\nsaw O\n\nRio B-LOC\n"],
    "uner": ["# sent_id = a\n# text = Ana saw\n1\tAna\tB-PER\t-\tx\n2\tsaw\tO\t-\t-\n\n"],
    "wikiann": ["en:Ana\tB-PER\nen:saw\tO\n\nen:Rio\tB-LOC\n"],
    "iob": ["Ana|NNP|B-PER saw|VB|O\nRio|NNP|B-LOC\n"],
    "conllu": [
        "# text = Ana du\n1\tAna\t_\t_\t_\t_\t0\t_\t_\tname=B-PER\n2-3\tdu\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "2\tde\t_\t_\t_\t_\t0\t_\t_\tname=O\n3\tle\t_\t_\t_\t_\t0\t_\t_\tname=O\n",
        "1\tAna\t_\t_\t_\t_\t0\t_\t_\tEntity=(1-PER(2-X)1)|SpaceAfter=No\n2\t.\t_\t_\t_\t_\t0\t_\t_\t_\n",
    ],
    "ontonotes": [
        "#begin document (x); part 000\nx 0 0 Ana X * - - - - (PER* *\nx 0 1 May X * - - - - *) *\n\n#end document\n"
    ],
    "webanno": [
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n\n#Text=Ana May\n1-1\t0-3\tAna\tPER[1]\t\n"
        "1-2\t4-7\tMay\tPER[1]|LOC\t\n1-2.1\t4-5\tM\t*\t\n"
    ],
    "jsonl": [
        json.dumps({"text": TEXT, "ents": ENTS, "id": "a"}, ensure_ascii=False) + "\n",
        json.dumps({"text": TEXT, "ents": ENTS}, indent=2) + '\n{"text": "Ana", "ents": []}\n',
        json.dumps([{"text": TEXT, "ents": ENTS}] * 2, indent=1),
    ],
    "doccano": [json.dumps({"id": 1, "text": TEXT, "label": [[0, 3, "PER"]]}) + "\n"],
    "prodigy": [json.dumps({"text": TEXT, "spans": ENTS, "answer": "accept", "tokens": [{"text": "Ana"}]}) + "\n"],
    "label-studio": [
        json.dumps(
            [
                {
                    "data": {"text": TEXT},
                    "annotations": [{"result": [{"value": {**one, "labels": ["X"]}} for one in ENTS]}],
                }
            ]
        )
    ],
    "argilla": [json.dumps({"fields": {"text": TEXT}, "responses": {"s": [{"value": ENTS}]}, "metadata": {}}) + "\n"],
    "spacy": [json.dumps([[TEXT, {"entities": [[0, 3, "PER"]]}]])],
    "cluener": [json.dumps({"text": TEXT, "label": {"name": {"Ana": [[0, 2]]}, "place": {"Rio": [[8, 10]]}}}) + "\n"],
    "csv": [
        'Sentence #,Word,POS,Tag\nSentence: 1,Ana,NNP,B-PER\n,"a, ""b",NN,O\nSentence: 2,Rio,NNP,B-LOC\n',
        "Ana;B-PER\nsaw;O\n;\nRio;B-LOC\n",
        "id,text,labels\n1,\"Ana saw , Rio\",B-PER O O B-LOC\n2,\"['We', 'saw']\",\"['O' 'O']\"\n",
        'text,kind\n"Ana saw Rio, and left.",news\n',
    ],
    "datasets": [json.dumps({"tokens": ["Ana", "saw"], "ner_tags": ["B-PER", "O"], "id": 1}) + "\n"],
    "text": ["Ana saw Rio.\n\nNobody came.\n"],
}
PIECES = ["\t", " ", "\n", "\n\n", "\r\n", "#", "-", "O", "B-", "I-X", "\ufeff", "\u00a0", "\u2028", "\x0c", "\x00"]
PIECES += ["{", "}", "[", "]", ",", ":", "\\", "\\ud83d", "null", "-1", "1e9", "京"]
PIECES += ['"', "99999999999", "true", "(", ")", "*", "|", "=", "_", "text", "1-2\t", "-DOCSTART- (x)\n", "\u0301"]
PIECES += ["\u200b", "😀", "O\tO", "0", "1.1"]


def mutate(text: str, rng: random.Random) -> str:
    """Cut, double, swap and insert some pieces."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randint(0, len(text))
        end = min(len(text), start + rng.choice([0, 0, 1, 2, 8, 40]))
        piece = rng.choice([rng.choice(PIECES), "", text[start:end] * 2, text[end : end + 9]])
        text = text[:start] + piece + text[end:]
    return text


def outcome(docs: Iterable[Doc]) -> Any:
    """What is read, or the error."""
    try:
        return [(doc.to_json(), doc.user_data) for doc in docs]
    except XprojError as error:
        return str(error)


def check(docs: Any) -> None:
    for doc in docs:
        assert len(doc) and "".join(token.text_with_ws for token in doc) == doc.text
        for ent in doc.ents:
            assert ent.label_ and ent.text.strip() and not (ent[0].is_space or ent[-1].is_space)
        assert doc.user_data["line"] >= 1


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_file_is_read_as_its_text_is(name: str, tmp_path: Path) -> None:
    """By the line, if the format is read so."""
    rng, file = random.Random(name), tmp_path / "file"
    converter = converters()[name](lang="en", repair=True)
    if not hasattr(converter, "read_path"):
        return
    for _ in range(max(40, COUNT // 10)):
        text = mutate(rng.choice(SEEDS[name]), rng)
        file.write_bytes(text.encode())
        assert outcome(converter.read_path(file)) == outcome(converter(text.removeprefix("\ufeff"))), text


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_mutated_inputs(name: str) -> None:
    rng = random.Random(name)
    known = converters()
    tried = [known[name](lang="en", repair=repair) for repair in (False, True)]
    for _ in range(COUNT):
        text = mutate(rng.choice(SEEDS[name]), rng)
        for converter in tried:
            try:
                check(converter(text))
                recognize(text, known)
                are_columns(text)
            except XprojError as error:
                assert "\n" not in str(error) and 10 < len(str(error)) < 2000, (text, error)
            except Exception as error:
                raise AssertionError(f"{type(error).__name__} on {text!r}") from error


ANNOTATIONS = ["T1\tPER 0 3\tAna\nT2\tLOC 8 9;10 11\tR o\n#1\tAnnotatorNotes T1\tgood\nR1\tx Arg1:T1 Arg2:T2\n"]


def test_mutated_pairs_of_brat(tmp_path: Path) -> None:
    """Text or annotations, or both."""
    rng = random.Random("brat")
    tried = {"a.txt": BratConverter("en"), "a.ann": BratConverter("en", repair=True)}
    for number in range(COUNT):
        text = mutate(TEXT + "\n\nNobody.\n", rng) if number % 3 else TEXT + "\n"
        ann = mutate(ANNOTATIONS[0], rng) if number % 3 != 1 else ANNOTATIONS[0]
        (tmp_path / "a.txt").write_bytes(text.encode())
        (tmp_path / "a.ann").write_bytes(ann.encode())
        for name, converter in tried.items():
            try:
                check(converter.read_path(tmp_path / name))
                BratConverter.recognizes(ann)
            except XprojError as error:
                assert "\n" not in str(error) and 10 < len(str(error)) < 2000, (text, ann, error)
            except Exception as error:
                raise AssertionError(f"{type(error).__name__} on {text!r} with {ann!r}") from error


def test_every_text_format_is_tried() -> None:
    assert set(SEEDS) | {"brat"} | {"europarl", "germeval", "hipe", "klue"} >= {n for n in converters() if "." not in n}
