"""What `kills.py` kills: the commands, and the tiniest corpora and models that they run on."""

import json
from pathlib import Path
from typing import Dict, NamedTuple, Tuple

import spacy
from spacy.tokens import DocBin, Span

from spacy_xproj.translators.cache import TranslationCache
from spacy_xproj.types import Translation

ROOT = Path(__file__).parents[1]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "ana", "lives", "in", "lisbon", "rui"]
SENTENCES = [("Ana lives in Lisbon", "Ana vive em Lisboa"), ("Rui sleeps", "Rui dorme"), ("Lisbon", "Lisboa")]
CONFIG = """
[translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "table.tsv"
src_lang = "en"
tgt_lang = "pt"

[projector]
@xproj_projectors = "spacy-xproj.AlignmentHeuristic.v1"

[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
STRINGS = """
[projector]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"

[projector.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"

[projector.scorer]
@xproj_scores = "spacy-xproj.StringScore.v1"

[projector.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"
"""
LINKS = """
[projector.aligner]
@xproj_aligners = "spacy-xproj.PharaohAligner.v1"
path = "links.txt"
"""
MATCHING = STRINGS.replace("StringScore", "AlignmentScore") + LINKS
#: Sentences in a file: so few that small corpora are large.
FILE_SIZE = 4
CONLL = "Ana B-PER\nlives O\nin O\nLisbon I-LOC\n\nRui B-PER\nsleeps O\n"


STUDY = """
[study]
title = "A study"
path = "{code}.test.conll"
labels = "PER,LOC"
resamples = 10

[languages]

[languages.pt]

[converter]
@xproj_converters = "spacy-xproj.MasakhanerConverter.v1"
lang = "pt"

[translator]
@xproj_translators = "spacy-xproj.TableTranslator.v1"
path = "back.tsv"
src_lang = "pt"
tgt_lang = "en"

[source]
paths = ["other.conll"]

[source.converter]
@xproj_converters = "spacy-xproj.MasakhanerConverter.v1"
lang = "en"

[train]
target = "pt.test.conll"
fill = ["PER"]

[methods]

[methods.string]
@xproj_projectors = "spacy-xproj.CandidateMatching.v1"

[methods.string.extractor]
@xproj_extractors = "spacy-xproj.NgramCandidates.v1"

[methods.string.scorer]
@xproj_scores = "spacy-xproj.StringScore.v1"

[methods.string.solver]
@xproj_solvers = "spacy-xproj.ExactSolver.v1"

[student]
train_config = "transformer.cfg"
encoder = "encoder"
layers = 1
"""
COMPARISON = """
[comparison]
train_config = "transformer.cfg"
labels = "PER,LOC"
concrete = "LOC"
abstract = "PER"
seeds = [0]
resamples = 10

[encoders]
first = "encoder"
second = "encoder"

[data]

[data.source]
train = "en.spacy"
dev = "other.spacy"

[tests]
pt = "pt_gold.spacy"

[modes]

[modes.fine_tuned]
"""
TRAINING = """
[training]

[training.vars]
steps = 2
warmup = 1
eval_frequency = 2
"""
#: A project as `spacy project run` takes it, with a student that spaCy trains.
PROJECT = """
title: "Killed"
directories: ["corpus"]
workflows:
  all: [convert, project, train, evaluate]
commands:
  - name: convert
    script:
      - "python -m spacy xproj convert en.conll corpus/en.spacy -f conll -l en --repair"
      - "python -m spacy xproj convert pt.test.conll corpus/pt.spacy -f conll -l pt"
      - "python -m spacy xproj pair corpus/en.spacy corpus/pt.spacy corpus/bitext"
    deps: ["en.conll", "pt.test.conll"]
    outputs: ["corpus/bitext", "corpus/pt.spacy"]
  - name: project
    script: ["python -m spacy xproj project corpus/bitext projected -c default.cfg"]
    deps: ["corpus/bitext"]
    outputs: ["projected/target.spacy"]
  - name: train
    script:
      - >-
        python -m spacy train small.cfg --output training --paths.train projected/target.spacy
        --paths.dev corpus/pt.spacy --vars.steps 2 --vars.eval_frequency 2
        --components.tok2vec.model.encode.width 8 --components.tok2vec.model.embed.rows [9,9,9,9]
    deps: ["projected/target.spacy"]
    outputs: ["training/model-best"]
  - name: evaluate
    script: ["python -m spacy xproj evaluate corpus/pt.spacy projected/target.spacy --json scores.json"]
    deps: ["projected/target.spacy"]
    outputs: ["scores.json"]
"""


class Scenario(NamedTuple):
    """What is killed.

    command (str): the command of `xproj`, or of spaCy if it begins so.
    before (Tuple[str, ...]): what has been run before.
    step (int): the command is killed at every operation of this many: some take long, and have very many.
    """

    command: str
    before: Tuple[str, ...] = ()
    step: int = 1


PAIR = "pair en.spacy pt.spacy bt"
SCENARIOS: Dict[str, Scenario] = {
    "convert": Scenario("convert en.conll out.spacy -f conll -l en --repair"),
    "convert, again": Scenario(
        "convert other.conll out.spacy -f conll -l en --repair", ("convert en.conll out.spacy -f conll -l en --repair",)
    ),
    "translate": Scenario("translate en.spacy bt -c all.cfg --shard-size 2"),
    "pair": Scenario(PAIR),
    "pair, again": Scenario("pair other.spacy pt.spacy bt", (PAIR,)),
    "align": Scenario("align bt out.txt -c all.cfg", (PAIR,)),
    "project": Scenario("project bt out -c all.cfg --shard-size 2", (PAIR,)),
    "project, again": Scenario(
        "project bt out -c all.cfg --filter.drop_empty true", (PAIR, "project bt out -c all.cfg")
    ),
    "view": Scenario("view projected -o out.html", (PAIR, "project bt projected -c all.cfg")),
    "report": Scenario("report projected -o out.html", (PAIR, "project bt projected -c all.cfg")),
    "tune": Scenario("tune bt pt_gold.spacy out -c matching.cfg", (PAIR,)),
    "label a file": Scenario("label en.spacy out.spacy -m model"),
    "label a corpus": Scenario("label bt out -m model", (PAIR,)),
    "label in place": Scenario("label bt bt -m model", (PAIR,)),
    "evaluate": Scenario("evaluate en.spacy other.spacy --json out.json"),
    "compare-text": Scenario("compare-text en.spacy pt.spacy --json out.json"),
    "consistency": Scenario("consistency en.spacy --fill LOC -o out.spacy --json out.json"),
    "languages": Scenario("languages --json out.json"),
    "captions": Scenario("research captions captions out.txt"),
    "encoder": Scenario("encoder encoder out"),
    "export": Scenario("export en.spacy out.jsonl --to jsonl"),
    "rewrite": Scenario("rewrite en.spacy out.spacy --like pt.spacy"),
    "describe": Scenario("describe model out --license MIT"),
    "init": Scenario("init out --source en --target pt"),
    "cache export": Scenario("cache export out.jsonl"),
    "cache prune": Scenario("cache prune --days 0"),
    "export, a directory": Scenario("export en.spacy out --to brat"),
    "train-candidates": Scenario("train-candidates en.spacy out --model mt5 --epochs 1 --device cpu"),
    "pretrain": Scenario(
        "research pretrain encoder out --objective clip --images images --captions emoji --steps 1 --batch-size 2 "
        "--device cpu"
    ),
    "study": Scenario("research study study.cfg out"),
    "compare-encoders": Scenario("research compare-encoders comparison.cfg out"),
    "spacy project run": Scenario("spacy project run all .", step=5),
    "convert, large": Scenario("convert many.conll out.spacy -f conll -l en --repair"),
    "convert, file to directory": Scenario(
        "convert many.conll out.spacy -f conll -l en --repair", ("convert en.conll out.spacy -f conll -l en --repair",)
    ),
    "convert, directory to file": Scenario(
        "convert en.conll out.spacy -f conll -l en --repair", ("convert many.conll out.spacy -f conll -l en --repair",)
    ),
    "project, large": Scenario(
        "project many out -c default.cfg --shard-size 4", ("pair many.spacy many.spacy many --by order",)
    ),
    "encoder, again": Scenario("encoder encoder out --layers 1", ("encoder encoder out",)),
}


def make_inputs(directory: Path) -> None:
    """Write what the scenarios read.

    directory (Path): the directory; it is made.
    """
    directory.mkdir()
    make_corpora(directory)
    make_research(directory)
    make_encoder(directory / "encoder")
    make_generator(directory / "mt5")
    cache = TranslationCache(directory / "cache" / "translations.sqlite", 1)
    cache.put({"model": "m"}, {source: Translation(target) for source, target in SENTENCES})


def make_corpora(directory: Path) -> None:
    """Write corpora, configs, and a pipeline of rules."""
    (directory / "all.cfg").write_text(CONFIG)
    (directory / "matching.cfg").write_text(MATCHING)
    (directory / "table.tsv").write_text("".join(f"{source}\t{target}\n" for source, target in SENTENCES))
    (directory / "links.txt").write_text("0-0 1-1 2-2 3-3\n0-0 1-1\n0-0\n")
    (directory / "en.conll").write_text(CONLL)
    (directory / "other.conll").write_text(CONLL.replace("I-LOC", "B-LOC"))
    (directory / "captions" / "annotations" / "en").mkdir(parents=True)
    (directory / "captions" / "annotations" / "en" / "annotations.json").write_text(
        '{"annotations": {"identity": {"language": "en"}, "annotations": {"\U0001f600": {"tts": ["face"]}}}}'
    )
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "LOC", "pattern": "Lisbon"}])
    nlp.to_disk(directory / "model")
    for name, side, labels in (("en", 0, 1), ("other", 0, 2), ("pt", 1, 0), ("pt_gold", 1, 2)):
        docs = [spacy.blank("pt" if side else "en")(pair[side]) for pair in SENTENCES]
        for doc in docs:
            doc.set_ents([Span(doc, 0, 1, "PER")] if len(doc) > 1 and labels else [], default="outside")
        if labels == 1:
            docs[0].ents = [*docs[0].ents, Span(docs[0], 3, 4, "LOC")]
        DocBin(docs=docs, store_user_data=True).to_disk(directory / f"{name}.spacy")
    (directory / "many.conll").write_text("\n".join([CONLL.replace("I-LOC", "B-LOC")] * 3))
    (directory / "default.cfg").write_text(STRINGS)
    docs = [spacy.blank("en")(SENTENCES[i % 3][0]) for i in range(FILE_SIZE + 2)]
    for doc in docs:
        doc.set_ents([Span(doc, 0, 1, "PER")], default="outside")
    DocBin(docs=docs, store_user_data=True).to_disk(directory / "many.spacy")


def make_research(directory: Path) -> None:
    """Write what the commands of `research` read, and a project of spaCy's."""
    from PIL import Image

    (directory / "pt.test.conll").write_text("Ana B-PER\nvive O\nem O\nLisboa B-LOC\n\nRui B-PER\ndorme O\n")
    (directory / "back.tsv").write_text("".join(f"{target}\t{source}\n" for source, target in SENTENCES))
    (directory / "study.cfg").write_text(STUDY + TRAINING)
    (directory / "comparison.cfg").write_text(COMPARISON + TRAINING)
    (directory / "project.yml").write_text(PROJECT)
    for name in ("small.cfg", "transformer.cfg"):
        (directory / name).write_bytes((ROOT / "configs" / "train" / name).read_bytes())
    (directory / "images").mkdir()
    names = {lang: {chr(0x1F600 + i): {"tts": [name]} for i, name in enumerate(WORDS[5:])} for lang in ("en", "pt")}
    for i in range(len(WORDS[5:])):
        Image.new("RGB", (8, 8), (50 * i, 0, 0)).save(directory / "images" / f"{0x1F600 + i:x}.png")
    for lang, entries in names.items():
        content = {"annotations": {"identity": {"language": lang}, "annotations": entries}}
        (directory / "emoji" / "annotations" / lang).mkdir(parents=True)
        (directory / "emoji" / "annotations" / lang / "annotations.json").write_text(json.dumps(content))


def make_encoder(directory: Path) -> None:
    """Write a tiny encoder with random weights."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast, set_seed

    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    names = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    special = {f"{name}_token": token for name, token in names.items()}
    set_seed(0)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=24, pad_token_id=0, **sizes)
    BertModel(config).save_pretrained(directory)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=24, **special).save_pretrained(directory)


def make_generator(directory: Path) -> None:
    """Write a tiny mT5 with random weights."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import MT5Config, MT5ForConditionalGeneration, PreTrainedTokenizerFast, set_seed

    words = ["<pad>", "</s>", "<unk>", "Ana", "lives", "in", "Lisbon", "<", ">", "Person", "Location"]
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    set_seed(0)
    sizes = {"d_model": 8, "d_kv": 4, "d_ff": 8, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2}
    MT5ForConditionalGeneration(MT5Config(vocab_size=len(words), **sizes)).save_pretrained(directory)
    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(directory)
