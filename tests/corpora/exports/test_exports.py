"""What is exported is all there: read by a few lines of another reader, property by property."""

import json
from collections import Counter
from importlib.util import find_spec

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, Span, SpanGroup

from spacy_xproj.corpora.exports.brat import BREAKS, NAMES, write_brat
from spacy_xproj.corpora.exports.columns import LEFT_OUT, NO_TEXT
from spacy_xproj.corpora.exports.export import WRITERS, export
from spacy_xproj.corpora.exports.texts import BLANK, REPEATED, TRANSLATED, write_texts
from spacy_xproj.errors import XprojError

VOCAB = spacy.blank("xx").vocab
LABELS = ["PER", "LOC", "creative-work"]
#: Letters with marks, of several scripts, outside the basic plane, and what other formats give a meaning.
WORDS = [
    "Ana",
    "in",
    "#",
    "O",
    "北京",
    "Ọ̀yọ́",
    "🎉",
    "B-PER",
    '"',
    "\\",
    "name=",
    "\u200b",
    "\u2028",
    "T1",
    "’s",
    "[",
    "-DOCSTART-",
]


def make_doc(words, spaces=None, ents=(), sent_id=None, scores=None):
    doc = Doc(VOCAB, words=words, spaces=spaces or [True] * (len(words) - 1) + [False])
    spans = [Span(doc, *ent) for ent in ents]
    doc.set_ents(spans, default="outside")
    if sent_id is not None:
        doc.user_data["sent_id"] = sent_id
    if scores is not None:
        doc.spans["projected"] = SpanGroup(doc, name="projected", spans=spans, attrs={"scores": scores})
    return doc


@st.composite
def docs(draw, words=st.sampled_from(WORDS)):
    """A labelled sentence; if it is projected, with scores; maybe with a name."""
    chosen = draw(st.lists(words, min_size=1, max_size=8))
    spaces = draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    ents, position = [], 0
    while position < len(chosen):
        size = draw(st.integers(0, min(3, len(chosen) - position)))
        if size:
            ents.append((position, position + size, draw(st.sampled_from(LABELS))))
        position += size or 1
    scores = draw(st.none() | st.lists(st.floats(0, 1), min_size=len(ents), max_size=len(ents)))
    name = draw(st.none() | st.sampled_from(["a-1", "zwölf 12", "#3"]))
    return make_doc(chosen, spaces, ents, name, scores)


def entities(doc):
    return [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]


def tokens(doc):
    return [(token.idx, token.idx + len(token)) for token in doc]


def scores(doc):
    return list(doc.spans["projected"].attrs["scores"]) if "projected" in doc.spans else [None] * len(doc.ents)


def write(corpus, path, to):
    return export(iter(corpus), path, to, WRITERS[to])


def read_lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf8").split("\n") if line]


def spans_of(rows):
    return [(row["start"], row["end"], row["label"]) for row in rows]


@given(corpus=st.lists(docs(), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_rows_hold_everything(corpus, tmp_path_factory):
    path = tmp_path_factory.mktemp("rows") / "out"
    for to in ("jsonl", "doccano", "prodigy", "label-studio", "argilla"):
        counts = write(corpus, path, to)
        assert (counts.sentences, counts.entities) == (len(corpus), sum(len(doc.ents) for doc in corpus))
        assert not counts.remarks
        rows = read_lines(path) if to not in ("label-studio", "argilla") else json.loads(path.read_text("utf8"))
        for doc, row in zip(corpus, rows, strict=True):
            text, name, ents, found = READERS[to](row)
            assert (text, name) == (doc.text, doc.user_data.get("sent_id"))
            assert ents == entities(doc)
            assert found == scores(doc)
            if to in ("jsonl", "prodigy"):
                assert [(token["start"], token["end"]) for token in row["tokens"]] == tokens(doc)
        path.unlink()


def read_jsonl(row):
    return row["text"], row.get("id"), spans_of(row["ents"]), [ent.get("score") for ent in row["ents"]]


def read_doccano(row):
    ents = [tuple(ent) for ent in row["label"]]
    return row["text"], row.get("sent_id"), ents, row.get("scores", [None] * len(ents))


def read_prodigy(row):
    for span in row["spans"]:
        first, last = row["tokens"][span["token_start"]], row["tokens"][span["token_end"]]
        assert (first["start"], last["end"]) == (span["start"], span["end"])
    text = "".join(token["text"] + " " * token["ws"] for token in row["tokens"])
    assert text == row["text"]
    found = [span.get("score") for span in row["spans"]]
    assert row["meta"].get("score") == (min(found) if found and None not in found else None)
    return text, row["meta"].get("sent_id"), spans_of(row["spans"]), found


def read_label_studio(row):
    (side,) = {"predictions", "annotations"} & row.keys()
    (group,) = row[side]
    ents, found = [], []
    for item in group["result"]:
        value = item["value"]
        assert (item["from_name"], item["to_name"], item["type"]) == ("label", "text", "labels")
        assert row["data"]["text"][value["start"] : value["end"]] == value["text"]
        ents.append((value["start"], value["end"], *value["labels"]))
        found.append(item.get("score"))
    assert side == "predictions" or found == [None] * len(found)
    return row["data"]["text"], row["data"].get("sent_id"), ents, found


def read_argilla(row):
    suggestion = row["suggestions"]["span"]
    ents = spans_of(suggestion["value"])
    assert row.get("id") == row["metadata"].get("sent_id")
    return row["fields"]["text"], row["metadata"].get("sent_id"), ents, suggestion["score"] or [None] * len(ents)


READERS = {
    "jsonl": read_jsonl,
    "doccano": read_doccano,
    "prodigy": read_prodigy,
    "label-studio": read_label_studio,
    "argilla": read_argilla,
}


def read_conll(text):
    """Read comments, words and entities (start, end and label, counted in words) of each block."""
    for block in text.removesuffix("\n\n").split("\n\n"):
        comments, words, ents = {}, [], []
        for line in block.split("\n"):
            word, tab, tag = line.partition("\t")
            if not tab:
                key, _, value = line.removeprefix("# ").partition(" = ")
                comments[key] = value
                continue
            if tag.startswith("B-"):
                ents.append((len(words), len(words) + 1, tag[2:]))
            elif tag != "O":
                start, end, label = ents.pop()
                assert (end, f"I-{label}") == (len(words), tag)
                ents.append((start, end + 1, label))
            words.append(word)
        yield comments, words, ents


@given(corpus=st.lists(docs(st.sampled_from([*WORDS, " ", "\u00a0"])), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_columns_hold_words_labels_names_and_text(corpus, tmp_path_factory):
    path = tmp_path_factory.mktemp("columns") / "out.conll"
    counts = write(corpus, path, "conll")
    kept = [doc for doc in corpus if any(not token.is_space for token in doc)]
    assert counts.remarks[LEFT_OUT] == len(corpus) - len(kept)
    blocks = list(read_conll(path.read_text(encoding="utf8"))) if kept else []
    unheld = 0
    for doc, (comments, words, ents) in zip(kept, blocks, strict=True):
        assert words == [token.text for token in doc if not token.is_space]
        assert comments.get("sent_id") == doc.user_data.get("sent_id")
        text = doc.text.removesuffix(" ")
        assert comments.get("text", " ".join(words)) == text
        named = [(" ".join(words[start:end]), label) for start, end, label in ents]
        expected = [(" ".join(t.text for t in ent if not t.is_space), ent.label_) for ent in doc.ents]
        assert named == [ent for ent in expected if ent[0]]
        unheld += "text" in comments and text != text.strip()
    assert counts.remarks[NO_TEXT] == unheld


def test_columns_say_what_they_cannot_hold(tmp_path):
    path = tmp_path / "out.conll"
    counts = write([make_doc(["Ana", "\n", "Ben"]), make_doc([" ", " "])], path, "conll")
    assert path.read_text() == "Ana\tO\nBen\tO\n\n"
    assert counts.remarks == {NO_TEXT: 1, LEFT_OUT: 1}
    for doc in (make_doc(["A\tB"]), make_doc(["A\nB"]), make_doc(["A"], sent_id="a\nb")):
        with pytest.raises(XprojError, match="sentence 1: .*; (use --to jsonl|give it another one)"):
            write([doc], path, "conll")
    assert path.read_text() == "Ana\tO\nBen\tO\n\n"


@given(corpus=st.lists(docs(st.sampled_from([*WORDS, "\n"])), min_size=1, max_size=4))
@settings(deadline=None, max_examples=60)
def test_brat_offsets_are_those_of_the_text_file(corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("brat")
    counts = write(corpus, folder / "out.ann", "brat")
    text = (folder / "out.txt").read_bytes().decode("utf8")
    lines = text.split("\n")
    assert lines == [*(doc.text.replace("\n", " ") for doc in corpus), ""]
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(corpus))]
    found, notes = [], {}
    for line in (folder / "out.ann").read_bytes().decode("utf8").split("\n")[:-1]:
        number, middle, covered = line.split("\t")
        if number[0] == "#":
            notes[middle.split()[1]] = covered
            continue
        label, start, end = middle.split(" ")
        assert number == f"T{len(found) + 1}" and text[int(start) : int(end)] == covered
        found.append((int(start), int(end), label))
    assert found == [(s + at, e + at, label) for doc, at in zip(corpus, starts) for s, e, label in entities(doc)]
    expected = [score for doc in corpus for score in scores(doc)]
    assert notes == {f"T{n}": f"score {s:.4f}" for n, s in enumerate(expected, 1) if s is not None}
    assert counts.remarks[BREAKS] == sum("\n" in doc.text for doc in corpus)
    assert counts.remarks[NAMES] == sum("sent_id" in doc.user_data for doc in corpus)


def test_brat_takes_no_label_with_a_space(tmp_path):
    with pytest.raises(XprojError, match="label 'work of art': brat takes no label with a space"):
        write_brat([make_doc(["Ana"], ents=[(0, 1, "work of art")])], tmp_path / "a", Counter())
    assert not list(tmp_path.iterdir())


def test_datasets(tmp_path):
    datasets = pytest.importorskip("datasets")
    corpus = [make_doc(["Ana", "in", "Rio"], ents=[(0, 1, "PER"), (2, 3, "LOC")], sent_id="x"), make_doc([" "])]
    counts = write(corpus, tmp_path / "out", "datasets")
    read = datasets.load_from_disk(str(tmp_path / "out"))
    names = read.features["ner_tags"].feature.names
    assert names == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    (row,) = read
    assert {**row, "ner_tags": [names[tag] for tag in row["ner_tags"]]} == {
        "id": "x",
        "tokens": ["Ana", "in", "Rio"],
        "ner_tags": ["B-PER", "O", "B-LOC"],
        "text": "Ana in Rio",
    }
    assert counts.remarks == {LEFT_OUT: 1}


def test_unlabelled_sentences(tmp_path):
    doc = Doc(VOCAB, words=["Ana"], spaces=[False])
    for to in ("conll", "jsonl", *(["datasets"] if find_spec("datasets") else [])):
        with pytest.raises(XprojError, match=r"sentence 1: .* never set.*\(xproj label\).*doccano"):
            write([doc], tmp_path / "out", to)
    for to in ("doccano", "prodigy", "label-studio", "argilla", "brat"):
        (remark,) = write([doc], tmp_path / f"out.{to}", to).remarks
        assert "never set" in remark
    assert json.loads((tmp_path / "out.label-studio").read_text()) == [{"data": {"text": "Ana"}}]
    assert not write([doc], tmp_path / "out", "texts").remarks


def test_an_entity_that_was_corrected_has_no_score(tmp_path):
    doc = make_doc(["Ana", "Luz"], ents=[(0, 1, "PER")], scores=[0.5])
    doc.set_ents([Span(doc, 0, 2, "PER")])
    write([doc], tmp_path / "out", "jsonl")
    assert read_lines(tmp_path / "out")[0]["ents"] == [{"start": 0, "end": 7, "label": "PER"}]


def test_texts(tmp_path):
    corpus = [make_doc(words) for words in (["One"], ["Two"], ["One"], [" "], ["Three"])]
    remarks = Counter()
    write_texts(corpus, tmp_path / "out.txt", remarks, frozenset(["Two"]))
    assert (tmp_path / "out.txt").read_text() == "One\nThree\n"
    assert remarks == {REPEATED: 1, BLANK: 1, TRANSLATED: 1}
    lines = [make_doc(["One", "\n", "Two"])]
    with pytest.raises(XprojError, match=r"sentence 1 has a tab or a line break.*write to a file named \*.jsonl"):
        write_texts(lines, tmp_path / "lines.txt", remarks)
    write_texts(lines, tmp_path / "lines.jsonl", remarks)
    assert read_lines(tmp_path / "lines.jsonl") == [{"source": lines[0].text, "target": ""}]
