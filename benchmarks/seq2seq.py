"""CTranslate2 against transformers: sentences a second, peak memory, and whether the translations are the same.

    python benchmarks/seq2seq.py DATA/uner/en_pud.test.iob2

Each engine is a process of its own, and loading is not timed. Without `--model`, it is a model of the shape of
MarianMT's (6 and 6 layers, 512 wide, 32,000 pieces) with random weights, which hardly ever ends a translation by
itself: all are as long as the longest that is allowed, which is the same work for both. TEXT is a file of Universal NER
v1.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Dict, List

import sentencepiece
import srsly
import transformers
from transformers import MarianConfig, MarianMTModel, MarianTokenizer

from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.translators.ctranslate2 import CTranslate2Translator
from spacy_xproj.translators.seq2seq import Seq2SeqTranslator

ENGINES: Dict[str, Dict[str, str]] = {
    "transformers, float32": {},
    "CTranslate2, float32": {"compute_type": "float32"},
    "CTranslate2, int8": {"compute_type": "int8"},
}
PIECES = 32_000


def main() -> None:
    args = parse_args()
    if args.engine:
        print(json.dumps(measure(args)))
        return
    os.environ.update({"SPACY_XPROJ_TRANSLATIONS_MB": "0", "OMP_NUM_THREADS": str(args.threads)})
    with TemporaryDirectory() as work:
        model = args.model or make_model(Path(work), read_texts(args))
        print(
            f"{args.sentences} sentences, {args.beams} beams, at most {args.longest} tokens, {args.threads} threads\n"
        )
        print("| engine | sentences a second | peak memory, MB | as with transformers |\n|---|---|---|---|")
        first: List[str] = []
        for engine in ENGINES:
            found = run(engine, model, work)
            first = first or found["texts"]
            same = sum(map(str.__eq__, first, found["texts"]))
            print(f"| {engine} | {found['speed']:.1f} | {found['memory']:,.0f} | {same} |", flush=True)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--model", help="a directory, or a name on the hub, of MarianMT from English")
    parser.add_argument("--sentences", type=int, default=64)
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--longest", type=int, default=64, help="tokens of a text, and of a translation")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--engine", choices=[*ENGINES], help=argparse.SUPPRESS)
    return parser.parse_args()


def read_texts(args: argparse.Namespace) -> List[str]:
    docs = UnerConverter(lang="en")(args.text.read_text(encoding="utf8"))
    return [" ".join(doc.text.split()[: args.longest // 3]) for doc in docs]


def make_model(work: Path, texts: List[str]) -> str:
    """Write a model of MarianMT's shape, with pieces of the texts and random weights."""
    pieces = work / "pieces"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(pieces),
        vocab_size=8000,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    known = sentencepiece.SentencePieceProcessor(model_file=f"{pieces}.model")
    tokens = ["</s>", "<unk>", *(known.id_to_piece(i) for i in range(3, known.get_piece_size()))]
    tokens += [f"<{i}>" for i in range(PIECES - 1 - len(tokens))]
    srsly.write_json(work / "vocab.json", {token: i for i, token in enumerate([*tokens, "<pad>"])})
    tokenizer = MarianTokenizer(f"{pieces}.model", f"{pieces}.model", str(work / "vocab.json"))
    sizes = {"encoder_layers": 6, "decoder_layers": 6, "d_model": 512, "encoder_ffn_dim": 2048, "decoder_ffn_dim": 2048}
    heads = {"encoder_attention_heads": 8, "decoder_attention_heads": 8}
    pad = PIECES - 1
    ids = {"pad_token_id": pad, "eos_token_id": 0, "decoder_start_token_id": pad, "forced_eos_token_id": 0}
    transformers.set_seed(0)
    model = MarianMTModel(MarianConfig(vocab_size=PIECES, max_position_embeddings=512, **sizes, **heads, **ids))
    model.generation_config.update(bad_words_ids=[[pad]], renormalize_logits=True, early_stopping=True, num_beams=4)
    model.save_pretrained(work / "model")
    tokenizer.save_pretrained(work / "model")
    return str(work / "model")


def run(engine: str, model: str, cache: str) -> Dict[str, Any]:
    """Measure an engine in a process of its own."""
    command = [sys.executable, __file__, *sys.argv[1:], "--engine", engine, "--model", model]
    environment = {**os.environ, "SPACY_XPROJ_CACHE": cache}
    return json.loads(subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE).stdout)


def measure(args: argparse.Namespace) -> Dict[str, Any]:
    """Translate, after a few sentences that load the model."""
    settings = {"num_beams": args.beams, "max_length": args.longest, "device": "cpu", **ENGINES[args.engine]}
    make: Any = CTranslate2Translator if "compute_type" in settings else Seq2SeqTranslator
    translator = make(args.model, "en", "pt", **settings)
    texts = read_texts(args)[: args.sentences]
    list(translator(texts[:2]))
    start = perf_counter()
    translations = list(translator(texts))
    seconds = perf_counter() - start
    memory = getrusage(RUSAGE_SELF).ru_maxrss / 1000
    return {"speed": len(texts) / seconds, "memory": memory, "texts": [str(one) for one in translations]}


if __name__ == "__main__":
    main()
