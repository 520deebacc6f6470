"""Probabilities of given translations: the whole model, run on one pair at a time, is the reference."""

import pytest
import torch
from transformers import M2M100ForConditionalGeneration, M2M100Tokenizer, MarianMTModel, MarianTokenizer

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.models.probability import TranslationProbability
from spacy_xproj.models.seq2seq import Seq2SeqModel
from spacy_xproj.scores.translation import TranslationScore
from spacy_xproj.translators.base import Translation
from spacy_xproj.translators.seq2seq import Seq2SeqTranslator
from spacy_xproj.types import Candidates

TEXTS = ["Ana", "the river", "cat and dog", "Lisbon near the mat"]


def probability(path, max_batch_tokens=4096):
    return TranslationProbability(Seq2SeqModel(path, None, "cpu", "float32"), max_batch_tokens)


@pytest.fixture(params=["m2m100", "marian"])
def model_dir(request):
    return request.getfixturevalue(request.param)


def alone(path, source, target):
    """Compute the mean log probability of the target's tokens, by the model's own loss on the pair alone."""
    is_m2m100 = "m2m100" in path
    tokenizer = (M2M100Tokenizer if is_m2m100 else MarianTokenizer).from_pretrained(path)
    model = (M2M100ForConditionalGeneration if is_m2m100 else MarianMTModel).from_pretrained(path).eval()
    if is_m2m100:
        tokenizer.src_lang, tokenizer.tgt_lang = source[1], target[1]
    inputs = tokenizer(source[0], text_target=target[0], return_tensors="pt")
    with torch.inference_mode():
        logits = model(**inputs).logits[0]
    first = 1 if is_m2m100 else 0
    steps = [
        logits[i].log_softmax(-1)[token].item() for i, token in enumerate(inputs["labels"][0].tolist()) if i >= first
    ]
    return sum(steps) / len(steps)


@pytest.mark.parametrize("max_batch_tokens", [1, 30, 4096])
def test_probabilities_in_batches_are_those_of_pairs_alone(model_dir, monkeypatch, max_batch_tokens):
    pairs = [((a, "en"), (b, "pt")) for a in TEXTS for b in TEXTS] + [((TEXTS[0], "en"), (TEXTS[1], "pt"))]
    scorer = probability(model_dir, max_batch_tokens)
    encoded, decoded = [], []
    encode, decode = scorer._encode, scorer._decode
    monkeypatch.setattr(scorer, "_encode", lambda batch: encoded.append(batch) or encode(batch))
    monkeypatch.setattr(scorer, "_decode", lambda batch: decoded.append(batch) or decode(batch))
    found = scorer.log_probabilities(pairs)
    assert found == pytest.approx([alone(model_dir, *pair) for pair in pairs], abs=1e-4)
    assert sum(map(len, encoded)) == len(TEXTS)
    assert sum(map(len, decoded)) == len(TEXTS) ** 2
    for batch in encoded:
        assert len(batch) == 1 or len(batch) * max(map(len, batch)) <= max_batch_tokens


def test_batch_that_does_not_fit_in_gpu_memory_is_halved(m2m100, monkeypatch):
    pairs = [((a, "en"), (b, "pt")) for a in TEXTS for b in TEXTS]
    expected = probability(m2m100).log_probabilities(pairs)
    scorer = probability(m2m100)
    for name in ("_encode", "_decode"):
        original = getattr(scorer, name)

        def small_gpu(batch, original=original):
            if len(batch) > 2:
                raise torch.cuda.OutOfMemoryError("too large")
            return original(batch)

        monkeypatch.setattr(scorer, name, small_gpu)
    assert scorer.log_probabilities(pairs) == pytest.approx(expected, abs=1e-5)
    assert scorer.max_batch_tokens < 4096


def test_text_that_is_too_long(m2m100):
    scorer = probability(m2m100)
    with pytest.raises(XprojError, match="takes 24 tokens, not the .* lower the extractor's max_length"):
        scorer.log_probabilities([(("Ana", "en"), ("the river " * 20, "pt"))])


def test_languages_that_a_model_has_not(m2m100):
    with pytest.raises(XprojError, match="no language 'eo'"):
        probability(m2m100).log_probabilities([(("a", "en"), ("b", "eo"))])


def by_hand(path, entity, candidate, normalize, symmetric, variant="direct"):
    def translation(text):
        (found,) = Seq2SeqTranslator(path, text[1], "pt", num_beams=5, device="cpu")([text[0]])
        return found, "pt"

    def similarity(text, given):
        if variant == "cross_likelihood":
            rows = (text, translation(given)), (given, translation(given))
        elif variant == "pivot":
            rows = (translation(given), text), (translation(text), text)
        else:
            rows = (given, text), (text, text)
        found, own = (2 ** alone(path, *row) for row in rows)
        return found / own if normalize else found

    forward = similarity(candidate, entity)
    return (forward + similarity(entity, candidate)) / 2 if symmetric else forward


@pytest.fixture
def pair(make_bitext):
    bitext = make_bitext("Ana and the cat", "A cat and Ana", [(0, 1, "PER"), (2, 4, "X")])
    return bitext, Candidates(ngrams(4, 2))


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("symmetric", [True, False])
def test_score_is_the_formula(m2m100, pair, normalize, symmetric):
    bitext, candidates = pair
    make = {"normalize": normalize, "symmetric": symmetric, "device": "cpu"}
    scorer = TranslationScore(m2m100, "en", "pt", threshold=0, **make)
    first, second = scorer(iter([pair, pair]))
    assert first.tolist() == second.tolist()
    for row, ent in enumerate(bitext.source.ents):
        for column, (start, end) in enumerate(candidates.spans.tolist()):
            text = bitext.target[start:end].text
            expected = by_hand(m2m100, (ent.text, "en"), (text, "pt"), normalize, symmetric)
            assert first[row, column] == pytest.approx(expected, rel=1e-3)
    limit = sorted(first.ravel().tolist())[first.size // 2]
    (cut,) = TranslationScore(m2m100, "en", "pt", threshold=limit, **make)([pair])
    assert ((cut == 0) == (first < limit)).all() and (cut == 0).any()


@pytest.fixture
def translations(monkeypatch):
    """Translations of a model that has learned nothing would not end: rules make them. Gives the models that did."""
    models = []

    def translate(self, texts):
        models.append(self.model)
        return [Translation(f"the {text.lower()} {self.src_lang[:1]}") for text in texts]

    monkeypatch.setattr(Seq2SeqTranslator, "_translate_batch", translate)
    return models


@pytest.mark.parametrize("normalize, symmetric", [(True, True), (False, False)])
@pytest.mark.parametrize("variant", ["pivot", "cross_likelihood"])
def test_other_variants_are_their_formulas(m2m100, make_bitext, translations, variant, normalize, symmetric):
    bitext = make_bitext("Ana and the cat", "A cat and Ana", [(0, 1, "PER")])
    pair = bitext, Candidates(ngrams(4, 1))
    make = {"normalize": normalize, "symmetric": symmetric, "variant": variant, "pivot_lang": "pt", "device": "cpu"}
    scorer = TranslationScore(m2m100, "en", "pt", threshold=0, **make)
    first, second = scorer(iter([pair, pair]))
    assert first.tolist() == second.tolist()
    assert len(translations) == 2 and all(model is scorer.model.model for model in translations)  # loaded once
    expected = [
        by_hand(m2m100, ("Ana", "en"), (token.text, "pt"), normalize, symmetric, variant) for token in bitext.target
    ]
    assert first[0].tolist() == pytest.approx(expected, rel=1e-3)


def test_other_variants_need_a_multilingual_model(marian, pair):
    scorer = TranslationScore(marian, "en", "pt", normalize=False, symmetric=False, variant="pivot", device="cpu")
    with pytest.raises(XprojError, match="does not translate both ways"):
        list(scorer([pair]))


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("symmetric", [True, False])
def test_score_is_that_of_the_package_nmtscore(m2m100, pair, normalize, symmetric):
    pytest.importorskip("nmtscore", reason="nmtscore asks for an older transformers: pip install --no-deps nmtscore")
    from nmtscore import NMTScorer
    from nmtscore.models.m2m100 import M2M100Model

    bitext, candidates = pair
    scorer = TranslationScore(m2m100, "en", "pt", normalize=normalize, symmetric=symmetric, threshold=0, device="cpu")
    (found,) = scorer([pair])
    texts = [(ent.text, bitext.target[s:e].text) for ent in bitext.source.ents for s, e in candidates.spans.tolist()]
    expected = NMTScorer(M2M100Model(m2m100)).score_direct(
        [candidate for _, candidate in texts],
        [entity for entity, _ in texts],
        a_lang="pt",
        b_lang="en",
        normalize=normalize,
        both_directions=symmetric,
    )
    assert found.ravel().tolist() == pytest.approx(list(expected), rel=1e-3)


def test_pairs_of_texts_are_scored_once(m2m100, pair):
    scorer = TranslationScore(m2m100, "en", "pt", buffer=1, device="cpu")
    asked = []
    original = scorer.model.log_probabilities
    scorer.model.log_probabilities = lambda pairs: asked.append(len(pairs)) or original(pairs)
    list(scorer([pair] * 3))
    assert asked == [2 * 2 * 7 + 7 + 2]


def test_nothing_to_score(m2m100, make_bitext):
    scorer = TranslationScore(m2m100, "en", "pt", device="cpu")
    empty = Candidates(ngrams(0, 2))
    pairs = [(make_bitext("a", "x y"), Candidates(ngrams(2, 2))), (make_bitext("a", "", [(0, 1, "PER")]), empty)]
    assert [scores.shape for scores in scorer(pairs)] == [(0, 3), (1, 0)]


def test_model_for_one_direction(marian, pair):
    with pytest.raises(XprojError, match="does not translate both ways.*normalize = false, symmetric = false and"):
        list(TranslationScore(marian, "en", "pt", device="cpu")([pair]))
    scorer = TranslationScore(marian, "en", "pt", normalize=False, symmetric=False, threshold=0, device="cpu")
    (scores,) = scorer([pair])
    expected = by_hand(marian, ("Ana", "en"), ("Ana", "pt"), normalize=False, symmetric=False)
    assert scores[0, 3] == pytest.approx(expected, rel=1e-3)
