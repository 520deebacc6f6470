"""From a config to objects: read it, check it, build what its sections describe."""

import configparser
import re
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, Optional, Sequence, Tuple, Type, TypeVar, Union

from catalogue import RegistryError
from pydantic import BaseModel, ValidationError
from thinc.api import Config, ConfigValidationError

from .config_errors import blocks, check_names, explain, plain, suggest
from .errors import XprojError
from .registry import registry
from .storage.files import read_text
from .types import Projector

#: Has the default projector and the default filter.
DEFAULT_PATH = Path(__file__).parent / "default.cfg"
#: Sections that the commands read which share the configs of configs/project.
SECTIONS = ("translator", "translation", "projector", "filter")

#: The packages whose functions a config may call that is not trusted.
SAFE_PACKAGES = {"spacy", "spacy_legacy", "spacy_loggers", "spacy_transformers", "spacy_xproj", "thinc"}

Origin = Union[Path, str]
Section = TypeVar("Section", bound=BaseModel)


def load_config(path: Path, overrides: Sequence[str] = ()) -> Config:
    """Read a config and apply the overrides of the command line, without building anything.

    path (Path): the `.cfg` file.
    overrides (Sequence[str]): arguments such as ``["--projector.solver.power", "2"]``.
    RETURNS (Config): the config, interpolated.
    RAISES (XprojError): if the file is missing or not a config.
    """
    return parse_config(read_text(path), path, overrides=read_overrides(overrides))


def load_project_config(path: Optional[Path] = None, overrides: Sequence[str] = ()) -> Config:
    """Read the config of `translate`, `align` or `project`, without building anything.

    path (Optional[Path]): the `.cfg` file. The default is used without one, and for [projector] and [filter] if the
        file does not have them.
    overrides (Sequence[str]): arguments such as ``["--projector.solver.power", "2"]``.
    RETURNS (Config): the config, interpolated.
    RAISES (XprojError): if the file is missing or not a config, or has a section that nobody would read.
    """
    config = parse_config(read_text(DEFAULT_PATH), DEFAULT_PATH, interpolate=False)
    if path is not None:
        own = parse_config(read_text(path), path, interpolate=False)
        check_sections(own, path)
        config.update(own)
    if any(argument.startswith("--translation.") for argument in overrides):
        config.setdefault("translation", {})  # all of its settings have defaults: a config need not have the section
    text = config.to_str(interpolate=False)
    return parse_config(text, path or "the default config", overrides=read_overrides(overrides))


def check_sections(config: Config, origin: Origin) -> None:
    """Check that a config has no section that is read by nobody. One that others refer to, as in ``${paths.model}``,
    may have any name.

    config (Config): the config, not interpolated.
    origin (Origin): where it came from, for messages.
    RAISES (XprojError): if there is such a section.
    """
    known = {*SECTIONS, *re.findall(r"\$\{(\w+)", config.to_str(interpolate=False))}
    for section in config:
        if section not in known:
            remedy = suggest(f"[{section}]", [f"[{name}]" for name in SECTIONS], "sections")
            raise XprojError(f"{origin}: unknown section [{section}], which would not be read; {remedy}")


def check_devices(config: Dict[str, Any], sections: Iterable[str], origin: Origin) -> None:
    """Check that PyTorch has the devices that a config names, before a model is loaded.

    config (Dict[str, Any]): the config, interpolated.
    sections (Iterable[str]): the sections to look at.
    origin (Origin): where the config came from, for messages.
    RAISES (XprojError): if a device is unknown or not there.
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


def check_safe(config: Dict[str, Any], origin: Origin) -> None:
    """Check that a config calls no function that is not of spaCy or of this package: a config is code, which runs what
    it names with the arguments that it gives. The models and pipelines that it names are for their user to trust.

    config (Dict[str, Any]): the config, interpolated.
    origin (Origin): where it came from, for messages.
    RAISES (XprojError): if there is such a function.
    """
    for key, value in config.items():
        if isinstance(value, dict):
            check_safe(value, origin)
        elif key.startswith("@"):
            try:
                package = registry.get(key[1:], value).__module__.partition(".")[0]
            except (RegistryError, AttributeError):
                package = ""
            if package not in SAFE_PACKAGES:
                raise XprojError(
                    f"{origin}: {key} = {value} is not a function of spaCy or spacy_xproj; leave out --safe"
                )


def resolve(config: Dict[str, Any], section: str, origin: Origin) -> Any:
    """Build what one section of a config describes.

    config (Dict[str, Any]): the config, interpolated.
    section (str): for example `projector`.
    origin (Origin): where the config came from, for messages.
    RETURNS (Any): the object.
    RAISES (XprojError): if the section is missing, names something unknown or has a wrong setting: its place, its value
        and what it may be.
    """
    if section not in config:
        raise XprojError(f"{origin}: no [{section}] section; add one (see configs/project/default.cfg)")
    block = config[section]
    try:
        check_names(block, section)
        return registry.resolve({section: block})[section]
    except ConfigValidationError as error:
        raise XprojError(f"{origin}, {explain(error, block, section)}") from None
    except XprojError as error:
        raise XprojError(f"{origin}, {_place(error, block, section)}{error}") from None


def load_projector(path: Optional[Path] = None) -> Projector:
    """Build the projector that a config describes. The [filter] of the config is for `xproj project`, which chooses
    training data; a warning says if there is one that drops sentences, as it is not applied here.

    path (Optional[Path]): the `.cfg` file. The default projector is built without one or if it has no [projector].
    RETURNS (Projector): the projector.
    RAISES (XprojError): if the file is missing or something in it is wrong.
    """
    config = load_project_config(path)
    if config["filter"] != load_project_config()["filter"]:
        warnings.warn(f"{path}: the [filter] is not applied; resolve it, or use xproj project", stacklevel=2)
    return resolve(config, "projector", path or "the default config")


def read_section(model: Type[Section], values: Dict[str, Any], name: str) -> Section:
    """Check a section of a config whose settings are plain values.

    model (Type[Section]): the settings that it has.
    values (Dict[str, Any]): the section.
    name (str): its name, for messages.
    RETURNS (Section): the settings.
    RAISES (XprojError): if a setting is missing or unknown, or has a wrong value.
    """
    try:
        return model(**values)
    except ValidationError as error:
        reasons = "; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors())
        raise XprojError(f"[{name}] {reasons}; settings are {', '.join(model.__annotations__)}") from None


@contextmanager
def naming(origin: Origin) -> Iterator[None]:
    """Put the name of a config before the errors of settings that are read inside.

    origin (Origin): where the config came from.
    RAISES (XprojError): if the block raises one, with the name before it.
    """
    try:
        yield
    except XprojError as error:
        raise XprojError(f"{origin}, {error}") from None


def check_fraction(name: str, value: float) -> None:
    """Check a setting that scores or link weights are compared with.

    name (str): its name, for messages.
    value (float): the setting.
    RAISES (XprojError): if it is not in [0, 1].
    """
    if not 0 <= value <= 1:
        raise XprojError(f"{name} is {value}: use a number in [0, 1]")


def _place(error: XprojError, block: Dict[str, Any], section: str) -> str:
    """Find the innermost block that cannot be built for the same reason, as ``[projector.solver] ``."""
    if str(error).startswith("["):
        return ""
    for place, settings in blocks(block, section):
        try:
            if any(key.startswith("@") for key in settings):
                registry.resolve({"block": settings})
        except XprojError as inner:
            if str(inner) == str(error):
                return f"[{place}] "
    return f"[{section}] "


def parse_config(text: str, origin: Origin, **settings: Any) -> Config:
    """Parse the text of a config.

    text (str): the text.
    origin (Origin): where it came from, for messages.
    **settings (Any): `interpolate` and `overrides`, as thinc's `Config.from_str` has them.
    RETURNS (Config): the config.
    RAISES (XprojError): if it is none, or an override is of a section that it does not have.
    """
    try:
        return Config().from_str(text, **settings)
    except (ValueError, configparser.Error) as error:
        for name in settings.get("overrides", {}):
            section, _, _ = name.rpartition(".")
            if f"[{section}]" not in text:
                raise XprojError(f"{origin}: --{name} sets something in [{section}], which it does not have") from None
        raise XprojError(f"{origin}: {plain(error)}; correct the config") from None


def read_overrides(arguments: Sequence[str]) -> Dict[str, Any]:
    """Read settings on the command line.

    arguments (Sequence[str]): such as ``["--projector.solver.power", "2"]``.
    RETURNS (Dict[str, Any]): their values, by dotted name.
    RAISES (XprojError): if an argument is no setting.
    """
    if not arguments:
        return {}
    takes_value = False
    for argument in arguments:
        if argument.startswith("--"):
            if "." not in argument.partition("=")[0]:
                raise XprojError(f"no such option: {argument}; see --help, settings are --section.setting VALUE")
            takes_value = "=" not in argument
        elif takes_value:
            takes_value = False
        else:
            raise XprojError(f"unexpected argument '{argument}'; see --help, settings are --section.setting VALUE")
    from spacy.cli._util import parse_config_overrides  # loads all commands of spaCy, for which a pipeline has no use

    return parse_config_overrides(list(arguments))  # it empties the list that it is given


def _devices(settings: Dict[str, Any], place: str) -> Iterator[Tuple[str, str]]:
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from _devices(value, f"{place}.{name}" if place else name)
        elif name == "device" and isinstance(value, str):
            yield place, value
