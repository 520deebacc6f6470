"""Damage what readers read, and see that each ends well or in one line: `python benchmarks/fuzz.py --inputs 1000000`.

Every input is a good one with some bytes changed, cut out, put in or taken from elsewhere; of a DocBin, also inside its
compression. A reader may take it or raise an XprojError of one line. All else is a finding: it is printed with the seed
that makes the input again (`--seed N --inputs 1`), and the exit code is 1. Inputs have processes of their own: a reader
that takes its process down is found too. Names of readers choose some. Not for Windows.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import zlib
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Iterator, List, Tuple

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"  # threads do not survive a fork
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["HF_HUB_OFFLINE"] = "1"

from fuzz_readers import Reader, make_readers  # noqa: E402
from wasabi import msg  # noqa: E402

from spacy_xproj.corpora import docbin  # noqa: E402
from spacy_xproj.corpora.formats import columns  # noqa: E402
from spacy_xproj.errors import XprojError  # noqa: E402

#: Inputs that one process tries.
BATCH = 1000
#: What takes the place of values of JSON.
VALUES: List[Any] = [None, True, -1, 0, 1, 7, 2**70, -0.5, float("nan"), "", "x", "\ud800"]
VALUES += [[], {}, [[]], {"a": []}, ["x"], [-1, 9]]


def damage(good: bytes, chance: random.Random) -> bytes:
    """Change some bytes of an input, cut some out, put some in, or take some from elsewhere in it; or change JSON into
    other JSON."""
    if good[:1] in b"{[" and chance.randrange(2):
        return damage_json(good, chance)
    data = bytearray(good)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        start = chance.randrange(len(data) + 1)
        length = chance.choice((1, 1, 2, 4, 8, 64))
        kind = chance.randrange(6)
        if kind == 0 and data:
            data[min(start, len(data) - 1)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del data[start : start + length]
        elif kind == 2:
            data[start:start] = chance.randbytes(length)
        elif kind == 3:
            data[start : start + length] = bytes([chance.choice((0, 127, 128, 255))]) * length
        elif kind == 4:
            other = chance.randrange(len(data) + 1)
            data[start : start + length] = data[other : other + length]
        else:
            del data[start:]
    return bytes(data)


def damage_json(good: bytes, chance: random.Random) -> bytes:
    """Change values of JSON, or of one of its lines, into others, leave some out, or put some elsewhere."""
    try:
        items = [json.loads(good)]
    except ValueError:
        items = [json.loads(line) for line in good.splitlines()]
    for _ in range(chance.choice((1, 1, 2, 4))):
        places = list(_places(items))
        if places:
            holder, key = chance.choice(places)
            kind = chance.randrange(4)
            if kind == 0:
                del holder[key]
            elif kind == 1:
                other, name = chance.choice(places)
                holder[key] = deepcopy(other[name])
            else:
                holder[key] = deepcopy(chance.choice(VALUES))
    return "\n".join(map(json.dumps, items)).encode()


def _places(value: Any) -> Iterator[Tuple[Any, Any]]:
    """All places in JSON: what holds a value, and its key or number there."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield value, key
        yield from _places(inner)


def try_reader(reader: Reader, file: Path, seeds: Iterator[int]) -> Iterator[Tuple[int, str]]:
    """Try a reader on an input for each seed.

    reader (Reader): the reader.
    file (Path): where the inputs are written.
    seeds (Iterator[int]): the seeds.
    YIELDS (Tuple[int, str]): the seed and the error of each finding.
    """
    for seed in seeds:
        data = damage(reader.good, random.Random(seed))
        file.write_bytes(zlib.compress(data) if reader.inner else data)
        try:
            reader.read(file)
        except XprojError as error:
            if "\n" in str(error).strip():
                yield seed, f"more than one line: {error!r}"
        except Exception as error:
            yield seed, repr(error)[:200]


def fuzz(reader: Reader, folder: Path, first: int, inputs: int) -> List[str]:
    """Try a reader in processes of their own, of `BATCH` inputs each.

    reader (Reader): the reader.
    folder (Path): a directory for the inputs.
    first (int): the first seed.
    inputs (int): how many inputs.
    RETURNS (List[str]): the findings.
    """
    findings: List[str] = []
    for start in range(first, first + inputs, BATCH):
        report = folder / "report"
        process = os.fork()
        if not process:
            code = 1
            try:
                with report.open("w") as lines, Path(os.devnull).open("w") as nothing:
                    sys.stdout = nothing
                    for seed, error in try_reader(
                        reader, folder / "input", iter(range(start, min(start + BATCH, first + inputs)))
                    ):
                        print(f"seed {seed}: {error}", file=lines, flush=True)
                code = 0
            finally:
                os._exit(code)
        ended = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        findings += report.read_text().splitlines()
        if ended:
            findings.append(f"seeds from {start}: the process ended with {ended}")
    return findings


def main() -> int:
    """Fuzz the readers and print a table; give 1 if there are findings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--inputs", type=int, default=10_000, help="inputs for each reader")
    parser.add_argument("--seed", type=int, default=0, help="the seed of the first input")
    arguments = parser.parse_args()
    for module in (columns, docbin):  # readers make a new one for each input, which is most of their time
        module.blank_vocab = cache(module.blank_vocab)
    rows, failed = [], False
    with tempfile.TemporaryDirectory() as folder:
        readers = make_readers(Path(folder))
        for name in arguments.names or readers:
            inputs = -(-arguments.inputs // 100) if readers[name].slow else arguments.inputs
            findings = fuzz(readers[name], Path(folder), arguments.seed, inputs)
            rows.append((name, inputs, len(findings)))
            print(*rows[-1], sep="\t", file=sys.stderr, flush=True)
            for finding in findings[:10]:
                msg.fail(f"{name}, {finding}")
            failed |= bool(findings)
    msg.table(rows, header=("reader", "inputs", "findings"), aligns=("l", "r", "r"))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
