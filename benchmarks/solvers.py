"""Time and optimality of the solvers, on recorded and on random instances.

- exact: `spacy-xproj.ExactSolver.v1`
- greedy: `spacy-xproj.GreedySolver.v1`
- milp, token rows: `spacy-xproj.MilpSolver.v1`
- milp, pairwise rows: a row for each pair of overlapping candidates, as published (Politov et al. 2025, §3.3)

    python benchmarks/solvers.py --data DATA

DATA has the folders `europarl` (`{en,de,es}.conll02`) and `uner` (`{en,pt}_pud.test.iob2`). The instances are what the
default projector asks its solver on the first sentences of each; they are recorded once and kept under --work. They are
solved with the default settings, and with the published ones: no minimum score, up to ten tokens, Σ score.
"""

import argparse
import statistics
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Dict, Iterator, List, Tuple

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from spacy_xproj.api import load_projector
from spacy_xproj.corpora.formats.conll import ConllConverter
from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.corpora.pairing import pair_by_order, pair_by_sent_id
from spacy_xproj.extractors.ngram import ngrams
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.solvers.greedy import GreedySolver
from spacy_xproj.solvers.milp import MilpSolver
from spacy_xproj.storage.atomic import atomic_path
from spacy_xproj.storage.files import read_text
from spacy_xproj.types import Bitext, Candidates, Floats2d, Match, Solver

ROOT = Path(__file__).parent.parent
Instance = Tuple[Floats2d, Candidates]


def main() -> None:
    args = parse_args()
    random = numpy.random.default_rng(0)
    instances = recorded(args)
    default = [(numpy.where(scores >= 0.3, scores, 0), candidates) for scores, candidates in instances]
    report("recorded instances, default settings", default, 5.0, args.pairwise)
    published = [short_candidates(*instance) for instance in instances]
    report("recorded instances, published settings", published, 1.0, args.pairwise)
    report("random instances", [random_instance(random) for _ in range(args.random)], 1.0, args.pairwise)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=ROOT / "training" / "solvers", help="where instances are kept")
    parser.add_argument("--sentences", type=int, default=200, help="sentences of each language pair")
    parser.add_argument("--random", type=int, default=100, help="random instances")
    parser.add_argument("--pairwise", type=int, default=40, help="instances for the slow pairwise rows")
    return parser.parse_args()


def recorded(args: argparse.Namespace) -> List[Instance]:
    """The instances with at least one entity, from the first sentences of three language pairs."""
    file = args.work / f"instances-{args.sentences}.npz"
    if not file.exists():
        instances = [each for pairs in read_pairs(args) for each in record(pairs)]
        arrays = {f"{name}{i}": array for i, pair in enumerate(instances) for name, array in zip("sc", pair)}
        with atomic_path(file) as temporary, temporary.open("wb") as stream:
            numpy.savez_compressed(stream, **arrays)
    with numpy.load(file) as arrays:
        return [(arrays[f"s{i}"], Candidates(arrays[f"c{i}"])) for i in range(len(arrays) // 2)]


def read_pairs(args: argparse.Namespace) -> Iterator[List[Bitext]]:
    europarl, uner = args.data / "europarl", args.data / "uner"
    for lang in ("de", "es"):
        paths = europarl / "en.conll02", europarl / f"{lang}.conll02"
        docs = [list(ConllConverter(code)(read_text(path))) for path, code in zip(paths, ("en", lang))]
        yield list(islice(pair_by_order(*docs, *paths), args.sentences))
    paths = uner / "en_pud.test.iob2", uner / "pt_pud.test.iob2"
    docs = [list(UnerConverter(code)(read_text(path))) for path, code in zip(paths, ("en", "pt"))]
    yield [pair for pair in islice(pair_by_sent_id(*docs, *paths), args.sentences) if isinstance(pair, Bitext)]


def record(pairs: List[Bitext]) -> List[Tuple[Floats2d, numpy.ndarray]]:
    """What the default projector's solver is asked."""
    projector = load_projector()
    projector.min_score = 0.0
    asked = []

    def solver(scores: Floats2d, candidates: Candidates) -> List[Match]:
        if len(scores):
            asked.append((scores, candidates.spans))
        return []

    projector.solver = solver
    projector.initialize(lambda: pairs)
    for _ in projector(pairs):
        pass
    return asked


def random_instance(random: numpy.random.Generator) -> Instance:
    """2 to 8 entities on 10 to 40 tokens, every n-gram up to 10 tokens a candidate, scores uniform: all in conflict."""
    spans = ngrams(int(random.integers(10, 41)), 10)
    scores = random.random((random.integers(2, 9), len(spans)))
    return scores.astype(numpy.float32), Candidates(spans)


def short_candidates(scores: Floats2d, candidates: Candidates) -> Instance:
    short = candidates.spans[:, 1] - candidates.spans[:, 0] <= 10
    return numpy.ascontiguousarray(scores[:, short]), Candidates(candidates.spans[short])


def pairwise_solver(scores: Floats2d, candidates: Candidates, power: float) -> List[Match]:
    """The published programme: x[p] + x[q] ≤ 1 for each pair of overlapping candidates, and at most 1 per entity."""
    entities, columns = numpy.nonzero(scores > 0)
    spans = candidates.spans[numpy.unique(columns)]
    place = numpy.unique(columns, return_inverse=True)[1]
    overlap = (spans[:, None, 0] < spans[None, :, 1]) & (spans[None, :, 0] < spans[:, None, 1])
    left, right = numpy.nonzero(numpy.triu(overlap, 1))
    # a row for each pair of candidates, one for each candidate and one for each entity
    blocks = [pair_rows(left, right, place), (place, numpy.arange(len(place))), (entities, numpy.arange(len(place)))]
    heights = [len(left), len(spans), len(scores)]
    offsets = numpy.cumsum([0, *heights[:-1]])
    rows = numpy.concatenate([block[0] + offset for block, offset in zip(blocks, offsets)])
    cells = rows, numpy.concatenate([block[1] for block in blocks])
    matrix = csr_array((numpy.ones(len(rows)), cells), shape=(sum(heights), len(place)))
    values = scores[entities, columns].astype(numpy.float64) ** power
    result = milp(
        -values,
        constraints=LinearConstraint(matrix, ub=1),
        integrality=numpy.ones(len(values)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    chosen = numpy.flatnonzero(result.x > 0.5)
    return [Match(int(entities[i]), int(columns[i]), float(scores[entities[i], columns[i]])) for i in chosen]


def pair_rows(left: numpy.ndarray, right: numpy.ndarray, place: numpy.ndarray) -> Tuple[numpy.ndarray, numpy.ndarray]:
    """Rows and columns of the cells that say that two places exclude each other, whichever entities are on them."""
    variables: Dict[int, List[int]] = {}
    for variable, where in enumerate(place.tolist()):
        variables.setdefault(where, []).append(variable)
    rows, columns = [], []
    for row, pair in enumerate(zip(left.tolist(), right.tolist())):
        for where in pair:
            rows += [row] * len(variables[where])
            columns += variables[where]
    return numpy.asarray(rows, dtype=int), numpy.asarray(columns, dtype=int)


def report(name: str, instances: List[Instance], power: float, n_pairwise: int) -> None:
    print(f"\n{len(instances)} {name}: Σ score^{power:g}, at most one match for each entity\n")
    print("| solver | solved | median µs | mean µs | p99 µs | not optimal | lost there |")
    print("|---|---|---|---|---|---|---|", flush=True)
    exact = ExactSolver(power=power)
    solved = [(instance, total(exact(*instance), power)) for instance in instances]
    some = solved[:: max(1, len(solved) // n_pairwise)]
    systems: Dict[str, Tuple[Solver, List[Tuple[Instance, float]]]] = {
        "exact": (exact, solved),
        "greedy": (GreedySolver(), solved),
        "milp, token rows": (MilpSolver(power=power), solved),
        "milp, pairwise rows as published": (partial(pairwise_solver, power=power), some),
    }
    for system, (solver, instances_with_optimum) in systems.items():
        runs = [measure(solver, instance, optimum, power) for instance, optimum in instances_with_optimum]
        print(row(system, *zip(*runs)), flush=True)


def measure(solver: Solver, instance: Instance, optimum: float, power: float) -> Tuple[float, float]:
    """Time a solver on one instance, and compare its objective with the optimum.

    RETURNS (Tuple[float, float]): µs, the least of three runs if they are short; the share of the optimum lost.
    """
    times: List[float] = []
    while not times or (len(times) < 3 and times[0] < 1e4):
        start = perf_counter()
        matches = solver(*instance)
        times.append((perf_counter() - start) * 1e6)
    return min(times), 1 - total(matches, power) / optimum if optimum else 0.0


def total(matches: List[Match], power: float) -> float:
    return sum(match.score**power for match in matches)


def row(system: str, times: Tuple[float, ...], gaps: Tuple[float, ...]) -> str:
    assert min(gaps) > -1e-6, f"{system} exceeds what the exact solver calls the optimum"
    worse = [gap for gap in gaps if gap > 1e-6]
    figures = statistics.median(times), statistics.mean(times), numpy.percentile(times, 99)
    share = f"{len(worse) / len(gaps):.1%} | {statistics.mean(worse):.1%}" if worse else "0 | –"
    return f"| {system} | {len(times)} | {' | '.join(f'{figure:,.1f}' for figure in figures)} | {share} |"


if __name__ == "__main__":
    main()
