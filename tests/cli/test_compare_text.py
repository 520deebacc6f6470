"""`compare-text` as a user runs it."""

import unicodedata

import spacy
import srsly
from spacy.tokens import Doc

from spacy_xproj.corpora.docbin import write_docs

VOCAB = spacy.blank("xx").vocab
WORDS = unicodedata.normalize("NFC", "Gómìnà ìpínlẹ̀ Ọ̀yọ́ dé sí Èkó ní àná .").split()


def test_the_forms_of_two_corpora(invoke, tmp_path):
    write_docs([Doc(VOCAB, words=WORDS)], tmp_path / "a.spacy")
    write_docs([Doc(VOCAB, words=[unicodedata.normalize("NFD", word) for word in WORDS])], tmp_path / "b.spacy")
    paths = [tmp_path / name for name in ("a.spacy", "b.spacy")]
    result = invoke("compare-text", *paths, "--json", tmp_path / "figures.json")
    assert result.exit_code == 0, result.output
    assert "88.9%" in result.output and "0.0% after NFC" in result.text
    written = srsly.read_json(tmp_path / "figures.json")
    assert written["figures"]["tokens"] == [9, 9] and len(written["warnings"]) == 2
    alike = invoke("compare-text", paths[0], paths[0])
    assert alike.exit_code == 0 and "no difference" in alike.output
    missing = invoke("compare-text", paths[0], tmp_path / "c.spacy")
    assert missing.exit_code == 1 and "c.spacy: no such file" in missing.stderr
