"""Formats with marks of their own: brat, WebAnno, CoNLL-U, OntoNotes, spaCy's iob, plain text."""

from pathlib import Path
from typing import Any, List, Tuple

import pytest

from spacy_xproj import XprojError
from spacy_xproj.corpora.formats.brat import BratConverter
from spacy_xproj.corpora.formats.conllu import ConlluConverter
from spacy_xproj.corpora.formats.conversion import converters, find_format
from spacy_xproj.corpora.formats.iob import IobConverter
from spacy_xproj.corpora.formats.ontonotes import OntonotesConverter
from spacy_xproj.corpora.formats.plain import TextConverter
from spacy_xproj.corpora.formats.sniff import recognize
from spacy_xproj.corpora.formats.webanno import WebannoConverter
from spacy_xproj.text.docs import is_labelled


def entities(doc: Any) -> List[Tuple[str, str]]:
    return [(ent.text, ent.label_) for ent in doc.ents]


@pytest.fixture
def brat(tmp_path: Path) -> Path:
    text = "😀 Ana May saw Rio.\nNobody came.\n\nThe Bank of\nLisbon.\n"
    places = [("PER", "Ana May"), ("LOC", "Rio"), ("ORG", "Bank of\nLisbon")]
    lines = []
    for number, (label, name) in enumerate(places, 1):
        start = text.index(name)
        shown = name.replace("\n", " ")
        lines.append(f"T{number}\t{label} {start} {start + len(name)}\t{shown}\n")
    lines += ["R1\tin Arg1:T1 Arg2:T2\n", "#1\tAnnotatorNotes T1\tsure\n", "A1\tSure T1\n"]
    (tmp_path / "a.txt").write_text(text, encoding="utf8")
    (tmp_path / "a.ann").write_text("".join(lines), encoding="utf8")
    return tmp_path / "a.ann"


def test_brat(brat: Path) -> None:
    for path in (brat, brat.with_suffix(".txt"), brat.parent):
        assert find_format(path, "auto") == "brat"
        docs = list(BratConverter("en").read_path(path))
        assert [(doc.text, entities(doc)) for doc in docs] == [
            ("😀 Ana May saw Rio.", [("Ana May", "PER"), ("Rio", "LOC")]),
            ("Nobody came.", []),
            ("The Bank of\nLisbon.", [("Bank of\nLisbon", "ORG")]),
        ]
        assert [doc.user_data["sent_id"] for doc in docs] == ["a-1", "a-2", "a-3"]
        assert docs[2].user_data["line"] == 4


def test_brat_offsets_in_utf_16(brat: Path) -> None:
    lines = brat.read_text(encoding="utf8").split("\n")
    moved = [line if not line.startswith("T") else _shift(line) for line in lines]
    brat.write_text("\n".join(moved), encoding="utf8")
    docs = list(BratConverter("en").read_path(brat))
    assert entities(docs[0]) == [("Ana May", "PER"), ("Rio", "LOC")]


def _shift(line: str) -> str:
    name, place, text = line.split("\t")
    label, start, end = place.split()
    return f"{name}\t{label} {int(start) + 1} {int(end) + 1}\t{text}"


def test_bad_brat(brat: Path) -> None:
    brat.write_text("T1\tPER 2 5;6 9\tAna May\n", encoding="utf8")
    with pytest.raises(XprojError, match="an entity in pieces '2 5;6 9' at 'Ana May'; correct it, or read it as '2 9'"):
        list(BratConverter("en").read_path(brat))
    assert entities(next(BratConverter("en", repair=True).read_path(brat))) == [("Ana May", "PER")]
    for ann, message in (
        ("T1\tPER 2 500\tAna\n", "entity 2:500 holds no text"),
        ("T1\tPER 2 5\tBob\n", "is 'Bob' in the file but 'Ana' in the text"),
        ("T1 PER\n", "line 1: no annotation of brat"),
    ):
        brat.write_text(ann, encoding="utf8")
        with pytest.raises(XprojError, match=message):
            list(BratConverter("en", repair=True).read_path(brat))
    brat.with_suffix(".txt").unlink()
    with pytest.raises(XprojError, match="a.txt: no such file; brat has"):
        list(BratConverter("en").read_path(brat))


WEBANNO = """#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_RL=webanno.custom.Rel|kind|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity


#Text=Ana May saw Rio.
1-1\t0-3\tAna\tNNP\t*[1]\tPER[1]\t_\t_\t
1-2\t4-7\tMay\tNNP\t*[1]\tPER[1]\t_\t_\t
1-3\t8-11\tsaw\tVBD\t_\t_\t_\t_\t
1-4\t12-15\tRio\tNNP\t*|*[2]\tLOC|ORG\\_X[2]\t_\t_\t
1-5\t15-16\t.\t.\t*[2]\tORG\\_X[2]\t_\t_\t

#Text=Berlin-Mitte
2-1\t17-29\tBerlin-Mitte\tNNP\t_\t_\t_\t_\t
2-1.1\t17-23\tBerlin\tNNP\t*\tLOC\t_\t_\t
"""


def test_webanno() -> None:
    assert recognize(WEBANNO, converters()) == "webanno"
    with pytest.raises(XprojError, match="an annotation of a part of a token 'LOC' at 'Berlin'.*--repair"):
        list(WebannoConverter("en")(WEBANNO))
    converter = WebannoConverter("en", repair=True)
    first, second = converter(WEBANNO)
    assert first.text == "Ana May saw Rio."
    assert entities(first) == [("Ana May", "PER"), ("Rio.", "ORG_X")]
    assert entities(second) == [("Berlin-Mitte", "LOC")]
    assert "NamedEntity|value, 1 annotations on the same tokens not read" in converter.description


@pytest.mark.parametrize("repair", [False, True])
def test_webanno_token_without_text(repair):
    head = "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.NamedEntity|value\n\n#Text=Ana May\n"
    text = head + "1-1\t0-3\tAna\tPER[1]\t\n1-2\t4-7\t\tMay\t\n"
    with pytest.raises(XprojError, match="line 6: no token"):
        list(WebannoConverter("en", repair=repair)(text))


def test_webanno_with_several_layers() -> None:
    text = "#FORMAT=WebAnno TSV 3.2\n#T_SP=custom.A|x\n#T_SP=custom.B|y\n\n#Text=Ana\n1-1\t0-3\tAna\tP\tQ\t\n"
    with pytest.raises(XprojError, match=r"several features may name the entities: A\|x, B\|y; .*--tag-column"):
        list(WebannoConverter("en")(text))
    for choice, label in (("A", "P"), ("y", "Q"), ("B|y", "Q"), (4, "P")):
        (doc,) = WebannoConverter("en", tag_column=choice)(text)
        assert entities(doc) == [("Ana", label)]


def conllu(*rows: Tuple[str, str, str], comments: str = "") -> str:
    return comments + "".join(f"{i}\t{token}\t_\t_\t_\t_\t0\troot\t_\t{misc}\n" for i, token, misc in rows) + "\n"


@pytest.mark.parametrize(
    ("person", "outside"),
    [("name=B-PER", "name=O"), ("NE=B-PER", "_"), ("NER=S-PER", "NER=O"), ("Entity=(1-PER)", "_"), ("ne=PER", "ne=_")],
)
def test_conllu(person: str, outside: str) -> None:
    text = conllu(
        ("1", "Ana", person), ("2", "came", f"SpaceAfter=No|{outside}"), ("3", ".", "_"), comments="# sent_id = x\n"
    )
    assert recognize(text, converters()) == "conllu"
    (doc,) = ConlluConverter("en")(text)
    assert (doc.text, entities(doc), doc.user_data["sent_id"]) == ("Ana came.", [("Ana", "PER")], "x")


def test_conllu_multiword_tokens_and_nested_entities() -> None:
    rows = [("1", "Ana", "NE=B-PER"), ("2-3", "du", "_"), ("2", "de", "NE=O"), ("3", "le", "NE=O"), ("3.1", "x", "_")]
    (doc,) = ConlluConverter("fr")(conllu(*rows, comments="# text = Ana du\n"))
    assert ([token.text for token in doc], doc.text) == (["Ana", "du"], "Ana du")
    rows = [("1-2", "It's", "SpaceAfter=No"), ("1", "It", "NE=B-X"), ("2", "'s", "_"), ("3", ".", "NE=O")]
    (doc,) = ConlluConverter("en")(conllu(*rows))
    assert ([token.text for token in doc], doc.text, entities(doc)) == (["It", "'s", "."], "It's.", [("It", "X")])
    rows = [("1-2", "del", "_"), ("1", "de", "NE=O"), ("2", "el", "NE=B-LOC")]
    with pytest.raises(XprojError, match="a part of a multiword token, tags 'O B-LOC' at 'del'; .*--repair"):
        list(ConlluConverter("es")(conllu(*rows)))
    assert entities(*ConlluConverter("es", repair=True)(conllu(*rows))) == [("del", "LOC")]
    rows = [("1", "Bank", "Entity=(1-ORG"), ("2", "of", "_"), ("3", "Rio", "Entity=(2-LOC)1)")]
    converter = ConlluConverter("en")
    assert entities(*converter(conllu(*rows))) == [("Bank of Rio", "ORG")]
    assert "1 entities in others not read" in converter.description


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("1", "Ana", "X=1")], r"no entities in the column MISC of this CoNLL-U \(it has X\); .*--format text"),
        ([("1", "Ana", "NE=B-PER|name=O")], "MISC has name= and NE=; choose one with --tag-column"),
        ([("2", "Ana", "NE=O")], "line 1: token number 2 should be 1"),
        ([("1-4", "Ana", "_"), ("1", "A", "NE=O")], "a multiword range beyond the end"),
        ([("1", "Ana", "Entity=(1-PER")], r"'\(1-PER' at 'Ana' is not closed"),
        ([("1", "Ana", "Entity=1)")], r"'1\)' at 'Ana' closes nothing open"),
    ],
)
def test_bad_conllu(rows: Any, message: str) -> None:
    with pytest.raises(XprojError, match=message):
        list(ConlluConverter("en", repair=True)(conllu(*rows)))


def test_ontonotes() -> None:
    rows = [("Ana", "(PERSON*"), ("May", "*)"), ("-LRB-", "*"), ("Rio", "(GPE)"), ("-RRB-", "*"), ("/.", "*")]
    lines = [f"nw/x 0 {i} {word} X (S* - - - - {name} *) -\n" for i, (word, name) in enumerate(rows)]
    text = "#begin document (nw/x); part 000\n" + "".join(lines) + "\n#end document\n"
    assert recognize(text, converters()) == "ontonotes"
    (doc,) = OntonotesConverter("en")(text)
    assert (doc.text, entities(doc)) == ("Ana May ( Rio ) .", [("Ana May", "PERSON"), ("Rio", "GPE")])
    assert doc.user_data["doc_id"] == "nw/x"
    for bad, message in (("(PERSON*", "'x' is"), ("[WORD]", "put in the text")):
        worse = text.replace("Ana", "[WORD]") if bad == "[WORD]" else text.replace("(PERSON*", "x")
        with pytest.raises(XprojError, match=message.replace("'x' is", "bad entity 'x'")):
            list(OntonotesConverter("en")(worse))


def test_iob_and_plain_text() -> None:
    text = "Ana|NNP|B-PER saw|VBD|O\nRio|NNP|B-LOC\n"
    assert recognize(text, converters()) == "iob"
    assert [entities(doc) for doc in IobConverter("en")(text)] == [[("Ana", "PER")], [("Rio", "LOC")]]
    first, second = TextConverter("en")("\ufeffAna saw Rio.\n\n Nobody.\n")
    assert ([first.text, second.text], second.user_data["line"]) == (["Ana saw Rio.", "Nobody."], 3)
    assert not is_labelled(first)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ana saw Rio .\nNobody came .\n", "text"),
        ("Hello world\nGood morning\n", "text"),
        ("Ana B-PER\nsaw O\n", "conll"),
        ("Nobody O\n", "conll"),
        ("-DOCSTART- O\n\n", "conll"),
        ("# sent_id = 1\n1\tAna\tB-PER\t-\t-\n", "uner"),
        ("en:Ana\tB-PER\nen:saw\tO\n", "wikiann"),
        ("T1\tPER 0 3\tAna\n", "brat"),
        ('{"text": "a", "ents": []}\n', "jsonl"),
        ("[\tO\n{\tO\n", "conll"),
    ],
)
def test_formats_are_told_apart(tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf8")
    assert find_format(path, "auto") == name


def test_a_wrong_format_names_the_right_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for text, given, right in (
        (WEBANNO, "conll", "webanno"),
        ("T1\tPER 0 3\tAna\n", "conll", "brat"),
        ('{"text": "a", "label": [[0, 1, "X"]]}\n', "jsonl", "doccano"),
        ('{"text": "a", "spans": [], "answer": "accept"}\n', "jsonl", "prodigy"),
        (conllu(("1", "Ana", "name=O")), "uner", "conllu"),
    ):
        path.write_text(text, encoding="utf8")
        with pytest.raises(XprojError, match=f"this is {right}, not {given}; take --format {right}"):
            find_format(path, given)
    path.write_text('{"title": "a"}', encoding="utf8")
    with pytest.raises(XprojError, match=r"JSON of an unknown kind \(with title\)"):
        find_format(path, "auto")
    with pytest.raises(XprojError, match="a directory without .ann files of brat and no data set"):
        find_format(tmp_path, "auto")
