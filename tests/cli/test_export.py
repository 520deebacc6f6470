"""`export`, and the way of a reviewed file back through `convert` and `pair`."""

import json

import pytest
from spacy.tokens import Doc, DocBin, Span, SpanGroup
from spacy.vocab import Vocab

from spacy_xproj.corpora.docbin import write_docs
from spacy_xproj.corpora.exports.export import WRITERS
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.text.languages import blank_or_xx

TEXTS = ["Ana Luz lives in Rio de Janeiro.", "Nobody 🎉 knows Oslo's mayor.", "It rains."]
ENTITIES = [[(0, 2, "PER"), (4, 7, "LOC")], [(3, 4, "LOC")], []]


@pytest.fixture
def corpus(tmp_path):
    """A projected corpus with names and scores."""
    nlp, docs = blank_or_xx("en"), []
    for number, (text, ents) in enumerate(zip(TEXTS, ENTITIES, strict=True)):
        doc = nlp.make_doc(text)
        spans = [Span(doc, *ent) for ent in ents]
        doc.set_ents(spans, default="outside")
        doc.spans["projected"] = SpanGroup(
            doc, name="projected", spans=spans, attrs={"scores": [0.5 + 0.125 * i for i, _ in enumerate(spans)]}
        )
        doc.user_data.update({"sent_id": f"s-{number}", "lang": "en"})
        docs.append(doc)
    (tmp_path / "projected").mkdir()
    write_docs(docs, tmp_path / "projected" / "target.spacy")
    return tmp_path / "projected"


def read(path):
    docs = list(DocBin().from_disk(path).get_docs(Vocab()))
    return docs, [
        (doc.user_data.get("sent_id"), doc.text, [(e.start_char, e.end_char, e.label_) for e in doc.ents])
        for doc in docs
    ]


def convert_back(invoke, file, to):
    back = file.with_name("back.spacy")
    result = invoke("convert", file, back, "--format", to, "--lang", "en")
    assert result.exit_code == 0, result.output
    return read(back)


def review_nothing(path):
    """These programs give back what they got, and a little more that is not looked at."""


def review_doccano(path):
    rows = [json.loads(line) for line in path.read_text("utf8").splitlines()]
    path.write_text("".join(json.dumps({"id": 7 + n, **row, "Comments": []}) + "\n" for n, row in enumerate(rows)))


def review_prodigy(path):
    rows = [json.loads(line) for line in path.read_text("utf8").splitlines()]
    path.write_text("".join(json.dumps({**row, "_input_hash": 1, "answer": "accept"}) + "\n" for row in rows))


def review_label_studio(path):
    tasks = json.loads(path.read_text("utf8"))
    for number, task in enumerate(tasks):
        results = task["predictions"][0]["result"]
        task.update({"id": number, "annotations": [{"id": 9, "was_cancelled": False, "result": results}]})
    path.write_text(json.dumps(tasks))


def review_argilla(path):
    records = json.loads(path.read_text("utf8"))
    for record in records:
        record["responses"] = {"span": [{"value": record["suggestions"]["span"]["value"], "user_id": "u"}]}
        record["status"] = "completed"
    path.write_text(json.dumps(records))


REVIEWS = {
    "conll": ("out.conll", review_nothing),
    "jsonl": ("out.jsonl", review_nothing),
    "doccano": ("out.jsonl", review_doccano),
    "prodigy": ("out.jsonl", review_prodigy),
    "label-studio": ("out.json", review_label_studio),
    "argilla": ("out.json", review_argilla),
    "brat": ("out.ann", review_nothing),
}


@pytest.mark.parametrize("to", REVIEWS)
def test_a_reviewed_file_comes_back(invoke, corpus, tmp_path, to):
    file, review = REVIEWS[to]
    result = invoke("export", corpus, tmp_path / file, "--to", to)
    assert result.exit_code == 0, result.output
    assert "3 sentences, 3 entities" in result.text
    review(tmp_path / file)
    _, found = convert_back(invoke, tmp_path / file, to)
    _, expected = read(corpus / "target.spacy")
    if to == "brat":  # has no names: pairs by order
        found, expected = ([row[1:] for row in rows] for rows in (found, expected))
    assert found == expected
    result = invoke(
        "pair",
        corpus / "target.spacy",
        tmp_path / "back.spacy",
        tmp_path / "pairs",
        "--by",
        "order" if to == "brat" else "sent_id",
    )
    assert result.exit_code == 0 and "3 pairs" in result.text, result.output


@pytest.mark.parametrize("to, file", [("jsonl", "out.jsonl"), ("prodigy", "out.jsonl"), ("conll", "out.conll")])
def test_tokens_come_back(invoke, tmp_path, to, file):
    """Also those that the rules of the language would not make, if the format has them."""
    doc = Doc(Vocab(), words=["New", "York", "-Ra", "ces"], spaces=[True, False, False, False])
    doc.set_ents([Span(doc, 0, 2, "LOC")], default="outside")
    write_docs([doc], tmp_path / "in.spacy")
    assert invoke("export", tmp_path / "in.spacy", tmp_path / file, "--to", to).exit_code == 0
    (read_back,), found = convert_back(invoke, tmp_path / file, to)
    assert found == [(None, doc.text, [(0, 8, "LOC")])]
    assert [token.text for token in read_back] == [token.text for token in doc]


def test_sides_of_a_parallel_corpus(invoke, make_bitext, tmp_path):
    pairs = [make_bitext("Ana lives here", "Ana mora aqui", [(0, 1, "PER")])]
    write_parallel_corpus(tmp_path / "bitext", pairs, "en", "pt", {})
    for side, text in (("source", "Ana lives here"), ("target", "Ana mora aqui")):
        file = tmp_path / f"{side}.txt"
        result = invoke("export", tmp_path / "bitext", file, "--to", "texts", "--side", side)
        assert result.exit_code == 0, result.output
        assert file.read_text().strip() == text
    assert invoke("export", tmp_path / "bitext", tmp_path / "out", "--to", "jsonl").exit_code == 0


def test_what_is_left_to_translate(invoke, corpus, tmp_path):
    (tmp_path / "table.tsv").write_text(f"{TEXTS[0]}\tAna Luz mora no Rio de Janeiro.\n{TEXTS[1]}\t\n")
    arguments = ["export", corpus, tmp_path / "left.txt", "--to", "texts", "--table", tmp_path / "table.tsv"]
    result = invoke(*arguments)
    assert result.exit_code == 0 and "1 sentences that the table has a translation of" in result.text
    assert (tmp_path / "left.txt").read_text("utf8").splitlines() == TEXTS[1:]


def test_bad_input(invoke, check_error, corpus, tmp_path):
    out = tmp_path / "out"
    check_error(invoke("export", corpus, out, "--to", "excel"), "--to excel: no such format; take one of: conll, jsonl")
    check_error(invoke("export", corpus, out, "--to", "conll", "--table", "x"), "--table is for --to texts")
    check_error(invoke("export", tmp_path / "no", out, "--to", "conll"), "no: no such file")
    (tmp_path / "empty").mkdir()
    check_error(invoke("export", tmp_path / "empty", out, "--to", "conll"), "not a parallel corpus")
    file = corpus / "target.spacy"
    check_error(invoke("export", file, file, "--to", "conll"), "target.spacy: is an input too")
    write_docs([Doc(Vocab(), words=["Ana"])], tmp_path / "bare.spacy")
    check_error(invoke("export", tmp_path / "bare.spacy", out, "--to", "conll"), "bare.spacy, sentence 1: its entities")
    check_error(invoke("export", corpus, tmp_path / "empty", "--to", "conll"), "is a directory; name a file")
    assert not out.exists()
    out.write_text("mine")
    check_error(invoke("export", corpus, out, "--to", "conll"), "out: exists, with other content")
    assert out.read_text() == "mine"
    assert invoke("export", corpus, out, "--to", "conll", "--overwrite").exit_code == 0


def test_the_help_names_every_format(invoke):
    text = invoke("export", "--help").text
    assert all(name in text for name in WRITERS)
