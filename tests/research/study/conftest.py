"""A study of three sentences in two languages, with translations from tables and a rule for a tagger."""

import pytest
import spacy

GOLD = {
    "hau": "Ana B-PER\nna O\nLagos B-LOC\n\nAna B-PER\nta O\nyi O\n\nGobe B-DATE\n\n",
    "swa": "Ana B-PER\nyuko O\nLagos B-LOC\n\n",
}
TABLES = {
    "hau": "Ana na Lagos\tAna is in Lagos\nAna ta yi\tAna did\nGobe\tTomorrow\n",
    "swa": "Ana yuko Lagos\tAna is in Lagos\n",
}
CONFIG = """
[language]
code = ""
iso = ""

[study]
dataset = "masakhaner2"
path = "ROOT/{code}.test.txt"
labels = "PER,ORG,LOC"
map = "DATE=,MISC="
languages = "hau,swa"

[converter]
@xproj_converters = "spacy-xproj.MasakhanerConverter.v1"
lang = ${language.iso}

[translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "ROOT/${language.code}.tsv"
src_lang = ${language.iso}
tgt_lang = "en"

[tagger]
@xproj_taggers = "spacy-xproj.SpacyTagger.v1"
model = "ROOT/tagger"

[methods]

[methods.lagos]
@xproj_taggers = "spacy-xproj.SpacyTagger.v1"
model = "ROOT/lagos"

[methods.string]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"

[methods.string.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"
max_length = 3

[methods.string.scorer]
@xproj_scores = "spacy-xproj.StringScore.v1"

[methods.string.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""


def write_ruler(path, **labels):
    nlp = spacy.blank("en")
    patterns = [{"label": label, "pattern": text} for text, label in labels.items()]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    nlp.to_disk(path)


@pytest.fixture
def study_dir(tmp_path):
    """The study's folder: the config is `study.cfg`. Model transfer finds one of three entities in Hausa."""
    for code in GOLD:
        (tmp_path / f"{code}.test.txt").write_text(GOLD[code], encoding="utf8")
        (tmp_path / f"{code}.tsv").write_text(TABLES[code], encoding="utf8")
    write_ruler(tmp_path / "tagger", Ana="PER", Lagos="LOC", Tomorrow="MISC")
    write_ruler(tmp_path / "lagos", Lagos="LOC")
    (tmp_path / "study.cfg").write_text(CONFIG.replace("ROOT", tmp_path.as_posix()), encoding="utf8")
    return tmp_path
