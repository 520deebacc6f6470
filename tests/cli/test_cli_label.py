"""`label` as a user runs it."""

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_xproj.cli import app
from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.corpora.parallel_writer import write_parallel_corpus
from spacy_xproj.types import Bitext


@pytest.fixture
def job(tmp_path):
    """RETURNS: a function that labels two sentences with a pipeline that knows Lisbon only."""
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
        paths = [str(tmp_path / corpus), str(tmp_path / output)]
        return CliRunner().invoke(app, ["label", *paths, "--model", str(tmp_path / model), *options])

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
