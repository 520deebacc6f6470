"""What is asked of all parts of a projector, at whatever depth."""

from typing import Any, Dict, Iterator, Tuple

from ..composite import Composite

PACKAGE = __name__.split(".")[0]


def all_parts(part: Any, name: str) -> Iterator[Tuple[str, Any]]:
    """Walk through a part and the parts that it is made of.

    part (Any): the part.
    name (str): its name.
    YIELDS (Tuple[str, Any]): each part with its name, as in a config: `projector.scorer.model`.
    """
    yield name, part
    if not isinstance(part, Composite) and type(part).__module__.split(".")[0] != PACKAGE:
        return
    for key, value in getattr(part, "__dict__", {}).items():
        values = enumerate(value) if isinstance(value, (list, tuple)) else [(None, value)]
        for number, item in values:
            if type(item).__module__ != "builtins":
                yield from all_parts(item, f"{name}.{key}" if number is None else f"{name}.{key}.{number}")


def forget_all(projector: Any) -> None:
    """Let every part that has a method `forget` forget what it has remembered of the pairs that it has seen, so that
    what it gives next does not depend on them.

    projector (Any): the projector.
    """
    for _, part in all_parts(projector, "projector"):
        if hasattr(part, "forget"):
            part.forget()


def part_licenses(projector: Any) -> Dict[str, str]:
    """Collect the licences of the models that a projector uses. A part tells that of its own as `license`.

    projector (Any): the projector.
    RETURNS (Dict[str, str]): the licence of each part that has one, by the part's name.
    """
    found = ((name, getattr(part, "license", None)) for name, part in all_parts(projector, "projector"))
    return {name: license for name, license in found if isinstance(license, str)}


def provenance_licenses(provenance: Dict[str, Any], name: str = "corpus") -> Dict[str, str]:
    """Collect the licences that the provenance of a corpus names, at whatever depth.

    provenance (Dict[str, Any]): the provenance.
    name (str): its name.
    RETURNS (Dict[str, str]): every `license` and `…_license`, by its place: `corpus.translator_license`.
    """
    licenses: Dict[str, str] = {}
    for key, value in provenance.items():
        if isinstance(value, dict):
            licenses.update(provenance_licenses(value, f"{name}.{key}"))
        elif isinstance(value, str) and (key == "license" or key.endswith("_license")):
            licenses[f"{name}.{key}"] = value
    return licenses
