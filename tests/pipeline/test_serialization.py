"""Statistics and source pipelines: estimated, saved, loaded, packaged."""

import random
import warnings
from contextlib import nullcontext

import pytest
import spacy
import srsly
from spacy.cli.evaluate import evaluate
from spacy.cli.package import package
from spacy.tokens import DocBin
from spacy.training import Example
from thinc.api import Config

from spacy_xproj.errors import XprojError
from spacy_xproj.pipeline.annotation_projector import CHECKED
from spacy_xproj.projectors.heuristic import AlignmentHeuristic
from spacy_xproj.registry import registry

TRANSLATOR = {"@xproj_translators": "spacy-xproj.BundledTranslator.v1", "src_lang": "pt", "tgt_lang": "en"}

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


def test_damaged_statistics_end_in_one_line(make_nlp, encoder_block, tmp_path):
    nlp = make_nlp(projector=encoder_block)
    nlp.initialize(examples(nlp))
    nlp.to_disk(tmp_path / "pipeline")
    file = tmp_path / "pipeline" / "annotation_projector" / "statistics"
    good = file.read_bytes()
    component = nlp.get_pipe("annotation_projector")
    chance = random.Random(0)
    for _ in range(40):
        data = bytearray(good)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        file.write_bytes(data[: chance.randrange(len(data))] if chance.random() < 0.3 else data)
        empty = not file.stat().st_size
        with nullcontext() if empty else pytest.raises(XprojError, match="its saved statistics are damaged"):
            component.from_disk(file.parent)
    file.write_bytes(good[len(CHECKED) + 32 :])  # as older versions wrote it
    component.from_disk(file.parent)


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
    component.projector = AlignmentHeuristic(Aligner())
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


def test_a_directory_keeps_nothing_of_what_was_in_it_before(make_nlp, english, encoder_block, tmp_path):
    """Saved over a pipeline with a source and statistics of its own, a component still takes the source it names."""
    english.to_disk(tmp_path / "english")
    old = make_nlp(source=None, projector=encoder_block)
    old.get_pipe("annotation_projector").source = english
    old.initialize(examples(old))
    old.to_disk(tmp_path / "pipeline")
    folder = tmp_path / "pipeline" / "annotation_projector"
    assert {path.name for path in folder.iterdir()} >= {"source", "statistics"}
    loaded = reload(make_nlp(source=str(tmp_path / "english"), projector=encoder_block), "disk", tmp_path)
    assert not (folder / "source").exists() and not (folder / "statistics").exists()
    assert not loaded.get_pipe("annotation_projector").initialized
    english.remove_pipe(english.pipe_names[0])
    english.to_disk(tmp_path / "english")
    assert loaded.get_pipe("annotation_projector").source.pipe_names == english.pipe_names


def test_config_survives(make_nlp, encoder_block):
    nlp = make_nlp(projector=encoder_block)
    config = Config().from_str(nlp.config.to_str())
    saved = config["components"]["annotation_projector"]["projector"]
    assert registry.resolve({"block": saved})["block"].min_score == 0  # as in the block, whatever the default has
    assert saved["aligner"].items() >= encoder_block["aligner"].items()
    default = spacy.blank("xx").add_pipe("annotation_projector", config={"translator": {**TRANSLATOR}})
    assert default.projector.min_score == 0.3


def test_evaluate_and_package(make_nlp, tmp_path):
    nlp = make_nlp(words=False)
    nlp.to_disk(tmp_path / "pipeline")
    gold = nlp.make_doc("Ana Silva mora em Lisboa.")
    gold.ents = [gold.char_span(0, 9, "PER"), gold.char_span(18, 24, "LOC")]
    DocBin(docs=[gold]).to_disk(tmp_path / "gold.spacy")
    assert evaluate(str(tmp_path / "pipeline"), tmp_path / "gold.spacy", silent=True)["ents_f"] == 1
    (tmp_path / "packages").mkdir()
    package(tmp_path / "pipeline", tmp_path / "packages", name="translate_test", create_sdist=False, silent=True)
    (data,) = (tmp_path / "packages").glob("*/pt_translate_test/pt_translate_test-*")
    packaged = spacy.load(data)
    assert [ent.text for ent in packaged("Rui foi a Berlim.").ents] == ["Rui", "Berlim"]
    meta = srsly.read_json(data.parent.parent / "meta.json")
    assert [name[:11].replace("-", "_") for name in meta["requirements"]] == ["spacy_xproj"]
