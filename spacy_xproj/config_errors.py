"""What is wrong with a setting, in one line: its place, its value and what it may be."""

import inspect
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Literal, Optional, Tuple, Union, get_args, get_origin

from catalogue import RegistryError
from confection import ConfigValidationError

from .errors import XprojError
from .registry import registry

#: What users call the types of settings.
TYPES: Dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Path: "a path, in quotes",
    type(None): "null",
}
#: The catalogue that has parts of a protocol.
CATALOGUES = {
    "Translator": "xproj_translators",
    "WordAligner": "xproj_aligners",
    "Tagger": "xproj_taggers",
    "CandidateExtractor": "xproj_extractors",
    "MatchScorer": "xproj_scores",
    "Solver": "xproj_solvers",
    "Projector": "xproj_projectors",
    "SentenceFilter": "xproj_filters",
    "Converter": "xproj_converters",
}

Block = Dict[str, Any]


def blocks(block: Block, place: str) -> Iterator[Tuple[str, Block]]:
    """Go through a block and those inside it, the innermost first.

    block (Block): the block.
    place (str): its name, such as `projector`.
    YIELDS (Tuple[str, Block]): the place of each, such as `projector.solver`, and its settings.
    """
    for name, value in block.items():
        if isinstance(value, dict):
            yield from blocks(value, f"{place}.{name}")
    yield place, block


def check_names(block: Block, place: str) -> None:
    """Check that what a block and those inside it name is registered.

    block (Block): the block.
    place (str): its name.
    RAISES (XprojError): if a catalogue or a name is unknown, with near ones.
    """
    for where, settings in blocks(block, place):
        for key, name in settings.items():
            if not key.startswith("@"):
                continue
            kind = key[1:]
            if not hasattr(registry, kind):
                known = [f"@{known}" for known in CATALOGUES.values()]
                raise XprojError(f"[{where}] {key}: no such catalogue; {suggest(key, known, 'catalogues')}")
            try:
                registry.get(kind, name)
            except RegistryError:
                known = sorted(getattr(registry, kind).get_all())
                remedy = f"{suggest(str(name), known)}; parts of your own come with --code FILE.py"
                raise XprojError(f"[{where}] {key} = '{name}': not registered; {remedy}") from None


def explain(error: ConfigValidationError, block: Block, place: str) -> str:
    """Say what is wrong with settings.

    error (ConfigValidationError): what the check of a block found.
    block (Block): the block that was to be built.
    place (str): its name.
    RETURNS (str): for each setting that is wrong: its place, its value and what it may be.
    """
    found = dict(blocks(block, place))
    lines = []
    for detail in error.errors or []:
        *above, name = detail.get("loc") or [place]
        where = ".".join(map(str, above))
        lines.append(_explain_one(where, str(name), found.get(where, {}), str(detail.get("msg", ""))))
    return "; ".join(lines) or plain(error)


def plain(error: Exception) -> str:
    """Put an error of a config into one line, without the config."""
    if not isinstance(error, ConfigValidationError):
        return " ".join(str(error).split()).removeprefix("While reading from '<string>' ")
    details = [f"{'.'.join(map(str, d.get('loc', [])))}: {d.get('msg')}" for d in error.errors or []]
    return " ".join(" ".join([error.desc or "", *details]).split()) or str(error.title)


def suggest(name: str, known: Iterable[str], what: str = "names") -> str:
    """Give the name that was meant, most likely, or all that there are.

    name (str): what there is not.
    known (Iterable[str]): what there is.
    what (str): what these are called.
    RETURNS (str): the remedy.
    """
    known = list(known)
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]}?" if near else f"{what} are {', '.join(known)}"


def _explain_one(where: str, name: str, settings: Block, reason: str) -> str:
    parameters = _parameters(settings)
    if parameters is None:
        return f"[{where}] {name}: {' '.join(reason.split())}"
    if name not in parameters and name != "*":
        return f"[{where}] {name}: no such setting; {suggest(name, parameters, 'settings')}"
    parameter = parameters.get(name)
    expected = _may_be(parameter.annotation) if parameter else "a block"
    if name not in settings:
        return f"[{where}] {name} is missing: it has to be {expected}"
    value = settings[name]
    shown = "a block" if isinstance(value, dict) else repr(value)
    if isinstance(value, dict) and not any(key.startswith("@") for key in value):
        shown = "a block without @…"
    return f"[{where}] {name} is {shown}: it has to be {expected}"


def _parameters(settings: Block) -> Optional[Dict[str, inspect.Parameter]]:
    """Get the settings that the part of a block has, if it names a part."""
    for key, name in settings.items():
        if key.startswith("@") and registry.has(key[1:], name):
            part: Callable[..., Any] = registry.get(key[1:], name)
            return dict(inspect.signature(part, eval_str=True).parameters)
    return None


def _may_be(annotation: Any) -> str:
    """Put a type into words."""
    if annotation in TYPES:
        return TYPES[annotation]
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(repr(value) for value in get_args(annotation))
    if get_origin(annotation) is Union:
        return " or ".join(dict.fromkeys(_may_be(part) for part in get_args(annotation)))
    origin: Any = get_origin(annotation) or annotation
    name = getattr(origin, "__name__", re.sub(r"\w+\.", "", str(annotation)))
    if name in CATALOGUES:
        return f"a block with @{CATALOGUES[name]}"
    inside: List[str] = [_may_be(part) for part in get_args(annotation) if part is not ...]
    if name in ("list", "tuple", "Sequence"):
        return f"a list of: {inside[0]}" if inside else "a list"
    return "a block of settings" if name in ("dict", "Mapping") else str(name)
