"""Peak memory and processor time of commands on corpora of any size: `python benchmarks/scale.py 10000 100000`.

The corpora are made up: sentences of 8 to 24 words, of 20,000 words with the frequencies of Zipf's law, and two names
of 2,000. The translator changes each word by itself, and links are read from a file: the time is that of the package,
not of models. Each command is a process of its own. With `--engines 100000`, `translate` and `project` are run in one
process, in several, and on a Ray cluster of this machine alone, and their results are compared byte by byte. Linux
only.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from array import array
from itertools import accumulate
from pathlib import Path
from time import perf_counter
from typing import Dict, Iterator, List, Tuple

from wasabi import msg

WORDS, NAMES = 20_000, 2_000
CODE = """
from typing import Iterable, Iterator

from spacy_xproj.registry import registry


@registry.xproj_translators("scale.Words.v1")
class Words:
    def __init__(self, src_lang: str = "en", tgt_lang: str = "pt"):
        self.src_lang, self.tgt_lang = src_lang, tgt_lang

    def __call__(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            yield " ".join(word if word[0].isupper() else f"{word}a" for word in text.split())
"""
CONFIG = """
[translator]
@xproj_translators = "scale.Words.v1"

[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
MODEL = """
import spacy

nlp = spacy.blank("pt")
nlp.add_pipe("entity_ruler").add_patterns([{"label": "PER", "pattern": [{"IS_TITLE": True}]}])
nlp.to_disk("model")
"""
COMMANDS = {
    "convert": "convert en.conll en.spacy -f conll -l en",
    "translate": "translate en.spacy translated -c all.cfg --code code.py",
    "convert, targets": "convert pt.conll pt.spacy -f conll -l pt",
    "convert, other order": "convert mixed.conll mixed.spacy -f conll -l pt",
    "pair": "pair en.spacy pt.spacy bitext",
    "pair, other order": "pair en.spacy mixed.spacy shuffled --by sent_id",
    "project": "project bitext projected -c all.cfg --code code.py",
    "verify": "verify projected",
    "label": "label pt.spacy labelled.spacy -m model",
    "label a corpus": "label bitext labelled -m model",
    "evaluate": "evaluate pt.spacy pt.spacy --json scores.json",
    "consistency": "consistency pt.spacy --fill LOC -o filled.spacy --json strings.json",
    "compare-text": "compare-text pt.spacy en.spacy --json texts.json",
    "rewrite": "rewrite pt.spacy rewritten.spacy --like en.spacy",
    "export": "export pt.spacy out.jsonl --to jsonl",
    "convert, JSON lines": "convert out.jsonl again.spacy -f jsonl -l pt",
}
#: What is compared among engines: a command, and where its result goes.
SHARED = {"translate": "translated", "project": "projected"}


def make_sentences(number: int) -> Iterator[List[Tuple[str, str]]]:
    """Make up sentences: words with their tags."""
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvz", k=chance.randint(2, 9))) for _ in range(WORDS)]
    names = [word.title() for word in words[:NAMES]]
    weights = list(accumulate(1 / rank for rank in range(1, WORDS + 1)))
    for _ in range(number):
        sentence = [(word, "O") for word in chance.choices(words, cum_weights=weights, k=chance.randint(6, 22))]
        for label in ("PER", "LOC"):
            sentence.insert(chance.randint(0, len(sentence)), (chance.choice(names), f"B-{label}"))
        yield sentence


def make_inputs(folder: Path, number: int) -> None:
    """Write what the commands read, without holding it in memory: what this process has counts as the commands'."""
    (folder / "code.py").write_text(CODE)
    (folder / "all.cfg").write_text(CONFIG)
    subprocess.run([sys.executable, "-c", MODEL], cwd=folder, check=True)
    with (
        (folder / "en.conll").open("w") as source,
        (folder / "pt.conll").open("w") as target,
        (folder / "links.txt").open("w") as links,
    ):
        places = array("Q", [0])
        for i, sentence in enumerate(make_sentences(number)):
            source.write(f"# sent_id = {i}\n" + "".join(f"{word} {tag}\n" for word, tag in sentence) + "\n")
            translated = [(word if word.istitle() else f"{word}a", tag) for word, tag in sentence]
            lines = "".join(f"{word} {tag}\n" for word, tag in translated)
            places.append(places[-1] + target.write(f"# sent_id = {i}\n{lines}\n"))
            links.write(" ".join(f"{i}-{i}" for i in range(len(sentence))) + "\n")
    order = list(range(number))
    random.Random(0).shuffle(order)
    with (folder / "pt.conll").open("rb") as target, (folder / "mixed.conll").open("wb") as mixed:
        for i in order:
            target.seek(places[i])
            mixed.write(target.read(places[i + 1] - places[i]))


def measure(command: str, folder: Path) -> Tuple[float, float]:
    """Run a command in a process of its own. RETURNS (Tuple[float, float]): its processor time, and its peak in MB."""
    process = os.fork()
    if not process:
        os.chdir(folder)
        with (folder / "log.txt").open("a") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        os.execv(sys.executable, [sys.executable, "-m", "spacy", "xproj", *command.split()])
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command}: {(folder / 'log.txt').read_text()[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare_engines(folder: Path, number: int, workers: int) -> List[List[str]]:
    """Run what can be shared in one process and with each engine.

    folder (Path): where to work.
    number (int): how many sentences.
    workers (int): how many processes an engine has.
    RETURNS (List[List[str]]): for each run the command, the engine, its time and the time of its processes together,
        and whether the result is that of one process.
    """
    make_inputs(folder, number)
    for name in ("convert", "convert, targets", "pair"):
        measure(COMMANDS[name], folder)
    rows = []
    for name, output in SHARED.items():
        expected: Dict[str, bytes] = {}
        for engine in ("", f"--engine local -n {workers}", f"--engine ray -n {workers}"):
            start = perf_counter()
            seconds, _ = measure(f"{COMMANDS[name]} {engine}", folder)
            taken = perf_counter() - start
            files = [path for path in sorted((folder / output).rglob("*")) if path.is_file()]
            content = {str(path.relative_to(folder)): path.read_bytes() for path in files}
            expected = expected or content
            same = "yes" if content == expected else "no"
            rows.append([name, engine or "one process", f"{taken:.1f}", f"{seconds:.1f}", same])
            print(number, *rows[-1], sep="\t", file=sys.stderr, flush=True)
            shutil.rmtree(folder / output)
    return rows


def main() -> None:
    """Measure all commands, or those that are named, at each size, and print a table; or compare engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=list(COMMANDS), help="Some commands, in order")
    parser.add_argument("--work", type=Path, help="Where to work; what is there is kept")
    parser.add_argument("--engines", type=int, metavar="N", help="Compare engines on so many sentences instead")
    parser.add_argument("--workers", type=int, default=2, help="Processes of an engine")
    arguments = parser.parse_args()
    if arguments.engines:
        with tempfile.TemporaryDirectory(dir=arguments.work) as place:
            compared = compare_engines(Path(place), arguments.engines, arguments.workers)
        header = ("command", "engine", "seconds", "processor seconds", "the same bytes")
        msg.table(compared, header=header, aligns=("l", "l", "r", "r", "r"))
        return
    rows: Dict[str, List[str]] = {name: [name] for name in arguments.only}
    for size in arguments.sizes:
        folder = arguments.work / str(size) if arguments.work else Path(tempfile.mkdtemp())
        folder.mkdir(parents=True, exist_ok=True)
        make_inputs(folder, size)
        for name in arguments.only:
            seconds, megabytes = measure(COMMANDS[name], folder)
            rows[name] += [f"{megabytes:.0f}", f"{seconds:.1f}"]
            print(size, name, *rows[name][-2:], sep="\t", file=sys.stderr, flush=True)
        if not arguments.work:
            shutil.rmtree(folder)
    header = ["command", *(text for size in arguments.sizes for text in (f"MB at {size:,}", "s"))]
    msg.table(rows.values(), header=header, aligns=["l", *"rr" * len(arguments.sizes)])


if __name__ == "__main__":
    main()
