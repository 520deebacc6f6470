"""What back-translation adds to word alignment, in strict F1 of projected entities (Politov et al. 2025, §3.1).

    python benchmarks/back_translation.py --data DATA [--limit N]

English to Portuguese on the 1,000 sentences of PUD (DATA/uner, as for `projection.py`), gold entities on both sides.
The English sentences are translated with the bundled model, which writes Brazilian Portuguese, as PUD does (`equipe`,
`trem`). PUD has contractions in two tokens (`de a`), the translation in one (`da`); as it is English text that is
translated, nothing is restored.

Every projector is run on the direct alignment and, for every mode of combination, on the refined one. A difference is
given with the 95% interval of 1,000 paired bootstrap resamples of the sentences; `*` marks those that do not hold 0.
With so many comparisons some are marked by chance, one in twenty.

It takes two minutes of one core.
"""

import argparse
from pathlib import Path
from typing import Callable, Dict, List

from projection import CachedAligner, CachedEncoder, Corpus, matching, read_corpora

from spacy_xproj.aligners.back_translation import MODES, BackTranslationAligner
from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.api import load_projector
from spacy_xproj.evaluation.bootstrap import Interval, bootstrap_difference, f1
from spacy_xproj.evaluation.strict import strict_counts
from spacy_xproj.projectors.apply import apply_projection
from spacy_xproj.projectors.heuristic import AlignmentHeuristic
from spacy_xproj.scores.alignment import AlignmentScore
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.translators.bundled import BundledTranslator
from spacy_xproj.types import Ints2d, Projector, WordAligner

#: The projectors that read the links of each extraction method.
PROJECTORS: Dict[str, List[str]] = {
    "itermax": ["heuristic", "alignment score"],
    "argmax": ["heuristic", "alignment score"],
    "match": ["heuristic", "alignment score"],
    "soft": ["default"],
}


def main() -> None:
    args = parse_args()
    corpus = dict(read_corpora(args.data, args.limit))["pud-pt"]
    encoder = CachedEncoder(layer=7)
    translator = BundledTranslator("en", "pt")
    differences: List[Interval] = []
    print("| projector | alignment | F1 | difference to direct, 95% interval |\n|---|---|---|---|")
    for extraction, projectors in PROJECTORS.items():
        lexicon_weight = 0.3 if extraction == "soft" else 0.0
        direct = EmbeddingAligner(method=extraction, lexicon_weight=lexicon_weight)
        back_to_target = EmbeddingAligner(method=extraction)
        direct.encoder = back_to_target.encoder = encoder
        aligners: Dict[str, WordAligner] = {"direct": direct}
        for mode in MODES:
            aligners[mode] = BackTranslationAligner(translator, direct, back_to_target, mode=mode)
        cached = {name: CachedAligner(aligner, corpus.bitexts) for name, aligner in aligners.items()}
        for name in projectors:
            counts = {mode: project(make_projector[name](aligner), corpus) for mode, aligner in cached.items()}
            for mode, row in counts.items():
                cell = ""
                if mode != "direct":
                    differences.append(bootstrap_difference(row, counts["direct"]))
                    cell = show(differences[-1])
                print(f"| {name}, {extraction} | {mode} | {f1(row.sum(axis=0)):.4f} | {cell} |", flush=True)
    n = len(differences)
    better, worse = (sum(sign * d.estimate > 0 and d.excludes_zero() for d in differences) for sign in (1, -1))
    print(f"\nOf {n} refined alignments {better} are significantly better than the direct one, {worse} worse.")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="sentences of the corpus; all by default")
    return parser.parse_args()


def heuristic(aligner: WordAligner) -> Projector:
    return AlignmentHeuristic(aligner)


def alignment_score(aligner: WordAligner) -> Projector:
    return matching(aligner, AlignmentScore(), ExactSolver(), 10)


def default(aligner: WordAligner) -> Projector:
    projector = load_projector()
    projector.aligner = aligner
    return projector


make_projector: Dict[str, Callable[[WordAligner], Projector]] = {
    "heuristic": heuristic,
    "alignment score": alignment_score,
    "default": default,
}


def project(projector: Projector, corpus: Corpus) -> Ints2d:
    projector.initialize(lambda: corpus.bitexts)
    return strict_counts(corpus.gold, [apply_projection(projection) for projection in projector(corpus.bitexts)])


def show(difference: Interval) -> str:
    mark = "*" if difference.excludes_zero() else ""
    return f"{difference.estimate:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]{mark}"


if __name__ == "__main__":
    main()
