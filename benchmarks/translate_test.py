"""Translate-test against model transfer and translate-train, English to Portuguese, on gold test data.

- model transfer: a student of English gold, on the Portuguese text as it is
- translate-train: a student of Portuguese translations with projected labels
- union: a student of both
- translate-test: the text is translated into English, labelled by the first student, and projected back, by the
  component `annotation_projector`
- ensemble: translate-test with the probabilities of a student, by the component `xproj_ensemble`

    python benchmarks/translate_test.py --data DATA

DATA has the folder `uner` with `en_ewt.{dev,test}.iob2`, `pt_bosque.{train,test}.iob2` and `{pt,de}_pud.test.iob2` of
Universal NER v1. Students are trained as in `translate_train.py`, with the same options, and kept in the same place:
what one of the two has made, the other does not make again. Nor is any prediction made twice, so an interrupted run
goes on.

The tokens are gold. Universal NER splits Portuguese contractions (`de a`); they are restored in what is translated. The
component's statistics come from the unlabelled text of Bosque train. F1 is strict, from the counts of all seeds; its
95% interval comes from drawing sentences.
"""

import argparse
import re
import time
from itertools import chain
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List

import numpy
import spacy
import translate_train
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from spacy_xproj.corpora.docbin import read_docs, write_docs
from spacy_xproj.evaluation.bootstrap import bootstrap_difference, bootstrap_interval
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.storage.atomic import atomic_path
from spacy_xproj.text.docs import words_only
from spacy_xproj.types import Translator

TRANSLATOR = {"@xproj_translators": "spacy-xproj.BundledTranslator.v1", "src_lang": "pt", "tgt_lang": "en"}
STUDENTS = {
    "model transfer": "model transfer (English gold)",
    "translate-train": "translate-train (projected)",
    "union": "both",
}
TESTS = {"Bosque": "pt_bosque.spacy", "PUD": "pt_pud.spacy"}
#: What a preposition and the word after it become.
PREPOSITIONS = {"de": "d", "em": "n", "por": "pel", "a": "à"}
ARTICLES = re.compile(r"\b(de|em|por|a) (os?|as?)\b", re.IGNORECASE)
OTHERS = re.compile(r"\b(de|em) ((?:el[ea]|ess[ea]|est[ea]|aquel[ea])s?|isso|isto|aquilo)\b", re.IGNORECASE)
AQUELE = re.compile(r"\b(a) (aquel[ea]s?|aquilo)\b", re.IGNORECASE)


class Contracted:
    """Restores contractions before it translates.

    translator (Translator): translates.
    """

    def __init__(self, translator: Translator):
        self.translator = translator
        self.src_lang = translator.src_lang
        self.tgt_lang = translator.tgt_lang

    def __call__(self, texts: Iterable[str]) -> Iterator[str]:
        """Translate each text, its contractions restored."""
        yield from self.translator(map(contract, texts))


def contract(text: str) -> str:
    """Write Portuguese as it is written: `de a` is `da`, `em o` is `no`, `a aquela` is `àquela`."""
    for pattern in (ARTICLES, OTHERS, AQUELE):
        text = pattern.sub(lambda match: _join(*match.groups()), text)
    return text


def _join(preposition: str, word: str) -> str:
    short = preposition.lower()
    joined = PREPOSITIONS[short] + word.lower()
    if short == "a":  # ao, aos, à, às, àquele
        joined = "a" + word.lower() if word.lower().startswith("o") else "à" + word.lower()[1:]
    return joined.capitalize() if preposition[0].isupper() else joined


def main() -> None:
    args = parse_args()
    translate_train.make_corpora(args)
    jobs: Dict[str, Callable[[List[Doc], str, int], Iterable[Doc]]] = {}
    for system in STUDENTS:
        jobs[system] = lambda docs, test, seed, system=system: load_student(system, seed, args).pipe(docs)
    jobs["translate-test"] = lambda docs, test, seed: load_translate_test(seed, args).pipe(docs)
    for system in ("translate-train", "union"):
        jobs[f"ensemble with {system}"] = lambda docs, test, seed, system=system: ensemble(system, test, seed, args)
    counts = {
        (system, test): sum(predict(system, job, test, seed, args) for seed in range(args.seeds))
        for system, job in jobs.items()
        for test in TESTS
    }
    report(jobs, counts, args)
    report_speed(args)


def parse_args() -> argparse.Namespace:
    parser = translate_train.make_parser(__doc__)
    parser.add_argument("--limit", type=int, default=0, help="sentences of each test set, 0 for all")
    parser.add_argument("--student-weight", type=float, default=0.5, help="of the ensemble")
    parser.add_argument("--projection-weight", type=float, default=0.5, help="of the ensemble")
    parser.add_argument("--threshold", type=float, default=0.3, help="of the ensemble")
    return translate_train.parse_args(parser)


def predict(system: str, job: Callable, test: str, seed: int, args: argparse.Namespace) -> numpy.ndarray:
    """Label a test set, unless that is done, and count. *Shape:* ``(sentences, 3)``"""
    gold = read_docs(args.work / TESTS[test])[: args.limit or None]
    path = prediction_path(system, test, seed, args)
    if not path.exists():
        print(f"{test}: {system}, seed {seed}", flush=True)
        write_docs(job([words_only(doc) for doc in gold], test, seed), path)
    return strict_counts(gold, read_docs(path))


def prediction_path(system: str, test: str, seed: int, args: argparse.Namespace) -> Path:
    name = f"{test}-{system}-{args.layers}-{args.steps}-{seed}-{args.limit}".replace(" ", "-")
    if system.startswith("ensemble"):
        name += f"-{args.student_weight}-{args.projection_weight}-{args.threshold}"
    return args.work / "predictions" / f"{name}.spacy"


def load_student(system: str, seed: int, args: argparse.Namespace, lang: str = "pt") -> Language:
    """Train a student, unless that is done, and load it with the tokenizer of a language."""
    directory = translate_train.train(STUDENTS[system], seed, args)
    return spacy.load(directory / "model-last", exclude=["tokenizer"], config={"nlp.lang": lang})


def load_translate_test(seed: int, args: argparse.Namespace) -> Language:
    """Make the pipeline with the component, unless that is done, and load it."""
    path = args.work / "pipelines" / f"translate-test-{args.layers}-{args.steps}-{seed}"
    if not path.exists():
        nlp = spacy.blank("pt")
        component = nlp.add_pipe("annotation_projector", config={"translator": TRANSLATOR})
        component.source = load_student("model transfer", seed, args, "en")
        component.translator = Contracted(component.translator)
        texts = read_docs(args.work / "gold" / "train.spacy", nlp.vocab)[: args.limit or None]
        nlp.initialize(lambda: (Example(words_only(doc), doc) for doc in texts))
        with atomic_path(path) as temporary:
            nlp.to_disk(temporary)
    nlp = spacy.load(path)
    component = nlp.get_pipe("annotation_projector")
    component.translator = Contracted(component.translator)
    return nlp


def ensemble(system: str, test: str, seed: int, args: argparse.Namespace) -> Iterator[Doc]:
    """Choose among the projections, which are kept with the predictions of translate-test, and those of a student."""
    nlp = spacy.blank("pt")
    model = translate_train.train(STUDENTS[system], seed, args) / "model-last"
    settings = {
        "tagger": {"@xproj_taggers": "spacy-xproj.SpacyTagger.v1", "model": str(model)},
        "student_weight": args.student_weight,
        "projection_weight": args.projection_weight,
        "threshold": args.threshold,
    }
    nlp.add_pipe("xproj_ensemble", config=settings)
    return nlp.pipe(read_docs(prediction_path("translate-test", test, seed, args), nlp.vocab))


def report(systems: Iterable[str], counts: Dict, args: argparse.Namespace) -> None:
    print(f"\nStrict F1, {args.seeds} seeds, {args.steps} steps, {args.layers} layers; 95% intervals\n")
    print(f"| | {' | '.join(chain.from_iterable((test, 'over model transfer') for test in TESTS))} |")
    print("|---" * (2 * len(TESTS) + 1) + "|")
    for system in systems:
        cells = []
        for test in TESTS:
            f1 = bootstrap_interval(counts[system, test])
            gain = bootstrap_difference(counts[system, test], counts["model transfer", test])
            cells += [f"**{f1.estimate:.3f}** ({f1.low:.3f}–{f1.high:.3f})"]
            cells += [f"{gain.estimate:+.3f} ({gain.low:+.3f}–{gain.high:+.3f})"]
        print(f"| {system} | {' | '.join(cells)} |")


def report_speed(args: argparse.Namespace) -> None:
    """Time the component on a batch and one by one, each with models loaded and no translation remembered."""
    for name in ("in a batch", "one by one"):
        nlp = load_translate_test(0, args)
        first, *docs = map(words_only, read_docs(args.work / TESTS["PUD"], nlp.vocab)[:201])
        nlp(first)
        start = time.perf_counter()
        done = list(nlp.pipe(docs) if name == "in a batch" else map(nlp, docs))
        print(f"translate-test {name}: {len(done) / (time.perf_counter() - start):.1f} sentences/s")


if __name__ == "__main__":
    main()
