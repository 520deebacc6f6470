"""`translate` and `pair` as a user runs them."""

from functools import partial

import pytest
import spacy
import srsly
from spacy.tokens import DocBin, Span

from spacy_xproj.corpora.parallel import ParallelCorpus
from spacy_xproj.translators.table import TableTranslator

TABLE = {
    "Ana lives in Lisbon.": "Ana mora em Lisboa.",
    "It rains.": "",
    "They came home late in the old car.": "They came home late in the old car.",
    "Yes.": "Sim.",
}


def save(path, texts, lang="en", ids=None, labels=True):
    nlp = spacy.blank(lang)
    docs = []
    for number, text in enumerate(texts):
        doc = nlp(text)
        if labels:
            doc.ents = [Span(doc, 0, 1, label="PER")]
        doc.user_data["lang"] = lang
        doc.user_data["sent_id"] = ids[number] if ids else f"s{number}"
        docs.append(doc)
    DocBin(docs=docs, store_user_data=True).to_disk(path)
    return path


@pytest.fixture
def job(invoke, tmp_path):
    """Make a function that runs `translate` in a folder with a source, a table and a config."""
    srsly.write_jsonl(tmp_path / "table.jsonl", ({"source": s, "target": t} for s, t in TABLE.items()))
    save(tmp_path / "source.spacy", list(TABLE))
    config = (
        '[translator]\n@xproj_translators = "spacy-xproj.TableTranslator.v1"\n'
        f'path = "{(tmp_path / "table.jsonl").as_posix()}"\nsrc_lang = "en"\ntgt_lang = "pt"\n'
        '[translation]\non_flag = "keep"\n'
    )
    (tmp_path / "translate.cfg").write_text(config)

    def run(*arguments):
        paths = [tmp_path / "source.spacy", tmp_path / "bitext", "--config", tmp_path / "translate.cfg"]
        return invoke("translate", *paths, *arguments)

    return run


def test_translate(job, tmp_path):
    result = job()
    assert result.exit_code == 0, result.output
    assert "3 pairs" in result.text
    assert "flagged, kept: 1 (copied_source)" in result.text
    assert "rejected: 1 (empty)" in result.text
    corpus = ParallelCorpus(tmp_path / "bitext")
    pairs = list(corpus)
    assert [pair.target.text for pair in pairs] == [text for text in TABLE.values() if text]
    assert [pair.source.text for pair in pairs] == [text for text in TABLE if TABLE[text]]
    assert [ent.text for ent in pairs[0].source.ents] == ["Ana"]
    assert [pair.target.user_data["sent_id"] for pair in pairs] == ["s0", "s2", "s3"]
    assert pairs[0].target.user_data["lang"] == "pt"
    assert list(pairs[1].target.user_data["flags"]) == ["copied_source"]
    assert list(map(str, pairs[0].target)) == ["Ana", "mora", "em", "Lisboa", "."]
    (reject,) = srsly.read_jsonl(tmp_path / "bitext" / "rejects.jsonl")
    assert reject == {"index": 1, "reason": "empty", "text": "It rains.", "translation": "", "sent_id": "s1"}
    provenance = corpus.manifest["provenance"]
    assert provenance["settings"]["translator"]["@xproj_translators"] == "spacy-xproj.TableTranslator.v1"
    assert list(provenance["inputs"]) == [str(tmp_path / name) for name in ("source.spacy", "table.jsonl")]


def test_decomposed_translations_are_composed_and_counted(job, tmp_path):
    decomposed = "Ana mora em Sa\u0303o Tome\u0301."
    srsly.write_jsonl(tmp_path / "table.jsonl", ({"source": text, "target": decomposed} for text in TABLE))
    result = job()
    assert "flagged, kept: 4 (put into NFC)" in result.text
    assert all(pair.target.text == "Ana mora em São Tomé." for pair in ParallelCorpus(tmp_path / "bitext"))


def test_segment_by_characters(job, tmp_path):
    srsly.write_jsonl(tmp_path / "table.jsonl", ({"source": text, "target": "安娜 ok。"} for text in TABLE))
    assert job("--translation.segment", "characters", "--translator.tgt_lang", "ja").exit_code == 0
    words = [[token.text for token in pair.target] for pair in ParallelCorpus(tmp_path / "bitext")]
    assert words == [["安", "娜", "ok", "。"]] * 4
    assert job("--translation.segment", "syllables").exit_code == 1


def test_tokenizer_of_the_target(job, tmp_path):
    srsly.write_jsonl(tmp_path / "table.jsonl", ({"source": text, "target": "安娜 ok。"} for text in TABLE))
    config = (tmp_path / "translate.cfg").read_text()

    def run(tokenizer, *arguments):
        (tmp_path / "translate.cfg").write_text(f"{config}[translation.tokenizer]\n{tokenizer}\n")
        return job("--translator.tgt_lang", "zh", *arguments)

    result = run('@tokenizers = "spacy.zh.ChineseTokenizer"\nsegmenter = "char"')
    assert result.exit_code == 0, result.output
    words = [[token.text for token in pair.target] for pair in ParallelCorpus(tmp_path / "bitext")]
    assert words == [["安", "娜", "o", "k", "。"]] * 4
    assert run('@tokenizers = "spacy.Tokenizer.v1"').exit_code == 0
    words = [[token.text for token in pair.target] for pair in ParallelCorpus(tmp_path / "bitext")]
    assert words == [["安娜", "ok", "。"]] * 4
    both = run('@tokenizers = "spacy.Tokenizer.v1"', "--translation.segment", "characters")
    assert both.exit_code == 1 and "leave one out" in both.text
    for wrong in ('@tokenizers = "nobody.v1"', '@tokenizers = "spacy.Tokenizer.v1"\nwidth = 3'):
        result = run(wrong)
        assert result.exit_code == 1 and "of language 'zh' cannot be made" in result.text
        assert isinstance(result.exception, SystemExit)


def test_overrides(job, tmp_path):
    result = job("--translation.on_flag", "drop")
    assert result.exit_code == 0, result.output
    assert len(ParallelCorpus(tmp_path / "bitext")) == 2
    assert "rejected: 1 (copied_source)" in result.text


def test_resumes(watch_tables, job, tmp_path):
    """What was done before the interruption is not done again."""
    seen = watch_tables(2)
    assert job("--shard-size", "1").exit_code != 0
    assert not (tmp_path / "bitext").exists()
    watch_tables()
    result = job("--shard-size", "1")
    assert result.exit_code == 0, result.output
    assert "going on after 2 sentences" in result.text
    assert "rejected: 1 (empty)" in result.text
    assert len(ParallelCorpus(tmp_path / "bitext")) == 3 and seen == list(TABLE)


def test_another_table_starts_afresh(job, tmp_path):
    """Or else the corpus would have translations of both."""
    table = tmp_path / "table.jsonl"
    rows = list(srsly.read_jsonl(table))
    srsly.write_jsonl(table, [{**rows[0], "target": "Ana errada."}, *rows[1:3]])
    result = job("--shard-size", "1")
    assert result.exit_code == 1 and "no translation of 'Yes.'" in result.text
    srsly.write_jsonl(table, rows)
    result = job("--shard-size", "1")
    assert result.exit_code == 0 and "starting afresh" in result.text
    assert next(iter(ParallelCorpus(tmp_path / "bitext"))).target.text == TABLE["Ana lives in Lisbon."]


def test_a_table_without_translations_can_be_corrected(job, tmp_path):
    table = tmp_path / "table.jsonl"
    rows = list(srsly.read_jsonl(table))
    srsly.write_jsonl(table, [{**row, "target": ""} for row in rows])
    result = job()
    assert result.exit_code == 1 and "4 rejected; the reasons are in" in result.text
    srsly.write_jsonl(table, rows)
    assert job().exit_code == 0 and len(ParallelCorpus(tmp_path / "bitext")) == 3


def test_output_is_checked_before_the_work(job, tmp_path, monkeypatch):
    (tmp_path / "bitext").write_text("mine")
    monkeypatch.setattr(TableTranslator, "__call__", pytest.fail)
    result = job()
    assert result.exit_code == 1 and "bitext: is a file; name a directory" in result.text


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--translation.ratio", "2"], "ratio"),
        (["--translator.src_lang", "de"], "src_lang is 'de'"),
        (["--translator.@xproj_translators", "nobody.v1"], "nobody.v1"),
    ],
)
def test_bad_settings(job, tmp_path, arguments, message):
    result = job(*arguments)
    assert result.exit_code == 1
    assert message in result.text and "Traceback" not in result.text
    assert isinstance(result.exception, SystemExit)
    assert not (tmp_path / "bitext").exists() and not (tmp_path / "bitext.partial").exists()


@pytest.fixture
def pair(invoke, tmp_path):
    return partial(invoke, "pair", tmp_path / "en.spacy", tmp_path / "pt.spacy", tmp_path / "bitext")


@pytest.mark.parametrize(
    "section, remedy", [("translations", "did you mean [translation]?"), ("filler", "did you mean [filter]?")]
)
def test_unknown_sections(job, tmp_path, section, remedy):
    config = tmp_path / "translate.cfg"
    config.write_text(f'{config.read_text()}[{section}]\non_flag = "drop"\n')
    result = job()
    assert result.exit_code == 1
    assert f"unknown section [{section}], which would not be read; {remedy}" in result.text
    assert not (tmp_path / "bitext").exists()


def test_an_unknown_device(job, tmp_path):
    config = tmp_path / "translate.cfg"
    config.write_text(config.read_text().replace("[translation]", 'device = "foo"\n[translation]'))
    assert "[translator] device = 'foo'" in job().text


def test_pair_by_order(pair, tmp_path):
    save(tmp_path / "en.spacy", ["Ana sleeps.", "Rui reads."])
    save(tmp_path / "pt.spacy", ["Ana dorme.", "Rui lê."], lang="pt")
    result = pair()
    assert result.exit_code == 0, result.output
    corpus = ParallelCorpus(tmp_path / "bitext")
    assert (corpus.src_lang, corpus.tgt_lang) == ("en", "pt")
    pairs = list(corpus)
    assert [pair.target.text for pair in pairs] == ["Ana dorme.", "Rui lê."]
    assert all(pair.source.ents and not pair.target.ents for pair in pairs)
    assert "left out" in result.text


def test_pair_by_order_of_different_length(pair, tmp_path):
    save(tmp_path / "en.spacy", ["Ana sleeps.", "Rui reads."])
    save(tmp_path / "pt.spacy", ["Ana dorme."], lang="pt")
    result = pair()
    assert result.exit_code == 1
    assert "2 sentences" in result.text and "has 1" in result.text
    assert not list(tmp_path.glob("bitext*"))


def test_pair_by_sent_id(pair, tmp_path):
    save(tmp_path / "en.spacy", ["Ana sleeps.", "Rui reads."], ids=["a", "r"])
    save(tmp_path / "pt.spacy", ["Rui lê.", "Eva ri."], lang="pt", ids=["r", "e"])
    result = pair("--by", "sent_id")
    assert result.exit_code == 0, result.output
    assert result.text.count("not paired: 1") == 2
    assert [(pair.source.text, pair.target.text) for pair in ParallelCorpus(tmp_path / "bitext")] == [
        ("Rui reads.", "Rui lê.")
    ]
    assert len(list(srsly.read_jsonl(tmp_path / "bitext" / "rejects.jsonl"))) == 2


def test_pair_missing_file(pair, tmp_path):
    result = pair()
    assert result.exit_code == 1 and "en.spacy" in result.text


def test_pair_checks_its_output_first(pair, tmp_path):
    (tmp_path / "bitext").write_text("mine")
    result = pair()
    assert result.exit_code == 1 and "bitext: is a file; name a directory" in result.text
