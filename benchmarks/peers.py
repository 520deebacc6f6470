"""EasyProject beside the heuristic and the default projector, all on given targets (the form for translate-test).

Source entities are gold; strict entity F1 on the gold targets of Portuguese PUD, as in `benchmarks/projection.py`. The
markers are carried over by the bundled translator; how many sentences keep theirs is told as well.

    python benchmarks/peers.py --data DATA [--limit N]

DATA is that of `benchmarks/projection.py`. CODEC and T-Projection need models of the hub and a GPU; they have configs
(`configs/project/codec.cfg`, `t_projection.cfg`) and are not measured here.
"""

import argparse
from collections import Counter
from pathlib import Path
from typing import Dict

from projection import CachedEncoder, Corpus, aligner, measure, read_corpora

from spacy_xproj.extractors.ngram import make_ngram_candidates
from spacy_xproj.projectors.default import load_projector
from spacy_xproj.projectors.easyproject import make_marker_projector
from spacy_xproj.projectors.heuristic import make_alignment_heuristic
from spacy_xproj.solvers.exact import make_exact_solver
from spacy_xproj.translators.bundled import BundledTranslator
from spacy_xproj.types import Projector

CORPUS = "pud-pt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="sentences; all by default")
    args = parser.parse_args()
    corpus: Corpus = dict(read_corpora(args.data, args.limit))[CORPUS]
    translator = BundledTranslator("en", "pt")
    markers = make_marker_projector(translator, make_ngram_candidates(), make_exact_solver())
    encoder = CachedEncoder(layer=7)
    default = load_projector()
    default.aligner.encoder = encoder
    methods: Dict[str, Projector] = {
        "heuristic, match, no length ratio": make_alignment_heuristic(aligner(encoder, "match"), length_ratio=0),
        "default": default,
        "EasyProject": markers,
    }
    print("| method | F1 | P | R | outcomes |\n|---|---|---|---|---|")
    for name, projector in methods.items():
        row = measure(name, projector, CORPUS, corpus)
        figures = " | ".join(f"{row[key]:.3f}" for key in "fpr")
        print(f"| {name} | {figures} | {listed(Counter(row['outcomes']))} |")
    with_entities = [bitext for bitext in corpus.bitexts if bitext.source.ents]
    flags = Counter(flag for projection in markers(with_entities) for flag in projection.flags or ["markers kept"])
    print(f"\n{len(with_entities)} sentences have entities: {listed(flags)}")
    maker = make_marker_projector(translator, make_ngram_candidates(), make_exact_solver(), target="made")
    made = Counter(outcome.status for projection in maker(with_entities) for outcome in projection.outcomes)
    print(f"Where the marked translations are made the targets: {listed(made)}")


def listed(counts: Counter) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


if __name__ == "__main__":
    main()
