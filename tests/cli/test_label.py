"""`label` as a user runs it."""

from functools import partial

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab

from spacy_xproj.cli import label
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import Reject, write_parallel_corpus
from spacy_xproj.types import Bitext


@pytest.fixture
def job(invoke, tmp_path):
    """Give a function that labels two sentences with a pipeline that knows Lisbon only."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Lisbon"}])
    nlp.to_disk(tmp_path / "model")
    docs = []
    # spaCy's tokenizer would not cut the text so
    for number, words in enumerate([["Ana", "don't", "like", "Lisbon", "!"], ["Rui", "Silva"]]):
        doc = Doc(nlp.vocab, words=words, spaces=[True] * (len(words) - 1) + [False])
        doc.ents = [Span(doc, 0, 1, label="PER")]
        doc.user_data.update(sent_id=f"s{number}", lang="en")
        docs.append(doc)
    DocBin(docs=docs, store_user_data=True).to_disk(tmp_path / "gold.spacy")

    def run(corpus="gold.spacy", model="model", options=(), output="predicted.spacy"):
        return invoke("label", tmp_path / corpus, tmp_path / output, "--model", tmp_path / model, *options)

    return run


def read(path):
    return list(DocBin().from_disk(path).get_docs(Vocab()))


def test_gold_entities_do_not_leak(job, tmp_path):
    result = job()
    assert result.exit_code == 0, result.output
    predicted = read(tmp_path / "predicted.spacy")
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in predicted] == [[("Lisbon", "LOC")], []]


def test_tokens_and_user_data_stay(job, tmp_path):
    job()
    gold, predicted = read(tmp_path / "gold.spacy"), read(tmp_path / "predicted.spacy")
    for before, after in zip(gold, predicted, strict=True):
        assert [token.text_with_ws for token in after] == [token.text_with_ws for token in before]
        assert (after.text, after.user_data["sent_id"]) == (before.text, before.user_data["sent_id"])
        assert after.user_data["lang"] == "en"


def test_a_second_pipeline_adds_what_does_not_overlap(job, tmp_path):
    """The first knows Lisbon as a place; the second has it in a longer name, and knows a person besides."""
    nlp = spacy.blank("en")
    patterns = [("ORG", "like Lisbon"), ("PER", "Rui Silva")]
    nlp.add_pipe("entity_ruler").add_patterns([{"label": label, "pattern": name} for label, name in patterns])
    nlp.to_disk(tmp_path / "second")
    result = job(options=("--model", tmp_path / "second"))
    assert result.exit_code == 0, result.output
    predicted = read(tmp_path / "predicted.spacy")
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in predicted] == [
        [("Lisbon", "LOC")],
        [("Rui Silva", "PER")],
    ]
    assert all(token.ent_iob_ for doc in predicted for token in doc), "nothing is left unknown"
    assert not job(model="second", options=("--model", tmp_path / "model", "--overwrite")).exit_code
    assert [ent.text for ent in read(tmp_path / "predicted.spacy")[0].ents] == ["like Lisbon"]


@Language.component("leaves_vectors")
def leaves_vectors(doc):
    """Stands for a transformer, which leaves what it has computed."""
    doc.user_data["._.", "trf_data", None, None] = b"vectors" * 100_000
    return doc


def test_what_a_pipeline_leaves_is_not_written(job, tmp_path):
    nlp = spacy.load(tmp_path / "model")
    nlp.add_pipe("leaves_vectors")
    nlp.to_disk(tmp_path / "model")
    assert job().exit_code == 0
    assert [set(doc.user_data) for doc in read(tmp_path / "predicted.spacy")] == [{"sent_id", "lang"}] * 2
    assert (tmp_path / "predicted.spacy").stat().st_size < 10_000


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"model": "nothing"}, "pipeline"),
        ({"corpus": "nothing.spacy"}, "nothing.spacy: no such file"),
        ({"corpus": "damaged.spacy"}, "damaged.spacy: not a readable .spacy file"),
        ({"options": ["--label-map", "onto"]}, "no label map 'onto'"),
        (
            {"options": ["--label-map", "wnut2017"], "model": "city"},
            "label 'CITY' is not among LOC, ORG, PER; name it in",
        ),
    ],
)
def test_errors(job, tmp_path, settings, message):
    (tmp_path / "damaged.spacy").write_bytes(b"no DocBin")
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "CITY", "pattern": "Lisbon"}])
    nlp.to_disk(tmp_path / "city")
    result = job(**settings)
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    assert message in result.stderr and "\n" not in result.stderr.strip()
    assert not (tmp_path / "predicted.spacy").exists()


def test_label_map_is_counted(job, tmp_path):
    nlp = spacy.blank("en")
    patterns = [{"label": "GPE", "pattern": "Lisbon"}, {"label": "NORP", "pattern": "Silva"}]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    nlp.to_disk(tmp_path / "ontonotes")
    result = job(model="ontonotes", options=["--label-map", "ontonotes"])
    assert result.exit_code == 0, result.output
    for line in ("entities: LOC 1", "renamed: GPE=LOC 1", "dropped: NORP 1"):
        assert line in result.output
    predicted = read(tmp_path / "predicted.spacy")
    assert [[(ent.text, ent.label_) for ent in doc.ents] for doc in predicted] == [[("Lisbon", "LOC")], []]


def test_source_side_of_a_parallel_corpus(job, tmp_path):
    sources = read(tmp_path / "gold.spacy")
    targets = [spacy.blank("pt")(text) for text in ("Ana não gosta de Lisboa!", "Rui Silva")]
    write_parallel_corpus(tmp_path / "bitext", map(Bitext, sources, targets), "en", "pt", {"command": "test"})
    result = job(corpus="bitext", output="labelled", options=["--label-map", "conll2003"])
    assert result.exit_code == 0, result.output
    assert "entities: LOC 1" in result.output
    before, after = ParallelCorpus(tmp_path / "bitext"), ParallelCorpus(tmp_path / "labelled")
    assert (after.src_lang, after.tgt_lang, len(after)) == ("en", "pt", 2)
    assert [[ent.text for ent in pair.source.ents] for pair in after] == [["Lisbon"], []]
    for old, new in zip(before, after, strict=True):
        assert new.target.to_json() == old.target.to_json()
        assert new.source.user_data["sent_id"] == old.source.user_data["sent_id"]
    provenance = after.manifest["provenance"]
    assert provenance["settings"]["label_map"] == "conll2003" and provenance["corpus"] == {"command": "test"}
    assert provenance["settings"]["renames"]["LOC"] == "LOC"


@pytest.fixture
def bitext(tmp_path, monkeypatch):
    """A parallel corpus of 300 items; every hundredth is a reject. It is labelled in shards of 100."""
    monkeypatch.setattr(label, "ParallelCorpusWriter", partial(label.ParallelCorpusWriter, shard_size=100))
    doc = spacy.blank("xx")("Ana likes Lisbon")
    items = [
        Reject("empty", f"Text {number}\u2028", "", f"s{number}") if number % 100 == 7 else Bitext(doc, doc)
        for number in range(300)
    ]
    write_parallel_corpus(tmp_path / "bitext", items, "en", "pt", {"command": "test"})
    return tmp_path / "bitext"


def stop_after(monkeypatch, number):
    """Give a list that gets every sentence that is labelled; after so many, the run is interrupted."""
    seen, real = [], label.words_only

    def counted(doc, *rest):
        if len(seen) == number:
            raise KeyboardInterrupt
        seen.append(doc)
        return real(doc, *rest)

    monkeypatch.setattr(label, "words_only", counted)
    return seen


def test_what_is_labelled_is_not_labelled_again(job, bitext, tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        stop_after(patch, 250)
        assert job(corpus="bitext", output="labelled").exit_code != 0
    seen = stop_after(monkeypatch, -1)
    result = job(corpus="bitext", output="labelled")
    assert result.exit_code == 0, result.output
    lines = result.text
    assert "going on after 200 sentences" in lines and len(seen) == 99
    assert "the first 198 pairs were labelled before" in lines and "entities: LOC 99" in lines
    pairs = list(ParallelCorpus(tmp_path / "labelled"))
    assert len(pairs) == 297 and all(ent.label_ == "LOC" for pair in pairs for ent in pair.source.ents)


@pytest.mark.parametrize("changed", ["map.json", "model"])
def test_another_map_or_model_of_the_same_name_starts_afresh(job, bitext, tmp_path, monkeypatch, changed):
    options = ["--label-map", str(tmp_path / "map.json")]
    (tmp_path / "map.json").write_text('{"LOC": "PLACE", "GPE": "GPE"}')
    with monkeypatch.context() as patch:
        stop_after(patch, 150)
        assert job(corpus="bitext", output="labelled", options=options).exit_code != 0
    if changed == "model":
        nlp = spacy.blank("en")
        nlp.add_pipe("entity_ruler").add_patterns([{"label": "GPE", "pattern": "Lisbon"}])
        nlp.to_disk(tmp_path / "model")
    else:
        (tmp_path / "map.json").write_text('{"LOC": "GPE"}')
    result = job(corpus="bitext", output="labelled", options=options)
    assert result.exit_code == 0 and "starting afresh" in result.text
    labels = {ent.label_ for pair in ParallelCorpus(tmp_path / "labelled") for ent in pair.source.ents}
    assert labels == {"GPE"}


@pytest.mark.parametrize("output", ["labelled", "bitext"])
def test_rejects_of_the_corpus_are_kept(job, bitext, tmp_path, output):
    before, counts = (bitext / "rejects.jsonl").read_bytes(), ParallelCorpus(bitext).manifest["rejects"]
    result = job(corpus="bitext", output=output)
    assert result.exit_code == 0, result.output
    corpus = ParallelCorpus(tmp_path / output)
    assert (tmp_path / output / "rejects.jsonl").read_bytes() == before
    assert corpus.manifest["rejects"] == counts == {"empty": 3} and corpus.manifest["items"] == 300
    assert [ent.text for ent in next(iter(corpus)).source.ents] == ["Lisbon"]


@pytest.mark.parametrize(
    "damage", [lambda path: path.unlink(), lambda path: path.write_text(""), lambda path: path.write_text("{")]
)
def test_damaged_rejects_are_an_error(job, bitext, tmp_path, damage):
    damage(bitext / "rejects.jsonl")
    result = job(corpus="bitext", output="labelled")
    assert result.exit_code == 1 and "rejects.jsonl: damaged" in result.text


@pytest.mark.parametrize(
    ("corpus", "output", "message"),
    [
        ("gold.spacy", "gold.spacy", "gold.spacy: is an input too"),
        ("gold.spacy", "link.spacy", "link.spacy: is an input too"),
        ("gold.spacy", "file/out.spacy", "file/out.spacy: cannot be written"),
        ("gold.spacy", "bitext", "bitext: is a directory; name a file"),
        ("bitext", "file", "file: is a file; name a directory"),
    ],
)
def test_output_is_checked_before_the_work(job, bitext, tmp_path, monkeypatch, corpus, output, message):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link.spacy").symlink_to("gold.spacy")
    before = (tmp_path / "gold.spacy").read_bytes()
    monkeypatch.setattr(label, "load_pipeline", pytest.fail)
    result = job(corpus=corpus, output=output)
    assert result.exit_code == 1 and message in result.text
    assert (tmp_path / "gold.spacy").read_bytes() == before and (tmp_path / "link.spacy").is_symlink()
