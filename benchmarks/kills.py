"""Kill every command at every single file operation, and run it again: `python benchmarks/kills.py`.

What is run again must end well and leave, byte by byte, what one run leaves that nobody disturbs: no temporary file, no
lock, no unfinished result. It is tried twice: with the process killed, and as if the power had failed, when half of all
that was not synced is lost. `--step 5` tries every fifth operation only; names of scenarios choose some. Linux only.
"""
# The paths of file operations are texts, and so is what is done with them:
# ruff: noqa: PTH109, PTH110, PTH113, PTH115, PTH116, PTH118, PTH123, PTH202

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"

import spacy  # noqa: E402
from spacy.tokens import DocBin, Span  # noqa: E402
from typer.main import get_command  # noqa: E402
from wasabi import msg  # noqa: E402

import spacy_xproj.research.cli  # noqa: E402, F401  (its commands join the group)
from spacy_xproj.cli import app  # noqa: E402
from spacy_xproj.corpora import docbin  # noqa: E402
from spacy_xproj.projectors import writer  # noqa: E402

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR
SENTENCES = [("Ana lives in Lisbon", "Ana vive em Lisboa"), ("Rui sleeps", "Rui dorme"), ("Lisbon", "Lisboa")]
CONFIG = """
[translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "table.tsv"
src_lang = "en"
tgt_lang = "pt"

[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
STRINGS = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"

[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"

[projector.scorer]
@xproj_scores = "spacy-xproj.StringScore.v1"

[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""
LINKS = """
[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
MATCHING = STRINGS.replace("StringScore", "AlignmentScore") + LINKS
#: Sentences in a file: so few that small corpora are large.
FILE_SIZE = 4
CONLL = "Ana B-PER\nlives O\nin O\nLisbon I-LOC\n\nRui B-PER\nsleeps O\n"


class Scenario(NamedTuple):
    """What is killed.

    command (str): the command.
    before (Tuple[str, ...]): what has been run before.
    """

    command: str
    before: Tuple[str, ...] = ()


PAIR = "pair en.spacy pt.spacy bt"
SCENARIOS: Dict[str, Scenario] = {
    "convert": Scenario("convert en.conll out.spacy -f conll -l en --repair"),
    "convert, again": Scenario(
        "convert other.conll out.spacy -f conll -l en --repair", ("convert en.conll out.spacy -f conll -l en --repair",)
    ),
    "translate": Scenario("translate en.spacy bt -c all.cfg --shard-size 2"),
    "pair": Scenario(PAIR),
    "pair, again": Scenario("pair other.spacy pt.spacy bt", (PAIR,)),
    "align": Scenario("align bt out.txt -c all.cfg", (PAIR,)),
    "project": Scenario("project bt out -c all.cfg --shard-size 2", (PAIR,)),
    "project, again": Scenario(
        "project bt out -c all.cfg --filter.drop_empty true", (PAIR, "project bt out -c all.cfg")
    ),
    "view": Scenario("view projected -o out.html", (PAIR, "project bt projected -c all.cfg")),
    "report": Scenario("report projected -o out.html", (PAIR, "project bt projected -c all.cfg")),
    "tune": Scenario("tune bt pt_gold.spacy out -c matching.cfg", (PAIR,)),
    "label a file": Scenario("label en.spacy out.spacy -m model"),
    "label a corpus": Scenario("label bt out -m model", (PAIR,)),
    "label in place": Scenario("label bt bt -m model", (PAIR,)),
    "evaluate": Scenario("evaluate en.spacy other.spacy --json out.json"),
    "compare-text": Scenario("compare-text en.spacy pt.spacy --json out.json"),
    "consistency": Scenario("consistency en.spacy --fill LOC -o out.spacy --json out.json"),
    "languages": Scenario("languages --json out.json"),
    "captions": Scenario("research captions captions out.txt"),
    "encoder": Scenario("encoder encoder out"),
    "export": Scenario("export en.spacy out.jsonl --to jsonl"),
    "rewrite": Scenario("rewrite en.spacy out.spacy --like pt.spacy"),
    "describe": Scenario("describe model out --license MIT"),
    "init": Scenario("init out --source en --target pt"),
    "convert, large": Scenario("convert many.conll out.spacy -f conll -l en --repair"),
    "convert, file to directory": Scenario(
        "convert many.conll out.spacy -f conll -l en --repair", ("convert en.conll out.spacy -f conll -l en --repair",)
    ),
    "convert, directory to file": Scenario(
        "convert en.conll out.spacy -f conll -l en --repair", ("convert many.conll out.spacy -f conll -l en --repair",)
    ),
    "project, large": Scenario(
        "project many out -c default.cfg --shard-size 4", ("pair many.spacy many.spacy many --by order",)
    ),
    "encoder, again": Scenario("encoder encoder out --layers 1", ("encoder encoder out",)),
}


class Killer:
    """Counts the file operations of this process below a directory, and kills it before one of them.

    directory (Path): the directory.
    moment (Optional[int]): the operation, from 1; none is killed without it.
    power (bool): let go of half of what was not synced.
    """

    def __init__(self, directory: Path, moment: Optional[int], power: bool) -> None:
        self.directory = str(directory)
        self.moment = moment
        self.power = power
        self.count = 0
        self.unsynced: Set[str] = set()
        self.dying = False

    def start(self) -> None:
        """Watch this process from now on. Nothing is synced for real: disks are slow, and keep what a process wrote."""
        os.fsync = self._sync
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: Tuple[Any, ...]) -> None:
        if self.dying or not (event in CHANGES or (event == "open" and (arguments[2] or 0) & WRITES)):
            return
        paths = list(self._paths(event, arguments))
        if not any(path.startswith(self.directory + os.sep) for path in paths):
            return
        self.count += 1
        if self.count == self.moment:
            self._die()
        if event == "open":
            self.unsynced.add(paths[0])
        elif event in ("os.rename", "os.link"):
            moved = {path for path in self.unsynced if path == paths[0] or path.startswith(paths[0] + os.sep)}
            self.unsynced |= {paths[1] + path[len(paths[0]) :] for path in moved}

    def _paths(self, event: str, arguments: Tuple[Any, ...]) -> Iterator[str]:
        """The paths of an operation; those that are relative to an open directory are looked up."""
        if event == "open" and not isinstance(arguments[0], (str, bytes, os.PathLike)):
            return
        last = arguments[-1] if event in ("os.remove", "os.mkdir", "os.rmdir") else -1
        for path in arguments[: 2 if event in ("os.rename", "os.link", "os.symlink") else 1]:
            if isinstance(path, int):
                continue
            folder = os.readlink(f"/proc/self/fd/{last}") if isinstance(last, int) and last >= 0 else os.getcwd()
            yield os.path.join(folder, os.fsdecode(path))

    def _sync(self, descriptor: int) -> None:
        synced = os.fstat(descriptor)  # by whatever name: shards are linked into a result
        there = (path for path in self.unsynced if os.path.exists(path))
        self.unsynced -= {path for path in there if os.path.samestat(os.stat(path), synced)}

    def _die(self) -> None:
        self.dying = True
        for path in self.unsynced if self.power else ():
            if os.path.isfile(path):
                os.truncate(path, os.path.getsize(path) // 2)
        os.kill(os.getpid(), signal.SIGKILL)


def run(directory: Path, command: str, moment: Optional[int] = None, power: bool = False) -> Tuple[int, int]:
    """Run a command in a process of its own, in a directory.

    directory (Path): the directory.
    command (str): the command.
    moment (Optional[int]): the file operation before which it is killed.
    power (bool): see `Killer`.
    RETURNS (Tuple[int, int]): its exit code, -9 if it was killed, and how many file operations it took.
    """
    reader, writer = os.pipe()
    process = os.fork()
    if not process:
        code = 70
        try:
            os.chdir(directory)
            with open(os.devnull, "w") as nothing:
                sys.stdout = nothing
                if "KILLS_VERBOSE" not in os.environ:
                    sys.stderr = nothing
                killer = Killer(directory, moment, power)
                killer.start()
                code = execute(command)
            os.write(writer, str(killer.count).encode())
        finally:
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        count = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), int(count or 0)


def execute(command: str) -> int:
    """Run a command in this process. RETURNS (int): its exit code."""
    try:
        get_command(app)(command.split())
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def content(directory: Path) -> Dict[str, Optional[bytes]]:
    """What is in a directory, hidden files included: the bytes of each file, None for a directory."""
    paths = sorted(directory.rglob("*"))
    return {str(path.relative_to(directory)): None if path.is_dir() else path.read_bytes() for path in paths}


class Result(NamedTuple):
    """What came of a scenario: the operations of a run, the kills, and what was wrong after them."""

    operations: int
    kills: int
    faults: List[str]


def try_scenario(scenario: Scenario, inputs: Path, power: bool, step: int = 1) -> Result:
    """Kill a command at every operation, or some, and run it again each time.

    scenario (Scenario): the command.
    inputs (Path): what it reads.
    power (bool): see `Killer`.
    step (int): kill at every operation of this many.
    RETURNS (Result): what came of it.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready, work = Path(folder) / "ready", Path(folder) / "work"
        shutil.copytree(inputs, ready)
        for command in scenario.before:
            code, _ = run(ready, command)
            assert code == 0, command
        shutil.copytree(ready, work)
        code, operations = run(work, scenario.command)
        assert code == 0 and operations, scenario.command
        expected = content(work)
        faults = []
        moments = range(1, operations + 1, step)
        for moment in moments:
            shutil.rmtree(work)
            shutil.copytree(ready, work)
            killed, _ = run(work, scenario.command, moment, power)
            code, _ = run(work, scenario.command)
            after = content(work)
            if (killed, code) != (-signal.SIGKILL, 0) or after != expected:
                differs = sorted(name for name in {*after, *expected} if after.get(name, 0) != expected.get(name, 0))
                faults.append(f"operation {moment}: exit codes {killed}, {code}; differs: {', '.join(differs)}")
        return Result(operations, len(moments), faults)


def make_inputs(directory: Path) -> None:
    """Write what the scenarios read.

    directory (Path): the directory; it is made.
    """
    directory.mkdir()
    (directory / "all.cfg").write_text(CONFIG)
    (directory / "matching.cfg").write_text(MATCHING)
    (directory / "table.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in SENTENCES))
    (directory / "links.txt").write_text("0-0 1-1 2-2 3-3\n0-0 1-1\n0-0\n")
    (directory / "en.conll").write_text(CONLL)
    (directory / "other.conll").write_text(CONLL.replace("I-LOC", "B-LOC"))
    (directory / "captions" / "annotations" / "en").mkdir(parents=True)
    (directory / "captions" / "annotations" / "en" / "annotations.json").write_text(
        '{"annotations": {"identity": {"language": "en"}, "annotations": {"\U0001f600": {"tts": ["face"]}}}}'
    )
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Lisbon"}])
    nlp.to_disk(directory / "model")
    for name, side, labels in (("en", 0, 1), ("other", 0, 2), ("pt", 1, 0), ("pt_gold", 1, 2)):
        docs = [spacy.blank("pt" if side else "en")(pair[side]) for pair in SENTENCES]
        for doc in docs:
            doc.set_ents([Span(doc, 0, 1, "PER")] if len(doc) > 1 and labels else [], default="outside")
        if labels == 1:
            docs[0].ents = [*docs[0].ents, Span(docs[0], 3, 4, "LOC")]
        DocBin(docs=docs, store_user_data=True).to_disk(directory / f"{name}.spacy")
    (directory / "many.conll").write_text("\n".join([CONLL.replace("I-LOC", "B-LOC")] * 3))
    (directory / "default.cfg").write_text(STRINGS)
    docs = [spacy.blank("en")(SENTENCES[i % 3][0]) for i in range(FILE_SIZE + 2)]
    for doc in docs:
        doc.set_ents([Span(doc, 0, 1, "PER")], default="outside")
    DocBin(docs=docs, store_user_data=True).to_disk(directory / "many.spacy")
    make_encoder(directory / "encoder")


def make_encoder(directory: Path) -> None:
    """Write a tiny encoder with random weights."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ana", "lives", "in", "lisbon"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    special = {f"{name}_token": token for name, token in names.items()}
    set_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(words), max_position_embeddings=24, pad_token_id=0, **sizes)
    BertModel(config).save_pretrained(directory)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=24, **special).save_pretrained(directory)


def warm(scenarios: List[Scenario], inputs: Path) -> None:
    """Run the commands once in this process, so that the many processes to come have all modules loaded."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path.cwd()
        for number, scenario in enumerate(scenarios):
            shutil.copytree(inputs, Path(folder) / str(number))
            os.chdir(Path(folder) / str(number))
            for command in (*scenario.before, scenario.command):
                assert execute(command) == 0, command
        os.chdir(home)


def main() -> int:
    """Try scenarios, by default all, and print a table. RETURNS (int): 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(SCENARIOS))
    parser.add_argument("--step", type=int, default=1)
    arguments = parser.parse_args()
    docbin.FILE_SIZE = writer.FILE_SIZE = FILE_SIZE
    chosen = {name: SCENARIOS[name] for name in arguments.names or SCENARIOS}
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as folder:
        inputs = Path(folder) / "inputs"
        make_inputs(inputs)
        warm(list(chosen.values()), inputs)
        for name, scenario in chosen.items():
            killed, power = (try_scenario(scenario, inputs, power, arguments.step) for power in (False, True))
            faults += [f"{name}, {fault}" for fault in (*killed.faults, *power.faults)]
            identical = [str(one.kills - len(one.faults)) for one in (killed, power)]
            rows.append((name, killed.operations, killed.kills, identical[0], power.kills, identical[1]))
            print(*rows[-1], *killed.faults, *power.faults, sep="\t", file=sys.stderr, flush=True)
    header = ("command", "operations", "kills", "the same", "power failures", "the same")
    msg.table(rows, header=header, aligns=("l", "r", "r", "r", "r", "r"))
    for fault in faults:
        msg.fail(fault)
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
