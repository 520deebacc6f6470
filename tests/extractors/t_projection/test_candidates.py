"""T-Projection's candidates: the template, the training of a tiny mT5 on a toy corpus, and what it then proposes."""

import itertools
import random

import pytest
import srsly
from spacy.tokens import DocBin

from spacy_xproj.errors import XprojError
from spacy_xproj.extractors.combined import make_combined_candidates
from spacy_xproj.extractors.ngram import make_ngram_candidates
from spacy_xproj.extractors.t_projection.candidates import Seq2SeqCandidates, find_words
from spacy_xproj.extractors.t_projection.template import read_answer, write_answer, write_question
from spacy_xproj.extractors.t_projection.training import CandidateTraining
from spacy_xproj.projectors.easyproject import make_marker_projector
from spacy_xproj.projectors.matching import make_candidate_matching
from spacy_xproj.scores.translation import TranslationScore
from spacy_xproj.solvers.exact import make_exact_solver

NAMES = ["ana", "rui silva", "eva", "max"]
PLACES = ["lisbon", "porto", "new york", "rome"]
FRAMES = ["{} lives in {} .", "{} saw {} today ."]


@pytest.fixture(scope="module")
def docs(make_bitext):
    """All sentences that the frames make."""
    found = []
    for name, place, frame in itertools.product(NAMES, PLACES, FRAMES):
        words = frame.format(name, place).split()
        start = words.index(place.split()[0])
        ents = [(0, len(name.split()), "PER"), (start, start + len(place.split()), "LOC")]
        found.append(make_bitext(" ".join(words), "", ents).source)
    return found


def test_template(make_bitext):
    source = make_bitext("Obama went to New York .", "", [(0, 1, "PER"), (3, 5, "LOC")]).source
    question = "Obama went to New York . <Person>[None]</Person><Location>[None]</Location>"
    assert write_question(source, ["PER", "LOC"]) == question
    answer = "<Person>Obama</Person><Location>New York</Location>"
    assert write_answer(source.ents) == answer
    assert read_answer(answer, ["PER", "LOC"]) == [("Obama",), ("New", "York")]
    assert write_question(source, ["EVENT+"]).endswith(" . <EVENT+>[None]</EVENT+>")


@pytest.mark.parametrize(
    ("answer", "entities"),
    [
        ("<Person> Obama </Person>", [("Obama",)]),
        ("Obama <Person>Obama</Location><Location>New York</Location>", [("New", "York")]),
        ("<Person>Obama<Person>Biden</Person>", [("Biden",)]),
        ("<Organization>UN</Organization>", []),
        ("<Person>Obama", []),
        ("<Person></Person>", [()]),
    ],
)
def test_answers_that_are_not_quite_right(answer, entities):
    assert read_answer(answer, ["PER", "LOC", "PER"]) == entities


def test_find_words():
    words = ["New", "York", ",", "new", "york", "(", "New", "York"]
    assert find_words(["New", "York"], words) == [(0, 2), (6, 8)]
    assert find_words(["NEW", "York,"], words) == [(0, 2), (3, 5), (6, 8)]
    assert find_words(["York", ",", "new"], words) == [(1, 4)]
    assert find_words(["Boston"], words) == find_words([], words) == find_words(["!"], words) == []
    assert find_words(["a"] * 9, words) == []


@pytest.fixture(scope="module")
def tiny_mt5(docs, tmp_path_factory):
    """A tiny mT5 with random weights, whose tokenizer knows the words of the toy corpus."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import MT5Config, MT5ForConditionalGeneration, PreTrainedTokenizerFast, set_seed

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation()])
    tokenizer.decoder = decoders.Metaspace()
    texts = [text for doc in docs for text in (write_question(doc, ["PER", "LOC"]), write_answer(doc.ents))]
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<pad>", "</s>", "<unk>"], show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )
    set_seed(1)
    sizes = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2}
    config = MT5Config(vocab_size=tokenizer.get_vocab_size(), dropout_rate=0.0, **sizes)
    path = tmp_path_factory.mktemp("mt5")
    MT5ForConditionalGeneration(config).save_pretrained(path)
    wrapped.save_pretrained(path)
    return str(path)


@pytest.fixture(scope="module")
def generator(invoke, docs, tiny_mt5, tmp_path_factory):
    """The model after training on three quarters of the corpus, as a user trains it (a few seconds)."""
    folder = tmp_path_factory.mktemp("generator")
    shuffled = random.Random(0).sample(docs, len(docs))
    DocBin(docs=shuffled[:24]).to_disk(folder / "train.spacy")
    settings = ["--epochs", "50", "--learning-rate", "0.01", "--warmup-steps", "5", "--device", "cpu"]
    result = invoke("train-candidates", folder / "train.spacy", folder / "model", "--model", tiny_mt5, *settings)
    assert result.exit_code == 0, result.output
    return folder / "model", shuffled[24:]


def test_training(generator):
    path, _ = generator
    report = srsly.read_json(path / "training.json")
    losses = report["loss_by_epoch"]
    assert len(losses) == 50 and report["steps"] == 50 * 3
    assert losses[-1] < 0.2 < 2 < losses[0]
    assert (path / "model.safetensors").is_file() and not list(path.glob("*.bin"))


def test_the_trained_model_finds_entities_in_new_sentences(generator, make_bitext):
    path, held_out = generator
    pairs = [make_bitext(doc.text, doc.text, [(e.start, e.end, e.label_) for e in doc.ents]) for doc in held_out]
    pairs.insert(1, make_bitext("it rains", "it rains"))
    extractor = Seq2SeqCandidates(str(path), num_beams=3, num_candidates=3, device="cpu", max_length=30)
    found = list(extractor(iter(pairs)))
    assert len(found) == len(pairs) and len(found[1]) == 0
    gold = [(pair, (ent.start, ent.end)) for pair in pairs for ent in pair.source.ents]
    spans = {id(pair): set(map(tuple, candidates.spans.tolist())) for pair, candidates in zip(pairs, found)}
    assert sum(span in spans[id(pair)] for pair, span in gold) >= 0.8 * len(gold)
    assert 0 < extractor.unknown < extractor.generated


def test_t_projection_from_end_to_end(generator, m2m100, make_bitext):
    """Candidates, translation score and solver together; the tiny translation model chooses at random."""
    path, _ = generator
    extractor = Seq2SeqCandidates(str(path), num_beams=2, num_candidates=2, device="cpu", max_length=30)
    scorer = TranslationScore(m2m100, "en", "pt", threshold=0, device="cpu")
    projector = make_candidate_matching(extractor, scorer, make_exact_solver())
    pair = make_bitext("Ana in Lisbon", "eva lives in new york .", [(0, 1, "PER"), (2, 3, "LOC")])
    (projection,) = projector([pair])
    spans = {span for outcome in projection.outcomes for span in outcome.spans}
    assert [outcome.status for outcome in projection.outcomes] == ["projected"] * 2
    assert spans == {(0, 1), (3, 5)}
    assert projector.counts() == extractor.counts() and extractor.counts()["candidates_generated"] == 4


def test_batches_equal_one_by_one(generator, make_bitext):
    path, held_out = generator
    pairs = [make_bitext("a", doc.text, [(0, 1, "LOC")]) for doc in held_out]
    together = Seq2SeqCandidates(str(path), num_beams=2, num_candidates=2, device="cpu", max_length=20)
    alone = Seq2SeqCandidates(
        str(path), num_beams=2, num_candidates=2, device="cpu", max_length=20, max_batch_tokens=1, buffer=1
    )
    for one, other in zip(together(pairs), alone(pairs), strict=True):
        assert one.spans.tolist() == other.spans.tolist()
    assert (together.generated, together.unknown) == (alone.generated, alone.unknown)


def test_unknown_spans_are_counted_and_are_no_candidates(make_bitext, monkeypatch):
    answers = ["<Person>Rui</Person><Location>Lisboa</Location>", "<Person>ana</Person><Location>Porto</Location>"]
    monkeypatch.setattr(Seq2SeqCandidates, "_answer", lambda self, questions: dict.fromkeys(questions, answers))
    extractor = Seq2SeqCandidates("none")
    pair = make_bitext("Ana Porto", "Ana Silva ama Lisboa e ANA", [(0, 1, "PER"), (1, 2, "LOC")])
    (candidates,) = extractor([pair])
    assert candidates.spans.tolist() == [[0, 1], [3, 4], [5, 6]]
    counts = {"candidates_generated": 4, "candidates_unknown": 2}
    combined = make_combined_candidates(make_ngram_candidates(1), extractor)
    markers = make_marker_projector(None, combined, None)
    assert extractor.counts() == combined.counts() == markers.counts() == counts


def test_the_same_seed_trains_the_same_model(tiny_mt5, docs):
    runs = []
    for seed in (3, 3, 4):
        training = CandidateTraining(tiny_mt5, epochs=1, seed=seed, device="cpu")
        runs.append(list(training.run(training.examples(docs[:16]))))
    assert runs[0] == runs[1] != runs[2] and len(runs[0]) == 2


def test_sentences_that_make_no_example(tiny_mt5, docs, make_bitext):
    training = CandidateTraining(tiny_mt5, max_length=40, device="cpu")
    long = make_bitext("ana " + "lives " * 40, "", [(0, 1, "PER")]).source
    assert len(training.examples([docs[0], make_bitext("ana", "").source, long])) == 1
    with pytest.raises(XprojError, match="no sentence has at most 40 tokens"):
        training.examples([long])
    with pytest.raises(XprojError, match="no sentence has an entity"):
        training.examples([make_bitext("ana", "").source])


def test_more_answers_than_beams():
    with pytest.raises(XprojError, match="num_candidates 9 is not between 1 and num_beams, 5"):
        Seq2SeqCandidates("none", num_beams=5, num_candidates=9)


@pytest.mark.parametrize(
    ("corpus", "model", "message"),
    [("none.spacy", "mt5", "none.spacy: no such file"), ("train.spacy", "none", "none' cannot be loaded")],
)
def test_bad_input_ends_in_one_line(invoke, docs, tiny_mt5, tmp_path, corpus, model, message):
    DocBin(docs=docs[:2]).to_disk(tmp_path / "train.spacy")
    model = tiny_mt5 if model == "mt5" else str(tmp_path / model)
    result = invoke("train-candidates", tmp_path / corpus, tmp_path / "out", "-m", model)
    assert result.exit_code == 1 and message in result.text
    assert "Traceback" not in result.output and not (tmp_path / "out").exists()
