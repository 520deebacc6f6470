"""Parts of parts: statistics, and models that wait until they are needed."""

import pickle

from spacy_xproj.composite import has_statistics
from spacy_xproj.deferred import Deferred
from spacy_xproj.scores.embedding import make_embedding_score
from spacy_xproj.scores.soft_alignment import make_soft_alignment_score
from spacy_xproj.scores.string import make_string_score
from spacy_xproj.scores.weighted import make_weighted_score, make_weighted_term


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
