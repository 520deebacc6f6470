"""Any text encoder that transformers loads, and the text towers of CLIP, from the hub or a local directory."""

import inspect
import re
from pathlib import Path
from typing import Any, Optional, Tuple

from transformers import PreTrainedTokenizerFast

from ..errors import XprojError
from ..models.loading import loading_errors
from ..storage.files import read_text
from .card import Provenance
from .encoder import Encoder, max_length, wrap_tokenizer
from .repository import OTHER_WAYS, Repository
from .towers.families import recognise
from .towers.tower import Tower
from .verify import check_same, hidden_states


def load_hub(
    name: str, revision: Optional[str] = None, allow_pickle: bool = False, license: Optional[str] = None
) -> Encoder:
    """Load an encoder, or take it out of a model that contains one, and check that it gives the same as before.

    Weights are read from safetensors; code that comes with a model is never run.

    name (str): a name on the hub, or a directory.
    revision (Optional[str]): branch, tag or commit on the hub.
    allow_pickle (bool): read the tensors of `.bin` weights if there are no safetensors.
    license (Optional[str]): identifier of the licence, for a model card that names none.
    RETURNS (Encoder): model and tokenizer.
    RAISES (XprojError): if it cannot be reached, has no safetensors weights, is no text encoder, or changes.
    """
    source = Repository(name, revision, allow_pickle)
    with loading_errors(f"encoder '{name}' cannot be loaded", OTHER_WAYS):
        try:
            family = recognise(source)
            tower = family.load()
            tokenizer = _wrap(tower)
            length = tokenizer.model_max_length
            before = hidden_states(tower.original, tower.tokenizer, length)
            check_same(before, hidden_states(tower.model, tokenizer, length), "the conversion")
        except XprojError as error:
            raise XprojError(f"encoder '{name}': {error}") from None
    named, source_card = split_card(_read_card(source))
    provenance = Provenance(
        title=Path(name).name,
        source=name,
        revision=source.commit() or revision or "as found in the directory",
        license=named or license,
        family=family.name,
        caution=family.caution,
        steps=[tower.step],
        source_card=source_card,
    )
    return Encoder(tower.model, tokenizer, provenance)


def _wrap(tower: Tower) -> PreTrainedTokenizerFast:
    """Wrap a tower's tokenizer, with the right length and names of inputs."""
    tokenizer: Any = tower.tokenizer
    if not tokenizer.is_fast:
        raise XprojError(f"has no fast tokenizer (tokenizer.json); {OTHER_WAYS}")
    taken = inspect.signature(tower.model.forward).parameters
    names = [name for name in tokenizer.model_input_names if name in taken]
    length = max_length(tower.model.config)
    return wrap_tokenizer(tokenizer.backend_tokenizer, length, names, tokenizer.special_tokens_map)


def _read_card(source: Repository) -> str:
    """Read the model card of the source; empty if it has none."""
    path = source.find("README.md")
    return read_text(path) if path else ""


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
