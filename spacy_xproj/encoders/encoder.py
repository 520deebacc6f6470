"""An encoder on its way from its source to a directory: a model, its tokenizer and where they came from."""

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, List, Mapping, Optional

from tokenizers import Tokenizer
from transformers import AutoModel, PretrainedConfig, PreTrainedModel
from transformers.tokenization_utils_fast import PreTrainedTokenizerFast

from ..errors import XprojError
from ..models.loading import load_model, load_tokenizer
from ..storage.atomic import atomic_path
from .card import Provenance, write_card
from .towers.clip import register_text_towers
from .verify import check_length, check_same, hidden_states

#: Model types that count positions from the padding index on, as RoBERTa does.
OFFSET_POSITIONS = {
    "camembert",
    "data2vec-text",
    "esm",
    "ibert",
    "longformer",
    "luke",
    "mpnet",
    "roberta",
    "roberta-prelayernorm",
    "xlm-roberta",
    "xlm-roberta-xl",
    "xmod",
}

REMEDY = "please report this encoder"
#: While transformers loads a model it changes how torch makes modules, in all threads.
LOADING = Lock()


@dataclass(frozen=True)
class Encoder:
    """A model and its tokenizer, in memory.

    model (PreTrainedModel): the weights, in float32.
    tokenizer (PreTrainedTokenizerFast): the tokenizer, its `model_max_length` right for the model.
    provenance (Provenance): source, licence and what was done to them.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    provenance: Provenance


def max_length(config: PretrainedConfig) -> int:
    """How many sub-tokens, special ones included, the positions of a model allow.

    config (PretrainedConfig): the model's config.
    RETURNS (int): the length.
    RAISES (XprojError): if the model has no table of positions.
    """
    positions: Optional[int] = getattr(config, "max_position_embeddings", None)
    if positions is None:
        raise XprojError(
            f"a model of type '{config.model_type}' is not a text encoder with a table of positions; "
            "name one of the BERT or RoBERTa family, such as FacebookAI/xlm-roberta-base"
        )
    return positions - config.pad_token_id - 1 if config.model_type in OFFSET_POSITIONS else positions


def wrap_tokenizer(
    tokenizer: Tokenizer, model_max_length: int, model_input_names: List[str], special_tokens: Mapping[str, Any]
) -> PreTrainedTokenizerFast:
    """Make a tokenizer of transformers of a fast one.

    The class is the general one: those of single models look for a vocabulary file beside `tokenizer.json`,
    and spacy-transformers opens it.

    tokenizer (Tokenizer): the tokenizer itself.
    model_max_length (int): see `max_length`.
    model_input_names (List[str]): what the model takes.
    special_tokens (Mapping[str, Any]): such as `{"pad_token": "<pad>"}`.
    RETURNS (PreTrainedTokenizerFast): the tokenizer.
    """
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=model_max_length,
        model_input_names=model_input_names,
        clean_up_tokenization_spaces=False,
        **special_tokens,
    )


def write_encoder(encoder: Encoder, path: Path, half: bool = False) -> None:
    """Write a directory that transformers and spacy-transformers load, and compare what it gives with the encoder.

    encoder (Encoder): what to write.
    path (Path): the directory; replaced if it exists.
    half (bool): store the weights in half precision. They are computed with in float32 all the same.
    RAISES (XprojError): if the directory gives other hidden states than the encoder, or does not take as many
        sub-tokens as it should; it is not kept then.
    """
    model = encoder.model.half() if half else encoder.model.float()
    with atomic_path(path) as directory:
        model.save_pretrained(directory, safe_serialization=True)
        encoder.tokenizer.save_pretrained(directory)
        write_card(encoder.provenance, directory / "README.md", half)
        _check_written(Encoder(model.float(), encoder.tokenizer, encoder.provenance), directory)


def _check_written(encoder: Encoder, directory: Path) -> None:
    """Read a directory in the way of spacy-transformers. It must give the same hidden states and take as many
    sub-tokens as it should."""
    register_text_towers()
    length = max_length(encoder.model.config)
    attention = encoder.model.config._attn_implementation
    path = str(directory)
    with LOADING:
        written = load_model(
            AutoModel, path, REMEDY, device="cpu", kind="encoder", dtype="float32", attn_implementation=attention
        )
    tokenizer = load_tokenizer(path, REMEDY)
    check_length(written, tokenizer, length)
    before = hidden_states(encoder.model.eval(), encoder.tokenizer, length)
    check_same(before, hidden_states(written, tokenizer, length), "writing it")
