"""Matched pairs: a text-only encoder, and one that continued from it with images, to compare like with like."""

import re
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Dict, Optional

from ..errors import XprojError

SECTIONS = ("text", "clip")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class EncoderSettings:
    """One section of a config of matched encoders.

    name (str): a name on the hub, or a directory.
    revision (Optional[str]): the commit on the hub, all 40 digits; for a directory nothing.
    license (Optional[str]): identifier of the licence, nothing if the source names none.
    allow_pickle (bool): read `.bin` weights, if that repository has no others.
    """

    name: str
    revision: Optional[str]
    license: Optional[str]
    allow_pickle: bool


def read_matched(config: Dict[str, Any], path: Path) -> Dict[str, EncoderSettings]:
    """Read a config of matched encoders.

    config (Dict[str, Any]): the config.
    path (Path): its file, for messages.
    RETURNS (Dict[str, EncoderSettings]): settings of `text` and of `clip`.
    RAISES (XprojError): if a section or setting is missing or unknown, or a commit is not given.
    """
    if set(config) != set(SECTIONS):
        raise XprojError(f"{path}: sections {', '.join(config) or '(none)'}; give [text] and [clip], and no others")
    return {section: _read_section(config[section], f"{path}, [{section}]") for section in SECTIONS}


def _read_section(section: Dict[str, Any], where: str) -> EncoderSettings:
    expected = [field.name for field in fields(EncoderSettings)]
    if sorted(section) != sorted(expected):
        raise XprojError(f"{where}: settings {', '.join(section)}; give {', '.join(expected)}")
    settings = EncoderSettings(**section)
    if not Path(settings.name).is_dir() and not COMMIT.fullmatch(settings.revision or ""):
        raise XprojError(
            f"{where}: no commit pinned for '{settings.name}'; set revision to the 40 digits that "
            f"https://huggingface.co/{settings.name}/commits/main shows for the one you want"
        )
    return settings
