"""Statistics and source pipelines: estimated, saved, loaded, packaged."""

import subprocess
import sys
import warnings

import pytest
import spacy
from spacy.cli.package import package
from spacy.tokens import DocBin
from spacy.training import Example
from thinc.api import Config

from spacy_xproj.projectors.heuristic import AlignmentHeuristic

TEXTS = ["Rui foi a Berlim", "Ana Silva mora em Lisboa", "em Lisboa e em Berlim", "Rui mora em 東京"] * 5


@pytest.fixture
def encoder_block(tiny_encoder_dir):
    """A projector that estimates statistics."""
    aligner = {"@xproj_aligners": "spacy-xproj.EmbeddingAligner.v1", "encoder": tiny_encoder_dir, "layer": 1}
    return {
        "@xproj_projectors": "spacy-xproj.CandidateMatching.v1",
        "aligner": {**aligner, "lexicon_weight": 0.3},
        "extractor": {"@xproj_extractors": "spacy-xproj.NgramCandidates.v1"},
        "scorer": {"@xproj_scores": "spacy-xproj.SoftAlignmentScore.v1", "bare_edges": False},
        "solver": {"@xproj_solvers": "spacy-xproj.ExactSolver.v1"},
    }


def examples(nlp, texts=TEXTS):
    return lambda: [Example.from_dict(nlp.make_doc(text), {}) for text in texts]


def result(nlp, text="Ana Silva mora em Lisboa e Rui em Berlim"):
    doc = nlp(text)
    return [(ent.text, ent.label_) for ent in doc.ents], doc.spans["projected"].attrs


def reload(nlp, how, tmp_path):
    """Save and load. The translator of words belongs to the test and is handed over."""
    if how == "disk":
        nlp.to_disk(tmp_path / "pipeline")
        loaded = spacy.load(tmp_path / "pipeline")
    else:
        loaded = spacy.util.load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    loaded.get_pipe("annotation_projector").translator = nlp.get_pipe("annotation_projector").translator
    return loaded


@pytest.mark.parametrize("how", ["disk", "bytes"])
def test_statistics_and_source_come_back(make_nlp, encoder_block, tmp_path, how):
    nlp = make_nlp(projector=encoder_block)
    with pytest.warns(UserWarning, match="from fewer than 20 sentences; call nlp.initialize"):
        poor = result(nlp)
    nlp.initialize(examples(nlp))
    expected = result(nlp)
    assert expected != poor
    loaded = reload(nlp, how, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert result(loaded) == expected
    (in_batch, *_) = loaded.pipe(["Ana Silva mora em Lisboa e Rui em Berlim", *TEXTS])
    scores = expected[1]["scores"]
    assert in_batch.spans["projected"].attrs["scores"] == pytest.approx(scores, abs=1e-4)


@pytest.mark.parametrize("how", ["disk", "bytes"])
def test_without_statistics_nothing_is_saved(make_nlp, encoder_block, tmp_path, how):
    nlp = make_nlp(projector=encoder_block)
    loaded = reload(nlp, how, tmp_path)
    assert not loaded.get_pipe("annotation_projector").initialized
    assert not (tmp_path / "pipeline" / "annotation_projector" / "statistics").exists()
    assert result(loaded) == result(nlp)


def test_few_sentences_are_no_statistics(make_nlp, encoder_block):
    nlp = make_nlp(projector=encoder_block)
    with pytest.warns(UserWarning, match="no corpus statistics: 1 sentences"):
        nlp.initialize()  # as `spacy assemble` does, with one dummy text
    assert not nlp.get_pipe("annotation_projector").initialized
    assert nlp.get_pipe("annotation_projector").projector.aligner.means is None


def test_part_that_cannot_save_its_statistics(make_nlp, tmp_path):
    class Aligner:
        def initialize(self, get_bitexts):
            self.pairs = list(get_bitexts())

        def __call__(self, bitexts):
            raise NotImplementedError

    nlp = make_nlp()
    component = nlp.get_pipe("annotation_projector")
    component.projector = AlignmentHeuristic(Aligner(), 1, False, 0.8, 1)
    nlp.initialize(examples(nlp))
    assert len(component.projector.aligner.pairs) == 20
    assert [pair.source.text for pair in component.projector.aligner.pairs][:1] == ["Rui went to Berlin"]
    with pytest.warns(UserWarning, match="statistics of the aligner are not saved: Aligner has no to_bytes"):
        nlp.to_disk(tmp_path / "pipeline")


def test_source_by_name_is_not_saved(make_nlp, english, tmp_path):
    english.to_disk(tmp_path / "english")
    nlp = make_nlp(source=str(tmp_path / "english"))
    loaded = reload(nlp, "disk", tmp_path)
    assert not (tmp_path / "pipeline" / "annotation_projector" / "source").exists()
    assert result(loaded) == result(nlp)


def test_source_named_for_initialization_is_saved(make_nlp, english, tmp_path):
    english.to_disk(tmp_path / "english")
    nlp = make_nlp(source=None)
    nlp.config["initialize"]["components"]["annotation_projector"] = {"source": str(tmp_path / "english")}
    nlp.initialize(examples(nlp))
    (tmp_path / "english").rename(tmp_path / "elsewhere")
    assert result(reload(nlp, "disk", tmp_path))[0][0] == ("Ana Silva", "PER")


def test_config_survives(make_nlp, encoder_block):
    nlp = make_nlp(projector=encoder_block)
    config = Config().from_str(nlp.config.to_str())
    component = config["components"]["annotation_projector"]
    assert component["projector"] == encoder_block | {
        "aligner": component["projector"]["aligner"],
        "min_score": 0.0,
        "min_margin": 0.0,
        "extractor": component["projector"]["extractor"],
        "scorer": component["projector"]["scorer"],
        "solver": component["projector"]["solver"],
    }


def run(*args):
    return subprocess.run([sys.executable, *map(str, args)], capture_output=True, text=True)


def test_evaluate_and_package(make_nlp, tmp_path):
    """As a user runs them, with the translator that is in the config."""
    nlp = make_nlp(words=False)
    nlp.to_disk(tmp_path / "pipeline")
    gold = nlp.make_doc("Ana Silva mora em Lisboa.")
    gold.ents = [gold.char_span(0, 9, "PER"), gold.char_span(18, 24, "LOC")]
    DocBin(docs=[gold]).to_disk(tmp_path / "gold.spacy")
    done = run("-m", "spacy", "evaluate", tmp_path / "pipeline", tmp_path / "gold.spacy")
    assert done.returncode == 0, done.stderr
    assert "NER F   100.00" in done.stdout
    (tmp_path / "packages").mkdir()
    package(tmp_path / "pipeline", tmp_path / "packages", name="translate_test", create_sdist=False, silent=True)
    (code,) = (tmp_path / "packages").glob("*/pt_translate_test")
    done = run(
        "-c",
        f"import sys; sys.path.insert(0, {str(code.parent)!r}); import pt_translate_test; "
        "print(pt_translate_test.load()('Rui foi a Berlim.').ents)",
    )
    assert done.stdout.strip() == "(Rui, Berlim)", done.stderr
    assert "spacy_xproj" in (code.parent / "requirements.txt").read_text().replace("-", "_")
