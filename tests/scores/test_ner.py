"""The NER score against a plain reading of tags, word by word, on tables by hand and on simulated taggers."""

import numpy
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForTokenClassification, AutoTokenizer

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.scores.ner import NerScore, label_scores
from spacy_xproj.taggers.probabilities import begin_probabilities, best_entities, span_probabilities
from spacy_xproj.taggers.transformer import TransformerTagger, tag_columns
from spacy_xproj.types import Candidates, TagProbabilities

TABLE = TagProbabilities(
    ("LOC", "PER"),
    numpy.asarray([0.1, 0.05, 0.9, 0.2], dtype=numpy.float32),
    numpy.asarray([[0.1, 0.7], [0.2, 0.05], [0.02, 0.03], [0.6, 0.1]], dtype=numpy.float32),
    numpy.asarray([[0.05, 0.05], [0.1, 0.6], [0.03, 0.02], [0.05, 0.05]], dtype=numpy.float32),
)
#: The tags of xlm-roberta-large-finetuned-conll03-english: no B-PER, and those that there are part neighbours only.
IOB1_TAGS = ["B-LOC", "B-MISC", "B-ORG", "I-LOC", "I-MISC", "I-ORG", "I-PER", "O"]
IOB2_TAGS = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]


class Fixed:
    """A tagger that says the same of every Doc."""

    def __init__(self, table=TABLE):
        self.table = table

    def probabilities(self, docs):
        return [self.table for _ in docs]


def candidates_of(bitext, longest=9):
    return Candidates(ngrams(len(bitext.target), longest))


def ner_by_hand(table, label, start, end, alpha=1.15, begin="tag", alpha_for="agreed"):
    """The mean of what the words say, and the factor if they all say the label."""
    column = table.labels.index(label)
    heads = {
        "tag": table.begin[start, column],
        "inside": table.inside[start, column],
        "larger": max(table.begin[start, column], table.inside[start, column]),
    }
    chosen = [heads[begin]] + [table.inside[word, column] for word in range(start + 1, end)]
    agreed = True
    for word, probability in zip(range(start, end), chosen):
        tops = [table.outside[word], *table.begin[word], *table.inside[word]]
        agreed = agreed and probability >= max(tops)
    mean = sum(chosen) / len(chosen)
    if alpha_for == "all":
        return mean * alpha ** (min(end - start, 10) - 1)
    return mean * alpha ** (end - start - 1) if agreed else mean


@pytest.mark.parametrize("spans", [False, True])
@pytest.mark.parametrize("alpha_for", ["agreed", "all"])
@pytest.mark.parametrize("begin", ["auto", "tag", "inside", "larger"])
def test_ner_score_is_the_formula(make_bitext, spans, alpha_for, begin):
    bitext = make_bitext("a b c", "w x y z", [(0, 1, "PER"), (1, 3, "PLACE")])
    candidates = candidates_of(bitext)
    scorer = NerScore(Fixed(), spans=spans, labels={"PLACE": "LOC"}, alpha_for=alpha_for, begin=begin)
    first, second = scorer(iter([(bitext, candidates)] * 2))
    numpy.testing.assert_array_equal(first, second)
    read = "tag" if begin == "auto" else begin  # these tags are those of IOB2
    for row, label in enumerate(["PER", "LOC"]):
        for column, (start, end) in enumerate(candidates.spans.tolist()):
            options = TABLE.labels if spans else [label]
            expected = max(ner_by_hand(TABLE, option, start, end, 1.15, read, alpha_for) for option in options)
            assert first[row, column] == pytest.approx(expected if expected >= 0.05 else 0, abs=1e-6)


def make_table(logits, tags):
    """The probabilities of a model with these tags, as `TransformerTagger` reads them."""
    rows = numpy.exp(logits - logits.max(axis=1, keepdims=True))
    rows = (rows / rows.sum(axis=1, keepdims=True)).astype(numpy.float32)
    labels, begin, inside, outside = tag_columns(dict(enumerate(tags)), "simulated")
    return TagProbabilities(labels, rows[:, outside], rows[:, begin], rows[:, inside])


@given(st.integers(1, 9), st.integers(0, 2**32 - 1), st.sampled_from([IOB1_TAGS, IOB2_TAGS]), st.sampled_from([1, 4]))
def test_scores_of_any_table(n_words, seed, tags, scale):
    table = make_table(scale * numpy.random.default_rng(seed).normal(size=(n_words, len(tags))), tags)
    spans = ngrams(n_words, 9)
    for begin in ("tag", "inside", "larger"):
        for alpha_for in ("agreed", "all"):
            scores = label_scores(table, spans, 1.15, begin, alpha_for)
            for row, label in enumerate(table.labels):
                expected = [ner_by_hand(table, label, *span, 1.15, begin, alpha_for) for span in spans.tolist()]
                numpy.testing.assert_allclose(scores[row], expected, atol=1e-6)


def simulate(random, tags, lengths, label, n_before, n_after):
    """Logits of a sure but noisy model: entities of one label that follow each other, words outside around them."""
    iob1 = "B-PER" not in tags
    words = ["O"] * n_before
    for i, length in enumerate(lengths):
        begins = (i > 0 and f"B-{label}" in tags) if iob1 else True
        words += [f"B-{label}" if begins else f"I-{label}"] + [f"I-{label}"] * (length - 1)
    words += ["O"] * n_after
    logits = random.normal(size=(len(words), len(tags)))
    for row, tag in zip(logits, words):
        row[tags.index(tag)] += 7
    return logits


@pytest.mark.parametrize("tags", [IOB1_TAGS, IOB2_TAGS])
@pytest.mark.parametrize("label", ["LOC", "ORG", "PER"])
@pytest.mark.parametrize("neighbours", [0, 1])
def test_the_span_of_the_model_scores_best(tags, label, neighbours):
    if neighbours and f"B-{label}" not in tags:
        pytest.skip("a label without a begin tag cannot have neighbours")
    random = numpy.random.default_rng(0)
    good = total = 0
    for length in range(1, 9):
        for _ in range(40):
            lengths = [length, *random.integers(1, 3, neighbours).tolist()]
            before, after = random.integers(1, 8, 2).tolist()
            table = make_table(simulate(random, tags, lengths, label, before, after), tags)
            spans = ngrams(len(table.outside), 10)
            scores = label_scores(table, spans, 1.15)[table.labels.index(label)]
            if neighbours:  # which may score more, being longer: what counts is what shares a word with the entity
                scores = numpy.where((spans[:, 0] < before + length) & (spans[:, 1] > before), scores, 0)
            good += spans[scores.argmax()].tolist() == [before, before + length]
            total += 1
    assert good >= 0.99 * total


def test_a_long_name_does_not_swallow_its_neighbour():
    random = numpy.random.default_rng(1)
    swallowed = {"agreed": 0, "all": 0}
    for _ in range(40):
        table = make_table(simulate(random, IOB1_TAGS, [8, 1], "LOC", 3, 3), IOB1_TAGS)
        for alpha_for in swallowed:
            scores = label_scores(table, ngrams(15, 10), 1.15, alpha_for=alpha_for)[table.labels.index("LOC")]
            swallowed[alpha_for] += ngrams(15, 10)[scores.argmax()].tolist() != [3, 11]
    assert swallowed == {"agreed": 0, "all": 40}


def test_a_sure_one_word_name_of_an_iob1_model_keeps_its_score(make_bitext):
    logits = numpy.zeros((3, len(IOB1_TAGS)))
    logits[[0, 2], IOB1_TAGS.index("O")] = 9
    logits[1, IOB1_TAGS.index("I-LOC")] = 9
    table = make_table(logits, IOB1_TAGS)
    bitext = make_bitext("Rome", "w x y", [(0, 1, "LOC")])
    for begin, score in {"auto": table.inside[1, 0], "larger": table.inside[1, 0], "tag": 0}.items():
        (scores,) = NerScore(Fixed(table), begin=begin)([(bitext, candidates_of(bitext))])
        assert scores[0, 1] == pytest.approx(score, abs=1e-3) and scores[0, 1] in (0, scores.max())


@pytest.mark.parametrize(
    "tags, iob1",
    [
        (["I-A", "I-A", "O"], True),
        (["O", "I-B", "O"], True),
        (["B-A", "I-B", "O"], True),
        (["B-A", "I-A", "B-A"], False),
        (["O", "O", "O"], False),
        (["B-B", "I-B", "B-A"], False),
    ],
)
def test_scheme_is_told_from_the_best_tags(tags, iob1):
    columns = {"O": 0, "I-A": 1, "I-B": 2, "B-A": 3, "B-B": 4}
    rows = 0.8 * numpy.eye(5, dtype=numpy.float32)[[columns[tag] for tag in tags]] + numpy.linspace(0.01, 0.07, 5)
    table = TagProbabilities(("A", "B"), rows[:, 0], rows[:, 3:], rows[:, 1:3])
    expected = numpy.maximum(table.begin, table.inside) if iob1 else table.begin
    numpy.testing.assert_array_equal(begin_probabilities(table), expected)
    empty = TagProbabilities(("A", "B"), rows[:0, 0], rows[:0, 3:], rows[:0, 1:3])
    assert begin_probabilities(empty).shape == (0, 2)


def test_certain_spans_of_an_iob1_model_are_probable():
    table = make_table(simulate(numpy.random.default_rng(0), IOB1_TAGS, [2], "LOC", 1, 1), IOB1_TAGS)
    ((start, end, label),) = best_entities(table)
    probability = span_probabilities(table, numpy.asarray([[start, end]]))[0, table.labels.index(label)]
    assert (start, end, label) == (1, 3, "LOC") and probability > 0.8


def test_labels_to_ignore(make_bitext):
    bitext = make_bitext("a", "w x y z", [(0, 1, "DATE")])
    candidates = candidates_of(bitext)
    (scores,) = NerScore(Fixed(), spans=True, threshold=0, labels_to_ignore=["PER", "MISC"])([(bitext, candidates)])
    expected = [ner_by_hand(TABLE, "LOC", *span) for span in candidates.spans.tolist()]
    numpy.testing.assert_allclose(scores[0], expected, atol=1e-6)
    with pytest.raises(XprojError, match="has all labels of the NER model"):
        list(NerScore(Fixed(), spans=True, labels_to_ignore=["LOC", "PER"])([(bitext, candidates)]))


def test_the_factor_does_not_outweigh_the_model():
    """A sentence of 30 tokens with one name."""
    begin, inside = numpy.full((30, 1), 0.01), numpy.full((30, 1), 0.01)
    begin[10], inside[11] = 0.9, 0.9
    table = TagProbabilities(("PER",), 1 - begin[:, 0] - inside[:, 0], begin, inside)
    for longest in (10, 30):
        for alpha_for in ("agreed", "all"):
            spans = ngrams(30, longest)
            (scores,) = label_scores(table, spans, 1.15, alpha_for=alpha_for)
            assert spans[scores.argmax()].tolist() == [10, 12]


def test_names_of_more_than_ten_words_keep_their_factor():
    begin, inside = numpy.zeros((16, 1)), numpy.zeros((16, 1))
    begin[1], inside[2:14] = 0.9, 0.9
    table = TagProbabilities(("ORG",), 1 - begin[:, 0] - inside[:, 0], begin, inside)
    spans = ngrams(16, 16)
    (scores,) = label_scores(table, spans, 1.15)
    assert spans[scores.argmax()].tolist() == [1, 14]


def test_label_that_the_model_has_not(make_bitext):
    bitext = make_bitext("a", "w x y z", [(0, 1, "DATE")])
    with pytest.raises(XprojError, match="labels LOC, PER, not 'DATE'"):
        list(NerScore(Fixed())([(bitext, candidates_of(bitext))]))
    assert next(NerScore(Fixed(), spans=True)([(bitext, candidates_of(bitext))])).any()


@pytest.mark.parametrize("ents, target", [([], "w x y z"), ([(0, 1, "PER")], "")])
def test_nothing_to_score(make_bitext, ents, target):
    empty = TagProbabilities(TABLE.labels, TABLE.outside[:0], TABLE.begin[:0], TABLE.inside[:0])
    bitext = make_bitext("a", target, ents)
    candidates = candidates_of(bitext)
    (scores,) = NerScore(Fixed(TABLE if target else empty))([(bitext, candidates)])
    assert scores.shape == (len(ents), len(candidates))


def test_label_scores_shape():
    assert label_scores(TABLE, ngrams(4, 2), 1.0).shape == (2, 7)


@pytest.mark.parametrize("settings, message", [({"begin": "B"}, "no begin 'B'"), ({"alpha_for": "x"}, "agreed or all")])
def test_bad_settings(settings, message):
    with pytest.raises(XprojError, match=message):
        NerScore(Fixed(), **settings)


def test_a_model_with_iob1_tags(tiny_encoder_dir, tmp_path, make_bitext):
    """Whatever the weights are: the score of a word is that of its inside tag, or of a larger begin tag."""
    torch.manual_seed(0)
    model = AutoModelForTokenClassification.from_pretrained(tiny_encoder_dir, num_labels=len(IOB1_TAGS))
    model.config.id2label = dict(enumerate(IOB1_TAGS))
    model.config.label2id = {tag: i for i, tag in enumerate(IOB1_TAGS)}
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(tiny_encoder_dir).save_pretrained(tmp_path)
    tagger = TransformerTagger(str(tmp_path), device="cpu")
    bitext = make_bitext("anna", "anna lives in berlin", [(0, 1, "PER"), (0, 1, "LOC")][:1])
    (table,) = tagger.probabilities([bitext.target])
    candidates = Candidates(ngrams(4, 1))
    (scores,) = NerScore(tagger, threshold=0)([(bitext, candidates)])
    person = table.labels.index("PER")
    numpy.testing.assert_allclose(scores[0], table.inside[:, person], atol=1e-6)
    place = table.labels.index("LOC")
    expected = numpy.maximum(table.begin[:, place], table.inside[:, place])
    numpy.testing.assert_allclose(label_scores(table, candidates.spans, 1.15)[place], expected, atol=1e-6)
