"""What can be wrong in a config that no part would notice, or only late."""

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, Tuple, Union

from thinc.api import Config

from ..errors import XprojError
from ..storage.files import read_text

#: Sections that the commands read which share the configs of configs/project.
SECTIONS = ("translator", "translation", "projector", "filter")


def check_sections(config: Dict[str, Any], source: Union[Path, Config], origin: Union[Path, str]) -> None:
    """Check that a config has no section that is read by nobody. One that others refer to, as in ``${paths.model}``,
    may have any name.

    config (Dict[str, Any]): the config, as from `load_config`.
    source (Union[Path, Config]): what it was loaded from.
    origin (Union[Path, str]): where it came from, for messages.
    RAISES (XprojError): where there is such a section.
    """
    text = read_text(source) if isinstance(source, Path) else source.to_str(interpolate=False)
    known = {*SECTIONS, *re.findall(r"\$\{(\w+)", text)}
    for section in config:
        if section not in known:
            near = get_close_matches(section, SECTIONS, n=1)
            remedy = f"did you mean [{near[0]}]?" if near else f"sections are {', '.join(f'[{s}]' for s in SECTIONS)}"
            raise XprojError(f"{origin}: unknown section [{section}], which would not be read; {remedy}")


def check_devices(config: Dict[str, Any], sections: Iterable[str], origin: Union[Path, str]) -> None:
    """Check that PyTorch has the devices that a config names, before a model is loaded.

    config (Dict[str, Any]): the config.
    sections (Iterable[str]): the sections to look at.
    origin (Union[Path, str]): where the config came from, for messages.
    RAISES (XprojError): where a device is unknown or not there.
    """
    for place, device in _devices({name: config[name] for name in sections if name in config}, ""):
        if device == "auto":
            continue
        import torch

        try:
            torch.empty(0, device=device)
        except (RuntimeError, AssertionError, NotImplementedError) as error:
            reason = str(error).strip().split("\n")[0]
            raise XprojError(f"{origin}, [{place}] device = '{device}': {reason}; use auto or cpu") from None


def _devices(settings: Dict[str, Any], place: str) -> Iterator[Tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _devices(value, f"{place}.{name}" if place else name)
        elif name == "device" and isinstance(value, str):
            yield place, value
