"""``xproj doctor``: whether the installation can do its work."""

import os
import shutil
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Callable, List, Optional

import typer
from wasabi import msg

from .. import __version__
from ..config import SECTIONS, check_devices, load_project_config, resolve
from ..encoders.cache import NAME, cache_dir, installed_version, resolve_encoder
from ..errors import XprojError
from ..storage.marker import is_intact
from .app import command, fail

#: What the encoder of the default projector takes, with room for a corpus.
GIGABYTES = 2


@command("doctor")
def doctor_cli(
    config_path: Optional[Path] = typer.Option(
        None, "--config", "-c", help="Config to check: its parts are built, as far as that loads no model"
    ),
) -> None:
    """Check versions, devices, the encoder of the default projector, the disk, and a config.

    The exit code is 1 if something is wrong.
    """
    msg.info(f"spacy_xproj {__version__}, Python {sys.version.split()[0]}, {sys.platform}")
    checks: List[Callable[[], str]] = [check_versions, check_device, check_encoder, check_disk]
    if config_path is not None:
        checks.append(lambda: check_config(config_path))
    wrong = 0
    for check in checks:
        try:
            msg.good(check())
        except XprojError as error:
            msg.fail(str(error))
            wrong += 1
    if wrong:
        fail(f"{wrong} of {len(checks)} checks failed; do what they say")


def check_versions() -> str:
    """Check that all requirements are installed in a version that fits."""
    from packaging.requirements import Requirement

    found, wrong = [], []
    for line in requires("spacy_xproj") or []:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(requirement.name)
        except PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        found.append(f"{requirement.name} {installed}")
        if not requirement.specifier.contains(installed, prereleases=True):
            wrong.append(f"{requirement.name} is {installed}, not {requirement.specifier}")
    if wrong:
        raise XprojError(f"versions: {'; '.join(wrong)}; install spacy_xproj again")
    return f"versions: {', '.join(found)}"


def check_device() -> str:
    """Tell what there is to compute on, and try it."""
    import torch

    names = ["cpu"]
    if torch.cuda.is_available():
        names += [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    for name in names:
        try:
            torch.ones(2, device=name).sum().item()
        except RuntimeError as error:
            raise XprojError(f"device {name}: {error}; check the driver, or use device = cpu") from None
    return f"devices: {', '.join(names)}, {os.cpu_count()} processors, {torch.get_num_threads()} threads"


def check_encoder() -> str:
    """Check the encoder of the default projector, and convert it if that has not been done."""
    name = f"{NAME} {installed_version()}"
    path = Path(resolve_encoder(NAME))
    if path.name != NAME and not is_intact(path):
        raise XprojError(f"encoder {name}: {path} is damaged; remove it")
    return f"encoder: {name} in {path}"


def check_disk() -> str:
    """Check that there is room for the cache and for results, and that the cache can be written."""
    there = next(path for path in (cache_dir(), *cache_dir().parents) if path.exists())
    if not os.access(there, os.W_OK):
        raise XprojError(f"cache {cache_dir()}: no permission to write; set SPACY_XPROJ_CACHE to another directory")
    room = {place: shutil.disk_usage(place).free / 1e9 for place in (there, Path.cwd())}
    for place, free in room.items():
        if free < GIGABYTES:
            raise XprojError(f"disk of {place}: {free:.1f} GB free, at least {GIGABYTES} are needed; make room")
    return "disk: " + ", ".join(f"{free:.0f} GB free for {place}" for place, free in room.items())


def check_config(path: Path) -> str:
    """Check that a config can be read, and that its parts can be built."""
    config = load_project_config(path)
    sections = [name for name in SECTIONS if name in config and any(key.startswith("@") for key in config[name])]
    check_devices(config, sections, path)
    for section in sections:
        resolve(config, section, path)
    return f"config: {path}, {', '.join(f'[{section}]' for section in sections)}"
