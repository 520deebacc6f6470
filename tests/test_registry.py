"""Every entry of setup.cfg: it imports, resolves from a config, and its block survives being written and read."""

import inspect
from configparser import ConfigParser
from importlib import import_module
from pathlib import Path

import pytest
import spacy
from thinc.api import Config

from spacy_xproj.registry import NAMES, registry

PARSER = ConfigParser()
PARSER.read(Path(__file__).parent.parent / "setup.cfg")
ENTRIES = {
    group: dict(line.split(" = ", 1) for line in lines.strip().splitlines())
    for group, lines in PARSER["options.entry_points"].items()
}
PLUGINS = [
    (f"xproj_{group.removeprefix('spacy_xproj_')}", name)
    for group in ENTRIES
    if "xproj" in group
    for name in ENTRIES[group]
]

ALIGNER = '@xproj_aligners = "spacy-xproj.PharaohAligner.v1"\npath = "links.txt"\n'
LANGS = 'src_lang = "en"\ntgt_lang = "pt"\n'
TRANSLATOR = f'@xproj_translators = "spacy-xproj.BundledTranslator.v1"\n{LANGS}'
TAGGER = '@xproj_taggers = "spacy-xproj.SpacyTagger.v1"\nmodel = "${pipeline}"\n'
STRING = '@xproj_scores = "spacy-xproj.StringScore.v1"\n'
#: Packages that a part cannot be made without.
NEEDS = {
    "spacy-xproj.SimAlign.v1": "simalign",
    "spacy-xproj.StatisticalAligner.v1": "eflomal",
    "spacy-xproj.CTranslate2Translator.v1": "ctranslate2",
}
NGRAMS = '[block.extractor]\n@xproj_extractors = "spacy-xproj.NgramCandidates.v1"\n'
SOLVER = '[block.solver]\n@xproj_solvers = "spacy-xproj.GreedySolver.v1"\n'
#: What a block needs besides its name. A new entry of setup.cfg has its place here.
SETTINGS = {
    "spacy-xproj.Seq2SeqTranslator.v1": LANGS + 'model = "some/model"\n',
    "spacy-xproj.CTranslate2Translator.v1": LANGS + 'model = "some/model"\n',
    "spacy-xproj.BundledTranslator.v1": LANGS,
    "spacy-xproj.ApertiumTranslator.v1": 'src_lang = "en"\ntgt_lang = "es"\nallow_poor = true\n',
    "spacy-xproj.TableTranslator.v1": LANGS + 'path = "${tmp}/table.tsv"\n',
    "spacy-xproj.EmbeddingAligner.v1": 'encoder = "${encoder}"\nlayer = 1\n',
    "spacy-xproj.SimAlign.v1": 'encoder = "${encoder}"\nlayer = 1\n',
    "spacy-xproj.PharaohAligner.v1": 'path = "links.txt"\n',
    "spacy-xproj.StatisticalAligner.v1": 'priors = "${tmp}/priors"\n',
    "spacy-xproj.BackTranslationAligner.v1": f'mode = "union"\n[block.translator]\n{TRANSLATOR}'
    f"[block.direct]\n{ALIGNER}[block.back_to_target]\n{ALIGNER}",
    "spacy-xproj.MixtureAligner.v1": f"threshold = 0.25\nweights = [0.5]\n[block.*.links]\n{ALIGNER}",
    "spacy-xproj.NgramCandidates.v1": "max_length = 7\n",
    "spacy-xproj.AlignedCandidates.v1": 'bound = "spanning"\n',
    "spacy-xproj.NerCandidates.v1": f"[block.tagger]\n{TAGGER}",
    "spacy-xproj.Seq2SeqCandidates.v1": 'model = "some/model"\nnum_candidates = 5\n',
    "spacy-xproj.CombinedCandidates.v1": '[block.*.ngram]\n@xproj_extractors = "spacy-xproj.NgramCandidates.v1"\n',
    "spacy-xproj.TransformerTagger.v1": 'model = "${classifier}"\n',
    "spacy-xproj.SpacyTagger.v1": 'model = "${pipeline}"\n',
    "spacy-xproj.AlignmentScore.v1": "",
    "spacy-xproj.NerScore.v1": f"alpha = 1.5\n[block.tagger]\n{TAGGER}",
    "spacy-xproj.TranslationScore.v1": LANGS + 'model = "some/model"\n',
    "spacy-xproj.EmbeddingScore.v1": 'encoder = "${encoder}"\nlayer = 1\n',
    "spacy-xproj.StringScore.v1": "threshold = 0.25\n",
    "spacy-xproj.WeightedScore.v1": f"weights = [0.5]\n[block.*.string]\n{STRING}",
    "spacy-xproj.SoftAlignmentScore.v1": "light_weight = 0.5\n",
    "spacy-xproj.ExactSolver.v1": "n_proj = 2\npower = 1.5\n",
    "spacy-xproj.GreedySolver.v1": "n_proj = 2\n",
    "spacy-xproj.MilpSolver.v1": 'n_proj = 2\nconstraint = ">="\n',
    "spacy-xproj.ProjectionFilter.v1": "drop_incomplete = true\n",
    "spacy-xproj.AlignmentHeuristic.v1": f"only_i = true\n[block.aligner]\n{ALIGNER}",
    "spacy-xproj.CandidateMatching.v1": f"min_score = 0.25\n[block.aligner]\n{ALIGNER}"
    f'{NGRAMS}[block.scorer]\n@xproj_scores = "spacy-xproj.AlignmentScore.v1"\n{SOLVER}',
    "spacy-xproj.MarkerProjector.v1": f'target = "made"\n[block.translator]\n{TRANSLATOR}{NGRAMS}{SOLVER}',
    "spacy-xproj.ConstrainedProjector.v1": f'{LANGS}model = "some/model"\nn_best = 3\n{NGRAMS}{SOLVER}',
    "spacy-xproj.ConllConverter.v1": 'lang = "en"\n',
    "spacy-xproj.UnerConverter.v1": 'lang = "en"\n',
    "spacy-xproj.MasakhanerConverter.v1": 'lang = "sw"\n',
    "spacy-xproj.WikiannConverter.v1": 'lang = "en"\n',
    "spacy-xproj.JsonlConverter.v1": 'lang = "en"\n',
    **{
        f"spacy-xproj.{name}Converter.v1": 'lang = "en"\n'
        for name in (
            "Conllu",
            "Iob",
            "Ontonotes",
            "Webanno",
            "Brat",
            "Doccano",
            "Cluener",
            "Csv",
            "Prodigy",
            "SpacyTraining",
        )
    },
    **{f"spacy-xproj.{name}Converter.v1": 'lang = "en"\n' for name in ("LabelStudio", "Argilla", "Datasets", "Text")},
}


@pytest.mark.parametrize("group", ENTRIES)
def test_entries_import(group):
    for name, target in ENTRIES[group].items():
        module, attribute = target.split(":")
        assert callable(getattr(import_module(module), attribute)), name


@pytest.mark.parametrize("catalogue", NAMES)
def test_catalogues_hold_the_entries(catalogue):
    entries = ENTRIES[f"spacy_{catalogue}"]
    found = {name for name in getattr(registry, catalogue).get_all() if name.startswith("spacy-xproj.")}
    assert found == set(entries)
    for name, target in entries.items():
        module, attribute = target.split(":")
        maker = getattr(registry, catalogue).get(name)
        assert (maker.__module__, maker.__name__) == (module, attribute)
        parameters = inspect.signature(maker).parameters.values()
        assert all(parameter.annotation is not parameter.empty for parameter in parameters), name


@pytest.mark.parametrize("catalogue, name", PLUGINS)
def test_blocks_resolve_and_survive(catalogue, name, tiny_encoder_dir, classifier, tmp_path):
    if name in NEEDS:
        pytest.importorskip(NEEDS[name])
    (tmp_path / "table.tsv").write_text("Yes\tSim\n")
    spacy.blank("en").to_disk(tmp_path / "pipeline")
    settings = SETTINGS[name]
    places = {"tmp": tmp_path, "encoder": tiny_encoder_dir, "classifier": classifier, "pipeline": tmp_path / "pipeline"}
    for variable, place in places.items():
        settings = settings.replace(f"${{{variable}}}", str(place))
    config = Config().from_str(f'[block]\n@{catalogue} = "{name}"\n{settings}')
    part = registry.resolve(config)["block"]
    assert callable(part) or catalogue == "xproj_taggers"
    config.to_disk(tmp_path / "config.cfg")
    copies = [
        Config().from_str(config.to_str()),
        Config().from_bytes(config.to_bytes()),
        Config().from_disk(tmp_path / "config.cfg"),
    ]
    for copy in copies:
        assert copy == config
    assert type(registry.resolve(copies[0])["block"]) is type(part)


@pytest.mark.parametrize("catalogue, name", PLUGINS)
def test_unknown_settings_are_refused(catalogue, name, tmp_path):
    with pytest.raises(ValueError, match="no_such_setting"):
        registry.resolve({"block": {f"@{catalogue}": name, "no_such_setting": 1}})


def test_the_catalogues_are_those_of_spacy():
    for name in NAMES:
        assert getattr(spacy.registry, name) is getattr(registry, name)


def test_a_projector_without_an_aligner_resolves():
    block = {
        "@xproj_projectors": "spacy-xproj.CandidateMatching.v1",
        "extractor": {"@xproj_extractors": "spacy-xproj.NgramCandidates.v1"},
        "scorer": {"@xproj_scores": "spacy-xproj.AlignmentScore.v1"},
        "solver": {"@xproj_solvers": "spacy-xproj.ExactSolver.v1"},
    }
    assert registry.resolve({"block": block})["block"].aligner is None
