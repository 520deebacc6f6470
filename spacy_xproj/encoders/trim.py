"""Smaller encoders: with fewer layers, or with no more vocabulary than a corpus needs.

A trimmed vocabulary makes an encoder a quarter of the size, and far cheaper to train.
"""

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Iterable, Iterator, List, Set, Tuple

from tokenizers import Tokenizer
from torch.nn import Embedding
from transformers.tokenization_utils_fast import PreTrainedTokenizerFast

from ..errors import XprojError
from ..progress import progress
from ..storage.files import sha256
from .encoder import Encoder, wrap_tokenizer
from .pieces import keep_pieces, needed_pieces
from .texts import corpus_files, file_texts

#: Where models keep their layers: BERT and RoBERTa, DistilBERT, text towers of CLIP and SigLIP.
STACKS = ("encoder.layer", "transformer.layer", "text_model.encoder.layers")
BATCH = 1000
#: Ids in a model's config that point into the vocabulary.
CONFIG_IDS = ("bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id")


def cut_layers(encoder: Encoder, layers: int) -> Encoder:
    """Drop the layers above the first ones. The encoder's model is changed in place.

    encoder (Encoder): an encoder of one of the kinds above.
    layers (int): how many to keep.
    RETURNS (Encoder): the shallower encoder.
    RAISES (XprojError): if it has fewer layers, or other ones.
    """
    model: Any = encoder.model
    modules = dict(model.named_modules())
    path = next((path for path in STACKS if path in modules), None)
    if path is None:
        raise XprojError(f"--layers: the layers of a '{model.config.model_type}' model cannot be cut; leave it out")
    stack: Any = modules[path]
    if not 1 <= layers <= len(stack):
        raise XprojError(f"--layers {layers}: the encoder has {len(stack)} layers; give a number up to that")
    step = f"Kept the first {layers} of {len(stack)} layers."
    holder, _, name = path.rpartition(".")
    setattr(modules[holder], name, stack[:layers])
    model.config.num_hidden_layers = layers
    windows = getattr(model.config, "attention_window", None)
    if isinstance(windows, list):  # Longformer has one for each layer
        model.config.attention_window = windows[:layers]
    return Encoder(model, encoder.tokenizer, encoder.provenance.then(step))


@dataclass(frozen=True)
class Trimmed:
    """A trimmed encoder.

    encoder (Encoder): the encoder.
    kept (int): how many rows it has.
    rows (int): how many it had.
    texts (int): how many texts and parts of texts were read.
    changed (int): how many of them it cuts into other pieces than before. Never any with Unigram; with WordPiece,
        words that were unknown as a whole may become known in part.
    """

    encoder: Encoder
    kept: int
    rows: int
    texts: int
    changed: int


def trim_encoder(encoder: Encoder, corpora: Iterable[Path]) -> Trimmed:
    """Keep the special pieces, single characters, and the pieces that corpora use.

    On the text of the corpora the outputs are the same to the last bit. The encoder's model is changed in place.

    encoder (Encoder): the encoder.
    corpora (Iterable[Path]): DocBins, `.txt` files with a text on each line, or directories of DocBins.
    RETURNS (Trimmed): the new encoder, and what was kept.
    RAISES (XprojError): if a corpus cannot be read or the tokenizer is of another type.
    """
    files = [file for corpus in corpora for file in corpus_files(corpus)]
    before = encoder.tokenizer.backend_tokenizer
    before.no_truncation()
    before.no_padding()
    rows: Any = encoder.model.get_input_embeddings().num_embeddings
    used: Set[int] = set()
    for batch in _batches(files, "batches of text read"):
        for encoding in before.encode_batch(batch, add_special_tokens=False):
            used.update(encoding.ids)
    tokenizer, ids = keep_vocabulary(encoder, used)
    texts = changed = 0
    for batch in _batches(files, "batches of text checked"):
        texts += len(batch)
        for old, new in zip(before.encode_batch(batch), tokenizer.backend_tokenizer.encode_batch(batch), strict=True):
            changed += old.ids != [ids[i] for i in new.ids]
    step = (
        f"Kept {len(ids):,} of {rows:,} pieces: the special ones, single characters, and those that the files below "
        f"use. Of {texts:,} texts and parts of texts in them, {changed:,} are cut into other pieces than before; "
        "for the rest the outputs are those of the whole encoder. Other text is cut into more pieces."
    )
    step = "\n".join([step, *(f"   - `{file.name}`, SHA-256 `{sha256(file)}`" for file in files)])
    return Trimmed(Encoder(encoder.model, tokenizer, encoder.provenance.then(step)), len(ids), rows, texts, changed)


def keep_vocabulary(encoder: Encoder, chosen: Set[int]) -> Tuple[PreTrainedTokenizerFast, List[int]]:
    """Keep some pieces, and those that an encoder cannot do without. Its model is changed in place.

    encoder (Encoder): the encoder.
    chosen (Set[int]): the ids of the pieces.
    RETURNS (Tuple[PreTrainedTokenizerFast, List[int]]): the new tokenizer, and the ids of all that was kept, ascending:
        each has its place in the list as new id.
    RAISES (XprojError): if the tokenizer is neither Unigram nor WordPiece.
    """
    model, tokenizer = encoder.model, encoder.tokenizer
    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    of_config = {name: i for name in CONFIG_IDS if (i := getattr(model.config, name, None)) is not None}
    # RoBERTa counts positions from the padding index on: it must not move
    kept = chosen | needed_pieces(spec) | {*of_config.values(), *range(model.config.pad_token_id + 1)}
    ids = sorted(kept)
    old: Any = model.get_input_embeddings()
    rows = old.weight.detach()[ids]
    model.set_input_embeddings(Embedding.from_pretrained(rows, freeze=False, padding_idx=old.padding_idx))
    model.config.vocab_size = len(ids)
    for name, i in of_config.items():
        setattr(model.config, name, ids.index(i))
    after = Tokenizer.from_str(json.dumps(keep_pieces(spec, ids)))
    special = tokenizer.special_tokens_map
    return wrap_tokenizer(after, tokenizer.model_max_length, tokenizer.model_input_names, special), ids


def _batches(files: List[Path], unit: str) -> Iterator[List[str]]:
    texts = (text for file in files for text in file_texts(file))
    return progress(iter(lambda: list(islice(texts, BATCH)), []), None, unit)
