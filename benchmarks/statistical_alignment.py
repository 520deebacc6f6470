"""What a statistical aligner adds to the default projector: strict F1 with and without 20% of eflomal's links.

    python benchmarks/statistical_alignment.py --data DATA [--limit N]

The data and the protocol are those of `projection.py`. The encoder's soft alignment is measured without and with the
lexicon that it learns from the corpus itself, each alone and in a mixture of .8 with .2 of eflomal, which learns from
the same sentences (their labels are not read). Differences are given with a 95% bootstrap interval over sentences.

eflomal draws samples: its links, and the figures with them, change a little from run to run. It is in the extra
`eflomal`.
"""

import argparse
import time
from pathlib import Path
from typing import Dict

from projection import CachedAligner, CachedEncoder, Corpus, read_corpora

from spacy_xproj.aligners.mixture import MixtureAligner
from spacy_xproj.aligners.statistical import StatisticalAligner
from spacy_xproj.api import load_projector
from spacy_xproj.evaluation.bootstrap import bootstrap_difference, f1
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.projectors.apply import apply_projection
from spacy_xproj.types import Ints2d, Projector


def main() -> None:
    args = parse_args()
    encoder = CachedEncoder(layer=7)
    print("| corpus | lexicon | F1 | F1 with 20% eflomal | difference, 95% interval |\n|---|---|---|---|---|")
    seconds: Dict[str, float] = {}
    for name, corpus in read_corpora(args.data, args.limit):
        start = time.perf_counter()
        eflomal = CachedAligner(StatisticalAligner(), corpus.bitexts)
        seconds[name] = time.perf_counter() - start
        for lexicon_weight in (0.0, 0.3):
            counts = []
            for mixed in (False, True):
                projector = load_projector()
                aligner = projector.aligner
                aligner.encoder, aligner.lexicon_weight = encoder, lexicon_weight
                if mixed:
                    projector.aligner = MixtureAligner(aligner, eflomal, weights=[0.8, 0.2])
                counts.append(project(projector, corpus))
            difference = bootstrap_difference(counts[1], counts[0])
            alone, mixture = (float(f1(side.sum(axis=0))) for side in counts)
            interval = f"{difference.estimate:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"
            print(f"| {name} | {lexicon_weight:g} | {alone:.4f} | {mixture:.4f} | {interval} |", flush=True)
    for name, duration in seconds.items():
        print(f"eflomal, {name}: {duration:.0f} s to learn from the corpus and align it")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="sentences of each corpus; all by default")
    return parser.parse_args()


def project(projector: Projector, corpus: Corpus) -> Ints2d:
    projector.initialize(lambda: corpus.bitexts)
    return strict_counts(corpus.gold, [apply_projection(projection) for projection in projector(corpus.bitexts)])


if __name__ == "__main__":
    main()
