"""Parts of parts: statistics, and models that wait until they are needed."""

import pickle

from spacy_xproj.aligners.back_translation import make_back_translation_aligner
from spacy_xproj.aligners.embedding import make_embedding_aligner
from spacy_xproj.aligners.mixture import make_mixture_aligner, make_weighted_aligner
from spacy_xproj.composite import has_statistics
from spacy_xproj.deferred import Deferred
from spacy_xproj.scores.embedding import make_embedding_score
from spacy_xproj.scores.soft_alignment import make_soft_alignment_score
from spacy_xproj.scores.string import make_string_score
from spacy_xproj.scores.weighted import make_weighted_score, make_weighted_term
from spacy_xproj.translators.table import make_table_translator


def test_what_has_statistics():
    string, soft = make_string_score(), make_soft_alignment_score()
    assert has_statistics(soft) and not has_statistics(string) and not has_statistics(None)
    assert not has_statistics(make_weighted_score(string, make_weighted_term(string)))
    assert has_statistics(make_weighted_score(string, make_weighted_term(soft)))


def test_statistics_of_nested_parts(tiny_encoder_dir, make_bitext):
    def make():
        embedding = make_embedding_score(tiny_encoder_dir, layer=1)
        return make_weighted_score(make_weighted_term(make_soft_alignment_score(), 0.5), embedding)

    scorer, loaded = make(), make()
    loaded.from_bytes(scorer.to_bytes())
    assert loaded.terms[1].means is None and loaded.terms[0].scorer.function_words is None
    scorer.initialize(lambda: iter([make_bitext("anna lives in berlin", "ben knows lisbon")]))
    loaded.from_bytes(scorer.to_bytes())
    soft, embedding = loaded.terms[0].scorer, loaded.terms[1]
    assert soft.function_words == scorer.terms[0].scorer.function_words
    assert soft.function_words[0] == {"in", "anna"}
    for mean, expected in zip(embedding.means, scorer.terms[1].means, strict=True):
        assert mean.tolist() == expected.tolist()


def test_deferred_is_made_once_and_anew_after_pickling():
    deferred = Deferred(make_reverser, "made")
    MADE.clear()
    copy = pickle.loads(pickle.dumps(deferred))
    assert MADE == []
    assert deferred("abc") == deferred("abc") == "cba" and MADE == ["made"]
    assert pickle.loads(pickle.dumps(deferred))("ab") == "ba" and copy("ab") == "ba"
    assert MADE == ["made"] * 3


MADE = []


def make_reverser(name):
    MADE.append(name)
    return lambda text: text[::-1]


def test_statistics_of_aligners_of_aligners(tiny_encoder_dir, make_bitext, tmp_path):
    pair = make_bitext("anna lives in berlin", "ben knows lisbon")
    (tmp_path / "table.tsv").write_text(f"{pair.source.text}\tben knows lisbon\n")

    def make():
        first, second = (make_embedding_aligner(tiny_encoder_dir, layer=1, lexicon_weight=0.3) for _ in range(2))
        translator = make_table_translator(tmp_path / "table.tsv", "en", "pt")
        return make_mixture_aligner(make_weighted_aligner(make_back_translation_aligner(translator, first, second)))

    aligner, loaded = make(), make()
    aligner.initialize(lambda: iter([pair]))
    loaded.from_bytes(aligner.to_bytes())
    for name in ("direct", "back_to_target"):
        saved, found = (getattr(part.terms[0].aligner, name) for part in (aligner, loaded))
        assert saved.lexicon.associations == found.lexicon.associations
    assert next(loaded([pair])).to_pharaoh() == next(aligner([pair])).to_pharaoh()
