"""A translate-test pipeline without models: words are looked up, names are found again by their letters."""

import pytest
import spacy

WORDS = {"mora": "lives", "em": "in", "Lisboa": "Lisbon", "foi": "went", "a": "to", "Berlim": "Berlin", "e": "and"}
TABLE = {
    "Ana Silva mora em Lisboa.": "Ana Silva lives in Lisbon.",
    "Rui foi a Berlim.": "Rui went to Berlin.",
    "Nada mais.": "Nothing else.",
}
PATTERNS = {"Lisbon": "LOC", "Berlin": "LOC", "Москва": "LOC", "東京": "LOC", "Rui": "PER", "Ana Silva": "PER"}
PROJECTOR = {
    "@xproj_projectors": "spacy-xproj.CandidateMatching.v1",
    "extractor": {"@xproj_extractors": "spacy-xproj.NgramCandidates.v1"},
    "scorer": {"@xproj_scores": "spacy-xproj.StringScore.v1"},
    "solver": {"@xproj_solvers": "spacy-xproj.ExactSolver.v1"},
}


class WordTranslator:
    """Translates word by word, and fails where it comes to `falha`. Counts the streams that it is given."""

    src_lang = "pt"
    tgt_lang = "en"
    calls = 0

    def __call__(self, texts):
        self.calls += 1
        for text in texts:
            if "falha" in text:
                raise ValueError(f"cannot translate '{text}'")
            yield " ".join(WORDS.get(word, word) for word in text.split(" "))


@pytest.fixture
def english():
    """A source pipeline that knows a few names."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("span_ruler", config={"annotate_ents": True})
    ruler.add_patterns([{"label": label, "pattern": name} for name, label in PATTERNS.items()])
    return nlp


@pytest.fixture
def table(tmp_path):
    """The file of a `TableTranslator`."""
    path = tmp_path / "table.tsv"
    path.write_text("".join(f"{source}\t{target}\n" for source, target in TABLE.items()), encoding="utf8")
    return path


@pytest.fixture
def make_nlp(english, table):
    """Makes a Portuguese pipeline with the component, whose settings are given; the translator is a table on demand."""

    def make(words=True, **settings):
        nlp = spacy.blank("pt")
        translator = {"@xproj_translators": "spacy-xproj.TableTranslator.v1", "path": str(table)}
        config = {"translator": {**translator, "src_lang": "pt", "tgt_lang": "en"}, "projector": PROJECTOR, **settings}
        component = nlp.add_pipe("annotation_projector", config=config)
        if "source" not in settings:
            component.source = english
        if words:
            component.translator = WordTranslator()
        return nlp

    return make


@pytest.fixture
def found():
    """Make a function that lists the texts and labels of entities."""
    return lambda doc: [(ent.text, ent.label_) for ent in doc.ents]
