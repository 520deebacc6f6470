"""CODEC on tiny models: it finds what scoring every placement finds."""

import random

import numpy
import pytest

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import NgramCandidates, ngrams
from spacy_xproj.models.probability import TranslationProbability
from spacy_xproj.models.seq2seq import Seq2SeqModel
from spacy_xproj.projectors.codec.projector import ConstrainedProjector
from spacy_xproj.projectors.marking import mark
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.types import STATUSES

CASES = [
    ("Ana and a cat", "a cat and Ana", [(0, 1, "PER"), (2, 4, "X")]),
    ("near Lisbon a mat", "a mat at Lisbon", [(1, 2, "LOC")]),
    ("a dog", "a cat a mat a cat", [(1, 2, "X")]),
    ("it rains", "a mat", []),
    ("Ana", "Ana", [(0, 1, "PER")]),
]


def probability(path, max_batch_tokens=4096):
    return TranslationProbability(Seq2SeqModel(path, None, "cpu", "float32"), max_batch_tokens)


@pytest.fixture(params=["m2m100", "marian"])
def model_dir(request):
    return request.getfixturevalue(request.param)


def make_projector(model, max_length=45, **settings):
    extractor = NgramCandidates(max_length)
    return ConstrainedProjector(model, "en", "pt", extractor, ExactSolver(), device="cpu", **settings)


def brute_force(path, bitext, ent):
    """Compute the log-probability of the target with markers around each n-gram, given the source with this entity
    marked."""
    scorer = probability(path)
    source = mark(bitext.source.text, [(ent.start_char, ent.end_char)], apart=True)
    values = []
    for start, end in ngrams(len(bitext.target), 45).tolist():
        span = bitext.target[start:end]
        target = mark(bitext.target.text, [(span.start_char, span.end_char)], apart=True)
        (mean,) = scorer.log_probabilities([((source, "en"), (target, "pt"))])
        (ids,) = scorer.target_ids([target], "pt")
        values.append(mean * (len(ids) - scorer.is_multilingual))
    return numpy.asarray(values)


@pytest.mark.parametrize("width, buffer, n_best", [(1, 1, 1), (4, 16, 5), (2, 2, 100)])
def test_equals_brute_force(model_dir, make_bitext, width, buffer, n_best):
    bitexts = [make_bitext(*case) for case in CASES]
    projector = make_projector(model_dir, width=width, buffer=buffer, n_best=n_best, max_batch_tokens=200)
    encoded = []
    encode = projector.model._encode
    projector.model._encode = lambda batch: encoded.extend(batch) or encode(batch)
    seen = []
    project = projector._project
    projector._project = lambda sentence: seen.append(sentence) or project(sentence)
    projections = list(projector(iter(bitexts)))
    assert [projection.bitext for projection in projections] == bitexts
    for sentence in seen:
        assert len(sentence.searches) == len(sentence.bitext.source.ents)
        for ent, (_, search, order) in zip(sentence.bitext.source.ents, sentence.searches):
            every = brute_force(model_dir, sentence.bitext, ent)
            values, numbers, _ = zip(*search.found)
            assert values == pytest.approx(sorted(every, reverse=True)[:n_best], abs=1e-4)
            assert values == pytest.approx(every[order[list(numbers)]], abs=1e-4)
    assert len(encoded) == sum(
        len(ents) for *_, ents in CASES
    )  # each marked source once, however many rounds there are
    n_places = [len(target.split()) * (len(target.split()) + 1) // 2 * len(ents) for _, target, ents in CASES]
    assert projector.placements == sum(n_places)
    assert 0 < projector.scored <= projector.placements
    assert projector.counts() == {"placements": projector.placements, "placements_scored": projector.scored}


@pytest.fixture(scope="module")
def copier(marian, tmp_path_factory):
    """A tiny MarianMT that has learned to repeat a sentence with its markers (a few seconds)."""
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer, set_seed

    tokenizer = MarianTokenizer.from_pretrained(marian)
    sizes = {"d_model": 32, "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "decoder_layers": 1, "init_std": 0.1}
    set_seed(1)
    model = MarianMTModel(MarianConfig.from_pretrained(marian, max_position_embeddings=40, **sizes)).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    chance = random.Random(0)

    def sentence():
        words = chance.choices(["Ana", "a", "cat", "mat", "at", "on"], k=chance.randint(2, 6))
        start = chance.randrange(len(words))
        end = min(start + chance.randint(1, 2), len(words))
        return " ".join([*words[:start], "[", *words[start:end], "]", *words[end:]])

    for _ in range(250):
        inputs = tokenizer([sentence() for _ in range(32)], padding=True, return_tensors="pt")
        labels = inputs.input_ids.masked_fill(inputs.input_ids == tokenizer.pad_token_id, -100)
        optimizer.zero_grad()
        model(**inputs, labels=labels).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    path = str(tmp_path_factory.mktemp("copier"))
    model.save_pretrained(path)
    tokenizer.save_pretrained(path)
    return path


@pytest.mark.parametrize("lookahead", [None, 2])
def test_a_trained_model_puts_the_markers_where_they_are_and_scores_few_placements(copier, make_bitext, lookahead):
    sentences = ["Ana on a mat", "mat at Ana on a", "a cat on mat at"]
    ents = [(0, 1), (2, 3), (1, 2)]
    bitexts = [make_bitext(text, text, [(*ent, "X")]) for text, ent in zip(sentences, ents)]
    projector = make_projector(copier, n_best=1, width=1, lookahead=lookahead)
    assert [projection.outcomes[0].spans for projection in projector(bitexts)] == [(ent,) for ent in ents]
    assert projector.placements == 10 + 15 + 15 and projector.scored <= 12


def test_an_entity_without_rivals_gets_its_best_place(m2m100, make_bitext):
    bitext = make_bitext(*CASES[1])
    (projection,) = make_projector(m2m100)([bitext])
    (outcome,) = projection.outcomes
    every = brute_force(m2m100, bitext, bitext.source.ents[0])
    best = numpy.argsort(-every)[:5]
    assert outcome.spans == (tuple(ngrams(4, 45)[best[0]].tolist()),)
    weights = numpy.exp(every[best] - every[best[0]])
    assert outcome.scores == (pytest.approx(weights[0] / weights.sum(), rel=1e-3),)


def test_two_entities_do_not_share_a_place(m2m100, make_bitext):
    bitext = make_bitext("Ana and Ana", "Ana", [(0, 1, "PER"), (2, 3, "PER")])
    (projection,) = make_projector(m2m100)([bitext])
    assert sorted(outcome.status for outcome in projection.outcomes) == ["lost_overlap", "projected"]


def test_markers_are_the_same_tokens_everywhere(model_dir, make_bitext):
    scorer = probability(model_dir)
    target = make_bitext("", ["Ana", ",", "a", "cat", "."]).target
    marked = []
    for start, end in ngrams(5, 45).tolist():
        span = target[start:end]
        marked.append(mark(target.text, [(span.start_char, span.end_char)], apart=True))
    opening, closing = (
        tuple(scorer.model.tokenizer.convert_tokens_to_ids(piece) for piece in ("▁", marker)) for marker in "[]"
    )
    for ids in scorer.target_ids(marked, "pt"):
        pairs = list(zip(ids, ids[1:]))
        assert pairs.count(opening) == pairs.count(closing) == 1


def test_what_is_too_long_is_said(m2m100, make_bitext):
    long = make_bitext("Ana", "the river near " * 5, [(0, 1, "PER")])
    first, second = make_projector(m2m100)([long, make_bitext(*CASES[4])])
    assert [outcome.status for outcome in first.outcomes] == ["too_long"] and "too_long" in STATUSES
    assert second.outcomes[0].spans == ((0, 1),)


def test_an_empty_target(m2m100, make_bitext):
    (projection,) = make_projector(m2m100)([make_bitext("Ana", "", [(0, 1, "PER")])])
    assert projection.outcomes[0].status == "unaligned"


def test_a_model_without_the_markers(m2m100, make_bitext, monkeypatch):
    monkeypatch.setattr("spacy_xproj.projectors.codec.projector.OPEN", "⟦")
    monkeypatch.setattr("spacy_xproj.projectors.codec.projector.CLOSE", "⟧")
    with pytest.raises(XprojError, match="cannot tell '⟦' from '⟧'"):
        list(make_projector(m2m100)([make_bitext(*CASES[0])]))


def test_settings_out_of_range(m2m100):
    with pytest.raises(XprojError, match="n_best 0"):
        make_projector(m2m100, n_best=0)
