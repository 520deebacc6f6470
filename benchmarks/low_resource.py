"""Does projection beat model transfer in languages with few resources? English to Hausa, Swahili, Yoruba and isiZulu.

CoNLL-2003 English has gold labels, NLLB-200 translated it, MasakhaNER 2 tests. The students share encoder, recipe and
steps, and differ in what they learn from; English sentences and their translations are the same for all systems, 2,500
for each language, no sentence twice. One student serves all four languages, unless its system says otherwise.

    python benchmarks/low_resource.py --data DATA --seeds 3

DATA has the folders `nllb` (`LANG.en.conll`, English with gold labels, and `LANG.tgt.conll`, its translation with the
labels that T-Projection published) and `masakhaner2` (`LANG.dev.txt`, `LANG.test.txt`). The text of the development
sets is used without its labels: to tell how the language is written, and to be labelled by a teacher.
What has been made is not made again, so an interrupted run goes on.
"""

import argparse
import statistics
import sys
from pathlib import Path
from shutil import rmtree
from typing import Dict, Iterable, List, NamedTuple, Sequence, Tuple

import numpy
import spacy
import srsly
from students import train
from translate_train import ROOT, link, once

from spacy_xproj.corpora.docbin import read_docs, write_docs
from spacy_xproj.evaluation.bootstrap import f1
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.storage.atomic import atomic_path
from spacy_xproj.text.docs import words_only

LANGS = {"hau": "ha", "swa": "sw", "yor": "yo", "zul": "zu"}
LABELS = "PER,ORG,LOC"


class System(NamedTuple):
    """What a student learns from.

    corpora (List[str]): kinds of corpora, as in `make_corpora`.
    single (bool): whether each language has a student of its own.
    teachers (List[str]): systems whose students of the same seed label the text of the development sets for this one:
        what the first of them finds, and of the others what does not overlap with it.
    """

    corpora: List[str]
    single: bool = False
    teachers: Sequence[str] = ()


SYSTEMS = {
    "model transfer": System(["english"]),
    "T-Projection's labels": System(["peer"]),
    "identical strings": System(["identical"]),
    "ours, as translated": System(["translated"]),
    "ours": System(["ours"]),
    "ours, a student a language": System(["ours"], single=True),
    "ours, places filled in": System(["filled"]),
    "ours, without doubtful sentences": System(["confident"]),
    "English and ours": System(["english", "ours"]),
    "English and ours, places filled in": System(["english", "filled"]),
    "ours and text that students labelled": System(["filled"], teachers=["ours, places filled in", "model transfer"]),
}
BASELINE = "model transfer"
PEER = "T-Projection's labels"


def main() -> None:
    args = parse_args()
    for lang in LANGS:
        make_corpora(lang, args)
    counts: Dict[str, List[numpy.ndarray]] = {system: [] for system in args.systems}
    for seed in range(args.first_seed, args.seeds):
        for system in args.systems:
            counts[system].append(measure(system, seed, args))
    report(counts, args)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "low_resource", help="where files are kept")
    parser.add_argument("--systems", nargs="+", choices=[*SYSTEMS], default=[*SYSTEMS], metavar="SYSTEM")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--steps", type=int, default=512)
    parser.add_argument("--sentences", type=int, default=2500, help="for each language")
    parser.add_argument("--part", choices=["dev", "test"], default="test", help="what is scored")
    parser.add_argument("--keep", action="store_true", help="keep the pipelines, 240 MB each")
    return parser.parse_args()


def make_corpora(lang: str, args: argparse.Namespace) -> None:
    """Convert, choose sentences, project."""
    work, code = args.work / lang, LANGS[lang]
    sides = {"english": (f"nllb/{lang}.en.conll", "en"), "peer": (f"nllb/{lang}.tgt.conll", code)}
    for name, (file, side) in sides.items():
        columns = work / f"{name}.spacy"
        once(columns, "convert", args.data / file, columns, "--format", "conll", "--lang", side, "--labels", LABELS)
        choose(columns, corpus(args, name, lang), lang, args.sentences)
    for part in ("dev", "test"):
        gold, file = gold_path(args, lang, part), args.data / "masakhaner2" / f"{lang}.{part}.txt"
        options = ["--format", "masakhaner", "--lang", code, "--labels", LABELS, "--map", "DATE=", "--repair"]
        once(gold, "convert", file, gold, *options)
    english, peer = corpus(args, "english", lang), corpus(args, "peer", lang)
    spelled = work / "spelled.spacy"
    once(spelled, "rewrite", peer, spelled, "--like", gold_path(args, lang, "dev"))
    identical = ["--projector.scorer.@xproj_scores", "spacy-xproj.StringScore.v1", "--projector.min_score", 1.0]
    confident = ["--filter.drop_incomplete", "true", "--filter.min_score", 0.5]
    for name, target, options in (
        ("translated", peer, []),
        ("ours", spelled, []),
        ("identical", spelled, identical),
        ("confident", spelled, confident),
    ):
        bitext, projected = work / "bitext" / target.name, work / "projected" / name
        once(bitext, "pair", english, target, bitext)
        once(projected, "project", bitext, projected, *options)
        link(projected / "target.spacy", corpus(args, name, lang))
    filled = corpus(args, "filled", lang)
    once(filled, "consistency", corpus(args, "ours", lang), "--fill", "LOC", "--output", filled)


def choose(path: Path, output: Path, lang: str, number: int) -> None:
    """Give each language another part of the English sentences, so that no sentence is in two languages."""
    if not output.exists():
        first = [*LANGS].index(lang)
        output.parent.mkdir(parents=True, exist_ok=True)
        write_docs(read_docs(path)[first :: len(LANGS)][:number], output)


def corpus(args: argparse.Namespace, kind: str, lang: str) -> Path:
    return args.work / "corpora" / kind / f"{lang}.spacy"


def gold_path(args: argparse.Namespace, lang: str, part: str) -> Path:
    return args.work / lang / f"{part}.spacy"


def measure(system: str, seed: int, args: argparse.Namespace) -> numpy.ndarray:
    """Train and score, unless that is done. RETURNS (numpy.ndarray): counts. *Shape:* ``(sentences, 3)``"""
    kinds, single, teachers = SYSTEMS[system]
    groups: List[Tuple[str, Iterable[str]]] = [(f"-{lang}", [lang]) for lang in LANGS] if single else [("", LANGS)]
    counts = []
    for suffix, langs in groups:
        name = f"{'-'.join(kinds)}{'-self' if teachers else ''}{suffix}"
        student = student_path(args, name, seed)
        scores = student.with_name(f"{student.name}.{args.part}.json")
        if not scores.exists():
            if not (student / "model-last").exists():
                corpora = args.work / "training" / name
                for kind in kinds:
                    for lang in langs:
                        link(corpus(args, kind, lang), corpora / f"{kind}.{lang}.spacy")
                if teachers:
                    corpora = add_labelled(corpora, teachers, seed, args)
                train_student(corpora, student, seed, args)
            with atomic_path(scores) as temporary:
                srsly.write_json(temporary, {lang: score(student, lang, args) for lang in langs})
            if not args.keep:
                rmtree(student)
        found = srsly.read_json(scores)
        counts.extend(numpy.asarray(found[lang], dtype=numpy.int32) for lang in langs)
        figures = ", ".join(f"{lang} {f1(numpy.asarray(found[lang]).sum(axis=0)):.3f}" for lang in langs)
        print(f"{scores.stem}: {figures}", flush=True)
    return numpy.concatenate(counts)


def student_path(args: argparse.Namespace, name: str, seed: int) -> Path:
    return args.work / "students" / f"{name}-{args.layers}-{args.steps}-{seed}"


def add_labelled(corpora: Path, teachers: Sequence[str], seed: int, args: argparse.Namespace) -> Path:
    """Add the text of the development sets, as teachers label it, to corpora."""
    both = corpora.with_name(f"{corpora.name}-{seed}")
    models = [student_path(args, "-".join(SYSTEMS[name].corpora), seed) / "model-last" for name in teachers]
    options = [option for model in models for option in ("--model", model)]
    for name, model in zip(teachers, models, strict=True):
        if not model.exists():
            sys.exit(f"{model}: a teacher is gone; run the system '{name}' with --keep")
    for lang in LANGS:
        labelled = both / f"self.{lang}.spacy"
        once(labelled, "label", gold_path(args, lang, "dev"), labelled, *options)
    for file in corpora.glob("*.spacy"):
        link(file, both / file.name)
    return both


def train_student(corpora: Path, student: Path, seed: int, args: argparse.Namespace) -> None:
    """Train a student for a fixed number of steps; its last state is what is scored."""
    settings = {
        "layers": args.layers,
        "vars.steps": args.steps,
        "paths.train": corpora,
        "paths.dev": gold_path(args, "swa", "dev"),
    }
    unfinished = student.with_name(f"{student.name}.partial")
    train(settings, seed, unfinished, args.work / f"encoder-{args.layers}")
    unfinished.rename(student)


def score(student: Path, lang: str, args: argparse.Namespace) -> List[List[int]]:
    """Count right, wrong and missed entities in each sentence."""
    nlp = spacy.load(student / "model-last")
    gold = read_docs(gold_path(args, lang, args.part), nlp.vocab)
    counts: List[List[int]] = strict_counts(gold, list(nlp.pipe([words_only(doc) for doc in gold]))).tolist()
    return counts


def report(counts: Dict[str, List[numpy.ndarray]], args: argparse.Namespace) -> None:
    """Print F1 by language, means over seeds, and differences of the means over languages with 95% intervals."""
    sizes = [len(read_docs(gold_path(args, lang, args.part))) for lang in LANGS]
    edges = numpy.cumsum([0, *sizes])
    parts = [slice(*edge) for edge in zip(edges, edges[1:])]
    print(f"\n| trained on | {' | '.join(LANGS)} | mean | seeds | − {BASELINE} | − {PEER} |")
    print("|---" * (len(LANGS) + 5) + "|")
    for system, seeds in counts.items():
        scores = numpy.asarray([[f1(found[part].sum(axis=0)) for part in parts] for found in seeds])
        means = scores.mean(axis=1)
        cells = [f"{value:.3f}" for value in scores.mean(axis=0)]
        cells += [f"**{statistics.mean(means):.3f}**", f"{min(means):.3f}–{max(means):.3f}"]
        cells += [difference(seeds, counts[other], parts) for other in (BASELINE, PEER) if other in counts]
        print(f"| {system} | {' | '.join(cells)} |")


def difference(system: List[numpy.ndarray], other: List[numpy.ndarray], parts: List[slice]) -> str:
    """Compare two systems: the same sentences are drawn for all their students, in each language apart."""
    if system is other:
        return ""
    students = numpy.stack([*system, *other])
    weights = [1 / len(system)] * len(system) + [-1 / len(other)] * len(other)
    random = numpy.random.default_rng(0)
    estimate = numpy.mean([f1(students[:, part].sum(axis=1)) @ weights for part in parts])
    draws = []
    for _ in range(1000):
        found = []
        for part in parts:
            sentences = random.integers(part.start, part.stop, size=part.stop - part.start)
            found.append(f1(students[:, sentences].sum(axis=1)) @ weights)
        draws.append(numpy.mean(found))
    low, high = numpy.quantile(draws, [0.025, 0.975])
    return f"{estimate:+.3f} ({low:+.3f} to {high:+.3f})"


if __name__ == "__main__":
    main()
